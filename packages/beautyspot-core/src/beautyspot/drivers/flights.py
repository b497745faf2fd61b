"""Single flight: of equal calls that run at the same time in one process, one runs.

A flight is one run of a call. Who begins it leads; who asks for the same key meanwhile waits for it
to land, in any thread or event loop. A leader that is interrupted or cancelled hands over: those
who wait begin anew, and one of them leads.
"""

import os
from collections.abc import Callable, Collection, Hashable, Iterable
from contextvars import ContextVar, Token
from threading import RLock
from types import TracebackType
from typing import Final, Self
from weakref import WeakSet

from beautyspot.core.effects import Landing, Wait
from beautyspot.core.ports import Event, Slot

__all__ = ["Flight", "Flights", "innermost", "read_here", "reads"]

#: The innermost call that this thread or task is about.
_INNERMOST: Final[ContextVar["Flight | None"]] = ContextVar("beautyspot_flight", default=None)


class Flight:
    """One run of a call. As a context, it tells calls from within it by whom they are made."""

    __slots__ = (
        "_before", "event", "followers", "idle_ns", "key", "landed", "landing", "outer", "slot",
        "stream", "waits_for",
    )  # fmt: skip

    def __init__(self, key: str) -> None:
        """Begin the run of the call with this cache key, within the flight that is running here."""
        self.key: Final = key
        outer = _INNERMOST.get()
        while outer is not None and outer.landed:  # a task of it may outlive it
            outer = outer.outer
        self.outer: Flight | None = outer
        self.event: Event | None = None  #: set when it has landed; None: nobody waits
        self.followers = 0  #: who wait for it, and have not yet taken what it landed with
        self.landed: bool = False
        self.landing: Landing | None = None  #: None, once landed: the leader gave up
        self.waits_for: list[Flight] = []  #: what calls from within this run are waiting for
        self.idle_ns = 0  #: how long what runs within it has waited for limits and other attempts
        self.slot: Slot | None = None  #: that it holds while it runs
        self.stream: object = None  #: of a generator function: what others can join
        self._before: Token[Flight | None] | None = None

    def is_within_itself(self) -> bool:
        """Tell whether the run of this very call asks for it."""
        return any(leader.key == self.key for leader in _above(self))

    def give_back(self) -> None:
        """Give back the slot that this run holds. Twice is quiet."""
        slot, self.slot = self.slot, None
        if slot is not None:
            slot.release()

    def step_aside(self, but: Collection["Flight"] = ()) -> None:
        """Give back the slots of the runs within which this one is, and of streams read here.

        They wait for it, and what it is about to wait for may need a slot to go on. ``but`` are
        streams that keep theirs.
        """
        for leader in _above(self):
            leader.give_back()
        for stream in read_here():
            if stream not in but:
                stream.give_back()

    def __enter__(self) -> Self:
        self._before = _INNERMOST.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        before, self._before = self._before, None
        if before is not None:
            try:
                _INNERMOST.reset(before)
            except ValueError:
                return  # a coroutine that is closed, by anybody anywhere, ends in another context


def innermost() -> Flight | None:
    """Answer the innermost call that this thread or task is about; None: it is about none."""
    return _INNERMOST.get()


#: The streams with slots that this thread or task reads: they wait to be asked for more.
_READ: Final[ContextVar[tuple[Flight, ...]]] = ContextVar("beautyspot_read", default=())


def read_here() -> tuple[Flight, ...]:
    """Answer the streams that this thread or task reads, as far as they hold slots."""
    read = _READ.get()
    return tuple(stream for stream in read if stream.slot is not None) if read else ()


def reads(streams: Iterable[Flight]) -> None:
    """Take note that this thread or task reads streams: what it calls may have their slots."""
    here = read_here()
    for stream in streams:
        if (slot := stream.slot) is not None and stream not in here:
            slot.lend()
            here = (*here, stream)
            _READ.set(here)


class _Process:
    lock = RLock()  #: one for all: who waits for whom is asked across databases


class Flights:
    """The calls of one database that are running in this process, by cache key.

    Flights are found and begun without the lock (one operation of a dict); landing and waiting
    take it. A signal handler may call a marked function while this thread holds it.
    """

    def __init__(self, new_event: Callable[[], Event]) -> None:
        """Take what makes the events that followers wait for."""
        self._new_event = new_event
        self._aloft: dict[str, Flight] = {}
        self._apart: dict[Hashable, Flights] = {}
        _ALL.add(self)

    def apart(self, kind: Hashable) -> "Flights":
        """Answer the flights of calls that are kept in another way: they share no runs."""
        return self._apart.setdefault(kind, Flights(self._new_event))

    def begin(self, flight: Flight) -> Flight:
        """Answer the flight of that key that is running: this very one, when there was none."""
        return self._aloft.setdefault(flight.key, flight)

    def follow(self, flight: Flight, mine: Flight, but: Collection[Flight] = ()) -> Wait | None:
        """Answer what to wait for; None: it would never end.

        Args:
            flight: that is to be waited for.
            mine: that of the caller, which has not begun.
            but: streams read here that keep their slots.
        """
        with _Process.lock:
            above = _above(mine)
            if _reaches(flight, above):
                return None
            for leader in above:
                leader.waits_for.append(flight)
            flight.followers += 1
            if flight.event is None:
                flight.event = self._new_event()
            if flight.landed:
                flight.event.set()
        mine.step_aside(but)
        return Wait(flight.event)

    def take(self, flight: Flight, mine: Flight) -> Landing | None:
        """Answer what a flight landed with, and wait for it no longer; None: it gave up, or flies.

        Each follower has to take, whether it has landed or not.
        """
        with _Process.lock:
            for leader in _above(mine):
                if flight in leader.waits_for:
                    leader.waits_for.remove(flight)
            landing = flight.landing
            flight.followers -= 1
            if not flight.followers and flight.landed:
                flight.landing = None  # who keeps the flight must not keep the payload
            return landing

    def tie(self, flight: Flight, other: Flight | None) -> None:
        """Take note that a flight does not land before another one does; None changes nothing."""
        if other is not None:
            with _Process.lock:
                flight.waits_for.append(other)

    def untie(self, flight: Flight, other: Flight | None) -> None:
        """Take back one ``tie``."""
        with _Process.lock:
            if other in flight.waits_for:
                flight.waits_for.remove(other)

    def land(self, flight: Flight, landing: Landing | None) -> None:
        """End a flight; only the first landing counts. None hands over to one of those who wait."""
        with _Process.lock:
            if not flight.landed and flight.followers:
                flight.landing = landing
            flight.landed = True
            # Also when it has landed: an interrupt may have kept the first time from coming so far.
            if self._aloft.get(flight.key) is flight:
                del self._aloft[flight.key]
            event = flight.event
        if event is not None:
            event.set()

    def start_over_in_child(self) -> None:
        """Forget, after a fork, whom only the parent's threads lead."""
        self._aloft.clear()


def _above(flight: Flight) -> list[Flight]:
    """Answer the flights, still in the air, from within which a flight is to begin."""
    above: list[Flight] = []
    outer = flight.outer
    while outer is not None:
        if not outer.landed:
            above.append(outer)
        outer = outer.outer
    return above


def _reaches(flight: Flight, goals: list[Flight]) -> bool:
    """Tell whether a flight is one of those, or waits for one, directly or through others."""
    seen: list[Flight] = []
    ahead = [flight] if goals else []
    while ahead:
        here = ahead.pop()
        if here in goals:
            return True
        if here not in seen:
            seen.append(here)
            ahead += here.waits_for
    return False


_ALL: Final[WeakSet[Flights]] = WeakSet()


def _start_over() -> None:
    _Process.lock = RLock()
    for flights in list(_ALL):
        flights.start_over_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
