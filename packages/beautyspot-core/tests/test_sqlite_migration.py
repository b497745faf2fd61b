"""Older databases become ours with all they hold, at once or not at all."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from beautyspot.core.errors import ConfigurationError, StoreUnavailable
from beautyspot.core.model import Count, RecordFilter, ResultType, TaskRecord
from beautyspot.embedded.sqlite import SQLiteTaskDB, schema
from beautyspot.testing.samples import record

SEED = """
CREATE TABLE tasks (cache_key TEXT PRIMARY KEY, func_name TEXT, input_id TEXT, version TEXT,
    result_type TEXT, content_type TEXT, result_value TEXT, result_data BLOB,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)
""".strip()
INSERT = "INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
NOON = 1_767_355_200_000_000  # 2026-01-02 12:00 UTC


def seed(path: Path, *rows: tuple[object, ...], journal: str = "DELETE") -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute(f"PRAGMA journal_mode = {journal}")
        raw.execute(SEED)
        raw.execute("CREATE INDEX tasks_by_time ON tasks (updated_at)")
        raw.execute("BEGIN")
        raw.executemany(INSERT, rows)
        raw.execute("COMMIT")
    return path


def row(key: str = "k", at: object = "2026-01-02 12:00:00", **changes: object):
    fields = {
        "func_name": "f",
        "input_id": "i",
        "version": None,
        "result_type": "DIRECT_BLOB",
        "content_type": None,
        "result_value": None,
        "result_data": b"data",
        **changes,
    }
    return (key, *fields.values(), at)


@pytest.fixture
def open_db(tmp_path):
    opened: list[SQLiteTaskDB] = []

    def open_(path: Path = tmp_path / "x.db", **options) -> SQLiteTaskDB:
        opened.append(SQLiteTaskDB(path, **options))
        return opened[-1]

    yield open_
    for db in opened:
        db.close()


@pytest.fixture
def public():
    """A folder that every user may enter: pytest closes its own to all but one."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        os.chmod(folder, 0o755)


class TestSeed:
    @pytest.mark.parametrize("journal", ["DELETE", "WAL"])
    def test_records_keep_all_they_had(self, tmp_path, open_db, journal):
        """Inline and in blobs; the size is that of the payload, what was not known stays None."""
        seed(
            tmp_path / "x.db",
            (
                "a",
                "f",
                "i",
                "v1",
                "DIRECT_BLOB",
                "text/plain",
                None,
                b"12345",
                "2026-01-02 12:00:00",
            ),
            ("b", "g", "", None, "FILE", None, "blobs/x", None, "2026-01-02 12:00:00.5"),
            journal=journal,
        )
        db = open_db()

        assert {
            "a": TaskRecord(
                cache_key="a",
                func_name="f",
                input_id="i",
                version="v1",
                content_type="text/plain",
                result_data=b"12345",
                size=5,
                updated_at=NOON,
            ),
            "b": TaskRecord(
                cache_key="b",
                func_name="g",
                input_id="",
                result_type=ResultType.FILE,
                result_value="blobs/x",
                updated_at=NOON + 500_000,
            ),
        } == db.get_many(["a", "b"])
        assert Count(2, exact=True) == db.count(RecordFilter(), limit=9)

    def test_it_is_ours_afterwards(self, tmp_path, open_db):
        """Id, version, indexes and constraints are those of a new database; nothing is left."""
        seed(tmp_path / "x.db", row())
        open_db().init_schema()
        open_db(tmp_path / "new.db").init_schema()

        assert _schema(tmp_path / "new.db") == _schema(tmp_path / "x.db")

    def test_looking_at_a_seed_changes_nothing(self, tmp_path, open_db):
        before = seed(tmp_path / "x.db", row()).read_bytes()
        open_db()

        assert before == (tmp_path / "x.db").read_bytes()

    @pytest.mark.parametrize(
        ("at", "expected"),
        [
            ("2026-01-02 12:00:00", NOON),
            ("2026-01-02T12:00:00", NOON),
            ("2026-01-02T12:00:00Z", NOON),
            ("2026-01-02 12:00:00.000001", NOON + 1),
            ("2026-01-02T21:00:00+09:00", NOON),
            ("2026-01-02", NOON - 43_200_000_000),
            ("1969-12-31 23:59:59", -1_000_000),
            (1_767_355_200, NOON),
            (1_767_355_200.25, NOON + 250_000),
            ("1767355200.25", NOON + 250_000),
            (-1, -1_000_000),
            (0, 0),
            ("yesterday", 0),
            ("2026-13-45 99:00:00", 0),
            ("", 0),
            ("nan", 0),
            ("1e400", 0),
            (1e300, 0),
            (float("inf"), 0),
            (b"2026", 0),
            (None, 0),
            (9_999_999_999_999, 0),
        ],
    )
    def test_times(self, tmp_path, open_db, at, expected):
        """Text or seconds become microseconds; an unreadable time costs the time, not the row."""
        seed(tmp_path / "x.db", row(at=at))
        found = open_db().get("k")

        assert found is not None
        assert (expected, b"data") == (found.updated_at, found.result_data)

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"func_name": None, "input_id": None}, {"func_name": "", "input_id": ""}),
            ({"result_data": "text"}, {"result_data": b"text", "size": 4}),
            ({"result_data": b""}, {"result_data": b"", "size": 0}),
            ({"result_data": None}, {"result_data": None, "size": 0}),
            ({"result_type": None}, {"result_type": ResultType.DIRECT_BLOB}),
            (
                {"result_type": "BLOB", "result_value": "x", "result_data": None},
                {"result_type": ResultType.FILE, "result_value": "x"},
            ),
            ({"result_data": b"\0" * 100_000}, {"size": 100_000}),
        ],
    )
    def test_odd_rows_are_kept(self, tmp_path, open_db, changes, expected):
        """What the old table let through is made to fit."""
        seed(tmp_path / "x.db", row(**changes))
        found = open_db().get("k")

        assert expected == {name: getattr(found, name) for name in expected}

    def test_rows_without_a_key_are_left(self, tmp_path, open_db):
        """Nobody could ask for them, and SQLite lets a primary key be NULL many times."""
        seed(tmp_path / "x.db", row(None), row(None), row("k"))

        assert Count(1, exact=True) == open_db().count(RecordFilter(), limit=9)


class TestWholeOrNotAtAll:
    def test_a_step_that_fails(self, tmp_path, monkeypatch):
        """The second step of two fails: the first one has not happened either."""
        path = seed(tmp_path / "x.db", row(), journal="WAL")

        def fail(connection):
            connection.execute("DELETE FROM tasks")
            raise LookupError

        monkeypatch.setattr(schema, "_MIGRATIONS", (*schema._MIGRATIONS, fail))
        before = _contents(path)
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            with pytest.raises(LookupError):
                schema.migrate(raw, str(path))

            assert not raw.in_transaction
        assert before == _contents(path)

    def test_a_disk_that_is_full_half_way(self, tmp_path):
        """Files may not grow any more, in a real process: the seed is whole, and works later."""
        path = seed(tmp_path / "x.db", *(row(f"{n}", result_data=bytes(2000)) for n in range(500)))
        before = _contents(path)
        code = (
            "import resource, signal, sys\n"
            "from beautyspot.embedded.sqlite import SQLiteTaskDB\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            f"resource.setrlimit(resource.RLIMIT_FSIZE, ({path.stat().st_size + 50_000},) * 2)\n"
            "try: SQLiteTaskDB(sys.argv[1]).init_schema()\n"
            "except Exception as error: print(type(error).__name__)"
        )
        child = _run(code, path)

        assert (StoreUnavailable.__name__ + "\n", "") == (child.stdout, child.stderr)
        assert before == _contents(path)
        with closing(SQLiteTaskDB(path)) as db:
            assert 500 == db.count(RecordFilter(), limit=999).n

    def test_killed_half_way(self, tmp_path):
        """At the moment when the old table is about to go: still the seed, and works later."""
        path = seed(tmp_path / "x.db", *(row(f"{n}", result_data=bytes(2000)) for n in range(500)))
        before = _contents(path)
        code = (
            "import os, signal, sys\n"
            "from beautyspot.embedded.sqlite import SQLiteTaskDB, opening\n"
            "connect = opening.connect\n"
            "def doomed(*args, **options):\n"
            "    connection = connect(*args, **options)\n"
            "    kill = lambda sql: 'DROP' in sql and os.kill(os.getpid(), signal.SIGKILL)\n"
            "    connection.set_trace_callback(kill)\n"
            "    connection.execute('PRAGMA cache_size = 5')  # spills early\n"
            "    return connection\n"
            "opening.connect = doomed\n"
            "SQLiteTaskDB(sys.argv[1]).init_schema()"
        )

        assert -signal.SIGKILL == _run(code, path, check=False).returncode
        with closing(SQLiteTaskDB(path)) as db:  # adopts it as it is, with its hot journal
            assert before == _contents(path)
            assert 500 == db.count(RecordFilter(), limit=999).n

    @pytest.mark.parametrize("start", ["nothing", "empty", "seed"])
    def test_processes_race(self, tmp_path, start):
        """Eight at once: each one works, one of them has migrated, and no record is lost."""
        path = tmp_path / "x.db"
        if start == "seed":
            seed(path, *(row(f"seed {n}") for n in range(100)))
        elif start == "empty":
            path.touch()
        code = (
            "import sys\n"
            "from beautyspot.embedded.sqlite import SQLiteTaskDB\n"
            "from beautyspot.core.model import TaskRecord\n"
            "print('ready', flush=True)\n"
            "sys.stdin.readline()\n"
            "db = SQLiteTaskDB(sys.argv[1], timeout=30)\n"
            "db.save(TaskRecord(cache_key=sys.argv[2], func_name='f', input_id='', updated_at=1))\n"
        )
        children = [
            subprocess.Popen(
                [sys.executable, "-c", code, path, f"child {n}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(8)
        ]
        for child in children:
            assert "ready\n" == child.stdout.readline()
        for child in children:
            child.stdin.write("\n")
            child.stdin.flush()
        for child in children:
            child.communicate()

        assert [0] * 8 == [child.returncode for child in children]
        with closing(SQLiteTaskDB(path)) as db:
            assert 8 == len(db.get_many(f"child {n}" for n in range(8)))
            assert (108 if start == "seed" else 8) == db.count(RecordFilter(), limit=999).n
        assert "ok" == _one(path, "PRAGMA integrity_check")

    def test_what_changed_since_the_look_is_refused(self, tmp_path):
        """Between the check and the lock somebody made it theirs: it stays theirs."""
        path = tmp_path / "x.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("CREATE TABLE notes (text)")
            with pytest.raises(ConfigurationError, match="another program's"):
                schema.migrate(raw, str(path))

        assert "notes" == _one(path, "SELECT name FROM sqlite_master")

    def test_a_newer_one_is_refused_under_the_lock(self, tmp_path):
        path = tmp_path / "x.db"
        with closing(SQLiteTaskDB(path)) as db:
            db.save(record())
            with closing(sqlite3.connect(path, isolation_level=None)) as raw:
                raw.execute("PRAGMA user_version = 7")
            db.close()

            with pytest.raises(ConfigurationError, match=r"newer beautyspot \(schema 7\)"):
                db.get("k")
        assert 7 == _one(path, "PRAGMA user_version")

    def test_a_seed_that_cannot_be_written(self, public):
        """It cannot be brought up to date, and says so; it stays as it is."""
        path = seed(public / "x.db", row())
        path.chmod(0o444)
        public.chmod(0o555)
        code = (
            "import os, sys\n"
            "from beautyspot.embedded.sqlite import SQLiteTaskDB\n"
            "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "try: SQLiteTaskDB(sys.argv[1]).get('k')\n"
            "except Exception as error: print(type(error).__name__, error)"
        )
        child = _run(code, path)
        public.chmod(0o755)

        assert child.stdout.startswith("StoreUnavailable")
        assert "older beautyspot" in child.stdout
        assert [("k",)] == [found[:1] for found in _contents(path)[1]]


def _run(code: str, *args: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(os.fspath, args)],
        capture_output=True,
        text=True,
        check=check,
    )


def _one(path: Path, sql: str) -> object:
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute(sql).fetchone()[0]


def _schema(path: Path) -> object:
    with closing(sqlite3.connect(path)) as raw:
        rows = raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY 1, 2")
        pragmas = [
            raw.execute(f"PRAGMA {name}").fetchone()
            for name in ("application_id", "user_version", "journal_mode")
        ]
        return rows.fetchall(), pragmas


def _contents(path: Path) -> tuple[object, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as raw:
        return _schema(path), raw.execute("SELECT * FROM tasks ORDER BY 1").fetchall()
