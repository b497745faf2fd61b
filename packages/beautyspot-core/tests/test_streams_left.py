"""Streams that somebody has stopped to read and kept: nobody waits for them for ever.

Time passes by a clock of the test alone.
"""

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from dependency_injector import providers

import beautyspot as bs
from beautyspot.bootstrap import Container
from beautyspot.drivers.patience import Patience, Pulse, pulse_of
from beautyspot.embedded.claims import KernelClaims
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing import ManualClock

LIMIT = 30
KEY = "0123456789abcdef" * 2


@pytest.fixture
def clock():
    clock = ManualClock()
    with Container.clock.override(providers.Object(clock)):
        yield clock


def until(clock: ManualClock, future: "Future[Any]", seconds: float) -> float:
    """Let time pass until something has come of a future; answer how much of it did."""
    passed = 0.0
    while not future.done() and passed < seconds:
        clock.advance(0.25)
        passed += 0.25
        threading.Event().wait(0.002)
    return passed


def numbers(n):
    for number in range(n):
        yield number * 10


class Elsewhere(SQLiteTaskDB):
    """As if whatever is claimed was claimed by other processes."""

    def holds(self, cache_key):
        return False


class Two:
    """Two Spots on the same files, as of two processes: they see of each other what is there."""

    def __init__(self, folder, function):
        self.spots = [bs.Spot("left", db=Elsewhere(folder / "left.db")) for _ in range(2)]
        self.one, self.two = (spot.mark(function) for spot in self.spots)


def test_who_waits_for_what_another_process_has_left_runs_it(tmp_path, clock):
    """After ten seconds in which nothing moved; who had left it can still read on."""
    both = Two(tmp_path, numbers)
    left = both.one(3)
    assert 0 == next(left)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: list(both.two(3)))
        passed = until(clock, waiting, 100)

        assert [0, 10, 20] == waiting.result(LIMIT)
    assert 10 <= passed < 20
    assert 1 == both.two.counts.runs
    assert [10, 20] == list(left)
    assert [0, 10, 20] == list(both.one(3)) == list(both.two(3))


def test_who_waits_for_what_moves_waits_for_its_end(tmp_path, clock):
    """However slow its consumer is: every few seconds he takes a chunk."""
    both = Two(tmp_path, numbers)
    slow = both.one(8)
    assert 0 == next(slow)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(lambda: list(both.two(8)))
        for number in range(1, 8):
            assert 7 == until(clock, waiting, 7)
            assert number * 10 == next(slow)
        assert [] == list(slow)
        until(clock, waiting, 100)

        assert [0, 10, 20, 30, 40, 50, 60, 70] == waiting.result(LIMIT)
    assert (0, 1) == (both.two.counts.runs, both.two.counts.hits)


def test_who_waits_for_a_generator_that_works_waits_for_its_end(tmp_path, clock):
    """However long it takes to its next chunk."""
    begun, go = threading.Event(), threading.Event()
    Working.begun, Working.go = begun, go
    both = Two(tmp_path, Working.chunks)

    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(lambda: list(both.one()))
        assert begun.wait(LIMIT)
        waiting = pool.submit(lambda: list(both.two()))
        assert 100 == until(clock, waiting, 100)
        go.set()
        until(clock, waiting, 100)

        assert [1, 2] == running.result(LIMIT) == waiting.result(LIMIT)
    assert (0, 1) == (both.two.counts.runs, both.two.counts.hits)


class Working:
    begun: threading.Event
    go: threading.Event

    @staticmethod
    def chunks():
        yield 1
        Working.begun.set()
        assert Working.go.wait(LIMIT)
        yield 2


async def async_numbers(n):
    for number in range(n):
        yield number


def test_who_waits_for_what_another_loop_has_left_runs_it(tmp_path, clock):
    """As for another process: after ten seconds in which nothing moved."""
    spot = bs.Spot("left", db=tmp_path / "left.db")
    stream = spot.mark(async_numbers)
    begun, go = threading.Event(), threading.Event()

    async def leave():
        left = stream(3)
        assert 0 == await anext(left)
        begun.set()
        while not go.is_set():  # noqa: ASYNC110  # it is set by another thread
            await asyncio.sleep(0)
        return [number async for number in left]

    async def all_of_it():
        return [number async for number in stream(3)]

    with ThreadPoolExecutor(2) as pool:
        leaving = pool.submit(lambda: asyncio.run(leave()))
        assert begun.wait(LIMIT)
        waiting = pool.submit(lambda: asyncio.run(all_of_it()))
        passed = until(clock, waiting, 100)
        go.set()

        assert [0, 1, 2] == waiting.result(LIMIT)
        assert [1, 2] == leaving.result(LIMIT)
    assert 10 <= passed < 20


def test_patience_begins_anew_with_everything_new():
    """It is over when the same was seen for ten seconds; what runs is new at every look."""
    clock = ManualClock()
    patience = Patience(clock.monotonic_ns)
    over = []
    for seen, seconds in [
        (1, 9.9),
        (1, 0.1),
        (1, 5),
        (2, 9.9),
        (2, 0),
        (None, 50),
        (None, 9),
        (2, 9),
    ]:
        over.append(patience.is_over(seen))
        clock.advance(seconds)

    assert [False, False, True, False, False, False, False, False] == over


def test_a_pulse_is_seen_to_change(tmp_path):
    """With every chunk; while the generator runs it is seen as that, in the end as nothing."""
    claims, other = (KernelClaims(str(tmp_path / "claims")) for _ in range(2))
    seen = [pulse_of(other, KEY)]
    pulse = Pulse(claims, KEY)
    for _ in range(3):
        seen.append(pulse_of(other, KEY))
        pulse.pulls()
        seen.append(pulse_of(other, KEY))
        pulse.pulled()
    pulse.stop()
    seen.append(pulse_of(other, KEY))

    gone, first, second = (False, False), seen[1], seen[3]
    assert {first, second} == {(True, False), (False, True)}
    assert [gone, first, None, second, None, first, None, gone] == seen


def test_a_pulse_goes_on_though_somebody_looks_at_the_wrong_moment(tmp_path):
    """Then it is not seen to run for once, and after that as before."""
    claims = KernelClaims(str(tmp_path / "claims"))
    pulse = Pulse(claims, KEY)
    before = pulse_of(claims, KEY)
    looking = claims.claim(pulse._names[1])
    pulse.pulls()
    claims.release(looking)
    pulse.pulled()
    assert before == pulse_of(claims, KEY)
    seen = []
    for _ in range(3):
        pulse.pulls()
        pulse.pulled()
        seen.append(pulse_of(claims, KEY))
    pulse.stop()

    assert {before} < set(seen)
    assert (False, False) == pulse_of(claims, KEY)
