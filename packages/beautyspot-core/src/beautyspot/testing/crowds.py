"""Threads and tasks that wait for a limiter, on a clock that stands still until it is moved."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Final, Self

from beautyspot.core.errors import LimitTimeout
from beautyspot.core.ports import Cost, Limiter, Ticket
from beautyspot.testing.clock import ManualClock

__all__ = ["Crowd", "until"]

_PATIENCE: Final = 20.0  #: real seconds after which a wait counts as one without an end


def until(done: Callable[[], bool]) -> None:
    """Return as soon as something is so.

    Raises:
        AssertionError: it does not become so.
    """
    given_up = time.monotonic() + _PATIENCE
    while not done():
        assert time.monotonic() < given_up, "this never comes"
        time.sleep(0)  # lets others go on; no time is waited for


class Crowd:
    """Callers of a limiter, each a thread or a task of one event loop in a thread of its own."""

    def __init__(self, limiter: Limiter, clock: ManualClock) -> None:
        """Take whom they call, and the clock by which he grants."""
        self._limiter = limiter
        self._clock = clock
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.granted: list[object] = []  #: names, in the order of the grants
        self.at: dict[object, int] = {}  #: nanoseconds on the clock at the grant, by name
        self.tickets: dict[object, Ticket] = {}  #: by name

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(_PATIENCE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE)
        self._loop.close()

    def thread(self, name: object, cost: Cost, **options: Any) -> Future[None]:
        """Start a thread that asks; answer what becomes of it."""
        outcome: Future[None] = Future()

        def ask() -> None:
            try:
                self._note(name, self._limiter.acquire(cost, **options))
            except BaseException as error:  # noqa: BLE001  # whoever asks for the outcome gets it
                outcome.set_exception(error)
            else:
                outcome.set_result(None)

        threading.Thread(target=ask, daemon=True).start()
        return outcome

    def task(self, name: object, cost: Cost, **options: Any) -> Future[None]:
        """Start a task that asks; answer what becomes of it, and what cancels it."""

        async def ask() -> None:
            self._note(name, await self._limiter.acquire_async(cost, **options))

        return self.run(ask())

    def run(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        """Run a coroutine as a task of the event loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def call(self, function: Callable[[], object]) -> None:
        """Call a plain function on the event loop."""
        self._loop.call_soon_threadsafe(function)

    def wait_ahead(self, cost: Cost = 1, *, key: str = "") -> float:
        """Answer the seconds that one more caller would have to wait, behind all who do."""
        try:
            self._limiter.acquire(cost, key=key, max_wait_ns=0).cancel()
        except LimitTimeout as error:
            return error.needed
        return 0.0

    def until_ahead(self, seconds: float, cost: Cost = 1, *, key: str = "") -> None:
        """Return as soon as so many seconds would have to be waited: when callers have arrived."""
        until(lambda: abs(self.wait_ahead(cost, key=key) - seconds) < 1e-6)

    def until_granted(self, number: int) -> None:
        """Return as soon as so many are granted."""
        until(lambda: len(self.granted) >= number)

    def advance(self, seconds: float) -> None:
        """Let time pass, as soon as somebody sleeps by the clock."""
        until(lambda: self._clock.sleepers > 0)
        self._clock.advance(seconds)

    def _note(self, name: object, ticket: Ticket) -> None:
        self.at[name] = self._clock.monotonic_ns()
        self.tickets[name] = ticket
        self.granted.append(name)


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
