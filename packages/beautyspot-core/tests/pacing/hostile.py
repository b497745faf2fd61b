"""A clock that steps back, stalls, wakes too early and too late, by a time that a test drives."""

import asyncio
import heapq
from datetime import UTC, datetime
from itertools import count
from random import Random

START = 1_000_000_000_000


class HostileClock:
    """For the tasks of one event loop: ``true`` is the time that passes, the reading lies.

    The reading never runs ahead of the time that passes: who trusts it waits too long at most.
    """

    def __init__(self, seed: int, *, lies: bool = True) -> None:
        self.true = START
        self._random = Random(seed)
        self._lies = lies
        self._behind = 0
        self._stalled: int | None = None
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic_ns(self) -> int:
        if self._stalled is not None:
            return self._stalled
        return self.true - self._behind

    def set_back(self, ns: int) -> None:
        """Let the reading be earlier by so much, while no time passes."""
        self._behind += ns

    def sleep_ns(self, ns: int) -> None:
        raise NotImplementedError

    async def sleep_ns_async(self, ns: int) -> None:
        await self.asleep(ns)

    def event(self) -> "HostileEvent":
        return HostileEvent(self)

    def asleep(self, ns: int) -> asyncio.Future[None]:
        """Answer what is done when so much has passed, or about that."""
        if self._lies:
            early = self._random.random() < 0.3
            ns = int(ns * self._random.random() * (1 if early else 3)) if early else ns
            ns += self._random.choice([0, 0, 1, 10_000_000, 15_600_000])
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.true + max(0, ns), next(self._order), waiting))
        return waiting

    async def drive(self) -> None:
        """Let time pass to the next moment at which somebody wakes, for ever."""
        while True:
            for _ in range(20):  # until all tasks have done what they can do now
                await asyncio.sleep(0)
            if not self._sleepers:
                continue
            moment, _, waiting = heapq.heappop(self._sleepers)
            if waiting.done():
                continue
            self.true = max(self.true, moment)
            if self._lies:
                self._lie()
            waiting.set_result(None)

    def _lie(self) -> None:
        chance = self._random.random()
        if chance < 0.1:
            self._behind += self._random.choice([1, 1_000_000_000, 3_600_000_000_000])
        elif chance < 0.2:
            self._stalled = self.monotonic_ns()
        elif self._stalled is not None:
            # What was stalled goes on from where it stands, so that it is not ahead of the time.
            self._behind, self._stalled = self.true - self._stalled, None


class HostileEvent:
    """An event whose time-outs pass by such a clock."""

    def __init__(self, clock: HostileClock) -> None:
        self._clock = clock
        self._flag = asyncio.Event()

    def set(self) -> None:
        self._flag.set()

    def wait(self, timeout_ns: int | None = None) -> bool:
        raise NotImplementedError

    async def wait_async(self, timeout_ns: int | None = None) -> bool:
        flag = asyncio.ensure_future(self._flag.wait())
        sleep = [] if timeout_ns is None else [self._clock.asleep(timeout_ns)]
        try:
            await asyncio.wait([flag, *sleep], return_when=asyncio.FIRST_COMPLETED)
        finally:
            flag.cancel()
            for future in sleep:
                future.cancel()
        return self._flag.is_set()
