"""``save_sync=False``: the caller has the value first, and nothing else is different."""

import asyncio
import gc
import os
import sqlite3
import threading
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from beautyspot import BeautySpotWarning, CacheMiss, Marked, Spot, Verdict
from beautyspot.bootstrap import Container
from beautyspot.core.errors import ConfigurationError, StoreError, ValidationError
from beautyspot.core.model import TaskRecord
from beautyspot.drivers import background
from beautyspot.drivers.backlog import Backlog
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing import ManualClock, MemoryBlobStore, MemoryTaskDB


class Gate:
    """Holds up who saves until it is opened, and says when somebody has come."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def pass_through(self) -> None:
        self.entered.set()
        assert self.opened.wait(30)


class Gated(MemoryTaskDB):
    """A database behind a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate()

    def save(self, record: TaskRecord) -> None:
        self.gate.pass_through()
        super().save(record)

    def save_many(self, records: Iterable[TaskRecord]) -> None:
        self.gate.pass_through()
        super().save_many(records)


class GatedFile(SQLiteTaskDB):
    """A database in a file, behind a gate."""

    def __init__(self, path: Path, gate: Gate) -> None:
        super().__init__(path)
        self.gate = gate

    def save(self, record: TaskRecord) -> None:
        self.gate.pass_through()
        super().save(record)


@pytest.fixture(autouse=True)
def nothing_of_other_tests() -> None:
    """What they have dropped is gone, and so are its threads."""
    gc.collect()
    for thread in savers():
        thread.join(30)


@pytest.fixture
def db() -> Iterator[Gated]:
    gated = Gated()
    yield gated
    gated.gate.opened.set()


@pytest.fixture
def spot(db: Gated) -> Spot:
    return Spot("s", db=db, storage=MemoryBlobStore(), save_sync=False)


Call = Callable[..., Any]


@pytest.fixture(params=["plain", "coroutine"])
def mark(request: pytest.FixtureRequest) -> Callable[..., tuple[Call, Marked[..., Any]]]:
    """Mark ``body`` as a plain function or as a coroutine function; answer how to call it."""

    def mark(spot: Spot, body: Call, **options: Any) -> tuple[Call, Marked[..., Any]]:
        if request.param == "plain":

            def plain(x: object) -> Any:
                return body(x)

            marked = spot.mark(**options)(plain)
            return marked, marked

        async def coroutine(x: object) -> Any:
            return body(x)

        awaited = spot.mark(**options)(coroutine)
        return lambda x: asyncio.run(awaited(x)), awaited

    return mark


def savers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "beautyspot-saving"]


def square(x: int) -> int:
    return x * x


def large(x: int) -> bytes:
    return bytes(100_000)


def test_the_caller_has_the_value_before_it_is_saved(spot: Spot, db: Gated, mark):
    """It is saved later, and ``flush`` waits for that."""
    call, marked = mark(spot, square)

    assert 9 == call(3)
    assert db.get(marked.key(3)) is None
    db.gate.opened.set()
    assert spot.flush()
    assert db.get(marked.key(3))


@pytest.mark.parametrize("body", [square, large])
def test_the_next_call_finds_what_waits(spot: Spot, db: Gated, mark, body: Call):
    """In the record or in a blob, before it is written and while it is."""
    call, marked = mark(spot, body)

    first = call(3)
    assert first == call(3)
    assert db.gate.entered.wait(30)
    assert first == call(3)
    db.gate.opened.set()
    spot.flush()
    assert first == call(3)
    assert (1, 3) == (marked.counts.runs, marked.counts.hits)


def test_what_waits_is_found_by_all_who_use_the_database(spot: Spot, db: Gated):
    """Another Spot, another marked function of the same name."""
    other = Spot("other", db=db, storage=MemoryBlobStore())
    spot.mark(square)(3)
    marked = other.mark(square)

    assert 9 == marked(3)
    assert Verdict.HIT is marked.explain(3).verdict
    assert 0 == marked.counts.runs


def test_what_waits_of_a_dropped_spot_is_found_and_kept_in_order(db: Gated):
    """The database is the same, so the backlog is too."""
    Spot("one", db=db, storage=MemoryBlobStore(), save_sync=False).mark(square)(3)
    gc.collect()
    marked = Spot("other", db=db, storage=MemoryBlobStore()).mark(square)

    assert 9 == marked(3)
    assert 0 == marked.counts.runs


def test_every_hit_has_a_value_of_its_own(spot: Spot):
    """What the caller does to it changes neither what waits nor what is saved."""
    marked = spot.mark(lambda x: [x])
    marked(1).append(2)
    marked(1).append(3)

    assert [1] == marked(1)


def test_what_waits_is_deleted_for_good(spot: Spot, db: Gated):
    """It is not saved afterwards."""
    marked = spot.mark(square)
    db.gate.opened.set()
    marked(0)
    spot.flush()
    db.gate.opened.clear()
    db.gate.entered.clear()
    marked(1)  # is being written
    assert db.gate.entered.wait(30)
    marked(2)  # waits

    assert spot.delete(marked.key(2))
    assert not spot.delete(marked.key(2))
    db.gate.opened.set()
    assert spot.delete(marked.key(1))
    assert spot.flush()
    assert [None, None] == [db.get(marked.key(n)) for n in (1, 2)]


ANSWERS: list[str] = []


def answer(x: int) -> str:
    return ANSWERS.pop(0)


@pytest.mark.parametrize("save_sync", [False, True])
def test_the_later_result_of_a_call_stays(db: Gated, save_sync: bool):
    """Also where the earlier one waits when the later one is saved at once."""
    ANSWERS[:] = ["a", "b"]
    manual = ManualClock()
    with Container.clock.override(providers.Object(manual)):
        spot = Spot("s", db=db, storage=MemoryBlobStore(), save_sync=False, retention=10)
        assert "a" == spot.mark(answer)(1)
        manual.advance(11)
        later = spot.mark(save_sync=save_sync)(answer)
        db.gate.opened.set()
        assert "b" == later(1)
        assert spot.flush()
        assert "b" == later(1)


def test_accepting_counts_what_waits(spot: Spot, db: Gated):
    """It is a stored result like any other."""
    db.gate.opened.set()
    marked = spot.mark(square)
    marked(1)
    marked(2)

    assert 2 == spot.accept(marked)


def test_explaining_a_miss_knows_what_waits(spot: Spot, db: Gated):
    """The nearest call may have returned a moment ago."""
    db.gate.opened.set()
    marked = spot.mark(square)
    marked(1)

    assert "x" in str(marked.explain(2))
    assert Verdict.HIT is marked.explain(1).verdict


class Refusing(MemoryTaskDB):
    """A database that cannot save."""

    def save(self, record: TaskRecord) -> None:
        raise StoreError("refused")

    def save_many(self, records: Iterable[TaskRecord]) -> None:
        raise StoreError("refused")


def test_what_cannot_be_saved_is_told_once_and_counted(mark):
    """The warning points at the function, as for saves that are waited for."""
    spot = Spot("s", db=Refusing(), storage=MemoryBlobStore(), save_sync=False)
    call, marked = mark(spot, square)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert [1, 4] == [call(1), call(2)]
        assert not spot.flush()
        assert spot.flush()

    (warning,) = caught
    assert warning.category is BeautySpotWarning
    assert "not stored (StoreError: refused)" in str(warning.message)
    assert __file__ == warning.filename
    assert 2 == marked.counts.troubles


def test_what_could_not_be_saved_runs_again(mark):
    """It is not found any more once it is given up."""
    spot = Spot("s", db=Refusing(), storage=MemoryBlobStore(), save_sync=False)
    call, marked = mark(spot, square)
    with pytest.warns(BeautySpotWarning):
        call(1), spot.flush(), call(1), spot.flush()

    assert 2 == marked.counts.runs


def test_an_event_loop_goes_on_while_too_much_waits(monkeypatch: pytest.MonkeyPatch, db: Gated):
    """The call waits in a thread."""
    monkeypatch.setattr(background, "Backlog", partial(Backlog, records=1))
    spot = Spot("s", db=db, storage=MemoryBlobStore(), save_sync=False)

    @spot.mark
    async def double(x: int) -> int:
        return x * 2

    async def main() -> list[int]:
        calls = asyncio.gather(*(double(n) for n in range(5)))
        # Somebody has to be held up at the gate before the loop opens it: so the loop goes on.
        await asyncio.to_thread(db.gate.entered.wait, 30)
        db.gate.opened.set()
        return await calls

    assert [0, 2, 4, 6, 8] == asyncio.run(main())
    assert spot.flush()


@pytest.mark.parametrize("options", [{"strict": True, "save_sync": False}])
def test_strict_and_background_exclude_each_other(options: dict[str, Any]):
    """Nobody is there any more to whom it could be raised."""
    with pytest.raises(ValidationError, match="exclude each other"):
        Spot("s", db=MemoryTaskDB(), storage=MemoryBlobStore(), **options)
    with pytest.raises(ConfigurationError, match="exclude each other"):
        Spot("s", db=MemoryTaskDB(), storage=MemoryBlobStore(), strict=True).mark(
            square, save_sync=False
        )
    with pytest.raises(ConfigurationError, match="exclude each other"):
        Spot("s", db=MemoryTaskDB(), storage=MemoryBlobStore()).mark(square, **options)


def test_a_strict_function_of_such_a_spot_is_saved_at_once():
    """And raises what goes wrong."""
    spot = Spot("s", db=Refusing(), storage=MemoryBlobStore(), save_sync=False)

    with pytest.raises(StoreError, match="refused"):
        spot.mark(strict=True)(square)(1)


def test_a_function_says_for_itself_when_it_is_saved(db: Gated):
    """In either direction."""
    db.gate.opened.set()
    now = Spot("s", db=db, storage=MemoryBlobStore(), save_sync=False).mark(save_sync=True)(square)
    now(1)

    assert db.get(now.key(1))
    db.gate.opened.clear()
    later = Spot("s", db=db, storage=MemoryBlobStore()).mark(save_sync=False)(square)
    assert 4 == later(2)
    assert db.get(later.key(2)) is None


@pytest.mark.parametrize("value", [0, "no"])
def test_save_sync_is_a_truth(value: Any):
    with pytest.raises(ValidationError, match="save_sync"):
        Spot("s", save_sync=value)


def test_a_shut_down_spot_has_no_thread_and_works_again(spot: Spot, db: Gated):
    """``shutdown`` waits for what waits."""
    db.gate.opened.set()
    marked = spot.mark(square)
    with spot:
        marked(1)
    assert savers() == []
    assert db.get(marked.key(1))

    marked(2)
    assert spot.shutdown()
    assert savers() == []
    assert db.get(marked.key(2))


class Text:
    """A serializer that can be watched."""

    def dumps(self, value: object) -> bytes:
        return str(value).encode()

    def loads(self, data: bytes | memoryview) -> object:
        return int(bytes(data))


def test_a_dropped_spot_is_written_and_leaves_nothing(tmp_path: Path):
    """What waits keeps the database alive, nothing else; then that goes too."""
    gate, before = Gate(), descriptors()
    parts: list[Any] = [GatedFile(tmp_path / "x.db", gate), MemoryBlobStore(), Text()]
    db, blobs, serializer = parts
    spot = Spot("s", db=db, storage=blobs, serializer=serializer, save_sync=False)
    marked = spot.mark(square)
    marked(3)
    assert gate.entered.wait(30)
    key = marked.key(3)
    stores = [weakref.ref(each) for each in (db, blobs)]
    others = [weakref.ref(each) for each in (spot, serializer, marked)]
    del spot, marked, db, blobs, serializer
    parts.clear()
    gc.collect()
    assert [None, None, None] == [each() for each in others]
    assert all(each() is not None for each in stores)

    gate.opened.set()
    for thread in savers():
        thread.join(30)
    gc.collect()

    assert [None, None] == [each() for each in stores]
    assert before == descriptors()
    assert SQLiteTaskDB(tmp_path / "x.db").get(key)


def test_hundreds_of_dropped_spots_leave_no_thread_and_no_descriptor(tmp_path: Path):
    """As with saves that are waited for."""
    before = descriptors()
    for n in range(200):
        Spot("s", db=tmp_path / f"{n % 10}.db", save_sync=False).mark(square)(n)
    gc.collect()
    for thread in savers():
        thread.join(30)
    gc.collect()

    assert before == descriptors()
    found = [Spot("s", db=tmp_path / f"{n % 10}.db").mark(square) for n in range(200)]
    assert [n * n for n in range(200)] == [marked(n) for n, marked in enumerate(found)]
    assert 0 == sum(marked.counts.runs for marked in found)


def descriptors() -> int:
    """Answer how many files are open, where the system says so."""
    folder = Path("/proc/self/fd")
    return len(os.listdir(folder)) if folder.exists() else 0


def test_the_thread_ends_when_it_has_nothing_to_do(
    monkeypatch: pytest.MonkeyPatch, spot: Spot, db: Gated
):
    """And another one begins when there is."""
    monkeypatch.setattr(background, "_IDLE", 0.0)
    db.gate.opened.set()
    marked = spot.mark(square)
    for n in range(3):
        marked(n)
        for thread in savers():
            thread.join(30)
        assert savers() == []
        assert db.get(marked.key(n))


def test_without_a_thread_the_caller_writes(
    monkeypatch: pytest.MonkeyPatch, spot: Spot, db: Gated, mark
):
    """Systems limit threads, and at the end of the program none begins."""
    start = threading.Thread.start

    def refuse(self: threading.Thread) -> None:
        if self.name == "beautyspot-saving":
            raise RuntimeError("can't start new thread")
        start(self)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    db.gate.opened.set()
    call, marked = mark(spot, square)

    assert 1 == call(1)
    assert db.get(marked.key(1))


def test_a_durable_url_makes_the_blobs_beside_it_durable(tmp_path: Path):
    """A record that outlives a power cut is worth little without its blob."""
    url = f"sqlite:///{tmp_path}/x.db?durable=true"

    assert "durable=True" in repr(Spot("s", db=url)._blobs)
    assert "durable=True" in repr(Spot("s", db=url, storage=tmp_path / "b")._blobs)
    assert "durable=True" not in repr(Spot("s", db=tmp_path / "y.db")._blobs)


def test_another_spot_on_the_file_deletes_what_waits(tmp_path):
    """It is the same store: what is deleted does not come back when it is written."""
    path = tmp_path / "shared.db"
    with Spot("a", db=path, save_sync=False) as one, Spot("b", db=path) as two:
        first, second = one.mark(square), two.mark(square)
        first(1)
        assert one.flush()
        locked = sqlite3.connect(path, isolation_level=None)
        locked.execute("BEGIN IMMEDIATE")
        first(2)
        first(3)
        found = second.peek(3)
        locked.execute("ROLLBACK")
        locked.close()
        deleted = second.delete(3)
        assert one.flush()

        assert (9, True) == (found, deleted)
        with pytest.raises(CacheMiss):
            first.peek(3)
