"""Databases as version 1 had them: a class that keeps a row of texts per key."""

import asyncio
import json
import sqlite3
from threading import Lock

import pytest

import beautyspot as bs
from beautyspot.db import SQLiteTaskDB, TaskDB
from beautyspot.embedded.textdb import TextTaskDB
from beautyspot.testing import MemoryBlobStore, TaskDBContract
from beautyspot.testing.samples import record

KEY = "0" * 32


class Rows(TaskDB):
    """As the guide of version 1 has it: seven texts, nothing is ever deleted."""

    def __init__(self):
        self.rows = {}

    def init_schema(self):
        pass

    def get(self, cache_key):
        return self.rows.get(cache_key)

    def save(
        self, cache_key, func_name, input_id, version, result_type, content_type, result_value
    ):
        self.rows[cache_key] = {
            "func_name": func_name,
            "input_id": input_id,
            "version": version,
            "result_type": result_type,
            "content_type": content_type,
            "result_value": result_value,
        }

    def get_history(self, limit=1000):
        return list(self.rows.values())[:limit]


class DeletingRows(Rows):
    def delete(self, cache_key):
        return self.rows.pop(cache_key, None) is not None


class QuietlyDeletingRows(Rows):
    def delete(self, cache_key):
        del self.rows[cache_key]


class Jsonb(Rows):
    """Reads the text as JSON and answers the value, in an order of its own."""

    def save(self, **row):
        row["result_value"] = dict(sorted(json.loads(row["result_value"]).items()))
        super().save(**row)


class BytesRows(DeletingRows):
    """The form of version 2: the payload as bytes beside the text; drivers answer them as views."""

    def save(self, *, result_data=None, **row):
        super().save(**row)
        self.rows[row["cache_key"]]["result_data"] = result_data and memoryview(result_data)


class SQLRows(Rows):
    """One table; its rows are those of ``sqlite3``."""

    def __init__(self):
        self.lock = Lock()
        self.connection = sqlite3.connect(":memory:", check_same_thread=False)
        self.connection.row_factory = sqlite3.Row

    def init_schema(self):
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS tasks (cache_key PRIMARY KEY, func_name, input_id, version,"
            " result_type, content_type, result_value)"
        )

    def get(self, cache_key):
        with self.lock:
            found = "SELECT * FROM tasks WHERE cache_key = ?"
            return self.connection.execute(found, (cache_key,)).fetchone()

    def save(self, **row):
        with self.lock:
            self.connection.execute("REPLACE INTO tasks VALUES (?,?,?,?,?,?,?)", [*row.values()])


class Contract(TaskDBContract):
    kind = Rows

    @pytest.fixture
    def db(self):
        return TextTaskDB(self.kind())


class TestSevenTexts(Contract):
    """It keeps the whole contract, although it has no ``delete``."""


class TestDeleting(Contract):
    kind = DeletingRows


class TestDeletingWithoutAnAnswer(Contract):
    kind = QuietlyDeletingRows


class TestJsonValues(Contract):
    kind = Jsonb


class TestBytesBeside(Contract):
    kind = BytesRows


class TestSQL(Contract):
    @pytest.fixture
    def db(self):
        rows = SQLRows()
        yield TextTaskDB(rows)
        rows.connection.close()


def square(x):
    return x * x


def marked(rows, **options):
    spot = bs.Spot("mine", db=rows, storage=MemoryBlobStore(), strict=True)
    return spot.mark(**options)(square)


def test_what_is_kept_is_text():
    """Seven columns by their names, all of them text or None."""
    rows = Rows()
    marked(rows, version="2", content_type="text/plain")(3)
    ((_, row),) = rows.rows.items()

    assert {str} == set(map(type, row.values()))
    assert ("2", "DIRECT_BLOB", "text/plain") == (
        row["version"],
        row["result_type"],
        row["content_type"],
    )
    assert 1 == json.loads(row["result_value"])["beautyspot"]


def test_everything_about_a_result_is_kept():
    """Expiry, elapsed time, fingerprint and arguments: a later Spot explains and expires."""
    rows = Rows()
    stored = marked(rows, retention="1h")
    stored(3)
    found = TextTaskDB(rows).get(stored.key(3))

    assert found is not None
    assert found.expires_at == found.updated_at + 3_600_000_000
    assert found.checksum
    assert found.fingerprint
    assert found.elapsed is not None
    assert '"x":3' in (found.arguments or "")


def test_bytes_stand_beside_the_text_where_there_is_a_place():
    """The text holds them only where there is none."""
    rows = BytesRows()
    TextTaskDB(rows).save(record(1))
    (row,) = rows.rows.values()

    assert b"payload 1" == row["result_data"]
    assert "result_data" not in json.loads(row["result_value"])


def test_a_class_may_learn_to_keep_bytes():
    """What it kept as text before is found still."""
    old, new = Rows(), BytesRows()
    TextTaskDB(old).save(record(1))
    new.rows = old.rows

    assert record(1) == TextTaskDB(new).get(record(1).cache_key)


@pytest.mark.parametrize(
    "value", ['"a text"', '{"a": 1}', "{", "{" * 100_000, "[1]", "", "blobs/ab.bin", None, 3, {}]
)
def test_a_row_of_somebody_else_is_no_record(value):
    """What version 1 stored under a key is never answered, and never deleted."""
    rows = DeletingRows()
    rows.rows[KEY] = {"result_value": value}
    db = TextTaskDB(rows)

    assert db.get(KEY) is None
    assert not db.delete(KEY)
    assert {"result_value": value} == rows.rows[KEY]


def test_a_row_of_another_key_is_no_answer():
    """A database that compares keys loosely does not lead to a wrong result."""
    rows = Rows()
    db = TextTaskDB(rows)
    db.save(record(1))
    rows.rows[KEY] = rows.rows[record(1).cache_key]

    with pytest.raises(bs.CacheCorruptedError, match="compare keys exactly"):
        db.get(KEY)


@pytest.mark.parametrize("length", [20, 100, 255])
def test_a_text_that_is_cut_short_is_damage(length):
    """A column that is too narrow is told about, and the function runs."""
    rows = Rows()
    spot = bs.Spot("mine", db=rows, storage=MemoryBlobStore())
    function = spot.mark(square)
    function(3)
    (row,) = rows.rows.values()
    row["result_value"] = row["result_value"][:length]

    with pytest.warns(bs.BeautySpotWarning, match=f"after {length} characters"):
        assert 9 == function(3)
    assert 9 == function(3)
    assert 2 == function.counts.runs


@pytest.mark.parametrize(
    "change",
    [
        {"result_data": "no base64"},
        {"result_data": 1},
        {"result_type": "PICKLE"},
        {"func_name": None},
    ],
)
def test_a_wrong_field_is_damage(change):
    rows = Rows()
    TextTaskDB(rows).save(record(1))
    (row,) = rows.rows.values()
    fields = {**json.loads(row["result_value"]), **change}
    row["result_value"] = {name: value for name, value in fields.items() if value is not None}

    with pytest.raises(bs.CacheCorruptedError, match="field"):
        TextTaskDB(rows).get(record(1).cache_key)


def test_a_damaged_record_can_be_deleted():
    rows = Rows()
    db = TextTaskDB(rows)
    db.save(record(1))
    rows.rows[record(1).cache_key]["result_value"] = '{"beautyspot":1,"cach'

    assert db.delete(record(1).cache_key)
    assert db.get(record(1).cache_key) is None


def test_a_call_whose_record_is_damaged_can_be_forgotten():
    """By the function as well, which cannot say any more where its blob is."""
    rows = Rows()
    spot = bs.Spot("mine", db=rows, storage=MemoryBlobStore())
    function = spot.mark(square)
    function(3)
    rows.rows[function.key(3)]["result_value"] = '{"beautyspot":1,"cach'

    assert function.delete(3) is True
    assert function.delete(3) is False
    with pytest.raises(bs.CacheMiss):
        function.peek(3)


def test_a_format_of_the_future_is_told_about():
    rows = Rows()
    rows.rows[KEY] = {"result_value": '{"beautyspot": 2}'}

    with pytest.raises(bs.SerializationError, match="format 2, known: 1"):
        TextTaskDB(rows).get(KEY)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (sqlite3.OperationalError("locked"), bs.StoreError),
        (ConnectionError("refused"), bs.StoreUnavailable),
        (TimeoutError("late"), bs.StoreUnavailable),
        (bs.StoreBusy("ours"), bs.StoreBusy),
    ],
)
def test_errors_of_the_class_become_ours(raised, expected):
    """With the cause kept; and the function is answered all the same."""

    class Failing(Rows):
        def get(self, cache_key):
            raise raised

    with pytest.raises(expected) as caught:
        TextTaskDB(Failing()).get(KEY)
    assert raised in {caught.value, caught.value.__cause__}
    with pytest.warns(bs.BeautySpotWarning, match=str(raised)):
        assert 9 == bs.Spot("mine", db=Failing()).mark(square)(3)


@pytest.mark.parametrize("answer", [3, "row", [1], {"func_name": "f"}])
def test_what_is_no_row_is_an_error(answer):
    class Odd(Rows):
        def get(self, cache_key):
            return answer

    with pytest.raises(bs.StoreError, match="expected a dict of cache_key, func_name"):
        TextTaskDB(Odd()).get(KEY)


def test_a_number_that_is_not_finite_is_refused():
    with pytest.raises(bs.StoreError, match="finite"):
        TextTaskDB(Rows()).save(record(1, cost=float("nan")))


class Renamed(Rows):
    def save(self, key, function):
        pass


class Wanting(Rows):
    def save(self, cache_key, expires_at, **row):
        pass


class Waiting(Rows):
    async def get(self, cache_key):
        pass


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(Renamed, "cache_key"), (Wanting, "expires_at"), (Waiting, "get is async")],
)
def test_a_class_that_cannot_be_called_is_refused_when_the_spot_is_made(kind, reason):
    with pytest.raises(bs.ConfigurationError, match=reason):
        bs.Spot("mine", db=kind())


def test_a_class_lacking_a_method_cannot_be_made():
    """All four methods of the guide are required, as they were."""

    class Half(TaskDB):
        def init_schema(self):
            pass

    with pytest.raises(TypeError, match="get_history"):
        Half()  # type: ignore[abstract]


def test_the_class_itself_is_refused():
    with pytest.raises(bs.ConfigurationError, match="a class"):
        bs.Spot("mine", db=Rows)


def test_coroutine_functions_use_it():
    rows = Rows()
    spot = bs.Spot("mine", db=rows, storage=MemoryBlobStore(), strict=True)

    @spot.mark
    async def cube(x):
        return x**3

    async def twice():
        return await cube(2), await cube(2)

    assert (8, 8) == asyncio.run(twice())
    assert 1 == cube.counts.runs


def test_our_own_database_has_the_old_name(tmp_path):
    with bs.Spot("mine", db=SQLiteTaskDB(tmp_path / "a.db")) as spot:
        assert 9 == spot.mark(square)(3)
    assert (tmp_path / "a.db").is_file()
