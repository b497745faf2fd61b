"""What a marked function answers, plain and coroutine alike: one set of rules, both drivers."""

import functools
import inspect
import math
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from dependency_injector import providers

from beautyspot import Spot
from beautyspot.bootstrap import Container
from beautyspot.core.placement import INLINE_LIMIT
from beautyspot.drivers.tally import Counts, Tally
from beautyspot.testing import ManualClock, MemoryTaskDB

from .stores import Call, Failing, Remote, double, large, nothing, spot_of


@pytest.fixture
def clock():
    manual = ManualClock()
    with Container.clock.override(providers.Object(manual)):
        yield manual


@pytest.fixture(params=[MemoryTaskDB, Remote, Failing])
def any_db(request: pytest.FixtureRequest) -> MemoryTaskDB:
    return request.param()


BOOM = ValueError("boom")


def boom(x: Any) -> None:
    raise BOOM


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


def test_wrong_arguments_are_pythons_own_error(db, blobs, mark):
    """As if the function were not marked; and nothing runs."""
    call, marked = mark(spot_of(db, blobs), double)

    with pytest.raises(TypeError, match=r"(plain|coroutine)\(\) takes from 0 to 1 positional"):
        call(1, 2)
    assert marked.counts.runs == 0


def test_any_name_can_be_a_keyword(db, blobs):
    """``self`` is no name of ours in a call."""

    def count(**options: int) -> int:
        return len(options)

    marked = spot_of(db, blobs).mark(count)

    assert marked(self=1) == 1
    assert marked.key(self=1) != marked.key(self=2)


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


def test_names_of_files_that_are_no_text_are_arguments(tmp_path, mark):
    """Python spells their bytes as lone surrogates, which no database takes as text."""
    with Spot("names", db=tmp_path / "n.db") as spot:
        call, marked = mark(spot, nothing)
        call("caf\udce9.txt")
        call("caf\udce9.txt")

    assert (marked.counts.runs, marked.counts.hits) == (1, 1)


def test_a_function_may_call_itself_many_times_deep(db, blobs):
    """Each level costs a few frames of Python's thousand."""
    marked = spot_of(db, blobs).mark(factorial)
    SELF.append(marked)

    assert marked(200) == math.factorial(200)


SELF: list[Any] = []


def factorial(n: int) -> int:
    return 1 if n == 0 else n * int(SELF[-1](n - 1))


def test_many_hits_are_all_counted():
    """Whatever is added up in between, and by whom: eight threads count, one looks."""
    tally = Tally()
    with ThreadPoolExecutor(8) as pool:
        for count in [pool.submit(lambda: [tally.hit(0.5) for _ in range(2500)]) for _ in range(8)]:
            seen = tally.counts().hits
            count.result()
            assert seen <= tally.counts().hits
    tally.hit(None)

    assert tally.counts() == Counts(hits=20_001, seconds_saved=10_000)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_fork_does_not_take_over_a_held_lock():
    """A thread that counted while another one forked is not in the child; its lock is free."""
    tally = Tally()
    with tally._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # a hang ends the child by a signal
            tally.hit(None)
            os._exit(tally.counts().hits - 1)

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
