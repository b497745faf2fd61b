"""A clock that stands still until somebody moves it."""

import asyncio
import threading
from collections.abc import Generator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["ManualClock"]

_START: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SECOND: Final = 1_000_000_000


class ManualClock:
    """A ``Clock`` for tests: time passes by ``advance`` alone, so nothing has to be waited for.

    Whoever sleeps or waits on it, in any thread or event loop, goes on as soon as the clock is
    moved past its moment.

        >>> clock = ManualClock()
        >>> clock.now().isoformat()
        '2026-01-01T00:00:00+00:00'
        >>> clock.advance(90)
        >>> clock.now().isoformat()
        '2026-01-01T00:01:30+00:00'
    """

    def __init__(self, start: datetime = _START) -> None:
        """Begin at ``start``, which has to be aware."""
        self._lock = threading.Lock()
        self._monotonic_ns = 0
        self._offset = _aware(start)  # the time of day when the monotonic reading is 0
        self._alarms: dict[Future[bool], int] = {}  # monotonic nanoseconds at which each one ends

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.now().isoformat()!r})"

    def now(self) -> datetime:
        """Answer the aware UTC time of day; nanoseconds below a microsecond are left out."""
        with self._lock:
            return self._offset + timedelta(microseconds=self._monotonic_ns // 1000)

    def monotonic_ns(self) -> int:
        """Answer the nanoseconds by which the clock was advanced."""
        with self._lock:
            return self._monotonic_ns

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass, at least 0; wake whose moment has come."""
        self.advance_ns(round(seconds * _SECOND))

    def advance_ns(self, ns: int) -> None:
        """Let so many nanoseconds pass, at least 0; wake whose moment has come."""
        if ns < 0:
            msg = f"time cannot pass by {ns} nanoseconds: to step back, use set"
            raise ValueError(msg)
        with self._lock:
            self._monotonic_ns += ns
            due = [alarm for alarm, end in self._alarms.items() if end <= self._monotonic_ns]
        for alarm in due:
            _end(alarm, by_set=False)

    def set(self, moment: datetime) -> None:
        """Set the time of day, as an administrator does: no time passes, and nobody wakes."""
        with self._lock:
            passed = timedelta(microseconds=self._monotonic_ns // 1000)
            self._offset = _aware(moment) - passed

    @property
    def sleepers(self) -> int:
        """How many threads and tasks are waiting for this clock at the moment."""
        with self._lock:
            return len(self._alarms)

    def sleep_ns(self, ns: int) -> None:
        """Block until the clock is advanced by ``ns`` nanoseconds; 0 and less return at once."""
        self.event().wait(ns)

    async def sleep_ns_async(self, ns: int) -> None:
        """Do as ``sleep_ns`` does without blocking the event loop."""
        await self.event().wait_async(ns)

    def event(self) -> "_ManualEvent":
        """Answer a new event, not set, whose time-outs pass by this clock."""
        return _ManualEvent(self)

    def alarm(self, timeout_ns: int) -> Future[bool]:
        """Answer a future that ends with False when so many nanoseconds have passed."""
        alarm: Future[bool] = Future()
        with self._lock:
            self._alarms[alarm] = self._monotonic_ns + timeout_ns
        if timeout_ns <= 0:
            _end(alarm, by_set=False)
        return alarm

    def forget(self, alarm: Future[bool]) -> None:
        """Let go of an alarm; nobody waits for it any more."""
        with self._lock:
            self._alarms.pop(alarm, None)


class _ManualEvent:
    """A wait for threads and tasks alike: each has a future of its own, ended by set or by time."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._is_set = False
        self._waiting: set[Future[bool]] = set()

    def set(self) -> None:
        """End the wait, now and for ever. Setting twice is the same as setting once."""
        with self._lock:
            self._is_set = True
            waiting, self._waiting = self._waiting, set()
        for alarm in waiting:
            _end(alarm, by_set=True)

    def wait(self, timeout_ns: int | None = None) -> bool:
        """Block until it is set, or for so many nanoseconds (None: no end); answer whether set."""
        with self._alarm(timeout_ns) as alarm:
            return alarm.result() or self._is_set

    async def wait_async(self, timeout_ns: int | None = None) -> bool:
        """Do as ``wait`` does without blocking the event loop."""
        with self._alarm(timeout_ns) as alarm:
            return await asyncio.wrap_future(alarm) or self._is_set

    @contextmanager
    def _alarm(self, timeout_ns: int | None) -> Generator[Future[bool], None, None]:
        alarm: Future[bool] = Future() if timeout_ns is None else self._clock.alarm(timeout_ns)
        with self._lock:
            self._waiting.add(alarm)
            is_set = self._is_set
        if is_set:
            _end(alarm, by_set=True)
        try:
            yield alarm
        finally:
            self._clock.forget(alarm)
            with self._lock:
                self._waiting.discard(alarm)


def _end(alarm: Future[bool], *, by_set: bool) -> None:
    with suppress(InvalidStateError):  # it has ended otherwise, or its task was cancelled
        alarm.set_result(by_set)


def _aware(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        msg = (
            f"{moment!r} has no time zone: expected an aware datetime, for example with tzinfo=UTC"
        )
        raise ValueError(msg)
    return moment.astimezone(UTC)
