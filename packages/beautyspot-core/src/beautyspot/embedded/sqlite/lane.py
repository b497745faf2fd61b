"""Connections that are kept open for the next one who needs one."""

import sqlite3
import time
from collections import deque
from collections.abc import Callable
from threading import Condition, RLock
from typing import Final
from weakref import ref

from beautyspot.core.errors import StoreBusy
from beautyspot.embedded.sqlite.file import Opened

__all__ = ["Kept", "Lane"]

#: Seconds that a fork waits for connections in use to be given back: that takes milliseconds.
_PATIENCE = 5.0


class Kept:
    """A connection of a lane, and what the lane has to know of it.

    Not a subclass: a connection refers to itself, so one that is lost to an interrupt would stay
    open until the next garbage collection. This object goes at once, and closes it.
    """

    __slots__ = ("__weakref__", "ask", "connection", "execute", "opened", "shortened", "stale")

    def __init__(self, connection: sqlite3.Connection, opened: Opened) -> None:
        """Keep a connection that leads to the file ``opened``."""
        self.connection: Final = connection
        self.execute: Final = connection.execute
        #: Executes a look-up whose one row is fetched at once: with a cursor that is kept.
        self.ask = connection.cursor().execute
        self.opened: Final = opened
        #: True: it leads to a file that is to be let go of, and is closed instead of used again.
        self.stale = False
        #: True: it waits for locks of others for less than its time.
        self.shortened = False

    def forget(self) -> None:
        """End the last look-up, whose row was not fetched: it would keep its view of the data."""
        self.ask = self.connection.cursor().execute

    def __del__(self) -> None:
        if hasattr(self, "connection"):  # else an interrupt fell into __init__
            self.connection.close()


class _Place:
    """Stands for a connection that is being opened."""

    __slots__ = ("__weakref__", "stale")

    def __init__(self) -> None:
        self.stale = False


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
        "_lock",
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
            budget: seconds to wait for one of them; 0 never waits.
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
        self._open: list[ref[Kept | _Place]] = []
        # Entered as itself, not through the condition: that is Python code, and an interrupt
        # between taking the lock and saying so would leave it locked.
        self._lock = RLock()
        self._changed = Condition(self._lock)
        self._waiting = 0
        self._held = False

    def take(self) -> Kept:
        """Answer a connection for the caller alone, who gives it back.

        Raises:
            StoreBusy: all are in use, for longer than the budget.
        """
        try:
            kept = self._idle.pop()
        except IndexError:
            return self._take_slowly()
        if kept.stale:
            self.give(kept)
            return self._take_slowly()
        return kept

    def give(self, kept: Kept) -> None:
        """Take a connection back."""
        if kept.stale:
            self._drop(kept)
            return
        self._idle.append(kept)
        # Who waits says so first and looks for an idle one afterwards; here it is the other way
        # round. So either they find it, or they are seen.
        if self._waiting:
            with self._lock:
                self._changed.notify()

    def spare(self) -> Kept | None:
        """Answer a connection that nobody uses, to be given back; None when there is none."""
        if not self._idle:  # an error that is raised takes twenty times as long
            return None
        try:
            kept = self._idle.pop()
        except IndexError:  # another thread was faster
            return None
        if kept.stale:
            self._drop(kept)
            return None
        return kept

    def renew(self) -> None:
        """Close what is idle, now, and what is in use, as soon as it is given back."""
        with self._lock:
            for one in self._living():
                one.stale = True
            self._close_idle()

    def hold(self) -> bool:
        """Let nobody open a connection any more, and close all: those in use when given back.

        Answers whether all are closed. It waits for that, but not for ever.
        """
        with self._lock:
            self._held = True
            self._waiting += 1
            self.renew()
            try:
                return self._changed.wait_for(self._close_idle, _PATIENCE)
            finally:
                self._waiting -= 1

    def release(self) -> None:
        """Let connections be opened again."""
        with self._lock:
            self._held = False
            self._changed.notify_all()

    def left(self) -> list[Kept]:
        """Answer the connections that are open, in use or not."""
        return [one for one in self._living() if isinstance(one, Kept)]

    def _living(self) -> list[Kept | _Place]:
        living = [one for one in (weak() for weak in self._open) if one is not None]
        self._open = [ref(one) for one in living]
        return living

    def _leave(self, gone: Kept | _Place) -> None:
        with self._lock:
            self._open = [ref(one) for one in self._living() if one is not gone]
            self._changed.notify_all()

    def _close_idle(self) -> bool:
        """Close the idle connections; answer whether that were all."""
        while self._idle:
            self._drop(self._idle.pop())
        return not self._living()

    def _drop(self, kept: Kept) -> None:
        kept.connection.close()
        self._leave(kept)

    def _take_slowly(self) -> Kept:
        deadline = time.monotonic() + self._budget
        with self._lock:
            self._waiting += 1
            try:
                found = self._idle_or_place(deadline)
            finally:
                self._waiting -= 1
        return found if isinstance(found, Kept) else self._open_one(found)

    def _idle_or_place(self, deadline: float) -> Kept | _Place:
        """Answer an idle connection, or a place among the open ones for a new one."""
        while True:
            try:
                kept = self._idle.pop()
            except IndexError:
                pass
            else:
                if not kept.stale:
                    return kept
                self._drop(kept)
            if not self._held and len(self._living()) < self._size:
                place = _Place()
                self._open.append(ref(place))
                return place
            left = deadline - time.monotonic()
            if left <= 0:
                raise self._busy()
            self._changed.wait(left)

    def _open_one(self, place: _Place) -> Kept:
        """Open a connection, without the lock: others may take and give meanwhile."""
        try:
            kept = self._connect()
            with self._lock:
                kept.stale = place.stale
                self._open.append(ref(kept))
            return kept
        finally:
            self._leave(place)

    def _busy(self) -> StoreBusy:
        return StoreBusy(
            f"all {self._size} connections for {self._what} are in use (waited "
            f"{self._budget:g} s). Try again, or use fewer threads at once"
        )
