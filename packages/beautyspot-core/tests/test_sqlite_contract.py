"""SQLite and its in-memory twin keep every promise of the ports, and mean the same thing."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from beautyspot.core.errors import StoreError, ValidationError
from beautyspot.core.model import RecordFilter
from beautyspot.core.ports import Closable, Local, TaskCatalog
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.embedded.sqlite.catalog import _condition
from beautyspot.embedded.sqlite.rows import COLUMNS, LISTED
from beautyspot.testing.claims import ClaimsContract
from beautyspot.testing.memory import MemoryTaskDB
from beautyspot.testing.quotas import QuotasContract
from beautyspot.testing.samples import record
from beautyspot.testing.stateful import taskdb_machine
from beautyspot.testing.taskdb import (
    LocalContract,
    PersistentContract,
    TaskCatalogContract,
    TaskDBContract,
)


class TestSQLite(
    TaskDBContract,
    TaskCatalogContract,
    LocalContract,
    ClaimsContract,
    PersistentContract,
    QuotasContract,
):
    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Callable[[], SQLiteTaskDB]:
        return lambda: SQLiteTaskDB(tmp_path / "x.db")

    @pytest.fixture
    def db(self, reopen: Callable[[], SQLiteTaskDB]) -> SQLiteTaskDB:
        return reopen()


class TestDurableSQLite(TaskDBContract, PersistentContract):
    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Callable[[], SQLiteTaskDB]:
        return lambda: SQLiteTaskDB(tmp_path / "x.db", durable=True)

    @pytest.fixture
    def db(self, reopen: Callable[[], SQLiteTaskDB]) -> SQLiteTaskDB:
        return reopen()


class TestMemory(
    TaskDBContract, TaskCatalogContract, LocalContract, ClaimsContract, QuotasContract
):
    @pytest.fixture
    def db(self) -> MemoryTaskDB:
        return MemoryTaskDB()

    @pytest.fixture
    def reopen(self, db: MemoryTaskDB) -> Callable[[], MemoryTaskDB]:
        return lambda: db


def test_abilities():
    """They are found by ``isinstance``."""
    assert isinstance(SQLiteTaskDB("never made.db"), TaskCatalog)
    assert isinstance(SQLiteTaskDB("never made.db"), Local)
    assert isinstance(SQLiteTaskDB("never made.db"), Closable)
    assert not Path("never made.db").exists()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machine")
    return (folder / f"{n}.db" for n in range(10**9))


class TestMachines:
    """Any sequence of operations: the database and a dict agree."""

    def test_sqlite(self, fresh):
        machine = taskdb_machine(lambda: SQLiteTaskDB(next(fresh)))
        _run(machine, 25)

    def test_memory(self):
        _run(taskdb_machine(MemoryTaskDB), 10)


def _run(machine, examples: int) -> None:
    case = machine.TestCase
    case.settings = settings(max_examples=examples, stateful_step_count=30, deadline=None)
    case("runTest").runTest()


class TestBehindItsBack:
    """What a plain SQLite connection finds in the file."""

    @pytest.fixture
    def db(self, tmp_path: Path):
        db = SQLiteTaskDB(tmp_path / "x.db")
        yield db
        db.close()

    @pytest.fixture
    def raw(self, db):
        db.init_schema()
        raw = sqlite3.connect(db.path, isolation_level=None)
        yield raw
        raw.close()

    def test_a_row_has_the_columns_of_the_record(self, db, raw):
        """The nine of the seeds first, then ours; types as documented."""
        db.save(record(1))
        cursor = raw.execute("SELECT * FROM tasks")

        assert list(COLUMNS) == [column[0] for column in cursor.description]
        assert (
            "0" * 31 + "1",
            "app.tasks.summarise",
            "input 1",
            "v1",
            "DIRECT_BLOB",
            "text/plain",
            None,
            b"payload 1",
            1_700_000_000_000_001,
        ) == cursor.fetchone()[:9]

    def test_it_says_whose_it_is(self, raw):
        assert (0x62737074,) == raw.execute("PRAGMA application_id").fetchone()
        assert (2,) == raw.execute("PRAGMA user_version").fetchone()
        assert ("wal",) == raw.execute("PRAGMA journal_mode").fetchone()

    def test_deleting_leaves_no_row(self, db, raw):
        db.save(record(1))
        db.delete(record(1).cache_key)

        assert (0,) == raw.execute("SELECT count(*) FROM tasks").fetchone()

    def test_save_many_that_fails_half_way_leaves_nothing(self, db, raw):
        """The third row cannot be kept: neither are the first two."""
        with pytest.raises(StoreError):
            db.save_many([record(1), record(2), record(3, arguments="\ud800")])
        db.save(record(4))

        assert [record(4).cache_key] == [
            key for (key,) in raw.execute("SELECT cache_key FROM tasks")
        ]

    @pytest.mark.parametrize(
        "change",
        [
            {"arguments": "\ud800"},
            {"cache_key": "\udfff"},
            {"size": 2**63},
            {"updated_at": -(2**63) - 1},
            {"elapsed": float("nan")},
            {"cost": float("nan")},
            {"size": -1},
            {"func_name": None},
            {"version": ["not", "text"]},
            {"result_data": "text"},
            {"updated_at": "now"},
        ],
        ids=str,
    )
    def test_what_sqlite_cannot_keep_is_refused(self, db, raw, change):
        """Nothing is stored, and nothing is stored as something else."""
        with pytest.raises(StoreError):
            db.save(record(1, **change))

        assert (0,) == raw.execute("SELECT count(*) FROM tasks").fetchone()
        db.save(record(2))

    @pytest.mark.parametrize("text", ["a\0b", "\0", "\x1a'\"`;--", "😀" * 1000, "\ufeffé\u0301"])
    def test_odd_text_is_kept(self, db, text):
        """Even NUL, which SQLite's own functions stop at."""
        odd = record(1, cache_key=text, func_name=text, arguments=text)
        db.save(odd)

        assert odd == db.get(text)
        assert {text: odd} == db.get_many([text])
        assert 1 == db.count(RecordFilter(func_name=text), limit=9).n

    @pytest.mark.parametrize("value", [float("inf"), -0.0, 5e-324, 1.7976931348623157e308])
    def test_odd_numbers_are_kept(self, db, value):
        db.save(record(1, elapsed=value, cost=-value))

        assert record(1, elapsed=value, cost=-value) == db.get(record(1).cache_key)

    @pytest.mark.parametrize(
        ("where", "index"),
        [
            (RecordFilter(), "tasks_by_time"),
            (RecordFilter(func_name="f"), "tasks_by_function"),
            (RecordFilter(func_name="f", updated_before=9), "tasks_by_function"),
            (RecordFilter(updated_from=1, updated_before=9), "tasks_by_time"),
        ],
    )
    def test_listings_are_read_from_an_index(self, raw, where, index):
        """No page of a listing scans the table or sorts it, however far one has paged."""
        for after in (None, record(1)):
            condition, values = _condition(where, after)
            plan = _plan(
                raw,
                f"SELECT {LISTED} FROM tasks {condition} "
                "ORDER BY updated_at DESC, cache_key DESC LIMIT 9",
                values,
            )

            assert index in plan
            assert "TEMP B-TREE" not in plan

    @pytest.mark.parametrize(
        ("sql", "index"),
        [
            ("SELECT result_value FROM tasks WHERE result_value IN (?, ?)", "tasks_by_location"),
            ("SELECT 1 FROM tasks WHERE expires_at <= ? AND 1 < ?", "tasks_by_expiry"),
        ],
    )
    def test_partial_indexes_are_used(self, raw, sql, index):
        assert index in _plan(raw, sql, (1, 2))


def _plan(raw, sql, values) -> str:
    return " ".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values))


class TestMaking:
    @pytest.mark.parametrize("path", ["", "a\0b", b"x.db", None, 3, ":memory:"])
    def test_a_path_is_text(self, path):
        with pytest.raises(ValidationError):
            SQLiteTaskDB(path)

    @pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), 3601, True, "5", None])
    def test_a_timeout_is_a_time(self, timeout):
        with pytest.raises(ValidationError, match="timeout"):
            SQLiteTaskDB("x.db", timeout=timeout)

    @pytest.mark.parametrize("durable", [0, 1, None, "yes"])
    def test_durable_is_a_truth(self, durable):
        with pytest.raises(ValidationError, match="durable"):
            SQLiteTaskDB("x.db", durable=durable)

    def test_the_path_is_fixed_at_once(self, tmp_path, monkeypatch):
        """A later change of the working directory moves nothing."""
        monkeypatch.chdir(tmp_path)
        db = SQLiteTaskDB("x.db")
        monkeypatch.chdir("/")

        assert str(tmp_path / "x.db") == db.path
        assert repr(str(tmp_path / "x.db")) in repr(db)

    @pytest.mark.parametrize(
        ("url", "path"),
        [
            ("sqlite:///x.db", "x.db"),
            ("sqlite:///a/b%20c%3F%23.db", "a/b c?#.db"),
            ("sqlite:////abs/x.db", "/abs/x.db"),
            ("SQLITE:///x.db", "x.db"),
            ("sqlite:///x.db?durable=true&timeout=0.5", "x.db"),
            ("sqlite:///%E3%83%87.db", "デ.db"),
        ],
    )
    def test_a_url_means_a_path(self, url, path, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)

        assert str(tmp_path / path) == SQLiteTaskDB.from_url(url).path

    @pytest.mark.parametrize(
        ("url", "says"),
        [
            ("sqlite://", "sqlite:///relative.db"),
            ("sqlite:///", "sqlite:///relative.db"),
            ("sqlite://host/x.db", "without a host"),
            ("sqlite:x.db", "sqlite:///relative.db"),
            ("postgres:///x.db", "sqlite:///relative.db"),
            ("sqlite:///x.db#y", "%23"),
            ("sqlite:///:memory:", "MemoryTaskDB"),
            ("sqlite:///x.db?tiemout=3", "'tiemout'; known are durable and timeout"),
            ("sqlite:///x.db?timeout=soon", "timeout='soon'"),
            ("sqlite:///x.db?durable=maybe", "durable='maybe'"),
            ("sqlite:///x.db?durable=", "durable=''"),
            ("sqlite:///x.db?timeout=1&timeout=2", "given twice"),
        ],
    )
    def test_another_url_is_refused(self, url, says):
        from beautyspot.core.errors import ConfigurationError

        with pytest.raises(ConfigurationError, match=says.replace("?", r"\?")):
            SQLiteTaskDB.from_url(url)

    def test_options_go_before_the_url(self, tmp_path):
        """Said by argument, then in the URL; durable is seen on the connection that writes."""
        url = f"sqlite:///{tmp_path}/x.db?durable=false"
        durable = SQLiteTaskDB.from_url(url, durable=True)
        plain = SQLiteTaskDB.from_url(url)

        assert [2, 1] == [_synchronous(db) for db in (durable, plain)]
        with pytest.raises(Exception, match="unknown option 'x'"):
            SQLiteTaskDB.from_url(url, x=1)


def _synchronous(db: SQLiteTaskDB) -> int:
    with db._connections.write(transaction=False) as connection:
        (level,) = connection.execute("PRAGMA synchronous").fetchone()
    db.close()
    return level
