"""The identity of a database: made once, kept in the file."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from beautyspot.core.errors import StoreError
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing import IdentifiedContract
from beautyspot.testing.samples import record

from .children import run, script

FIRST = """
PRAGMA application_id = 0x62737074; PRAGMA user_version = 1;
DROP TABLE identity;
"""


class TestSQLiteTaskDB(IdentifiedContract):
    @pytest.fixture
    def db(self, path):
        with closing(SQLiteTaskDB(path)) as db:
            yield db

    @pytest.fixture
    def another(self, tmp_path):
        with closing(SQLiteTaskDB(tmp_path / "another.db")) as db:
            yield db


def test_it_belongs_to_the_file(path, db):
    """Another instance says the same, and so does a copy of the file."""
    found = db.database_id()
    db.close()
    shutil.copy(path, path.with_name("copy.db"))

    for name in ("x.db", "copy.db"):
        with closing(SQLiteTaskDB(path.with_name(name))) as other:
            assert found == other.database_id()


def test_processes_that_ask_first_are_told_the_same(path):
    """Each of four is ready before one may ask."""
    code = "db = SQLiteTaskDB(path); print('ready', flush=True); input(); print(db.database_id())"
    children = [
        subprocess.Popen(
            [*script(code), str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert "ready\n" == child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    told = {child.communicate(timeout=60)[0] for child in children}

    assert 1 == len(told)
    assert "" not in told


def test_a_database_without_one_gets_one(path, db):
    """A file of the first schema keeps its records."""
    db.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.executescript(FIRST)

    assert 32 == len(db.database_id())
    assert record() == db.get(record().cache_key)


def test_a_database_without_one_that_cannot_be_written():
    """It is read as it is, and asking for its identity is an error."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "x.db")
        with closing(SQLiteTaskDB(path)) as db:
            db.save(record())
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.executescript("PRAGMA journal_mode = DELETE;" + FIRST)
        path.chmod(0o444)
        path.parent.chmod(0o555)
        told = run(
            "become_nobody()\n"
            "db = SQLiteTaskDB(path)\n"
            "print(db.get(sys.argv[2]) is not None)\n"
            "try: db.database_id()\n"
            "except StoreError as error: print('refused')",
            path,
            record().cache_key,
        )
        path.parent.chmod(0o755)

    assert "True\nrefused\n" == told


def test_a_deleted_database_is_another_one(path, db):
    """What belonged to the old one is no more asked for by the new one."""
    old = db.database_id()
    path.unlink()

    assert old != db.database_id()


def test_a_damaged_identity_is_an_error(path, db):
    """It is never a name by which blobs of others could be found."""
    db.database_id()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("PRAGMA ignore_check_constraints = ON")
        raw.execute("UPDATE identity SET id = '../../x'")

    with pytest.raises(StoreError):
        db.database_id()
