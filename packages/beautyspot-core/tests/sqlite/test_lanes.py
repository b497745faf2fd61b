"""How threads share the connections to a database, and when these are given back."""

import gc
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Barrier, Thread

import pytest

from beautyspot.core.errors import StoreBusy
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing.samples import record

from .children import KEY, Clock, keys, run, script


def descriptors(path: Path) -> int:
    """Count the open files of this process whose name begins with the path."""
    links = Path("/proc/self/fd").iterdir()
    # One of them is that of the listing itself, and gone by now.
    return sum(os.path.realpath(link).startswith(str(path)) for link in links)


class TestLanes:
    def test_one_after_the_other_share_one_connection(self, db, path):
        """Fifty threads that never meet open no second one, and leave nothing behind."""
        for _ in range(50):
            thread = Thread(target=db.get, args=(KEY,))
            thread.start()
            thread.join()

        assert 1 == len(db._connections.reading.left())

    def test_many_at_once_are_bounded(self, db):
        """A hundred threads get along with 32 connections, and each gets its answer."""
        start = Barrier(100)

        def read(_: int) -> int:
            start.wait()
            return sum(db.get(KEY) == record() for _ in range(20))

        with ThreadPoolExecutor(100) as threads:
            assert [20] * 100 == list(threads.map(read, range(100)))
        assert len(db._connections.reading.left()) <= 32

    def test_all_in_use(self, hasty):
        """The next one waits for its time and no longer, and one given back is enough."""
        with ExitStack() as held:
            for _ in range(31):
                held.enter_context(hasty._connections.read())
            with hasty._connections.read(), Clock() as waited, pytest.raises(StoreBusy, match="32"):
                hasty.get(KEY)

            assert 0.15 < waited.seconds < 2
            assert record() == hasty.get(KEY)

    def test_one_given_back_wakes_a_waiting_one(self, path):
        with closing(SQLiteTaskDB(path, timeout=60)) as db, ThreadPoolExecutor(1) as thread:
            db.save(record())
            with ExitStack() as held:
                for _ in range(32):
                    held.enter_context(db._connections.read())
                waiting = thread.submit(db.get, KEY)
                while not db._connections.reading._waiting:
                    os.sched_yield()
            with Clock() as waited:
                assert record() == waiting.result()

        assert waited.seconds < 5

    def test_a_look_up_goes_where_was_written(self, db):
        """That connection knows the pages: no other one is opened to read them anew."""
        lanes = db._connections
        lanes.close()
        db.save(record())
        before = lanes.reading.left()

        assert record().entry == db.entry(KEY, wait=True)
        assert before == lanes.reading.left()
        assert 1 == len(lanes.writing.left())

    def test_a_look_up_does_not_wait_for_who_writes(self, hasty):
        """It sees what was there before."""
        with hasty._connections.write() as connection, Clock() as waited:
            connection.execute("DELETE FROM tasks")
            found = hasty.entry(KEY, wait=True)

        assert record().entry == found
        assert waited.seconds < 0.1
        assert hasty.entry(KEY, wait=True) is None

    def test_prompt_readers_never_wait(self, db):
        """With none left it says so at once."""
        lane = db._connections.prompt
        taken = [lane.take() for _ in range(8)]
        with Clock() as waited, pytest.raises(StoreBusy):
            db.entry(KEY, wait=False)

        assert waited.seconds < 0.1
        for connection in taken:
            lane.give(connection)
        assert record().entry == db.entry(KEY, wait=False)

    def test_the_first_prompt_look_up_does_not_open(self, path):
        """Opening may wait, so somebody else has to do it."""
        db = SQLiteTaskDB(path)
        with pytest.raises(StoreBusy, match="not open yet"):
            db.entry(KEY, wait=False)

        assert not path.exists()
        assert db.entry(KEY, wait=True) is None
        assert db.entry(KEY, wait=False) is None
        db.close()

    def test_one_writes_at_a_time(self, hasty):
        """Another thread waits for its time, and is told that the database is busy."""
        with hasty._connections.write(), Clock() as waited, pytest.raises(StoreBusy):
            hasty.save(record(1))

        assert 0.15 < waited.seconds < 2
        hasty.save(record(1))

    def test_a_failed_transaction_leaves_the_writer_usable(self, db, path):
        def fail() -> None:
            with db._connections.write() as connection:
                connection.execute("DELETE FROM tasks")
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        db.save(record(1))

        assert {KEY, record(1).cache_key} == keys(path)

    def test_interrupts_leave_no_lock_behind(self, path):
        """Ctrl-C at any moment of a save: the next one works, and what was kept is right."""
        code = """
import random, signal
random.seed(7)
def interrupt(*_): raise KeyboardInterrupt
signal.signal(signal.SIGALRM, interrupt)
db = SQLiteTaskDB(path, timeout=1)
db.init_schema()
kept, interrupted = [], 0
for n in range(1000):
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, random.uniform(1e-6, 3e-4))
            for i in range(1000):
                db.save(rec(f"{n} {i}")); kept.append(f"{n} {i}")
                db.entry(f"{n} {i}", wait=True)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        interrupted += 1
db.save(rec("last"))
assert db.get("last") == rec("last")
assert kept and set(kept) == set(db.get_many(kept))
assert interrupted > 800, interrupted
db.close()
"""
        # Not silent: Python reports an interrupt that fell into a finalizer, and goes on.
        child = subprocess.run(
            [*script(code), path], capture_output=True, text=True, timeout=60, check=False
        )

        assert 0 == child.returncode, child.stderr


class TestGivingBack:
    def test_close_gives_back_all(self, db, path):
        """Descriptors and neighbours; what was in the -wal is in the file."""
        db.entry(KEY, wait=False)
        assert descriptors(path) >= 3
        db.close()

        assert 0 == descriptors(path)
        assert ["x.db"] == os.listdir(path.parent)
        assert {KEY} == keys(path)

    def test_close_while_threads_use_it(self, db, path):
        """Nobody gets an error; what is in use is closed when it is given back."""

        def use(n: int) -> bool:
            for _ in range(15):
                db.save(record(n))
                db.entry(KEY, wait=True)
                assert record() == db.get(KEY)
            return True

        with ThreadPoolExecutor(4) as threads:
            using = [threads.submit(use, n) for n in range(1, 5)]
            while not all(future.done() for future in using):
                db.close()
        assert all(future.result() for future in using)
        db.close()
        assert 0 == descriptors(path)

    def test_dropping_it_gives_back_all(self, path):
        """At once, without a word and without the garbage collector."""
        gc.disable()
        try:
            for n in range(20):
                db = SQLiteTaskDB(path)
                db.save(record(n))
                db.entry(KEY, wait=False)
            del db

            assert 0 == descriptors(path)
        finally:
            gc.enable()

    def test_what_is_in_use_is_closed_afterwards(self, db, path):
        """Closing takes nothing away from who is reading, and forgets nothing either."""
        with db._connections.read() as connection:
            db.close()
            assert [(1,)] == connection.execute("SELECT count(*) FROM tasks").fetchall()

        assert 0 == descriptors(path)

    def test_the_end_of_the_program_closes(self, path):
        """Without a word (-X dev), and without a -wal left."""
        run("db = SQLiteTaskDB(path); db.save(rec(1)); db.entry('1', wait=False)", path)

        assert ["x.db"] == os.listdir(path.parent)

    def test_files_are_for_their_owner(self, path):
        """Whatever the umask allows, the neighbours too."""
        before = os.umask(0)
        try:
            with closing(SQLiteTaskDB(path)) as db:
                db.save(record())
                modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
        finally:
            os.umask(before)

        assert {"x.db": 0o600, "x.db-wal": 0o600, "x.db-shm": 0o600} == modes
