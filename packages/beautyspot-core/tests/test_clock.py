"""The clock of this machine, and the one that stands still, keep the same contract."""

import asyncio
import gc
import threading
import weakref
from datetime import UTC, datetime, timedelta, timezone

import pytest

from beautyspot.core.ports import Clock, Event
from beautyspot.embedded.clock import SystemClock
from beautyspot.testing import ClockContract, ManualClock

HOUR = 3600 * 10**9


class TestSystemClock(ClockContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return SystemClock()

    def test_now_is_the_time_of_this_machine(self, clock: Clock):
        before = datetime.now(UTC)
        now = clock.now()

        assert before <= now <= datetime.now(UTC)

    def test_an_event_forgets_a_task_that_stopped_waiting(self, clock: Clock):
        """A limiter with one event and many time-outs must not grow."""
        event = clock.event()

        async def wait_for_nothing() -> weakref.ref[object]:
            await event.wait_async(1)
            gone = asyncio.create_task(event.wait_async())
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.wait([gone])
            return weakref.ref(asyncio.get_running_loop())

        loop = asyncio.run(wait_for_nothing())
        gc.collect()

        assert loop() is None, "the event still holds the loop"

    def test_a_loop_that_was_closed_while_its_task_waited_disturbs_nobody(self, clock: Clock):
        """Its task is lost with it; the others are woken."""
        event = clock.event()
        loop = asyncio.new_event_loop()
        lost = loop.create_task(event.wait_async())
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
        other = threading.Thread(target=event.wait)
        other.start()

        event.set()

        other.join(10)
        assert not other.is_alive()
        assert not lost.done()
        lost._log_destroy_pending = False  # as expected


class TestManualClock(ClockContract):
    @pytest.fixture
    def clock(self) -> ManualClock:
        return ManualClock()

    def let_pass(self, clock: Clock, ns: int) -> None:
        assert isinstance(clock, ManualClock)
        clock.advance_ns(ns)


def sleeper(clock: ManualClock, ns: int, log: list[int]) -> threading.Thread:
    """Begin to sleep; answer the thread once it does."""

    def sleep() -> None:
        clock.sleep_ns(ns)
        log.append(ns)

    before = clock.sleepers
    thread = threading.Thread(target=sleep, daemon=True)
    thread.start()
    while clock.sleepers == before:
        thread.join(0.0001)
    return thread


def test_time_stands_still():
    clock = ManualClock()

    assert clock.now() == clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.monotonic_ns() == clock.monotonic_ns() == 0


def test_time_passes_by_exactly_what_it_is_advanced():
    clock = ManualClock(datetime(2020, 2, 29, tzinfo=timezone(timedelta(hours=9))))
    clock.advance(0.25)
    clock.advance_ns(1_000)
    clock.advance(3600)

    assert clock.monotonic_ns() == HOUR + 250_001_000
    assert clock.now() == datetime(2020, 2, 28, 16, 0, 0, 250_001, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_time_does_not_pass_backwards():
    with pytest.raises(ValueError, match="use set"):
        ManualClock().advance(-1)


def test_setting_the_clock_is_a_jump_that_wakes_nobody():
    """As when an administrator sets it: the monotonic reading goes on."""
    clock, log = ManualClock(), []
    clock.advance(10)
    thread = sleeper(clock, HOUR, log)

    clock.set(datetime(1999, 1, 1, tzinfo=UTC))

    assert clock.now() == datetime(1999, 1, 1, tzinfo=UTC)
    assert clock.monotonic_ns() == 10 * 10**9
    assert clock.sleepers == 1
    assert log == []
    clock.advance(3600)
    thread.join(10)
    assert log == [HOUR]


@pytest.mark.parametrize("make", [ManualClock, lambda moment: ManualClock().set(moment)])
def test_a_time_without_a_zone_is_refused(make):
    with pytest.raises(ValueError, match="no time zone"):
        make(datetime(2026, 1, 1))  # noqa: DTZ001


def test_sleepers_wake_when_their_own_moment_has_come():
    """Not before, and in any order of beginning."""
    clock, log = ManualClock(), []
    late, early = sleeper(clock, 20, log), sleeper(clock, 10, log)

    clock.advance_ns(9)
    assert log == []
    clock.advance_ns(1)
    early.join(10)
    assert log == [10]
    assert clock.sleepers == 1
    clock.advance_ns(10**9)
    late.join(10)
    assert log == [10, 20]
    assert clock.sleepers == 0


def test_tasks_sleep_on_it_too():
    clock = ManualClock()

    async def sleep_and_advance() -> list[bool]:
        event: Event = clock.event()
        waits = [event.wait_async(HOUR), event.wait_async(2 * HOUR), event.wait_async()]
        tasks = [asyncio.create_task(wait) for wait in waits]
        await asyncio.sleep(0)
        clock.advance(3600)
        first = await tasks[0]
        event.set()
        return [first, *await asyncio.gather(*tasks[1:])]

    assert asyncio.run(sleep_and_advance()) == [False, True, True]
    assert clock.sleepers == 0
