"""Quotas by calendar, around a limiter that paces.

A quota is charged before the wait, so that nobody waits for what is used up, and given back when
the wait comes to nothing. What cannot be counted, because the database is out of reach, is paced
all the same and goes on: a call does not fail for it.
"""

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Final
from weakref import WeakSet

from beautyspot.core.costs import Cost
from beautyspot.core.errors import LimitImpossible, StoreError
from beautyspot.core.ports import NotYet, Quotas, Ticket
from beautyspot.core.quotas import Quota, QuotaCharge, Spent
from beautyspot.embedded.pacing.counting import Counting, in_thread
from beautyspot.embedded.pacing.pacer import Pacer
from beautyspot.embedded.pacing.ticket import PacerTicket

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["CountedLimiter", "CountedTicket"]


class CountedLimiter:
    """A ``Limiter`` that raises ``QuotaExceeded`` where waiting would take until another day."""

    def __init__(
        self,
        pacer: Pacer,
        quotas: Sequence[Quota],
        db: Quotas,
        *,
        name: str = "",
        report: Callable[[StoreError], None] | None = None,
    ) -> None:
        """Take what paces, and what is counted where.

        Args:
            pacer: which knows the units of the quotas.
            quotas: of days and months.
            db: counts them.
            name: who has the quotas: those of one name in one database share them.
            report: told when a quota could not be counted.
        """
        self._pacer: Final = pacer
        self._tariff: Final = pacer.tariff
        self._quotas: Final = tuple(quotas)
        self._units: Final = tuple(quota.unit for quota in quotas)
        self._db: Final = db
        self._name: Final = name
        self._report: Final = report
        self._later: deque[tuple[Sequence[Spent], Sequence[int]]] = deque()
        self._correcting = RLock()
        _ALL.add(self)

    def __repr__(self) -> str:
        return f"{self._pacer!r} with {', '.join(quota.name for quota in self._quotas)}"

    def acquire(self, cost: Cost, *, key: str = "", max_wait_ns: int | None = None) -> Ticket:
        """Block until the cost is granted, as ``Limiter`` tells.

        Raises:
            QuotaExceeded: a quota has not enough left.
        """
        charges = self._charges(cost, key)
        spent = self.spend(charges)
        try:
            ticket = self._pacer.acquire(cost, key=key, max_wait_ns=max_wait_ns)
        except BaseException:
            self.correct(spent, (0,) * len(spent))
            raise
        return CountedTicket(self, ticket, spent, None)

    async def acquire_async(
        self, cost: Cost, *, key: str = "", max_wait_ns: int | None = None
    ) -> Ticket:
        """Do as ``acquire`` does without blocking the event loop, in the same queue."""
        from asyncio import get_running_loop  # noqa: PLC0415  # takes long; who awaits has it

        loop = get_running_loop()
        spent = await Counting(self).spent(loop, self._charges(cost, key))
        try:
            ticket = await self._pacer.acquire_async(cost, key=key, max_wait_ns=max_wait_ns)
        except BaseException:
            self.correct_soon(loop, spent, (0,) * len(spent))
            raise
        return CountedTicket(self, ticket, spent, loop)

    def try_acquire(self, cost: Cost, *, key: str = "") -> Ticket | NotYet:
        """Answer a ticket, or after how many nanoseconds to ask again.

        Raises:
            QuotaExceeded: a quota has not enough left.
        """
        charges = self._charges(cost, key)
        ticket = self._pacer.try_acquire(cost, key=key)
        if isinstance(ticket, NotYet):
            return ticket
        try:
            spent = self.spend(charges)
        except BaseException:
            ticket.cancel()
            raise
        return CountedTicket(self, ticket, spent, None)

    def tighten(
        self, *, key: str = "", retry_after_ns: int = 0, remaining: Mapping[str, int] | None = None
    ) -> None:
        """Take over what the server says of its limits, as ``Limiter`` tells."""
        self._pacer.tighten(key=key, retry_after_ns=retry_after_ns, remaining=remaining)

    def spend(self, charges: Sequence[QuotaCharge]) -> tuple[Spent, ...]:
        """Charge the quotas; answer nothing when they cannot be counted.

        Raises:
            QuotaExceeded: one of them has not enough left.
        """
        self._catch_up()  # what was given back before counts now
        try:
            return self._db.spend(charges, self._pacer.clock.now()) if charges else ()
        except StoreError as error:
            self._tell(error)
            return ()

    def correct(self, spent: Sequence[Spent], actual: Sequence[int]) -> None:
        """Say what a call cost the quotas in fact."""
        pairs = zip(spent, actual, strict=True)
        changed = [(charge, cost) for charge, cost in pairs if charge.cost != cost]
        if not changed:
            return
        try:
            self._db.settle([charge for charge, _ in changed], [cost for _, cost in changed])
        except StoreError as error:
            self._tell(error)

    def correct_soon(
        self, loop: "AbstractEventLoop", spent: Sequence[Spent], actual: Sequence[int]
    ) -> None:
        """Do so in a thread; nobody but the next charge waits for it."""
        if any(charge.cost != cost for charge, cost in zip(spent, actual, strict=True)):
            self._later.append((spent, actual))
            in_thread(loop, self._catch_up)

    def start_over_in_child(self) -> None:
        """Forget, after a fork, what the threads of the parent are about to do."""
        self._later, self._correcting = deque(), RLock()

    def actual(self, spent: Sequence[Spent], cost: Cost) -> tuple[int, ...]:
        """Answer what a call cost the quotas in fact.

        Raises:
            ValidationError: it is no cost.
        """
        # One entry for each quota, or none when they could not be counted.
        counted = [charge.cost for charge in spent]
        return self._tariff.actual_counts(self._units[: len(spent)], counted, cost)

    def _charges(self, cost: Cost, key: str) -> list[QuotaCharge]:
        """Answer what to charge; a cost that no limit ever grants is refused before anything is."""
        self._tariff.charges(cost)
        charges: list[QuotaCharge] = []
        for quota, count in zip(self._quotas, self._tariff.counts(self._units, cost), strict=True):
            if count > quota.amount:
                raise LimitImpossible(quota.name, count, quota.amount)
            charges.append(QuotaCharge(f"{self._name}\x1f{quota.name}\x1f{key}", quota, count))
        return charges

    def _catch_up(self) -> None:
        with self._correcting:
            while self._later:
                self.correct(*self._later.popleft())

    def _tell(self, error: StoreError) -> None:
        if self._report is not None:
            self._report(error)


class CountedTicket:
    """A grant that is settled with the quotas as well."""

    __slots__ = ("_limiter", "_loop", "_spent", "_ticket")

    def __init__(
        self,
        limiter: CountedLimiter,
        ticket: PacerTicket,
        spent: tuple[Spent, ...],
        loop: "AbstractEventLoop | None",
    ) -> None:
        """Take what was granted; the quotas of tasks are settled in a thread."""
        self._limiter: Final = limiter
        self._ticket: Final = ticket
        self._spent: Final = spent
        self._loop: Final = loop

    def __repr__(self) -> str:
        return repr(self._ticket)

    @property
    def waited_ns(self) -> int:
        """Nanoseconds between asking and the grant."""
        return self._ticket.waited_ns

    def settle(self, actual: Cost) -> None:
        """Say what the call cost in fact, as ``Ticket`` tells."""
        counts = self._limiter.actual(self._spent, actual)
        self._ticket.settle(actual)
        self._correct(counts)

    def cancel(self) -> None:
        """Say that the call was never sent."""
        self._ticket.cancel()
        self._correct((0,) * len(self._spent))

    def _correct(self, counts: Sequence[int]) -> None:
        if self._loop is None:
            self._limiter.correct(self._spent, counts)
        else:
            self._limiter.correct_soon(self._loop, self._spent, counts)


_ALL: Final[WeakSet[CountedLimiter]] = WeakSet()


def _start_over() -> None:
    for limiter in list(_ALL):
        limiter.start_over_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
