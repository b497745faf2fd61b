"""The clock of this machine, and events whose time-outs pass by it."""

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # importing asyncio takes as long as all the rest; only coroutines need it
    from asyncio import Future

__all__ = ["SystemClock"]

_SECOND: Final = 1_000_000_000
#: Nanoseconds that the system is asked to wait for at once; what no number of seconds exceeds.
_LONGEST: Final = 86_400 * _SECOND
#: Nanoseconds that the main thread waits at once: a Ctrl-C that comes just before the system is
#: asked would else be noticed only when the wait is over.
_WATCHFUL: Final = _SECOND


class SystemClock:
    """Tells the time of this machine, and waits by it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "SystemClock()"

    def now(self) -> datetime:
        """Answer the aware UTC time of day. It steps when somebody sets the clock."""
        return datetime.now(UTC)

    #: Answers nanoseconds since some moment; the function itself, because limits read it often.
    monotonic_ns = staticmethod(time.monotonic_ns)

    def sleep_ns(self, ns: int) -> None:
        """Block for at least ``ns`` nanoseconds; 0 and less return at once."""
        deadline = time.monotonic_ns() + ns
        while (left := deadline - time.monotonic_ns()) > 0:
            time.sleep(_seconds(left))

    async def sleep_ns_async(self, ns: int) -> None:
        """Do as ``sleep_ns`` does without blocking the event loop."""
        import asyncio  # noqa: PLC0415  # see above

        deadline = time.monotonic_ns() + ns
        while (left := deadline - time.monotonic_ns()) > 0:  # noqa: ASYNC110  # waits for the time
            await asyncio.sleep(_seconds(left))

    def event(self) -> "_Event":
        """Answer a new event, not set."""
        return _Event()


class _Event:
    """A wait for threads and for tasks of any number of event loops, ended by any thread."""

    def __init__(self) -> None:
        self._flag = threading.Event()
        self._lock = threading.Lock()  # a task that begins to wait is seen by set, or sees the flag
        self._tasks: set[Future[None]] = set()

    def set(self) -> None:
        """End the wait, now and for ever. Setting twice is the same as setting once."""
        with self._lock:
            self._flag.set()
            tasks, self._tasks = self._tasks, set()
        for task in tasks:
            try:
                task.get_loop().call_soon_threadsafe(_wake, task)
            except RuntimeError:  # the loop is closed: nobody waits there any more
                continue

    def wait(self, timeout_ns: int | None = None) -> bool:
        """Block until it is set, or for so many nanoseconds (None: no end); answer whether set."""
        here = threading.current_thread() is threading.main_thread()
        longest = _WATCHFUL if here else _LONGEST
        deadline = None if timeout_ns is None else time.monotonic_ns() + timeout_ns
        while not self._flag.is_set():
            left = longest if deadline is None else deadline - time.monotonic_ns()
            if left <= 0:
                break
            self._flag.wait(_seconds(min(left, longest)))
        return self._flag.is_set()

    async def wait_async(self, timeout_ns: int | None = None) -> bool:
        """Do as ``wait`` does without blocking the event loop."""
        import asyncio  # noqa: PLC0415  # see above

        waiting: Future[None] = asyncio.get_running_loop().create_future()
        deadline = None if timeout_ns is None else time.monotonic_ns() + timeout_ns
        with self._lock:
            if not self._flag.is_set():
                self._tasks.add(waiting)
        try:
            while not self._flag.is_set():
                left = None if deadline is None else deadline - time.monotonic_ns()
                if left is not None and left <= 0:
                    break
                await asyncio.wait((waiting,), timeout=None if left is None else _seconds(left))
            return self._flag.is_set()
        finally:
            with self._lock:
                self._tasks.discard(waiting)


def _wake(task: "Future[None]") -> None:
    if not task.done():
        task.set_result(None)


def _seconds(ns: int) -> float:
    return min(ns, _LONGEST) / _SECOND
