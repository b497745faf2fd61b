"""Limits in the memory of this process, for its threads and event loops together."""

import math
import os
from collections.abc import Mapping, Sequence
from threading import RLock
from typing import Final
from weakref import WeakSet

from beautyspot.core.costs import Cost, Meter, Tariff
from beautyspot.core.errors import ValidationError
from beautyspot.core.gcra import Rate, State, admitted, fresh, tighten
from beautyspot.core.ports import Clock, NotYet
from beautyspot.core.settling import Charge, settle
from beautyspot.embedded.pacing.lane import Lane
from beautyspot.embedded.pacing.ticket import BusyTicket, PacerTicket, QueueTicket
from beautyspot.embedded.pacing.visit import Visit

__all__ = ["Pacer"]

#: Keys that are kept before those are looked for that need not be.
_FEW: Final = 64


class Pacer:
    """Grants costs so that every limit holds in every window, each key for itself.

    What a key needs is forgotten when it has nothing to remember any more. A process that is forked
    goes on with a copy of its own. The lock is re-entrant: a signal handler may ask for something
    while this thread holds it.
    """

    def __init__(
        self,
        meters: Sequence[Meter],
        clock: Clock,
        *,
        units: Sequence[str] = (),
        empty: bool = False,
    ) -> None:
        """Take the limits.

        Args:
            meters: the limits; none at all grants everything.
            clock: whose monotonic reading paces; it may step.
            units: further units that costs may name, though no limit here counts in them.
            empty: whether each key begins as after a call of the largest cost.
        """
        self.tariff: Final = Tariff(meters, units)
        self.clock: Final = clock
        self.now: Final = clock.monotonic_ns
        self.lock = RLock()
        self._rates: Final = tuple(meter.rate for meter in meters)
        only = self._rates[0] if len(self._rates) == 1 else None
        self._largest = only.largest if only else 0  # by the only limit; 0: there are several
        self._amount, self._period_ns = (only.amount, only.period_ns) if only else (1, 1)
        self._nobody: Final = Lane(self._rates, ())
        self._empty: Final = empty
        self._lanes: dict[str, Lane] = {}
        self._look_at = _FEW  # how many lanes there may be before idle ones are looked for
        self._forgotten = 0  # no grant in a lane that is forgotten has a higher number
        self.lane("", self.now())
        _ALL.add(self)

    def __repr__(self) -> str:
        return f"Pacer({', '.join(meter.name for meter in self.tariff.meters)})"

    def acquire(self, cost: Cost, *, key: str = "", max_wait_ns: int | None = None) -> PacerTicket:
        """Block until the cost is granted, as ``Limiter`` tells."""
        if max_wait_ns is not None:
            _check_wait(max_wait_ns)
        # Most calls find that the last grant is paid for. This is ``after_idle`` of the core, spelt
        # out: a call of a function would take a fifth of the time.
        if type(cost) is int and 0 < cost <= self._largest:
            with self.lock:
                try:
                    lane = self._lanes[key]
                except KeyError:
                    lane = self._nobody
                last = lane.memory
                clock = self.now  # to call it as an attribute takes half as long as the whole lock
                now = clock()
                if (now - last.at) * self._amount >= last.cost * self._period_ns:
                    ticket = PacerTicket()
                    ticket.pacer = self
                    ticket.key = key
                    ticket.at = now
                    ticket.cost = cost
                    ticket.number = last.number + 1
                    if lane.memory is last:
                        lane.memory = ticket
                        return ticket
                elif (busy := self._by_the_only_one(lane, cost, key, now)) is not None:
                    return busy
        if (at_once := self._at_once(cost, key)) is not None:
            return at_once
        with Visit(self, key, self.tariff.charges(cost), max_wait_ns, None) as visit:
            while (pause := visit.turn()) is not None:
                pause.event.wait(pause.ns)
            return visit.ticket

    async def acquire_async(
        self, cost: Cost, *, key: str = "", max_wait_ns: int | None = None
    ) -> PacerTicket:
        """Do as ``acquire`` does without blocking the event loop, in the same queue."""
        if max_wait_ns is not None:
            _check_wait(max_wait_ns)
        if (ticket := self._at_once(cost, key)) is not None:
            return ticket
        from asyncio import get_running_loop  # noqa: PLC0415  # takes long; who awaits has it

        loop = get_running_loop()
        with Visit(self, key, self.tariff.charges(cost), max_wait_ns, loop) as visit:
            while (pause := visit.turn()) is not None:
                await pause.event.wait_async(pause.ns)
            return visit.ticket

    def try_acquire(self, cost: Cost, *, key: str = "") -> PacerTicket | NotYet:
        """Answer a ticket, or after how many nanoseconds to ask again."""
        if (ticket := self._at_once(cost, key)) is not None:
            return ticket
        costs = self.tariff.charges(cost)
        with self.lock:
            now = self.now()
            lane = self.lane(key, now)
            return NotYet(max(1, lane.least_wait_of(costs, now)))

    def tighten(
        self, *, key: str = "", retry_after_ns: int = 0, remaining: Mapping[str, int] | None = None
    ) -> None:
        """Take over what the server says of its limits, as ``Limiter`` tells."""
        if type(retry_after_ns) is not int:
            msg = f"retry_after_ns={retry_after_ns!r}: expected a whole number of nanoseconds"
            raise ValidationError(msg)
        left = self.tariff.left(remaining or {})
        with self.lock:
            now = self.now()
            lane = self.lane(key, now)

            def after(rate: Rate, state: State, index: int) -> State:
                return tighten(
                    rate, state, now, retry_after_ns=retry_after_ns, remaining=left[index]
                )

            lane.change(after)

    def settle(self, ticket: PacerTicket, actual: Sequence[int]) -> None:
        """Charge what a call cost in fact, by each limit; who is next looks again."""
        with self.lock:
            ticket.close()
            now = self.now()
            lane = self.lane(ticket.key, now)
            charges = [Charge(*pair) for pair in zip(ticket.numbers, ticket.costs, strict=True)]
            lane.change(
                lambda rate, state, index: settle(rate, state, charges[index], actual[index], now)
            )
            head = lane.line.head()
            if head is not None:
                head.wake()

    def lane(self, key: str, now_ns: int) -> Lane:
        """Answer what belongs to the key. To be called under the lock."""
        lane = self._lanes.get(key)
        if lane is not None:
            return lane
        if len(self._lanes) >= self._look_at:
            self._forget_idle(now_ns)
        number = self._forgotten + 1
        states = tuple(
            fresh(rate, now_ns, empty=self._empty)._replace(grants=number, cleared=number)
            for rate in self._rates
        )
        return self._lanes.setdefault(key, Lane(self._rates, states))

    def is_locked_here(self) -> bool:
        """Tell whether this very thread holds the lock."""
        return self.lock._is_owned()  # type: ignore[attr-defined, no-any-return]  # noqa: SLF001

    def start_over_in_child(self) -> None:
        """Forget, after a fork, which threads of the parent wait."""
        self.lock = RLock()
        for key, lane in list(self._lanes.items()):
            self._lanes[key] = Lane(self._rates, lane.states)

    def _at_once(self, cost: Cost, key: str) -> PacerTicket | None:
        """Answer a ticket when nobody waits and the call may go now."""
        if type(cost) is int and 0 < cost <= self._largest:
            with self.lock:
                now = self.now()
                return self._by_the_only_one(self._nobody, cost, key, now)
        costs = self.tariff.charges(cost)
        if not any(costs):
            return QueueTicket(self, key, (0,) * len(costs), costs, 0)
        with self.lock:
            now = self.now()
            lane = self.lane(key, now)
            states = now if lane.line.places else lane.grant(costs, now)
            if isinstance(states, int):
                return None
            return QueueTicket(self, key, tuple(state.grants for state in states), costs, 0)

    def _by_the_only_one(self, lane: Lane, cost: int, key: str, now: int) -> PacerTicket | None:
        """Do so by the only limit: the ticket holds what it has to remember."""
        if lane is self._nobody:
            lane = self.lane(key, now)
        memory = lane.memory
        (before,) = memory.states(self._rates)
        state = admitted(self._rates[0], before, now, cost)
        if state is None or lane.line.places:
            return None
        if state.cleared == state.grants:
            ticket = PacerTicket()
            ticket.cost = cost
        else:
            ticket = busy = BusyTicket()
            ticket.cost, busy.charged, busy.state = math.inf, cost, state
        ticket.pacer, ticket.key, ticket.at, ticket.number = self, key, now, state.grants
        if lane.memory is not memory:
            return None
        lane.memory = ticket
        return ticket

    def _forget_idle(self, now_ns: int) -> None:
        for key, lane in list(self._lanes.items()):
            for state in lane.states:
                self._forgotten = max(self._forgotten, state.grants)
            if lane.is_idle(now_ns):
                self._lanes.pop(key, None)
        self._look_at = max(_FEW, 2 * len(self._lanes))


def _check_wait(max_wait_ns: object) -> None:
    if type(max_wait_ns) is not int or max_wait_ns < 0:
        msg = (
            f"max_wait_ns={max_wait_ns!r} is no time to wait: expected a whole number of "
            "nanoseconds, at least 0, or None for no end"
        )
        raise ValidationError(msg)


_ALL: Final[WeakSet[Pacer]] = WeakSet()


def _start_over() -> None:
    for pacer in list(_ALL):
        pacer.start_over_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
