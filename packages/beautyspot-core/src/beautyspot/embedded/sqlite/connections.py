"""The connections to one database file, shared by all threads, given up and made anew by fork."""

import sqlite3
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import RLock
from typing import Final, TypeVar

from beautyspot.core.errors import (
    BeautySpotError,
    CacheCorruptedError,
    StoreBusy,
    StoreError,
    StoreUnavailable,
)
from beautyspot.embedded.sqlite.adoption import Found, check
from beautyspot.embedded.sqlite.faults import FOREIGN, is_corruption, is_doubtful, translate
from beautyspot.embedded.sqlite.file import Identity, Opened, identity_of
from beautyspot.embedded.sqlite.forking import never_close, tell_of_forks
from beautyspot.embedded.sqlite.lane import Kept, Lane
from beautyspot.embedded.sqlite.leaving import settle
from beautyspot.embedded.sqlite.opening import connect_again, open_database, replaced
from beautyspot.embedded.sqlite.setaside import set_aside

__all__ = ["Connections"]

R = TypeVar("R")

_READERS: Final = 32
#: Event loops ask one at a time; a few of them may live in one process.
_PROMPT: Final = 8


class Connections:
    """Three lanes to one file: readers that wait, readers that never do, and the one writer."""

    def __init__(self, path: str, *, timeout: float, durable: bool) -> None:
        """Open nothing yet; the options are those of ``SQLiteTaskDB``."""
        self.path: Final = path
        self._timeout: Final = timeout
        self._durable: Final = durable
        self._opening = RLock()
        self._opened: Opened | None = None
        #: The last file at the path that was seen to be ours; only such a one is ever renamed.
        self._ours: Identity | None = None
        #: Readers that wait for locks of others.
        self.reading: Final = Lane("reading", size=_READERS, budget=timeout, connect=self._connect)
        #: Readers that raise ``StoreBusy`` where the others wait.
        self.prompt: Final = Lane(
            "reading at once", size=_PROMPT, budget=0, connect=self._connect_prompt
        )
        self.writing: Final = Lane("writing", size=1, budget=timeout, connect=self._connect)
        self._lanes: Final = (self.reading, self.prompt, self.writing)
        tell_of_forks(self)

    @contextmanager
    def read(self) -> Generator[sqlite3.Connection]:
        """Lend a connection to read with; errors of SQLite become ours."""
        try:
            kept = self.reading.take()
            try:
                yield kept.connection
            finally:
                self.reading.give(kept)
        except FOREIGN as error:
            raise self.failure(error) from error

    @contextmanager
    def write(self, *, transaction: bool = True) -> Generator[sqlite3.Connection]:
        """Lend the connection that writes, to one thread at a time; errors become ours.

        Args:
            transaction: all statements of the block take effect, or none. False: one by one.
        """
        try:
            kept = self._writer()
            connection = kept.connection
            try:
                if transaction:
                    # Not deferred: a transaction that has read before it writes fails when
                    # another process wrote in between, however long it would wait.
                    connection.execute("BEGIN IMMEDIATE")
                yield connection
                if transaction:
                    connection.execute("COMMIT")
            finally:
                # Not finished, for whatever reason: closing it rolls it back.
                kept.stale = kept.stale or connection.in_transaction
                self.writing.give(kept)
        except FOREIGN as error:
            raise self.failure(error) from error

    def ready(self) -> None:
        """Open the database now, anew when its file was deleted or replaced."""
        self._follow()
        with self.read():
            return

    def failure(self, error: Exception, *, wait: bool = True) -> BeautySpotError:
        """Answer one of our errors for one of ``FOREIGN``, and set a damaged database aside.

        Args:
            error: what SQLite or its binding raised.
            wait: False when there is no time to look into damage now.
        """
        if not is_doubtful(error):
            return translate(error, self.path)
        if not wait:
            return StoreBusy(f"the database {self.path!r} has to be checked for damage ({error})")
        try:
            return self._damaged(error)
        except StoreError as trouble:
            return trouble

    def _damaged(self, error: Exception) -> BeautySpotError:
        return self._alone(lambda: self._set_aside(error))

    def _set_aside(self, error: Exception) -> BeautySpotError:
        what = f"the database {self.path!r} is damaged ({error})"
        if self._ours is None or identity_of(self.path) != self._ours:
            self._let_go()
            if not is_corruption(error):
                return translate(error, self.path)
            return StoreError(f"{what}. It is no longer there, or not ours. Try again")
        try:
            moved = set_aside(self.path, self._ours, self._let_go, timeout=self._timeout)
        except OSError as refusal:
            msg = f"{what} and cannot be renamed ({refusal}). Move it away"
            return CacheCorruptedError(msg)
        if moved is None and not is_corruption(error):
            return translate(error, self.path)
        if moved is None:
            return StoreError(
                f"{what}, but a second look found nothing wrong. If this comes back, look at the "
                "disk that it is on"
            )
        return CacheCorruptedError(
            f"{what}. It is kept as {moved!r}, and a new one is begun. To save what can be "
            f"saved: sqlite3 {moved!r} .recover"
        )

    def close(self) -> None:
        """Close what is idle, now, and what is in use, as soon as it is given back."""
        with self._opening:
            self._let_go()

    def _let_go(self) -> None:
        for lane in self._lanes:
            lane.renew()
        self._opened = None

    def _connect(self) -> Kept:
        for _ in range(10):
            self._follow()
            opened = self._alone(self._opened_or_first)
            if isinstance(opened, Kept):
                return opened
            kept = connect_again(opened, self.path, timeout=self._timeout, durable=self._durable)
            if kept is not None:
                return kept
        raise replaced(self.path)

    def _opened_or_first(self) -> Opened | Kept:
        """Answer which file is open; where none is, open it, and answer its first connection."""
        return self._opened or self._connect_first()

    def _connect_first(self) -> Kept:
        found = check(self.path)
        if found is Found.OURS:
            self._ours = identity_of(self.path)
        kept = open_database(self.path, found, timeout=self._timeout, durable=self._durable)
        self._opened = kept.opened
        self._ours = kept.opened.identity
        return kept

    def _connect_prompt(self) -> Kept:
        opened = self._opened
        if opened is not None and opened.is_at(self.path):
            kept = connect_again(opened, self.path, timeout=0, durable=self._durable)
            if kept is not None:
                return kept
        msg = f"the database {self.path!r} is not open yet. Ask once with wait=True"
        raise StoreBusy(msg)

    def _alone(self, step: Callable[[], R]) -> R:
        """Do a step while no other thread opens the file, or lets go of it.

        No context manager: an interrupt that falls into one of its methods would leave the lock
        taken. Nothing falls between the end of the step and what is done finally.
        """
        try:
            if not self._opening.acquire(timeout=self._timeout):
                msg = f"the database {self.path!r} is still being opened by another. Try again"
                raise StoreBusy(msg)
            return step()
        finally:
            # Also when an interrupt came between taking it and saying so.
            try:  # noqa: SIM105  # a context manager, see above
                self._opening.release()
            except RuntimeError:  # it was not taken
                pass

    def _writer(self) -> Kept:
        """Take the connection that writes, leading to the file that is at the path now."""
        started = time.monotonic()
        for _ in range(2):
            kept = self.writing.take()
            fits = False
            try:
                # Written to a file that is no longer there, a record would be lost.
                if kept.opened.writable and identity_of(self.path) == kept.opened.identity:
                    self._shorten(kept, time.monotonic() - started)
                    fits = True
            finally:
                if not fits:
                    self.writing.give(kept)
            if fits:
                return kept
            # What was replaced is there anew, and what could only be read may be writable now.
            self._follow(again=not kept.opened.writable)
        msg = (
            f"the database {self.path!r} can only be read, or is replaced all the time; nothing "
            "is stored. Make the file and its folder writable, or choose another db="
        )
        raise StoreUnavailable(msg)

    def _follow(self, *, again: bool = False) -> None:
        """Let go of a file that no longer is at the path.

        Args:
            again: let go of it in any case.
        """
        opened = self._opened
        if opened is None or (opened.is_at(self.path) and not again):
            return

        def follow() -> None:
            if self._opened is not opened:
                return  # another thread was faster
            if opened.writable and identity_of(self.path) != opened.identity:
                self._settle()
            self._let_go()

        self._alone(follow)

    def _settle(self) -> None:
        for lane in (self.writing, self.reading):
            spare = lane.spare()
            if spare is not None:
                try:
                    settle(spare, self.path, self._timeout)
                finally:
                    lane.give(spare)
                return

    def _shorten(self, kept: Kept, waited: float) -> None:
        """Let the time spent on waiting for other threads count as time waited for the file."""
        left = max(self._timeout - waited, 0.001)
        # Setting it costs as much as a short statement, so only when it makes a difference.
        if waited > 0.001 or kept.shortened:
            kept.execute(f"PRAGMA busy_timeout = {int(left * 1000)}")
            kept.shortened = waited > 0.001

    def hold_for_fork(self) -> None:
        """Close everything: SQLite's own notes of who has locked what must not be inherited.

        They are kept per process. A child that inherits them believes that it holds locks which
        only its parent has; when the parent then closes the database, the -wal that the child
        writes to is deleted under it.
        """
        for lane in self._lanes:
            lane.hold()
        # The last one that closes removes the neighbours, by which the file is known.
        self._opened = None

    def release_after_fork(self) -> None:
        """Go on, in the parent."""
        for lane in self._lanes:
            lane.release()

    def start_over_in_child(self) -> None:
        """Start anew, in the child. No other thread lives there to release a lock."""
        for lane in self._lanes:
            for kept in lane.left():
                never_close(kept)
            lane.start_over()
        self._opening = RLock()
        self._opened = None
