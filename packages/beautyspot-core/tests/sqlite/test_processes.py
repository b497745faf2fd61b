"""Processes share a database, and nobody waits longer than its time."""

import os
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from beautyspot.core.errors import StoreBusy, StoreUnavailable
from beautyspot.core.model import Stamp
from beautyspot.embedded.locks import file_lock
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing.samples import record

from .children import KEY, Clock, keys, run, script


class TestBusy:
    @pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
    def test_another_connection_writes(self, hasty, path, begin):
        """Saving waits for its time; reading does not notice."""
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute(begin)
            for write in (
                lambda: hasty.save(record(1)),
                lambda: hasty.delete(KEY),
                lambda: hasty.save_many([record(1)]),
                lambda: hasty.restamp("f", "x"),
            ):
                with Clock() as waited, pytest.raises(StoreBusy, match="another connection"):
                    write()
                assert 0.15 < waited.seconds < 2

            assert record() == hasty.get(KEY)
            assert record().entry == hasty.entry(KEY, wait=False)
            other.execute("COMMIT")
        hasty.save(record(1))

    def test_waiting_for_threads_counts(self, path):
        """Two queues, one budget: first other threads, then another process."""
        with closing(SQLiteTaskDB(path, timeout=0.6)) as db, ThreadPoolExecutor(1) as thread:
            db.save(record())
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with db._connections.write(transaction=False):
                    waited = Clock().__enter__()
                    saving = thread.submit(db.save, record(1))
                    while time.monotonic() - waited.start < 0.4:
                        os.sched_yield()
                with pytest.raises(StoreBusy):
                    saving.result()
                waited.__exit__()
                other.execute("COMMIT")
            db.save(record(2))

        assert 0.5 < waited.seconds < 0.9

    def test_prompt_readers_do_not_wait_for_locks(self, path):
        """Their connections get an answer at once, however long those of others would wait."""
        with closing(SQLiteTaskDB(path, timeout=60)) as db:
            db.save(record())
            lane = db._connections.prompt
            prompt = lane.take()
            locked = pytest.raises(sqlite3.OperationalError, match="locked")
            with db._connections.write(), Clock() as waited, locked:
                prompt.execute("BEGIN IMMEDIATE")
            lane.give(prompt)

            assert waited.seconds < 0.5
            assert record().entry == db.entry(KEY, wait=False)

    def test_opening_waits_no_longer_than_its_time(self, path):
        """The very first use, while another program has the file for itself."""
        with closing(SQLiteTaskDB(path)) as db:
            db.save(record())
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN IMMEDIATE")
            db = SQLiteTaskDB(path, timeout=0.2)
            with Clock() as waited, pytest.raises(StoreBusy):
                db.get(KEY)
            other.execute("COMMIT")

        assert waited.seconds < 2
        assert record() == db.get(KEY)
        db.close()


class TestProcesses:
    def test_four_write_at_once(self, path):
        """Nobody is turned away, and nothing is lost."""
        code = """
db = SQLiteTaskDB(path, timeout=30)
for n in range(100):
    db.save(rec(f"{sys.argv[2]} {n}"))
    assert db.get(f"{sys.argv[2]} {n}")
db.close()
"""
        children = [subprocess.Popen([*script(code), path, str(n)]) for n in range(4)]

        assert [0] * 4 == [child.wait() for child in children]
        assert {f"{n} {i}" for n in range(4) for i in range(100)} == keys(path)

    def test_reading_before_writing_holds_the_lock(self, db, path):
        """A deletion looks before it deletes: nobody writes in between, which would fail it."""
        refused = []

        def meddle(sql: str) -> None:
            if sql.startswith("SELECT"):
                try:
                    other.execute("UPDATE tasks SET version = 'theirs'")
                except sqlite3.OperationalError as error:
                    refused.append(error.sqlite_errorname)

        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
            with db._connections.write(transaction=False) as connection:
                connection.set_trace_callback(meddle)
            gone = db.delete_unchanged([Stamp(KEY, record().updated_at)])

        assert ([KEY], ["SQLITE_BUSY"]) == ([deleted.cache_key for deleted in gone], refused)

    def test_one_sees_what_the_other_saved(self, db, path):
        run("db = SQLiteTaskDB(path); db.save(rec('theirs')); db.close()", path)

        assert db.entry("theirs", wait=False) is not None

    def test_the_file_lock_is_for_one(self, tmp_path):
        """It times out, and its file is gone afterwards; a file with content stays."""
        name = str(tmp_path / "lock")
        with file_lock(name, timeout=1), pytest.raises(StoreBusy), file_lock(name, timeout=0.05):
            pass
        assert [] == os.listdir(tmp_path)
        Path(name).write_text("mine")
        with file_lock(name, timeout=1):
            pass
        assert "mine" == Path(name).read_text()

    def test_the_file_lock_excludes(self, tmp_path):
        """Eight threads, each adding to a number that is read and written apart."""
        counter = tmp_path / "n"
        counter.write_text("0")

        def add(_: int) -> None:
            for _ in range(20):
                with file_lock(str(tmp_path / "lock"), timeout=30):
                    counter.write_text(str(int(counter.read_text()) + 1))

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(add, range(8)))
        assert "160" == counter.read_text()

    def test_the_file_lock_cannot_be_made(self, tmp_path):
        with pytest.raises(StoreUnavailable), file_lock(str(tmp_path / "no" / "x"), timeout=1):
            pass
