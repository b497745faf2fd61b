"""What a marked function does, plain and coroutine alike: one set of rules, both drivers."""

import asyncio
import functools
import gc
import inspect
import json
import math
import os
import signal
import warnings
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from dependency_injector import providers

from beautyspot import BeautySpotWarning, Marked, Spot
from beautyspot.bootstrap import Container
from beautyspot.core.errors import (
    BlobNotFound,
    CacheCorruptedError,
    SerializationError,
    StoreBusy,
    StoreUnavailable,
    UncacheableArgument,
)
from beautyspot.core.model import Entry, TaskRecord
from beautyspot.core.placement import INLINE_LIMIT
from beautyspot.drivers.tally import Counts, Tally
from beautyspot.testing import ManualClock, MemoryBlobStore, MemoryTaskDB


class Remote(MemoryTaskDB):
    """A database that is asked through ``get`` alone, as one behind a network is."""

    entry = None


class Failing(Remote):
    """A database that fails when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reading: Exception | None = None
        self.saving: Exception | None = None
        self.opening: Exception | None = None

    def init_schema(self) -> None:
        if self.opening:
            raise self.opening

    def get(self, cache_key: str) -> TaskRecord | None:
        if self.reading:
            raise self.reading
        return super().get(cache_key)

    def save(self, record: TaskRecord) -> None:
        if self.saving:
            raise self.saving
        super().save(record)


class FailingBlobs(MemoryBlobStore):
    """A blob store that fails when told to."""

    saving: Exception | None = None
    loading: Exception | None = None

    def save(self, key: str, data: bytes) -> str:
        if self.saving:
            raise self.saving
        return super().save(key, data)

    def load(self, location: str) -> bytes:
        if self.loading:
            raise self.loading
        return super().load(location)


@pytest.fixture
def clock():
    manual = ManualClock()
    with Container.clock.override(providers.Object(manual)):
        yield manual


@pytest.fixture(params=[MemoryTaskDB, Remote, Failing])
def any_db(request: pytest.FixtureRequest) -> MemoryTaskDB:
    return request.param()


@pytest.fixture
def db() -> Failing:
    return Failing()


@pytest.fixture
def blobs() -> FailingBlobs:
    return FailingBlobs()


Call = Callable[..., Any]


@pytest.fixture(params=["plain", "coroutine"])
def mark(request: pytest.FixtureRequest) -> Callable[..., tuple[Call, Marked[..., Any]]]:
    """Mark ``body`` as a plain function or as a coroutine function; answer how to call it."""

    def mark(spot: Spot, body: Call, **options: Any) -> tuple[Call, Marked[..., Any]]:
        if request.param == "plain":

            def plain(x: object = 0, *, bodies: None = None) -> Any:
                return body(x)

            marked = spot.mark(**options)(plain)
            return marked, marked

        async def coroutine(x: object = 0, *, bodies: None = None) -> Any:
            await asyncio.sleep(0)
            return body(x)

        marked = spot.mark(**options)(coroutine)
        return (lambda *args: asyncio.run(marked(*args))), marked

    return mark


def double(x: Any) -> Any:
    return [x, x]


def large(x: Any) -> bytes:
    return bytes([x]) * INLINE_LIMIT


def unstorable(x: Any) -> object:
    return object()


BOOM = ValueError("boom")


def boom(x: Any) -> None:
    raise BOOM


def nothing(x: Any) -> None:
    return None


def spot_of(db: Any, blobs: Any, **options: Any) -> Spot:
    return Spot("test", db=db, storage=blobs, **options)


def test_the_second_call_is_a_hit(any_db, blobs, mark):
    """The same call runs once; another one runs itself."""
    call, marked = mark(spot_of(any_db, blobs), double)

    assert [call(1), call(1), call(2), call(1)] == [[1, 1], [1, 1], [2, 2], [1, 1]]
    assert (marked.counts.runs, marked.counts.hits) == (2, 2)


def test_another_spot_on_the_same_store_finds_the_results(any_db, blobs, mark):
    """What is stored outlives the Spot that stored it."""
    mark(spot_of(any_db, blobs), double)[0](1)

    call, marked = mark(spot_of(any_db, blobs), double)

    assert call(1) == [1, 1]
    assert (marked.counts.runs, marked.counts.hits) == (0, 1)


def test_a_large_result_comes_back_from_the_blob_store(any_db, blobs, mark):
    """It is not inside the record."""
    call, marked = mark(spot_of(any_db, blobs), large)

    assert call(7) == call(7) == b"\x07" * INLINE_LIMIT
    assert marked.counts.hits == 1
    record = any_db.get(marked.key(7))
    assert record.result_data is None
    assert len(blobs.load(record.result_value)) == record.size


def test_none_is_a_result(any_db, blobs, mark):
    """It is found again as every other value."""
    call, marked = mark(spot_of(any_db, blobs), nothing)

    assert (call(1), call(1)) == (None, None)
    assert marked.counts.hits == 1


def test_every_caller_has_a_result_of_its_own(any_db, blobs, mark):
    """To change what was returned changes nothing in the store."""
    call, _ = mark(spot_of(any_db, blobs), double)

    call(1).append("mine")
    call(1).append("mine too")

    assert call(1) == [1, 1]


def test_raised_is_passed_on_and_not_stored(any_db, blobs, mark):
    """The very same exception, each time, and nothing is kept."""
    call, marked = mark(spot_of(any_db, blobs), boom)

    for _ in range(2):
        with pytest.raises(ValueError, match="boom") as caught:
            call(1)
        assert caught.value is BOOM
        assert caught.value.__context__ is None
    assert (marked.counts.runs, marked.counts.errors, marked.counts.hits) == (2, 2, 0)
    assert any_db.get(marked.key(1)) is None


def test_an_interrupt_is_passed_on(any_db, blobs, mark):
    """Ctrl-C stops the call, and nothing is kept."""
    call, marked = mark(spot_of(any_db, blobs), interrupted)

    with pytest.raises(KeyboardInterrupt):
        call(1)
    assert marked.counts.errors == 1
    assert any_db.get(marked.key(1)) is None


def interrupted(x: Any) -> None:
    raise KeyboardInterrupt


def test_results_expire(any_db, blobs, mark, clock):
    """Until the retention is over a hit, from then on a run; without one, for ever."""
    spot = spot_of(any_db, blobs, retention="1h")
    call, marked = mark(spot, double)
    kept, kept_marked = mark(spot, nothing, retention="forever")

    call(1)
    kept(1)
    clock.advance(3599)
    call(1)
    before = marked.counts.runs
    clock.advance(1)
    call(1)
    clock.advance(10**9)
    kept(1)

    assert (before, marked.counts.runs) == (1, 2)
    assert kept_marked.counts.runs == 1


def test_seconds_saved_are_those_of_the_runs(any_db, blobs, mark, clock):
    """A hit saves what the run took; the run's own time is counted apart."""
    CLOCKS.append(clock)
    call, marked = mark(spot_of(any_db, blobs), slow)

    call(1)
    call(1)
    call(1)

    assert marked.counts == Counts(hits=2, runs=1, seconds_saved=5.0, seconds_run=2.5)


CLOCKS: list[ManualClock] = []


def slow(x: Any) -> None:
    CLOCKS[-1].advance(2.5)


def warned(call: Callable[[], Any], match: str) -> Any:
    with pytest.warns(BeautySpotWarning, match=match) as caught:
        value = call()
    assert len(caught) == 1
    return value


@pytest.mark.parametrize(
    "error", [StoreUnavailable("down"), StoreBusy("busy"), OSError("foreign"), RuntimeError("bug")]
)
def test_a_store_that_cannot_be_asked_does_not_stop_the_call(db, blobs, mark, error: Exception):
    """The function runs; one warning says so; and the store is used again when it works."""
    call, marked = mark(spot_of(db, blobs), double)
    call(1)
    db.reading = error

    assert warned(lambda: call(1), "could not be asked, so the function ran") == [1, 1]
    assert call(1) == [1, 1]
    db.reading = None
    assert call(1) == [1, 1]
    assert (marked.counts.runs, marked.counts.hits, marked.counts.troubles) == (3, 1, 2)


@pytest.mark.parametrize("error", [StoreUnavailable("full"), OSError("foreign")])
def test_a_result_that_cannot_be_saved_is_returned(db, blobs, mark, error: Exception):
    """One warning; and the next call runs again."""
    spot = spot_of(db, blobs)
    call, marked = mark(spot, double)
    db.saving = error

    assert warned(lambda: call(1), "returned but not stored") == [1, 1]
    assert not spot.flush()
    db.saving = None
    assert call(1) == call(1) == [1, 1]
    assert spot.flush()
    assert (marked.counts.runs, marked.counts.hits) == (2, 1)


def test_a_database_that_does_not_open_is_opened_later(db, blobs, mark):
    """Every call tries again."""
    db.opening = StoreUnavailable("not yet")
    call, marked = mark(spot_of(db, blobs), double)

    with pytest.warns(BeautySpotWarning) as caught:
        call(1)
    db.opening = None
    call(1)
    call(1)

    assert len(caught) == 2  # it could neither be asked nor told
    assert (marked.counts.runs, marked.counts.hits) == (2, 1)


def test_a_blob_that_cannot_be_saved_leaves_no_record(db, blobs, mark):
    """No record points to nothing."""
    call, marked = mark(spot_of(db, blobs), large)
    blobs.saving = StoreUnavailable("full")

    assert warned(lambda: call(1), "returned but not stored") == b"\x01" * INLINE_LIMIT
    assert db.get(marked.key(1)) is None


def test_a_blob_store_that_answers_no_location_is_noticed(db, mark):
    """A foreign adapter's mistake costs a warning, not the value."""

    class Careless(MemoryBlobStore):
        def save(self, key: str, data: bytes) -> str:
            return None  # type: ignore[return-value]

    call, _ = mark(spot_of(db, Careless()), large)

    assert warned(lambda: call(1), "answered None for a location") == b"\x01" * INLINE_LIMIT


@pytest.mark.parametrize(
    ("error", "match"),
    [
        (BlobNotFound("gone"), "could not be read back, so the function ran again"),
        (StoreUnavailable("down"), "could not be asked, so the function ran"),
    ],
)
def test_a_lost_blob_is_not_an_unreachable_one(db, blobs, mark, error: Exception, match: str):
    """Both run the function; the warning tells them apart."""
    call, _ = mark(spot_of(db, blobs), large)
    call(1)
    blobs.loading = error

    assert warned(lambda: call(1), match) == b"\x01" * INLINE_LIMIT


def test_a_damaged_result_is_run_again_and_replaced(db, blobs, mark):
    """Bytes that changed are never an answer."""
    call, marked = mark(spot_of(db, blobs), double)
    call(1)
    record = db.get(marked.key(1))
    flipped = record.result_data[:-1] + bytes([record.result_data[-1] ^ 1])
    db.save(TaskRecord(**{**fields(record), "result_data": flipped}))

    assert warned(lambda: call(1), "could not be read back") == [1, 1]
    assert call(1) == [1, 1]
    assert (marked.counts.runs, marked.counts.hits) == (2, 1)


def test_a_swapped_result_is_noticed(db, blobs, mark):
    """A whole payload of another call is not this call's result."""
    call, marked = mark(spot_of(db, blobs), double)
    call(1)
    call(2)
    one, two = db.get(marked.key(1)), db.get(marked.key(2))
    db.save(TaskRecord(**{**fields(one), "result_data": two.result_data}))

    assert warned(lambda: call(1), "belongs to another record") == [1, 1]


def test_a_record_without_payload_and_location_is_damaged(db, blobs, mark):
    """There is nothing to answer with."""
    call, marked = mark(spot_of(db, blobs), double)
    call(1)
    record = db.get(marked.key(1))
    db.save(TaskRecord(**{**fields(record), "result_data": None}))

    assert warned(lambda: call(1), "neither a payload nor a location") == [1, 1]


def fields(record: TaskRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


class Careless:
    """A serializer whose ``loads`` is broken."""

    def dumps(self, value: object) -> bytes:
        return b"anything"

    def loads(self, data: bytes | memoryview) -> object:
        raise LookupError("no idea")


def test_a_codec_that_fails_is_a_damaged_result(db, blobs, mark):
    """What a foreign codec raises does not reach the caller."""
    call, _ = mark(spot_of(db, blobs, serializer=Careless()), double)
    call(1)

    assert warned(lambda: call(1), "Careless.loads failed") == [1, 1]


def test_a_result_of_another_codec_is_not_read(db, blobs, mark):
    """Every payload names the codec that wrote it."""
    mark(spot_of(db, blobs, serializer=Careless()), double)[0](1)

    call, _ = mark(spot_of(db, blobs), double)

    assert warned(lambda: call(1), "expected 'msgpack/1'") == [1, 1]


def test_a_function_may_have_a_codec_of_its_own(db, blobs, mark):
    """It is used instead of the Spot's."""
    call, _ = mark(spot_of(db, blobs), double, serializer=Careless())
    call(1)

    assert warned(lambda: call(1), "Careless.loads failed") == [1, 1]


def test_a_value_that_cannot_be_kept_is_returned(db, blobs, mark):
    """One warning that names the type; nothing is stored."""
    call, marked = mark(spot_of(db, blobs), unstorable)

    assert type(warned(lambda: call(1), "SerializationError.*object")) is object
    assert type(call(1)) is object
    assert marked.counts.runs == 2
    assert db.get(marked.key(1)) is None


def test_an_argument_without_content_runs_uncached(db, blobs, mark):
    """One warning that names the argument; the call is answered."""
    call, marked = mark(spot_of(db, blobs), nothing)

    assert warned(lambda: call(object()), r"x is a builtins\.object") is None
    assert call(object()) is None
    assert (marked.counts.runs, marked.counts.troubles) == (2, 2)


@pytest.mark.parametrize("where", ["spot", "mark"])
def test_strict_raises_what_goes_wrong(db, blobs, mark, where: str):
    """For the whole Spot or for one function; the store's own error is what is raised."""
    spot = spot_of(db, blobs, strict=where == "spot")
    options = {"strict": True} if where == "mark" else {}
    call, marked = mark(spot, double, **options)
    keep, _ = mark(spot, unstorable, **options)

    with pytest.raises(UncacheableArgument):
        call(object())
    with pytest.raises(SerializationError):
        keep(1)
    db.saving = StoreUnavailable("full")
    with pytest.raises(StoreUnavailable, match="full"):
        call(1)
    db.reading = CacheCorruptedError("bad")
    with pytest.raises(CacheCorruptedError, match="bad"):
        call(1)
    assert marked.counts.runs == 1


def test_a_function_can_be_less_strict_than_its_spot(db, blobs, mark):
    """What the function says counts."""
    call, _ = mark(spot_of(db, blobs, strict=True), double, strict=False)
    db.saving = StoreUnavailable("full")

    assert warned(lambda: call(1), "not stored") == [1, 1]


def test_a_warning_points_at_the_function(db, blobs, mark):
    """File and line are those of the user's own code."""
    call, marked = mark(spot_of(db, blobs), double)
    db.saving = StoreUnavailable("full")

    with pytest.warns(BeautySpotWarning) as caught:
        call(1)

    assert caught[0].filename == __file__
    assert caught[0].lineno == marked.__wrapped__.__code__.co_firstlineno


def test_warnings_as_errors_do_not_cost_the_value(db, blobs, mark, caplog):
    """The value reaches the caller whatever the warning filters say; the message is logged."""
    call, _ = mark(spot_of(db, blobs), double)
    db.saving = StoreUnavailable("full")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = call(1)

    assert value == [1, 1]
    assert "returned but not stored" in caplog.text


def test_wrong_arguments_are_pythons_own_error(db, blobs, mark):
    """As if the function were not marked; and nothing runs."""
    call, marked = mark(spot_of(db, blobs), double)

    with pytest.raises(TypeError, match=r"(plain|coroutine)\(\) takes from 0 to 1 positional"):
        call(1, 2)
    assert marked.counts.runs == 0


@pytest.fixture
def no_collector():
    gc.disable()
    yield
    gc.enable()


def test_an_exception_leaves_no_cycle(db, blobs, no_collector):
    """What the function's frames hold goes as soon as the exception does."""
    marked = spot_of(db, blobs).mark(raises_holding)
    try:
        marked(1)
    except LookupError as error:
        held = error.args[0]

    assert held() is None


def test_an_awaited_exception_leaves_no_cycle(db, blobs, no_collector):
    """As above, seen from inside the loop: ``asyncio.run`` makes a cycle of its own."""
    marked = spot_of(db, blobs).mark(raises_holding_async)

    async def catch() -> Any:
        try:
            await marked(1)
        except LookupError as error:
            return error.args[0]

    assert asyncio.run(catch())() is None


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("step", ["reading", "saving"])
def test_an_outage_leaves_no_cycle(db, blobs, no_collector, strict: bool, step: str):
    """What the caller's frames hold goes with them, also while the store is down."""
    marked = spot_of(db, blobs, strict=strict).mark(double)
    setattr(db, step, StoreUnavailable("down"))

    def caller() -> weakref.ref[Held]:
        held = Held()
        with warnings.catch_warnings(), suppress(StoreUnavailable):
            warnings.simplefilter("ignore")
            marked(1)
        return weakref.ref(held)

    held = caller()
    setattr(db, step, None)  # the error, which was raised there, knows its frames

    assert held() is None


def test_a_refused_closure_is_refused_anew_each_time(db, blobs):
    """Each caller gets an error of its own, which holds no other caller's frames."""
    client = object()

    def ask() -> object:
        return client

    marked = spot_of(db, blobs, strict=True).mark(ask)

    def refusal() -> UncacheableArgument:
        with pytest.raises(UncacheableArgument, match="nonlocal client") as caught:
            marked()
        return caught.value

    assert refusal() is not refusal()


def test_the_context_of_an_error_is_its_own(db, blobs):
    """What the caller handles at that moment does not take the place of the error's own past."""
    call = spot_of(db, blobs).mark(second_thoughts)
    try:
        raise KeyError("the caller's")
    except KeyError:
        with pytest.raises(ValueError, match="second") as caught:
            call(1)

    assert isinstance(caught.value.__context__, ZeroDivisionError)


def second_thoughts(x: Any) -> None:
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError:
        raise ValueError("second")  # noqa: B904  # its context is what is tested


def test_any_name_can_be_a_keyword(db, blobs):
    """``self`` is no name of ours in a call."""

    def count(**options: int) -> int:
        return len(options)

    marked = spot_of(db, blobs).mark(count)

    assert marked(self=1) == 1
    assert marked.key(self=1) != marked.key(self=2)


class Held:
    """Something that a frame holds."""


def raises_holding(x: Any) -> None:
    held = Held()
    raise LookupError(weakref.ref(held))


async def raises_holding_async(x: Any) -> None:
    raises_holding(x)


def test_a_coroutine_function_is_seen_as_one(db, blobs):
    """By those who ask, as web frameworks do."""

    async def f() -> int:
        return 1

    def g() -> int:
        return 1

    spot = spot_of(db, blobs)

    assert asyncio.iscoroutinefunction(spot.mark(f))
    assert not asyncio.iscoroutinefunction(spot.mark(g))


def test_a_hit_of_a_local_database_stays_on_the_loop(blobs):
    """It is asked in a way that cannot wait; what would wait is asked in a thread."""
    asked: list[tuple[bool, bool]] = []

    class Watched(MemoryTaskDB):
        busy = False

        def entry(self, cache_key: str, *, wait: bool) -> Entry | None:
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                asked.append((wait, False))
            else:
                asked.append((wait, True))
                if self.busy:
                    raise StoreBusy("a moment")
            return super().entry(cache_key, wait=wait)

    db = Watched()
    marked = spot_of(db, blobs).mark(one)

    async def twice() -> None:
        await marked()
        asked.clear()
        await marked()
        db.busy = True
        await marked()

    asyncio.run(twice())

    assert asked == [(False, True), (False, True), (True, False)]
    assert marked.counts.hits == 2


async def one() -> int:
    return 1


def test_an_argument_changed_before_the_run_is_another_call(blobs):
    """The key is that of the arguments as the function sees them."""
    marked = spot_of(Remote(), blobs).mark(total)

    async def change_while_it_waits() -> int:
        numbers = [1]
        task = asyncio.create_task(marked(numbers))
        await asyncio.sleep(0)  # the look-up is in a thread now
        numbers.append(100)
        return await task

    assert asyncio.run(change_while_it_waits()) == 101
    assert asyncio.run(marked([1])) == 1
    assert asyncio.run(marked([1, 100])) == 101


async def total(numbers: list[int]) -> int:
    return sum(numbers)


def test_a_value_is_encoded_before_anybody_can_change_it(blobs):
    """Of five calls that share a list, each stores what it returned at that moment."""
    marked = spot_of(Remote(), blobs).mark(push)
    LOG.clear()

    async def at_once() -> None:
        await asyncio.gather(*(marked(number) for number in range(5)))

    asyncio.run(at_once())
    stored = [asyncio.run(marked(number)) for number in range(5)]

    assert marked.counts.hits == 5
    assert sorted(map(len, stored)) == [1, 2, 3, 4, 5]
    assert all(number == log[-1] for number, log in enumerate(stored))


LOG: list[int] = []


async def push(number: int) -> list[int]:
    LOG.append(number)
    return LOG


def warmed(function: Call) -> Call:
    @functools.wraps(function)
    def warm(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **{"temperature": 0.7, **kwargs})

    return warm


def test_a_wrapper_has_defaults_of_its_own(db, blobs):
    """A default of the function inside is no default of the one that is marked."""

    @warmed
    def ask(question: str, temperature: float = 0.0) -> float:
        return temperature

    marked = spot_of(db, blobs).mark(ask)

    assert [marked("hi"), marked("hi", temperature=0.0), marked("hi")] == [0.7, 0.0, 0.7]
    assert marked.counts.hits == 1


class Shy:
    """Something that cannot be shown."""

    def __repr__(self) -> str:
        raise LookupError("no words")


@pytest.mark.parametrize("argument", [{Shy(): object()}, {10**5000: object()}, [Shy, object()]])
def test_an_argument_that_cannot_be_shown_is_refused_all_the_same(db, blobs, mark, argument):
    """To say what is wrong must not go wrong itself."""
    call, _ = mark(spot_of(db, blobs), nothing)

    assert warned(lambda: call(argument), r"\(UncacheableArgument: x\[") is None


class Mute(Exception):
    def __str__(self) -> str:
        raise LookupError("no words")


def test_an_error_that_cannot_be_shown_costs_no_value(db, blobs, mark):
    """An adapter's error is foreign code as well."""
    call, marked = mark(spot_of(db, blobs), double)
    db.saving = Mute()

    assert call(1) == [1, 1]
    assert marked.counts.troubles == 1


def test_a_closed_stderr_costs_no_value(db, blobs, mark, monkeypatch):
    """Where nobody can be warned, the call is answered nevertheless."""
    call, _ = mark(spot_of(db, blobs), double)
    db.saving = StoreUnavailable("full")

    def closed(*args: object, **kwargs: object) -> None:
        raise ValueError("I/O operation on closed file")

    monkeypatch.setattr(warnings, "showwarning", closed)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert call(1) == [1, 1]


def test_names_of_files_that_are_no_text_are_arguments(tmp_path, mark):
    """Python spells their bytes as lone surrogates, which no database takes as text."""
    with Spot("names", db=tmp_path / "n.db") as spot:
        call, marked = mark(spot, nothing)
        call("caf\udce9.txt")
        call("caf\udce9.txt")

    assert (marked.counts.runs, marked.counts.hits) == (1, 1)


def test_a_codec_that_answers_no_bytes_is_named(db, blobs, mark):
    """As the json module does."""
    call, _ = mark(spot_of(db, blobs, serializer=json), double)

    assert warned(lambda: call(1), r"dumps answered str, no bytes") == [1, 1]


def test_a_codec_is_named_whatever_its_class_is_called(db, blobs, mark):
    """A payload has room for 255 characters of ASCII."""
    strange = type("シリアライザ" * 50, (Careless,), {})
    call, _ = mark(spot_of(db, blobs, serializer=strange()), double)

    assert call(1) == [1, 1]


def test_a_function_may_call_itself_many_times_deep(db, blobs):
    """Each level costs a few frames of Python's thousand."""
    marked = spot_of(db, blobs).mark(factorial)
    SELF.append(marked)

    assert marked(200) == math.factorial(200)


SELF: list[Any] = []


def factorial(n: int) -> int:
    return 1 if n == 0 else n * int(SELF[-1](n - 1))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_does_not_take_over_a_held_lock():
    """A thread that counted while another one forked is not in the child; its lock is free."""
    tally = Tally()
    with tally._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # a hang ends the child by a signal
            tally.hit(None)
            os._exit(0)

    assert os.waitpid(child, 0)[1] == 0


def test_a_marked_function_looks_like_its_own(db, blobs):
    """Name, documentation, signature and the plain function."""

    def documented(x: int) -> str:
        """Say what it does."""
        return str(x)

    marked = spot_of(db, blobs).mark(documented)

    assert marked.__name__ == "documented"
    assert marked.__doc__ == "Say what it does."
    assert marked.__wrapped__ is documented
    assert inspect.signature(marked) == inspect.signature(documented)
    assert repr(marked).startswith("<marked <function ")
