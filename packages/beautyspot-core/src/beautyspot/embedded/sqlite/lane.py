"""Connections that are kept open for the next one who needs one."""

import sqlite3
import time
from collections import deque
from collections.abc import Callable
from threading import Condition
from typing import Final
from weakref import WeakSet

from beautyspot.core.errors import StoreBusy

__all__ = ["Kept", "Lane"]

#: Seconds that a fork waits for connections in use to be given back: that takes milliseconds.
_PATIENCE = 5.0


class Kept(sqlite3.Connection):
    """A connection of a lane."""

    #: True: it leads to a file that is to be let go of, and is closed instead of used again.
    stale = False
    #: True: it waits for locks of others for less than its time.
    shortened = False

    def __del__(self) -> None:
        """Close. Only a connection lost to an interrupt between two lines still needs it."""
        try:
            self.close()
        except sqlite3.ProgrammingError:
            return  # it was never opened: the file could not be


class _Place:
    """Stands for a connection that is being opened."""

    __slots__ = ("__weakref__",)


class Lane:
    """Connections of one kind; the one given back last is taken next.

    Not one per thread: a thread that ends leaves nothing open, and a thousand threads share what
    a few need. Taking and giving back take no lock: ``pop`` and ``append`` of a deque are atomic.
    The lock is for those who find none idle.
    """

    __slots__ = (
        "_budget",
        "_changed",
        "_connect",
        "_held",
        "_idle",
        "_open",
        "_size",
        "_waiting",
        "_what",
    )

    def __init__(self, what: str, *, size: int, budget: float, connect: Callable[[], Kept]) -> None:
        """Open nothing yet.

        Args:
            what: names the lane in messages.
            size: so many connections at most.
            budget: seconds to wait for one of them; 0 never waits, not for a lock either.
            connect: opens one more.
        """
        self._what: Final = what
        self._size: Final = size
        self._budget: Final = budget
        self._connect: Final = connect
        self.start_over()

    def start_over(self) -> None:
        """Have no connections and new locks, whatever anybody held before."""
        self._idle: deque[Kept] = deque()
        # Weak: what an interrupt has lost between two lines is not counted for ever.
        self._open: WeakSet[Kept | _Place] = WeakSet()
        self._changed = Condition()
        self._waiting = 0
        self._held = False

    def take(self) -> Kept:
        """Answer a connection for the caller alone, who gives it back.

        Raises:
            StoreBusy: all are in use, for longer than the budget.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._take_slowly()
        if connection.stale:
            self.give(connection)
            return self._take_slowly()
        return connection

    def give(self, connection: Kept) -> None:
        """Take a connection back."""
        if connection.stale:
            self._drop(connection)
            return
        self._idle.append(connection)
        # Who waits says so first and looks for an idle one afterwards; here it is the other way
        # round. So either they find it, or they are seen.
        if self._waiting:
            with self._changed:
                self._changed.notify()

    def renew(self) -> None:
        """Close what is idle, now, and what is in use, as soon as it is given back."""
        with self._changed:
            for connection in self.left():
                connection.stale = True
            self._close_idle()

    def hold(self) -> bool:
        """Let nobody open a connection any more, and close all: those in use when given back.

        Answers whether all are closed. It waits for that, but not for ever.
        """
        with self._changed:
            self._held = True
            self._waiting += 1
            self.renew()
            try:
                return self._changed.wait_for(self._close_idle, _PATIENCE)
            finally:
                self._waiting -= 1

    def release(self) -> None:
        """Let connections be opened again."""
        with self._changed:
            self._held = False
            self._changed.notify_all()

    def left(self) -> list[Kept]:
        """Answer the connections that are open, in use or not."""
        return [connection for connection in list(self._open) if isinstance(connection, Kept)]

    def _close_idle(self) -> bool:
        """Close the idle connections; answer whether that were all."""
        while self._idle:
            self._drop(self._idle.pop())
        return not self._open

    def _drop(self, connection: Kept) -> None:
        connection.close()
        with self._changed:
            self._open.discard(connection)
            self._changed.notify_all()

    def _take_slowly(self) -> Kept:
        deadline = time.monotonic() + self._budget
        # The lock is held for moments only, but "never waits" means not even those.
        if not self._changed.acquire(blocking=self._budget > 0):
            raise self._busy()
        try:
            self._waiting += 1
            try:
                found = self._idle_or_place(deadline)
            finally:
                self._waiting -= 1
        finally:
            self._changed.release()
        return found if isinstance(found, Kept) else self._open_one(found)

    def _idle_or_place(self, deadline: float) -> Kept | _Place:
        """Answer an idle connection, or a place among the open ones for a new one."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                pass
            else:
                if not connection.stale:
                    return connection
                self._drop(connection)
            if not self._held and len(self._open) < self._size:
                place = _Place()
                self._open.add(place)
                return place
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._busy()
            self._changed.wait(left)

    def _open_one(self, place: _Place) -> Kept:
        """Open a connection, without the lock: others may take and give meanwhile."""
        try:
            connection = self._connect()
            self._open.add(connection)
            return connection
        finally:
            with self._changed:
                self._open.discard(place)
                self._changed.notify_all()

    def _busy(self) -> StoreBusy:
        return StoreBusy(
            f"all {self._size} connections for {self._what} are in use (waited "
            f"{self._budget:g} s). Try again, or use fewer threads at once"
        )
