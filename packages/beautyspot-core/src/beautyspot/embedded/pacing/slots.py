"""So many calls at the same time: threads and event loops together, first come, first served.

A call that is made from within a call has the slot of that one while it runs: both would wait for
each other if it took one more. So has a plain call on an event loop whose tasks have all the slots:
they cannot go on before it is done.
"""

import os
from collections import OrderedDict
from collections.abc import Iterable
from contextvars import ContextVar
from threading import RLock, get_ident, local
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from weakref import WeakSet

from beautyspot.core.errors import LimitTimeout, ValidationError
from beautyspot.core.ports import Clock
from beautyspot.embedded.pacing.line import Line, Place
from beautyspot.embedded.pacing.visit import Pause

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

__all__ = ["Slot", "Slots"]

_SECOND: Final = 1_000_000_000


class _Here(local):
    """What stands for this thread: unlike its number, it is never that of a later one."""

    def __init__(self) -> None:
        self.thread: Final = object()


_HERE: Final = _Here()


class Hold:
    """A slot that is taken: one of the number, or that of another hold, lent."""

    __slots__ = (
        "borrower",
        "closed",
        "lender",
        "loop",
        "outer",
        "owner",
        "released",
        "thread",
        "waiting",
    )

    def __init__(self, owner: "Slots", loop: "AbstractEventLoop | None") -> None:
        """Take whose slot it is, and the event loop of the task that takes it."""
        self.owner: Final = owner
        self.loop: Final = loop
        self.thread: Final = _HERE.thread
        self.outer = _innermost()  #: within which it is taken
        self.closed = False  #: nobody borrows it any more
        self.released = False  #: and all is done that has to be done for it
        self.lender: Hold | None = None
        self.borrower: Hold | None = None
        self.waiting: Final[OrderedDict[Place, None]] = OrderedDict()  #: whoever may borrow it


class Slot:
    """A slot, to be released; when it is forgotten, it is as if it were released."""

    __slots__ = ("_hold",)

    def __init__(self, hold: Hold) -> None:
        """Take what is held."""
        self._hold: Final = hold

    def __del__(self) -> None:
        if hasattr(self, "_hold"):  # else it was interrupted while it was made
            self.release()

    def release(self) -> None:
        """Let the next one have it. Releasing twice is the same as once."""
        self._hold.owner.release(self._hold)

    def lend(self) -> None:
        """Let what this thread or task calls have it meanwhile; for who reads a stream."""
        here = tuple(hold for hold in _LENT.get() if not hold.closed)
        if not self._hold.closed and self._hold not in here:
            _LENT.set((*here, self._hold))


class Slots:
    """At most so many calls at a time. A process that is forked begins with all slots free."""

    def __init__(self, number: int, clock: Clock) -> None:
        """Take how many there are.

        Raises:
            ValidationError: the number is not a whole one of at least 1.
        """
        if type(number) is not int or number < 1:
            msg = f"concurrency={number!r} cannot be used: expected a whole number, at least 1"
            raise ValidationError(msg)
        self.number: Final = number
        self.clock: Final = clock
        self.lock = RLock()
        self.line = Line()
        self.held: set[Hold] = set()  # by those who have one of the number
        _ALL.add(self)

    def __repr__(self) -> str:
        return f"Slots({self.number})"

    def take(self, max_wait_ns: int | None = None) -> Slot:
        """Block until a slot is free.

        Args:
            max_wait_ns: nanoseconds, at least 0; None waits for ever.

        Raises:
            LimitTimeout: it has taken longer.
        """
        with _Stay(self, max_wait_ns, None) as stay:
            while (pause := stay.turn()) is not None:
                pause.event.wait(pause.ns)
            return stay.slot()

    async def take_async(self, max_wait_ns: int | None = None) -> Slot:
        """Do as ``take`` does without blocking the event loop, in the same line."""
        from asyncio import get_running_loop  # noqa: PLC0415  # takes long; who awaits has it

        with _Stay(self, max_wait_ns, get_running_loop()) as stay:
            while (pause := stay.turn()) is not None:
                await pause.event.wait_async(pause.ns)
            return stay.slot()

    def release(self, hold: Hold) -> None:
        """Give back what is held; who borrows it keeps it for himself."""
        with self.lock:
            if hold.released:
                return
            anew, hold.closed = hold.closed, True  # anew: the first time was interrupted
            lender, borrower = hold.lender, hold.borrower
            if borrower is not None and borrower.closed:
                borrower = None
            if borrower is not None:
                borrower.lender = lender
            if lender is not None and lender.borrower is hold:
                lender.borrower = borrower
            elif lender is None and borrower is not None:
                self.held.add(borrower)
            self.held.discard(hold)
            self.wake_for((hold, lender), anew=anew)
            hold.released = True
        if _INNERMOST.get() is hold:
            _INNERMOST.set(_innermost())

    def wake_for(self, holds: Iterable[Hold | None], *, anew: bool) -> None:
        """Wake who is next, and who may borrow one of these. To be called under the lock.

        ``anew`` wakes them whatever their marks say: an earlier wake-up may have been interrupted.
        """
        self.line.drop_closed()
        heads = [self.line.head()] if len(self.held) < self.number else []
        free = [hold for hold in holds if hold is not None and (hold.closed or not hold.borrower)]
        heads.extend(next(iter(hold.waiting), None) for hold in free)
        for head in heads:
            if head is not None:
                head.woken = head.woken and not anew
                head.wake()

    def start_over_in_child(self) -> None:
        """Forget, after a fork, what the threads of the parent hold and wait for."""
        for hold in self.held:
            borrower: Hold | None = hold
            while borrower is not None:
                borrower.closed = borrower.released = True
                borrower = borrower.borrower
        self.lock, self.line, self.held = RLock(), Line(), set()


class _Stay:
    """One wait for a slot. As a context, it leaves nothing behind however it ends."""

    __slots__ = ("_allowed", "_asked", "_hold", "_lenders", "_place", "_slots")

    def __init__(
        self, slots: Slots, max_wait_ns: int | None, loop: "AbstractEventLoop | None"
    ) -> None:
        self._lenders: tuple[Hold, ...] = ()
        self._hold: Hold | None = None
        self._place: Place | None = None
        if max_wait_ns is not None and (type(max_wait_ns) is not int or max_wait_ns < 0):
            msg = (
                f"max_wait_ns={max_wait_ns!r} is no time to wait: expected a whole number of "
                "nanoseconds, at least 0, or None for no end"
            )
            raise ValidationError(msg)
        self._slots = slots
        self._allowed = max_wait_ns
        self._asked = 0
        nested = slots.lock._is_owned()  # type: ignore[attr-defined]  # noqa: SLF001
        with slots.lock:
            hold = Hold(slots, loop)
            # A signal handler, while this thread holds the lock, cannot wait for anybody.
            if nested or (len(slots.held) < slots.number and not slots.line.places):
                self._hold = hold
                slots.held.add(hold)
                return
            self._asked = slots.clock.monotonic_ns()
            self._place = Place((), slots.clock.event(), get_ident(), loop)
            self._lenders = _lenders(slots, hold)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._leave()

    def __del__(self) -> None:
        self._leave()

    def turn(self) -> Pause | None:
        """Look once; answer what to wait for, None when there is a slot.

        Raises:
            LimitTimeout: it has taken longer than it may.
        """
        slots, place = self._slots, self._place
        if place is None:
            return None
        with slots.lock:
            if place not in slots.line.places:  # just arrived, or taken away by mistake
                self._join(place)
            if place.woken:
                place.event, place.woken = slots.clock.event(), False
            lender = self._lender(place)
            if lender is not None:
                self._hold = hold = Hold(slots, place.loop)
                hold.lender, lender.borrower = lender, hold
            elif slots.line.head() is place and len(slots.held) < slots.number:
                self._hold = Hold(slots, place.loop)
                slots.held.add(self._hold)
            else:
                return Pause(place.event, self._left())
            self._step_out(place)
            self._place = None
            return None

    def slot(self) -> Slot:
        """Answer what is held, and let calls from within it know."""
        hold = self._hold
        assert hold is not None, "there is a slot when there is no pause any more"  # noqa: S101
        slot = Slot(hold)
        self._hold = None
        _INNERMOST.set(hold)
        return slot

    def _join(self, place: Place) -> None:
        self._slots.line.join(place, first=False)
        for lender in self._lenders:
            lender.waiting[place] = None

    def _lender(self, place: Place) -> Hold | None:
        for lender in self._lenders:
            free = not lender.closed and lender.borrower is None
            if free and next(iter(lender.waiting), None) is place:
                return lender
        return None

    def _left(self) -> int | None:
        if self._allowed is None:
            return None
        waited = self._slots.clock.monotonic_ns() - self._asked
        if waited >= self._allowed:
            raise LimitTimeout(waited / _SECOND, self._allowed / _SECOND)
        return self._allowed - waited

    def _step_out(self, place: Place, *, anew: bool = False) -> None:
        """Leave the line, and let those look again who may have their turn now."""
        self._slots.line.leave(place)
        for lender in self._lenders:
            lender.waiting.pop(place, None)
        self._slots.wake_for(self._lenders, anew=anew)

    def _leave(self) -> None:
        """Do what an interrupt, at any moment, has left undone."""
        # What is missing was interrupted before it was there.
        place, hold = getattr(self, "_place", None), getattr(self, "_hold", None)
        if place is not None:
            with self._slots.lock:
                self._step_out(place, anew=True)
            self._place, self._lenders = None, ()
        if hold is not None:
            self._slots.release(hold)
            self._hold = None


#: The hold within which this thread or task runs.
_INNERMOST: Final[ContextVar[Hold | None]] = ContextVar("beautyspot.slot", default=None)
#: The holds of streams that this thread or task reads.
_LENT: Final[ContextVar[tuple[Hold, ...]]] = ContextVar("beautyspot.lent", default=())


def _innermost() -> Hold | None:
    hold = _INNERMOST.get()
    while hold is not None and hold.closed:
        hold = hold.outer
    return hold


def _lenders(slots: Slots, asker: Hold) -> tuple[Hold, ...]:
    """Answer whose slots are of no use to them while this one waits."""
    found: dict[Hold, None] = {}
    outer = asker.outer
    while outer is not None:
        if outer.owner is slots and not outer.closed:
            found[outer] = None
        outer = outer.outer
    for lent in _LENT.get():
        if lent.owner is slots and not lent.closed:
            found[lent] = None
    if asker.loop is None:
        # What this very thread holds, further down its stack or in tasks of its event loop.
        for held in list(slots.held):
            hold: Hold | None = held
            while hold is not None:
                if hold.thread == asker.thread:
                    found[hold] = None
                hold = hold.borrower
    return tuple(found)


_ALL: Final[WeakSet[Slots]] = WeakSet()


def _start_over() -> None:
    for slots in list(_ALL):
        slots.start_over_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
