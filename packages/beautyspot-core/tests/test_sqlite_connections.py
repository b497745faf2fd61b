"""Threads, processes and forked children share a database; files come and go under it."""

import gc
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Barrier, Thread

import pytest

from beautyspot.core.errors import ConfigurationError, StoreBusy, StoreError, StoreUnavailable
from beautyspot.core.model import RecordFilter, Stamp
from beautyspot.embedded.locks import file_lock
from beautyspot.embedded.sqlite import SQLiteTaskDB, opening
from beautyspot.testing.samples import record

KEY = record().cache_key

#: Put before every script: the record of a number, and the database of the first argument.
PRELUDE = """
import os, sys, threading, time
from beautyspot.core.errors import *
from beautyspot.core.model import RecordFilter, TaskRecord
from beautyspot.embedded.sqlite import SQLiteTaskDB

def rec(key):
    return TaskRecord(cache_key=str(key), func_name="f", input_id="", updated_at=1)

def become_nobody():
    if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)

path = sys.argv[1]
"""


def script(code: str) -> list[str]:
    return [sys.executable, "-X", "dev", "-W", "error", "-c", PRELUDE + code]


def run(code: str, *args: object) -> str:
    """Run a script to its end, which it reaches in silence; answer what it printed."""
    child = subprocess.run(
        [*script(code), *map(str, args)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ("", 0) == (child.stderr, child.returncode)
    return child.stdout


def keys(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as raw:
        assert ("ok",) == raw.execute("PRAGMA integrity_check").fetchone()
        return {key for (key,) in raw.execute("SELECT cache_key FROM tasks")}


def descriptors(path: Path) -> int:
    """Count the open files of this process whose name begins with the path."""
    links = Path("/proc/self/fd").iterdir()
    # One of them is that of the listing itself, and gone by now.
    return sum(os.path.realpath(link).startswith(str(path)) for link in links)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.db"


@pytest.fixture
def db(path):
    db = SQLiteTaskDB(path, timeout=5)
    db.save(record())
    yield db
    db.close()


@pytest.fixture
def hasty(path):
    """A database that waits for a fifth of a second."""
    db = SQLiteTaskDB(path, timeout=0.2)
    db.save(record())
    yield db
    db.close()


@pytest.fixture
def public():
    """A folder that every user may enter: pytest closes its own to all but one."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        os.chmod(folder, 0o755)


class Clock:
    """Measures a block."""

    def __enter__(self):
        self.start = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.start


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


class TestFork:
    def test_parent_and_child_go_on(self, path):
        """Both use the same object; both see what both saved; nobody complains."""
        run(
            """
db = SQLiteTaskDB(path)
db.save(rec("before"))
child = os.fork()
if child == 0:
    assert db.get("before") and db.entry("before", wait=True)
    db.save(rec("child"))
    assert db.entry("child", wait=False)
    sys.exit(0)
db.save(rec("parent"))
assert os.waitpid(child, 0)[1] == 0
assert db.get("child")
db.save(rec("after"))
""",
            path,
        )

        assert {"before", "child", "parent", "after"} == keys(path)

    def test_a_parent_that_closes_takes_nothing_from_its_child(self, path):
        """The -wal that the child writes to is not deleted under it."""
        run(
            """
db = SQLiteTaskDB(path)
db.save(rec("before"))
ours, theirs = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    db.save(rec("child 1"))
    os.write(ours[1], b".")
    os.read(theirs[0], 1)
    db.save(rec("child 2"))
    os._exit(0)  # as a worker of multiprocessing ends
os.read(ours[0], 1)
db.save(rec("parent"))
db.close()
os.write(theirs[1], b".")
assert os.waitpid(child, 0)[1] == 0
assert db.get("child 2")
""",
            path,
        )

        assert {"before", "child 1", "child 2", "parent"} == keys(path)

    def test_fork_beside_busy_threads(self, path):
        """Connections are in use by other threads at the very moment; all go on, all is kept."""
        out = run(
            """
import warnings; warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork
db = SQLiteTaskDB(path, timeout=30)
db.init_schema()
stop = threading.Event()
saved = [0, 0]
def work(me):
    while not stop.is_set() or not saved[me]:
        db.save(rec(f"thread {me} {saved[me]}")); saved[me] += 1
        db.get(f"thread {me} 0")
threads = [threading.Thread(target=work, args=(n,)) for n in range(2)]
for thread in threads: thread.start()
for n in range(15):
    child = os.fork()
    if child == 0:
        db.save(rec(f"child {n}"))
        os._exit(0 if db.get(f"child {n}") else 1)
    assert os.waitpid(child, 0)[1] == 0
stop.set()
for thread in threads: thread.join()
db.close()
print(*saved)
""",
            path,
        )
        saved = map(int, out.split())

        threads = {f"thread {t} {n}" for t, count in enumerate(saved) for n in range(count)}
        assert threads | {f"child {n}" for n in range(15)} == keys(path)

    def test_a_connection_in_use_at_the_fork(self, path):
        """It does not come back in time: the child leaves it alone for ever, and works."""
        run(
            """
import warnings; warnings.simplefilter("ignore", DeprecationWarning)  # threads and fork
from beautyspot.embedded.sqlite import lane
db = SQLiteTaskDB(path)
db.save(rec("before"))
taken, done = threading.Event(), threading.Event()
def hold():
    with db._connections.read() as connection:
        connection.execute("SELECT 1").fetchone()
        taken.set(); done.wait()
lane._PATIENCE = 0.1
thread = threading.Thread(target=hold); thread.start(); taken.wait()
child = os.fork()
if child == 0:
    db.save(rec("child"))
    db.close()
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
done.set(); thread.join()
db.save(rec("after"))
db.close()
""",
            path,
        )

        assert {"before", "child", "after"} == keys(path)

    def test_a_pool_of_processes(self, path):
        """``multiprocessing`` by fork, with the object made before."""
        run(
            """
import multiprocessing, warnings; warnings.simplefilter("ignore", DeprecationWarning)
db = SQLiteTaskDB(path, timeout=30)
db.save(rec("before"))
def job(n):
    db.save(rec(n))
    return db.get("before") is not None
with multiprocessing.get_context("fork").Pool(4) as pool:
    assert all(pool.map(job, range(40)))
    pool.close(); pool.join()
db.save(rec("after"))
""",
            path,
        )

        assert {"before", "after", *map(str, range(40))} == keys(path)


class TestFileComesAndGoes:
    @pytest.mark.parametrize("suffixes", [("",), ("", "-wal"), ("", "-wal", "-shm")])
    def test_deleted(self, db, path, suffixes):
        """The next save makes a new file; it holds what is saved from then on."""
        for suffix in suffixes:
            os.remove(f"{path}{suffix}")
        db.save(record(1))

        assert {record(1).cache_key} == keys(path)
        assert db.get(KEY) is None
        assert record(1).entry == db.entry(record(1).cache_key, wait=False)
        db.close()
        assert ["x.db"] == os.listdir(path.parent)

    def test_deleted_and_read(self, db, path):
        """Who needs a new connection finds an empty database; others until the next save."""
        os.remove(path)
        with db._connections.read():
            assert db.get(KEY) is None
        with pytest.raises(StoreBusy, match="Ask once with wait=True"):
            SQLiteTaskDB(path).entry(KEY, wait=False)

        assert db.get(KEY) is None
        assert set() == keys(path)

    def test_replaced_by_a_foreign_database_and_read(self, db, path, tmp_path):
        """New connections do not touch it, nor what lies beside it."""
        with closing(sqlite3.connect(tmp_path / "theirs.db", isolation_level=None)) as theirs:
            theirs.execute("PRAGMA journal_mode = WAL")
            theirs.execute("CREATE TABLE tasks (cache_key)")
            db.close()
            for suffix in ("", "-wal", "-shm"):
                shutil.copy(tmp_path / f"theirs.db{suffix}", tmp_path / f"copy{suffix}")
        db.init_schema()
        for suffix in ("-wal", "-shm", ""):
            os.replace(tmp_path / f"copy{suffix}", f"{path}{suffix}")
        before = {file: file.read_bytes() for file in sorted(tmp_path.iterdir())}
        with db._connections.read():  # the one that is open leads to the old file
            for _ in range(2):
                with pytest.raises(StoreBusy):
                    db.entry(KEY, wait=False)
                with pytest.raises(ConfigurationError, match="another program's"):
                    db.get(KEY)

        assert before == {file: file.read_bytes() for file in sorted(tmp_path.iterdir())}

    def test_its_folder_is_deleted(self, tmp_path):
        path = tmp_path / "folder" / "x.db"
        with closing(SQLiteTaskDB(path)) as db:
            db.save(record())
            shutil.rmtree(path.parent)
            db.save(record(1))

        assert {record(1).cache_key} == keys(path)

    def test_init_schema_notices(self, db, path):
        """It makes the database ready, which one without a file is not."""
        os.remove(path)
        db.init_schema()

        assert set() == keys(path)

    def test_replaced(self, db, path, tmp_path):
        """By another one of ours, as ``mv`` does: from then on it is that one, unharmed."""
        with closing(SQLiteTaskDB(tmp_path / "new.db")) as new:
            new.save_many(record(n) for n in range(100, 200))
        db.save_many(record(n) for n in range(50))
        os.replace(tmp_path / "new.db", path)
        db.save(record(99))

        assert {record(n).cache_key for n in range(99, 200)} == keys(path)
        assert db.get(KEY) is None

    def test_moved_away(self, db, path, tmp_path):
        """Its file is whole under the new name, without the -wal that stayed behind."""
        db.save_many(record(n) for n in range(50))
        os.rename(path, tmp_path / "old.db")
        db.save(record(99))

        assert {record(n).cache_key for n in range(50)} == keys(tmp_path / "old.db")
        assert {record(99).cache_key} == keys(path)

    def test_replaced_by_something_foreign(self, db, path):
        """Then nothing is saved, and nothing of it is touched."""
        os.remove(path)
        path.write_text("Dear diary")
        with pytest.raises(Exception, match="no SQLite database"):
            db.save(record(1))

        assert "Dear diary" == path.read_text()

    @pytest.mark.parametrize("first", [True, False])
    def test_replaced_while_a_connection_is_opened(self, path, monkeypatch, first):
        """Between opening the file and its -wal: never are two databases taken for one."""
        with closing(SQLiteTaskDB(path)) as old:
            old.save_many(record(n) for n in range(50))
        db, theirs = SQLiteTaskDB(path), SQLiteTaskDB(path)
        if not first:
            db.get(KEY)

        def connect(target, **options):
            """As slow as a process that the machine leaves alone at this very moment."""
            connection = sqlite3.connect(target, uri=True, isolation_level=None)
            monkeypatch.undo()
            for suffix in ("-wal", "-shm", ""):
                if os.path.exists(f"{path}{suffix}"):
                    os.rename(f"{path}{suffix}", f"{path}.old{suffix}")
            theirs.save(record(200))
            return connection

        monkeypatch.setattr(opening, "connect", connect)
        with suppress(StoreError):  # to the first one it may look like damage
            db.save(record(201))
        db.save(record(201))
        theirs.save(record(202))
        db.close()
        theirs.close()

        assert {record(n).cache_key for n in (200, 201, 202)} == keys(path)
        assert {record(n).cache_key for n in range(50)} == keys(Path(f"{path}.old"))

    @pytest.mark.parametrize("how", ["deleted", "deleted, new instance", "replaced"])
    def test_while_two_processes_use_it(self, db, path, tmp_path, how):
        """Both come to the new file, whoever made it, and nothing saved since is lost."""
        code = """
db = SQLiteTaskDB(path)
for line in sys.stdin:
    db.save(rec(line.strip())); print("saved", flush=True)
"""
        with closing(SQLiteTaskDB(tmp_path / "new.db")) as new:
            new.save(record(1, cache_key="new"))
        with subprocess.Popen(
            [*script(code), path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:

            def theirs(key: str) -> None:
                child.stdin.write(f"{key}\n")
                child.stdin.flush()
                assert "saved\n" == child.stdout.readline()

            theirs("b1")
            db.save(record(1, cache_key="a1"))
            if how == "replaced":
                os.replace(tmp_path / "new.db", path)
            else:
                os.remove(path)
            if how == "deleted, new instance":  # which never saw the old one
                db.close()
                db = SQLiteTaskDB(path)
            db.save(record(1, cache_key="a2"))
            theirs("b2")
            db.save(record(1, cache_key="a3"))
            db.close()
            theirs("b3")
            child.stdin.close()
        assert 0 == child.returncode
        assert {"a2", "a3", "b2", "b3"} == keys(path) - {"new"}
        assert (how == "replaced") == ("new" in keys(path))


class TestReadOnly:
    READ = """
become_nobody()
db = SQLiteTaskDB(path)
print(*(found is not None for found in (db.entry("1", wait=True), db.get("1"))))
print(db.entry("1", wait=False) is not None)
print(db.count(RecordFilter(), limit=9).n)
try: db.save(rec(2))
except StoreUnavailable as error: print(type(error).__name__, "writable" in str(error))
db.close()
"""
    EXPECTED = "True True\nTrue\n1\nStoreUnavailable True\n"

    @pytest.fixture
    def idle(self, public):
        path = public / "x.db"
        with closing(SQLiteTaskDB(path)) as db:
            db.save(record(1, cache_key="1"))
        return path

    def test_file_and_folder(self, idle):
        """Hits are answered without -wal and -shm; saving says what to do; nothing is changed."""
        idle.chmod(0o444)
        idle.parent.chmod(0o555)
        before = idle.read_bytes()

        assert self.EXPECTED == run(self.READ, idle)
        assert (["x.db"], before) == (os.listdir(idle.parent), idle.read_bytes())

    def test_folder_only(self, idle):
        """Somebody may write the file but not make its neighbours."""
        idle.chmod(0o666)
        idle.parent.chmod(0o555)

        assert self.EXPECTED == run(self.READ, idle)

    def test_file_only(self, idle):
        idle.chmod(0o444)
        idle.parent.chmod(0o777)

        assert self.EXPECTED == run(self.READ, idle)

    def test_while_its_owner_writes(self, idle):
        """Then the -wal is read as well, never passed over."""
        idle.chmod(0o644)
        with closing(SQLiteTaskDB(idle)) as owner:
            owner.delete("1")
            owner.save(record(2, cache_key="1", arguments="in the -wal"))
            for suffix in ("-wal", "-shm"):
                Path(f"{idle}{suffix}").chmod(0o644)
            assert os.stat(f"{idle}-wal").st_size

            assert "in the -wal\n" == run(
                "become_nobody(); db = SQLiteTaskDB(path); print(db.get('1').arguments)",
                idle,
            )

    def test_a_wal_that_cannot_be_read(self, idle):
        """A copy with its -wal, where no -shm can be made: refused, for the -wal has the news."""
        with closing(SQLiteTaskDB(idle)) as owner:
            owner.save(record(2, cache_key="1", arguments="in the -wal"))
            for suffix in ("", "-wal"):
                shutil.copy(f"{idle}{suffix}", idle.with_name(f"copy.db{suffix}"))
                idle.with_name(f"copy.db{suffix}").chmod(0o444)
        idle.parent.chmod(0o555)

        assert "StoreUnavailable\n" == run(
            """
become_nobody()
try: print(SQLiteTaskDB(path).get("1").arguments)
except StoreUnavailable as error: print(type(error).__name__)
""",
            idle.with_name("copy.db"),
        )

    def test_saving_resumes(self, idle):
        """Once it may be written the same object writes, with no help."""
        idle.chmod(0o444)
        idle.parent.chmod(0o555)
        code = """
become_nobody()
db = SQLiteTaskDB(path)
try: db.save(rec(2))
except StoreUnavailable: print("refused", flush=True)
sys.stdin.readline()
db.save(rec(2))
print(db.get("2") is not None)
db.close()
"""
        with subprocess.Popen(
            [*script(code), idle], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:
            assert "refused\n" == child.stdout.readline()
            idle.parent.chmod(0o777)
            idle.chmod(0o666)
            out, _ = child.communicate("\n")

        assert ("True\n", 0) == (out, child.returncode)

    def test_a_folder_where_nothing_can_be_made(self, public):
        """There is no file and none can be made: out of reach, with what to do."""
        public.chmod(0o555)
        out = run(
            """
become_nobody()
db = SQLiteTaskDB(path)
try: db.get("1")
except StoreUnavailable as error: print(error)
""",
            public / "sub" / "x.db",
        )

        assert "cannot be made" in out
        assert "Make its folder writable" in out


class TestFullDisk:
    def test_saving_resumes_when_there_is_space(self, path):
        """Full: said, nothing half stored, reading goes on. Space: it works again by itself."""
        out = run(
            """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
db = SQLiteTaskDB(path)
db.save(rec("before"))
resource.setrlimit(resource.RLIMIT_FSIZE, (os.stat(path + "-wal").st_size + 50, -1))
for n in range(3):
    try: db.save(rec(f"full {n}"))
    except StoreUnavailable as error: print(type(error).__name__)
assert db.get("before") and not db.get("full 0")
resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))
db.save(rec("after"))
db.close()
""",
            path,
        )

        assert "StoreUnavailable\n" * 3 == out
        assert {"before", "after"} == keys(path)


def test_pages_do_not_hold_the_wal(db, path):
    """A listing is read page by page: between two pages no snapshot keeps the -wal growing."""
    page = db.page(RecordFilter(), limit=1)
    assert page.records
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute(
            "INSERT INTO tasks SELECT 'x', func_name, input_id, NULL, result_type, NULL,"
            "NULL, NULL, 1, NULL, 0, NULL, NULL, NULL, NULL, NULL FROM tasks"
        )

        assert (0, 0, 0) == raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
