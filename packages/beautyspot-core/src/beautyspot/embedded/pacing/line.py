"""A queue of threads and of tasks of any number of event loops: first come, first served.

Only the head of the line acts. Whoever leaves wakes the next head, so that a line of ten thousand
takes two wake-ups for each of them.
"""

from collections import Counter, OrderedDict
from itertools import islice
from typing import TYPE_CHECKING, Final

from beautyspot.core.ports import Event

if TYPE_CHECKING:  # importing asyncio takes as long as all the rest; only coroutines need it
    from asyncio import AbstractEventLoop

__all__ = ["Line", "Place"]


class Place:
    """Where one waiter stands."""

    __slots__ = ("costs", "event", "loop", "played", "thread", "woken")

    def __init__(
        self, costs: tuple[int, ...], event: Event, thread: int, loop: "AbstractEventLoop | None"
    ) -> None:
        """Take what is asked for, what wakes the waiter, and who it is (no loop: a thread)."""
        self.costs: Final = costs
        self.event = event
        self.thread: Final = thread
        self.loop: Final = loop
        self.woken = False
        self.played = False  #: whether a forecast counts it in

    def wake(self) -> None:
        """Let the waiter look again.

        The mark comes first: a signal handler that is run by the wake-up must not set the event
        that this thread is about to set, because an event need not bear that.
        """
        if not self.woken:
            self.woken = True
            self.event.set()


class Line:
    """The places, in the order in which they are served. To be used under a lock.

    A place whose waiter cannot go on is no head: its event loop is closed, or its thread is waiting
    here once more, above it on the stack (a signal handler, a plain call on the event loop). Those
    stand behind the waiter that they wait for, otherwise both would wait for ever.
    """

    __slots__ = ("_by_runner", "_by_thread", "places")

    def __init__(self) -> None:
        """Begin empty."""
        self.places: Final[OrderedDict[Place, None]] = OrderedDict()
        self._by_thread: Counter[int] = Counter()
        self._by_runner: Counter[tuple[int, int]] = Counter()

    def head(self) -> Place | None:
        """Answer the place whose turn it is; None: nobody waits."""
        return next(iter(self.places), None)

    def blocked_by(self, place: Place) -> list[Place]:
        """Answer those who cannot go on before the waiter of this place, not in line yet, does."""
        others = self._by_thread[place.thread]
        if place.loop is not None:
            others -= self._by_runner[place.thread, id(place.loop)]
        if others <= 0:
            return []
        return [
            other
            for other in list(self.places)
            if other.thread == place.thread and (place.loop is None or other.loop is not place.loop)
        ]

    def join(self, place: Place, *, first: bool) -> None:
        """Add a place at the end; ``first``: before all others, because none of them can go on."""
        blocked = self.blocked_by(place)
        self.places[place] = None
        self._count(place, 1)
        if first:
            self.places.move_to_end(place, last=False)
            return
        for other in blocked:
            if other in self.places:
                self.places.move_to_end(other)
        self.drop_closed()

    def leave(self, place: Place) -> None:
        """Take a place away, if it is there."""
        if place in self.places:
            del self.places[place]
            self._count(place, -1)

    def drop_closed(self) -> None:
        """Take heads away whose event loop is closed: they will never go on."""
        dropped = False
        while (head := self.head()) is not None and head.loop is not None and head.loop.is_closed():
            self.leave(head)
            dropped = True
        if dropped and head is not None:
            head.wake()

    def wake_after(self, place: Place) -> None:
        """Wake who will be head when this place, the head, has left."""
        self.drop_closed()
        for other in list(islice(self.places, 2)):
            if other is not place:
                other.wake()
                return

    def _count(self, place: Place, number: int) -> None:
        self._by_thread[place.thread] += number
        if not self._by_thread[place.thread]:
            del self._by_thread[place.thread]
        if place.loop is not None:
            runner = place.thread, id(place.loop)
            self._by_runner[runner] += number
            if not self._by_runner[runner]:
                del self._by_runner[runner]
