"""What every clock has to do.

Subclass the suite and supply the fixture ``clock``::

class TestMyClock(ClockContract):
    @pytest.fixture
    def clock(self):
        return MyClock()
"""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import pytest

from beautyspot.core.ports import Clock

__all__ = ["ClockContract"]

_MS: Final = 1_000_000
_HOUR: Final = 3600 * 1000 * _MS
_PATIENCE: Final = 10.0  #: real seconds after which a wait counts as one without an end


class ClockContract:
    """The rules of ``beautyspot.core.ports.Clock`` and of its events."""

    @pytest.fixture
    def clock(self) -> Clock:
        """Answer a clock."""
        raise NotImplementedError("a subclass supplies the fixture 'clock'")

    def let_pass(self, clock: Clock, ns: int) -> None:
        """Let time pass by the clock, from outside: a clock that stands still has to be moved."""
        clock.sleep_ns(ns)

    def _finished(self, clock: Clock, work: Callable[[], object], *, step: int = _MS) -> object:
        """Run something in a thread while time passes; answer what it answers."""
        answers: list[object] = []
        thread = threading.Thread(target=lambda: answers.append(work()), daemon=True)
        thread.start()
        self._until(clock, lambda: not thread.is_alive(), step)
        return answers[0]

    def _until(self, clock: Clock, done: Callable[[], bool], step: int = _MS) -> None:
        given_up = time.monotonic() + _PATIENCE
        while not done():
            assert time.monotonic() < given_up, "the wait has no end"
            self.let_pass(clock, step)

    def _waited(self, clock: Clock, way: str, ns: int) -> tuple[object, int]:
        """Wait in one of the ways; answer what the wait answered, and how long it took."""

        def work() -> tuple[object, int]:
            began = clock.monotonic_ns()
            answer = _WAYS[way](clock, ns)
            return answer, clock.monotonic_ns() - began

        return cast("tuple[object, int]", self._finished(clock, work))

    def test_now_is_aware_and_in_utc(self, clock: Clock) -> None:
        """A time without a zone cannot be compared with one that has one."""
        now = clock.now()

        assert type(now) is datetime
        assert now.tzinfo is UTC

    def test_time_passes(self, clock: Clock) -> None:
        """Both readings go on."""
        now, monotonic = clock.now(), clock.monotonic_ns()
        self._until(clock, lambda: clock.monotonic_ns() >= monotonic + 5 * _MS)

        assert type(monotonic) is int
        assert clock.now() > now

    def test_monotonic_readings_never_step_back(self, clock: Clock) -> None:
        """Not even by one."""
        readings = [clock.monotonic_ns() for _ in range(1000)]

        assert readings == sorted(readings)

    def test_now_and_monotonic_agree(self, clock: Clock) -> None:
        """While nobody sets the clock, both count the same seconds."""
        now, monotonic = clock.now(), clock.monotonic_ns()
        self._until(clock, lambda: clock.monotonic_ns() >= monotonic + 20 * _MS)
        passed = (
            clock.now() - now,
            timedelta(microseconds=(clock.monotonic_ns() - monotonic) / 1000),
        )

        assert abs(passed[0] - passed[1]) < timedelta(seconds=1)

    @pytest.mark.parametrize("ns", [1, 3 * _MS])
    @pytest.mark.parametrize("way", ["sleep", "sleep_async", "wait", "wait_async"])
    def test_a_wait_takes_at_least_its_time(self, clock: Clock, way: str, ns: int) -> None:
        """Never less than the nanoseconds that were asked for; an event was not set then."""
        answer, took = self._waited(clock, way, ns)

        assert took >= ns
        assert not answer

    @pytest.mark.parametrize("ns", [0, -1, -_HOUR])
    @pytest.mark.parametrize("way", ["sleep", "sleep_async", "wait", "wait_async"])
    def test_no_time_is_no_wait(self, clock: Clock, way: str, ns: int) -> None:
        """0 and less return at once: nobody has to let time pass."""
        answers: list[object] = []
        thread = threading.Thread(target=lambda: answers.append(_WAYS[way](clock, ns)), daemon=True)
        thread.start()
        thread.join(_PATIENCE)

        assert not thread.is_alive()
        assert not answers[0]

    def test_a_new_event_is_not_set(self, clock: Clock) -> None:
        """Each is one of its own."""
        clock.event().set()

        assert clock.event().wait(0) is False

    @pytest.mark.parametrize("timeout", [None, 0, -1, _HOUR, 10**30])
    def test_a_set_event_ends_every_wait_at_once(self, clock: Clock, timeout: int | None) -> None:
        """Now and for ever; setting it again changes nothing."""
        event = clock.event()
        event.set()
        event.set()

        for _ in range(2):
            assert event.wait(timeout) is True
            assert asyncio.run(_within(event.wait_async(timeout))) is True

    @pytest.mark.parametrize("timeout", [None, _HOUR, 10**30])
    def test_setting_wakes_threads_and_tasks_of_all_loops(
        self, clock: Clock, timeout: int | None
    ) -> None:
        """Set by another thread, without any time passing."""
        event = clock.event()
        answers: list[bool] = []

        async def tasks() -> list[bool]:
            return await asyncio.gather(*[event.wait_async(timeout) for _ in range(3)])

        works: list[Callable[[], None]] = [
            *[lambda: answers.append(event.wait(timeout))] * 3,
            *[lambda: answers.extend(asyncio.run(tasks()))] * 2,
        ]
        threads = [threading.Thread(target=work, daemon=True) for work in works]
        for thread in threads:
            thread.start()
        assert threads[0].is_alive()
        event.set()
        for thread in threads:
            thread.join(_PATIENCE)

        assert answers == [True] * 9

    def test_a_task_can_set_what_another_waits_for(self, clock: Clock) -> None:
        """In one event loop, which is not blocked by the wait."""

        async def both() -> bool:
            event = clock.event()
            waiting = asyncio.create_task(event.wait_async())
            await asyncio.sleep(0)
            event.set()
            return await waiting

        assert asyncio.run(_within(both())) is True

    @pytest.mark.parametrize("way", ["sleep_async", "wait_async"])
    def test_a_waiting_task_does_not_block_its_loop(self, clock: Clock, way: str) -> None:
        """And can be cancelled; what is left of it disturbs nobody."""

        async def cancel() -> int:
            turns = 0
            waiting = asyncio.create_task(_ASYNC_WAYS[way](clock, _HOUR))
            for _ in range(10):
                await asyncio.sleep(0)
                turns += 1
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return turns

        assert asyncio.run(_within(cancel())) == 10

    def test_a_cancelled_wait_leaves_nothing_behind(self, clock: Clock) -> None:
        """The event can be set later, its loop being closed, and others still wait for it."""
        event = clock.event()

        async def cancelled() -> None:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(event.wait_async(_HOUR), 0.001)

        asyncio.run(_within(cancelled()))
        waiting = threading.Thread(target=event.wait, daemon=True)
        waiting.start()
        event.set()
        waiting.join(_PATIENCE)

        assert not waiting.is_alive()


async def _within(work: Coroutine[Any, Any, object]) -> object:
    return await asyncio.wait_for(work, _PATIENCE)


_ASYNC_WAYS: Final[dict[str, Callable[[Clock, int], Coroutine[Any, Any, object]]]] = {
    "sleep_async": lambda clock, ns: clock.sleep_ns_async(ns),
    "wait_async": lambda clock, ns: clock.event().wait_async(ns),
}
#: The ways to wait, each to be called in a thread of its own.
_WAYS: Final[dict[str, Callable[[Clock, int], object]]] = {
    "sleep": lambda clock, ns: clock.sleep_ns(ns),
    "wait": lambda clock, ns: clock.event().wait(ns),
    "sleep_async": lambda clock, ns: asyncio.run(_ASYNC_WAYS["sleep_async"](clock, ns)),
    "wait_async": lambda clock, ns: asyncio.run(_ASYNC_WAYS["wait_async"](clock, ns)),
}
