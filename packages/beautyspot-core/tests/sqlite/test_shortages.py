"""A database that cannot be written, and a disk that is full."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from beautyspot.core.errors import StoreError
from beautyspot.core.model import RecordFilter
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing.samples import record

from .children import keys, run, script

KEY = record().cache_key


@pytest.fixture
def public():
    """A folder that every user may enter: pytest closes its own to all but one."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        os.chmod(folder, 0o755)


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


def test_look_ups_do_not_hold_the_wal(db, path):
    """Also when one fails half way: here at a text that is none."""
    db.save(record())
    with closing(sqlite3.connect(path)) as raw:
        found = [db.entry(KEY, wait=wait) for wait in (True, False)]
        raw.execute("UPDATE tasks SET elapsed = 2")
        raw.commit()
        free = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        raw.execute("UPDATE tasks SET fingerprint = CAST(x'ff' AS TEXT)")
        raw.commit()
        for wait in (True, False):
            with pytest.raises(StoreError):
                db.entry(KEY, wait=wait)
        raw.execute("UPDATE tasks SET fingerprint = NULL, elapsed = 3")
        raw.commit()

        assert None not in found
        assert (0, 0, 0) == free
        assert (0, 0, 0) == raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert [3, 3] == [db.entry(KEY, wait=wait).elapsed for wait in (True, False)]


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
