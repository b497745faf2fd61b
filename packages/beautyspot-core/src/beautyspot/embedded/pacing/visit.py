"""One wait for the limits of a key, by a thread or a task."""

from threading import get_ident
from types import TracebackType
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from beautyspot.core.errors import LimitTimeout
from beautyspot.core.gcra import State
from beautyspot.core.ports import Event
from beautyspot.embedded.pacing.lane import Lane
from beautyspot.embedded.pacing.line import Place
from beautyspot.embedded.pacing.ticket import PacerTicket, QueueTicket

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from beautyspot.embedded.pacing.pacer import Pacer

__all__ = ["Pause", "Visit"]

_SECOND: Final = 1_000_000_000


class Pause(NamedTuple):
    """What to wait for before looking again."""

    event: Event
    ns: int | None  #: nanoseconds; None: until the event is set


class Visit:
    """Takes turns until it is granted. As a context, it leaves nothing behind however it ends.

    An interrupt may come at any moment, even while it leaves; then what is left of it is done when
    it is forgotten.
    """

    __slots__ = ("_allowed", "_asked", "_key", "_lane", "_nested", "_pacer", "_place", "_ticket")

    def __init__(
        self,
        pacer: "Pacer",
        key: str,
        costs: tuple[int, ...],
        allowed: int | None,
        loop: "AbstractEventLoop | None",
    ) -> None:
        """Take whose limits, what is asked for, and the nanoseconds that it may take."""
        self._ticket: PacerTicket | None = None
        self._lane: Lane | None = None
        self._pacer = pacer
        self._key = key
        self._allowed = allowed
        #: Whether a signal handler asks while this thread, below it, holds the lock: then nobody
        #: else can go on, and only time can be waited for.
        self._nested = pacer.is_locked_here()
        self._asked = pacer.now()
        self._place = Place(costs, pacer.clock.event(), get_ident(), loop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._abandon()
        self._lane = self._ticket = None

    def __del__(self) -> None:
        if getattr(self, "_lane", None) is not None:  # missing: interrupted while it was made
            self._abandon()

    @property
    def ticket(self) -> PacerTicket:
        """What was granted."""
        assert self._ticket is not None, "it is granted when there is no pause any more"  # noqa: S101
        return self._ticket

    def turn(self) -> Pause | None:
        """Look once; answer what to wait for, None when it is granted.

        Raises:
            LimitTimeout: it would take longer than it may.
        """
        pacer, place = self._pacer, self._place
        with pacer.lock:
            now = pacer.now()
            lane = self._lane or self._arrived(now)
            if place not in lane.line.places:  # just arrived, or taken away by mistake
                lane.join(place, first=self._nested)
            if place.woken:
                place.event, place.woken = pacer.clock.event(), False
            wait = None
            if lane.line.head() is place:
                states = lane.grant(place.costs, now)
                if not isinstance(states, int):
                    self._granted(lane, states, now)
                    return None
                wait = states
            return Pause(place.event, self._longest(wait, now))

    def _arrived(self, now: int) -> Lane:
        lane = self._pacer.lane(self._key, now)
        lane.line.drop_closed()
        if self._allowed is not None and not self._nested:
            needed = lane.wait_of(self._place, now)
            if needed > self._allowed:
                raise LimitTimeout(needed / _SECOND, self._allowed / _SECOND)
        self._lane = lane
        return lane

    def _granted(self, lane: Lane, states: tuple[State, ...], now: int) -> None:
        place = self._place
        numbers = tuple(state.grants for state in states)
        waited = max(0, now - self._asked)
        self._ticket = QueueTicket(self._pacer, self._key, numbers, place.costs, waited)
        lane.line.wake_after(place)
        lane.leave(place, granted=True)

    def _longest(self, wait: int | None, now: int) -> int | None:
        """Answer the nanoseconds to wait, when the turn is in so many (None: not known)."""
        if self._allowed is None:
            return wait
        left = self._asked + self._allowed - now
        if left <= 0 or (wait is not None and wait > left):
            needed = now - self._asked + (wait or 0)
            raise LimitTimeout(max(needed, self._allowed) / _SECOND, self._allowed / _SECOND)
        return left if wait is None else wait

    def _abandon(self) -> None:
        """Leave the line, give back what was granted and has reached nobody, let the next one go.

        The next one is woken whatever its mark says: the wake-up may be what was interrupted.
        """
        lane = self._lane
        if lane is None:
            return
        with self._pacer.lock:
            if self._ticket is not None:
                ticket, self._ticket = self._ticket, None
                ticket.cancel()
            lane.leave(self._place, granted=False)
            lane.line.drop_closed()
            head = lane.line.head()
            if head is not None:
                head.woken = True
                head.event.set()
        self._lane = None
