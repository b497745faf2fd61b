"""The results that wait to be saved: bounded, in order, and found by look-ups meanwhile.

Whoever wants something written may write: the thread in the background, a caller who finds the
backlog full, ``flush``, the end of the program. One at a time, so that two results of one call
never change places. So nothing depends on the thread, which a fork or the end takes away.
"""

from itertools import islice
from threading import Condition, RLock, get_ident
from typing import Final

from beautyspot.drivers.gates import Gates
from beautyspot.drivers.pending import Pending
from beautyspot.drivers.writing import Writer

__all__ = ["GROUP", "Backlog"]

#: Records in one transaction. More gain little (100 are written five times as fast as single ones,
#: 1000 eight times), and other processes wait for the end of it: here some 3 ms.
GROUP: Final = 256
#: Bytes in one transaction, so that 256 large records do not take long either.
_GROUP_BYTES: Final = 4 * 1024 * 1024
#: Records that wait at most: written in about 0.2 seconds, which a program has when it ends.
_RECORDS: Final = 10_000
#: Bytes that wait at most: what a program can spare; blobs of it are written in about a second.
_BYTES: Final = 64 * 1024 * 1024
#: After so many groups in a row that could not be written, the next attempt is for all that waits.
#: Otherwise a store that is gone would cost a time-out for every group.
_PATIENCE: Final = 2
#: Seconds after which those who wait look for themselves, in case that an interrupt kept who has
#: written from saying so.
_MOMENT: Final = 1.0


class Backlog:
    """Results of one database that wait. Any thread may call any method at any time."""

    def __init__(self, *, records: int = _RECORDS, size: int = _BYTES) -> None:
        """Begin empty.

        Args:
            records: so many wait at most.
            size: so many bytes wait at most; a larger result waits alone.
        """
        #: What look-ups find, by cache key. Always the same dict: it is read without a lock.
        self.shown: Final[dict[str, Pending]] = {}
        self._records: Final = records
        self._limit: Final = size
        self._writer: Final = Writer()
        self.start_over()

    def start_over(self) -> None:
        """Be empty, with new locks: after a fork all that waits is the parent's to save."""
        self.shown.clear()
        self._waiting: dict[str, Pending] = {}
        self._group: list[Pending] | None = None  #: being written
        self._owner = 0  #: the thread that writes it
        self._left: list[Pending] | None = None  #: what nobody writes any more
        self._size = 0  #: bytes of what waits and what is being written
        self._number = 0
        self._unreached = 0  #: groups in a row that could not be written
        # Re-entrant, as a signal handler may call a marked function. Entered as itself, not
        # through a condition: that is Python code, and an interrupt in it would leave it locked.
        self.lock = RLock()
        #: Notified when there is work: something came, or enough for a group.
        self.work = Condition(self.lock)
        self._written = Gates()

    def __len__(self) -> int:
        """Answer how many wait, without those that are being written."""
        return len(self._waiting)

    def prepare_again(self) -> None:
        """Make the database anew if need be: it may be another one."""
        self._writer.prepared = False

    def add(self, item: Pending, *, wait: bool) -> bool:
        """Take one more, in place of one of the same call that waits.

        When it is full, the caller writes himself, or waits for who writes: nothing is lost, and
        memory is bounded. With ``wait=False`` it answers False instead, and has not taken it.
        """
        while True:
            with self.lock:
                # Who writes at this moment must not wait for it: a store that calls a marked
                # function, or a signal handler.
                if self._has_room(item) or self._is_mine():
                    self._append(item)
                    return True
            if not wait:
                return False
            self.help()

    def discard(self, cache_key: str) -> bool:
        """Forget what waits for a call; answer whether there was anything.

        What is being written is written first, so that it can be deleted where it is.
        """
        found = False
        while True:
            with self.lock:
                item = self._waiting.pop(cache_key, None)
                if item is not None:
                    found = True
                    self._size -= item.size
                    item.end(None)
                    self._written.open_all()
                if not self._is_being_written(cache_key):
                    self.shown.pop(cache_key, None)
                    return found
                gate = self._written.close_one()
            gate.wait(_MOMENT)

    def drain(self) -> bool:
        """Return when all is written that waits now; this thread writes as well.

        Answers False, at once, to who asks while he writes: that cannot be waited for.
        """
        with self.lock:
            last = self._number
        while True:
            with self.lock:
                if self._is_mine():
                    return False
                if not 0 < self._oldest() <= last:
                    return True
            self.help()

    def help(self) -> None:
        """Write a group, or wait until whoever writes has written his."""
        if self._write():
            return
        with self.lock:
            if self._is_mine() or self._group is None:
                return
            gate = self._written.close_one()
        gate.wait(_MOMENT)

    def _write(self) -> bool:
        """Write the oldest; answer False when there is nothing, or somebody else writes."""
        group: list[Pending] = []
        try:
            with self.lock:
                self._settle()
                if self._group is not None or not self._waiting:
                    return False
                self._group, self._owner = group, get_ident()
                self._move_to(group)
            reached = self._writer.write(group)
            self._unreached = 0 if reached else self._unreached + 1
            return True
        finally:
            if self._group is group:
                self._left = group  # no interrupt falls between the end of writing and this
                self._settle()

    def _move_to(self, group: list[Pending]) -> None:
        everything = self._unreached >= _PATIENCE
        size = 0
        for item in islice(self._waiting.values(), None if everything else GROUP):
            size += item.size
            if group and size > _GROUP_BYTES and not everything:
                break
            group.append(item)
        for item in group:
            del self._waiting[item.key]

    def _settle(self) -> None:
        """Take leave of what is written, and take back what an interrupt has left unwritten.

        Whoever looks does this first: an interrupt may have fallen into it before, so that it is
        done a second time.
        """
        with self.lock:
            group = self._left
            if group is None:
                return
            left: dict[str, Pending] = {}
            for item in group:
                if not item.settled and self._waiting.get(item.key, item) is item:
                    left[item.key] = item
                    continue
                item.end(None)
                if self.shown.get(item.key) is item:
                    del self.shown[item.key]
            if left:
                self._waiting = {**left, **self._waiting}
            # Counted anew: an interrupt may have come between counting and moving.
            self._size = sum(item.size for item in self._waiting.values())
            self._group, self._left = None, None
            self._written.open_all()

    def _append(self, item: Pending) -> None:
        replaced = self._waiting.get(item.key)
        if replaced is None:
            self._number += 1
        item.number = self._number if replaced is None else replaced.number
        # In its very place: an interrupt finds one of both here, and what is shown waits.
        self.shown[item.key] = self._waiting[item.key] = item
        self._size += item.size
        if replaced is not None:
            self._size -= replaced.size
            replaced.end(None)
        if len(self._waiting) in {1, GROUP}:
            self.work.notify()

    def _has_room(self, item: Pending) -> bool:
        count = len(self._waiting) + len(self._group or ())
        fits = count < self._records and self._size + item.size <= self._limit
        return fits or count == 0

    def _oldest(self) -> int:
        """Answer the number of the oldest that is not written; 0: there is none."""
        for item in self._group or self._waiting.values():
            return item.number
        return 0

    def _is_mine(self) -> bool:
        self._settle()
        return self._group is not None and self._owner == get_ident()

    def _is_being_written(self, cache_key: str) -> bool:
        if self._is_mine():
            return False
        return any(item.key == cache_key for item in self._group or ())
