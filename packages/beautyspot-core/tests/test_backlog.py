"""Results that wait to be saved: bounded, in order, each written once, none forgotten."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from beautyspot.core.errors import BlobUnavailable, StoreBusy, StoreError
from beautyspot.core.model import TaskRecord
from beautyspot.drivers.backlog import GROUP, Backlog
from beautyspot.drivers.pending import Pending
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB


class Recording(MemoryTaskDB):
    """A database that notes in which groups it was given records, and fails when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.attempts: list[list[str]] = []
        self.failing: Callable[[list[TaskRecord]], None] = lambda records: None

    def _attempt(self, records: list[TaskRecord]) -> None:
        self.attempts.append([record.cache_key for record in records])
        self.failing(records)

    def save(self, record: TaskRecord) -> None:
        self._attempt([record])
        super().save(record)

    def save_many(self, records: Iterable[TaskRecord]) -> None:
        listed = list(records)
        self._attempt(listed)
        super().save_many(listed)


class Single(Recording):
    """A database that saves records one by one only."""

    save_many = None


@pytest.fixture
def db() -> Recording:
    return Recording()


@pytest.fixture
def blobs() -> MemoryBlobStore:
    return MemoryBlobStore()


@pytest.fixture
def unsaved() -> dict[str, Exception]:
    return {}


Make = Callable[..., Pending]


@pytest.fixture
def make(db: Recording, blobs: MemoryBlobStore, unsaved: dict[str, Exception]) -> Make:
    def make(
        key: str, version: str = "1", *, payload: bytes | None = None, **other: Any
    ) -> Pending:
        record = TaskRecord(
            cache_key=key, func_name="f", input_id="", version=version, updated_at=1, **other
        )

        def tell(record: TaskRecord, error: Exception) -> None:
            unsaved[record.cache_key] = error

        return Pending(db, blobs, record, payload, tell)

    return make


def version(db: MemoryTaskDB, key: str) -> str | None:
    found = db.get(key)
    return None if found is None else found.version


def raising(error: Exception) -> Callable[[list[TaskRecord]], None]:
    def fail(records: list[TaskRecord]) -> None:
        raise error

    return fail


def test_what_waits_is_shown_until_it_is_written(db: Recording, make: Make):
    """A look-up that misses it here finds it in the database."""
    backlog = Backlog()
    seen: list[bool] = []
    db.failing = lambda records: seen.append("a" in backlog.shown)

    backlog.add(make("a"), wait=True)
    before = backlog.shown["a"].entry
    backlog.drain()

    assert before == db.get("a").entry
    assert seen == [True]
    assert backlog.shown == {}


def test_records_are_written_in_groups_and_in_order(db: Recording, make: Make):
    """One transaction for many, none larger than it may be."""
    keys = [str(n) for n in range(GROUP + 10)]
    backlog = Backlog()
    for key in keys:
        backlog.add(make(key), wait=True)

    backlog.drain()

    assert [keys[:GROUP], keys[GROUP:]] == db.attempts


def test_large_records_make_small_groups(db: Recording, make: Make):
    """Others wait for a transaction as long as it takes to write it."""
    backlog = Backlog()
    for key in "abc":
        backlog.add(make(key, size=3_000_000), wait=True)

    backlog.drain()

    assert [["a"], ["b"], ["c"]] == db.attempts


def test_of_two_results_of_a_call_the_later_one_stays(db: Recording, make: Make):
    """Whether the earlier one waits still, or is being written."""
    backlog = Backlog()
    backlog.add(make("a", "1"), wait=True)
    backlog.add(make("a", "2"), wait=True)

    def meanwhile(records: list[TaskRecord]) -> None:
        if records[0].version == "2":
            backlog.add(make("a", "3"), wait=True)
            assert backlog.shown["a"].record.version == "3"

    db.failing = meanwhile
    backlog.drain()
    backlog.drain()

    assert db.attempts == [["a"], ["a"]]
    assert version(db, "a") == "3"


def test_a_blob_is_kept_before_its_record(db: Recording, blobs: MemoryBlobStore, make: Make):
    """No record ever points to nothing; a look-up has the payload meanwhile."""
    backlog = Backlog()
    loaded: list[bytes] = []
    db.failing = lambda records: loaded.extend(blobs.load(r.result_value) for r in records)

    backlog.add(make("a", payload=b"large"), wait=True)
    entry = backlog.shown["a"].entry
    backlog.drain()

    assert (b"large", None) == (entry.data, entry.location)
    assert [b"large"] == loaded


def test_discarded_is_not_written(db: Recording, make: Make):
    """A deleted result does not come back."""
    backlog = Backlog()
    backlog.add(make("a"), wait=True)
    backlog.add(make("b"), wait=True)

    assert backlog.discard("a")
    assert not backlog.discard("a")
    assert "a" not in backlog.shown
    backlog.drain()

    assert [["b"]] == db.attempts


def test_discarding_waits_for_what_is_being_written(db: Recording, make: Make):
    """So that it can be deleted where it is."""
    backlog = Backlog()
    entered, gate = threading.Event(), threading.Event()

    def block(records: list[TaskRecord]) -> None:
        entered.set()
        assert gate.wait(30)

    db.failing = block
    backlog.add(make("a"), wait=True)
    writer = threading.Thread(target=backlog.drain)
    deleter = threading.Thread(target=backlog.discard, args=("a",))
    writer.start()
    assert entered.wait(30)
    deleter.start()
    alive = deleter.is_alive()
    gate.set()
    deleter.join(30)
    writer.join(30)

    assert alive
    assert version(db, "a") == "1"


@pytest.mark.parametrize("limits", [{"records": 2}, {"size": 3_000}])
def test_who_finds_it_full_writes_himself(db: Recording, make: Make, limits: dict[str, int]):
    """Nothing is lost, and memory is bounded."""
    backlog = Backlog(**limits)
    for n in range(10):
        backlog.add(make(str(n)), wait=True)
        assert len(backlog) <= 2

    backlog.drain()

    assert [str(n) for n in range(10)] == [key for group in db.attempts for key in group]


def test_who_cannot_wait_is_told_that_it_is_full(db: Recording, make: Make):
    """An event loop goes on."""
    backlog = Backlog(records=1)

    assert backlog.add(make("a"), wait=False)
    assert not backlog.add(make("b"), wait=False)
    assert "b" not in backlog.shown
    assert db.attempts == []


def test_a_result_above_the_limit_waits_alone(db: Recording, make: Make):
    """It takes memory in any case, while it is returned."""
    backlog = Backlog(size=100)
    backlog.add(make("a", size=1_000), wait=True)
    backlog.add(make("b", size=1_000), wait=True)

    assert [["a"]] == db.attempts
    assert len(backlog) == 1


def test_a_bad_record_takes_no_others_with_it(
    db: Recording, make: Make, unsaved: dict[str, Exception]
):
    """A group that fails is saved one by one."""
    bad = StoreError("bad")

    def fail(records: list[TaskRecord]) -> None:
        if any(record.cache_key == "b" for record in records):
            raise bad

    db.failing = fail
    backlog = Backlog()
    for key in "abc":
        backlog.add(make(key), wait=True)
    backlog.drain()

    assert unsaved == {"b": bad}
    assert ["1", None, "1"] == [version(db, key) for key in "abc"]
    assert backlog.shown == {}


def test_a_blob_that_cannot_be_kept_takes_no_others_with_it(
    db: Recording, blobs: MemoryBlobStore, make: Make, unsaved: dict[str, Exception]
):
    """Its record is not written at all."""
    backlog = Backlog()
    blobs.save = lambda key, data: "blob" if data == b"good" else 3
    for key, payload in (("a", b"good"), ("b", b"bad"), ("c", None)):
        backlog.add(make(key, payload=payload), wait=True)
    backlog.drain()

    assert ["b"] == list(unsaved)
    assert "answered 3 for a location" in str(unsaved["b"])
    assert ["1", None, "1"] == [version(db, key) for key in "abc"]


def test_a_store_without_a_catalog_saves_one_by_one(blobs: MemoryBlobStore):
    """``save_many`` is an ability."""
    db, backlog = Single(), Backlog()
    for key in "ab":
        record = TaskRecord(cache_key=key, func_name="f", input_id="", updated_at=1)
        backlog.add(Pending(db, blobs, record, None, lambda record, error: None), wait=True)
    backlog.drain()

    assert [["a"], ["b"]] == db.attempts
    assert db.get("a")
    assert db.get("b")


def test_a_store_that_is_gone_costs_three_time_outs(
    db: Recording, make: Make, unsaved: dict[str, Exception]
):
    """However much waits: each attempt may take as long as the store lets it."""
    db.failing = raising(StoreBusy("held"))
    backlog = Backlog()
    for n in range(GROUP * 5):
        backlog.add(make(str(n)), wait=True)
    backlog.drain()

    assert [GROUP, GROUP, GROUP * 3] == [len(group) for group in db.attempts]
    assert GROUP * 5 == len(unsaved)
    assert backlog.shown == {}


def test_a_blob_store_that_is_gone_costs_three_time_outs_for_a_group(
    db: Recording, blobs: MemoryBlobStore, make: Make, unsaved: dict[str, Exception]
):
    """And what needs none of it is saved."""
    asked: list[str] = []

    def gone(key: str, data: bytes) -> str:
        asked.append(key)
        raise BlobUnavailable("gone")

    blobs.save = gone
    backlog = Backlog()
    for n in range(10):
        backlog.add(make(str(n), payload=b"x"), wait=True)
    backlog.add(make("small"), wait=True)
    backlog.drain()

    assert ["0", "1", "2"] == asked
    assert 10 == len(unsaved)
    assert [["small"]] == db.attempts


def test_saving_resumes_when_the_store_is_back(
    db: Recording, make: Make, unsaved: dict[str, Exception]
):
    """A store that was gone is asked again for what comes later."""
    backlog = Backlog()
    db.failing = raising(StoreBusy("held"))
    for key in "abc":
        backlog.add(make(key), wait=True)
        backlog.drain()
    db.failing = lambda records: None
    backlog.add(make("d"), wait=True)
    backlog.drain()

    assert {"a", "b", "c"} == unsaved.keys()
    assert version(db, "d") == "1"


def test_what_an_interrupt_leaves_unwritten_waits_again(db: Recording, make: Make):
    """Ctrl-C ends the call that it hits, and loses no result of another."""

    def interrupt(records: list[TaskRecord]) -> None:
        raise KeyboardInterrupt

    db.failing = interrupt
    backlog = Backlog()
    for key in "abc":
        backlog.add(make(key), wait=True)
    with pytest.raises(KeyboardInterrupt):
        backlog.drain()
    assert ["a", "b", "c"] == list(backlog.shown)

    db.failing = lambda records: None
    backlog.add(make("d"), wait=True)
    backlog.drain()

    assert ["a", "b", "c", "d"] == db.attempts[-1]


def test_a_store_may_save_while_it_saves(db: Recording, make: Make):
    """A store that calls a marked function waits for nobody, least of all for itself."""
    backlog = Backlog(records=1)
    drained: list[bool] = []

    def nested(records: list[TaskRecord]) -> None:
        if records[0].cache_key == "a":
            backlog.add(make("b"), wait=True)
            backlog.add(make("c"), wait=True)
            backlog.discard("a")
            drained.append(backlog.drain())

    db.failing = nested
    backlog.add(make("a"), wait=True)
    drained.append(backlog.drain())
    drained.append(backlog.drain())

    assert [["a"], ["b", "c"]] == db.attempts
    assert [False, True, True] == drained


def test_many_threads_write_everything_once(db: Recording, make: Make):
    """Whoever writes, one at a time."""
    backlog = Backlog(records=7)
    start = threading.Barrier(8)

    def fill(number: int) -> None:
        start.wait(30)
        for n in range(100):
            backlog.add(make(f"{number}-{n}"), wait=True)
        backlog.drain()

    threads = [threading.Thread(target=fill, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    written = [key for group in db.attempts for key in group]
    assert {f"{i}-{n}" for i in range(8) for n in range(100)} == set(written)
    assert 800 == len(written)
    assert backlog.shown == {}
