"""Counting what the calls of one marked function came to, in this process."""

import os
from dataclasses import dataclass
from threading import RLock
from weakref import WeakSet

__all__ = ["Counts", "Tally"]

#: Hits that are noted before they are added up.
_MOST = 1000


@dataclass(frozen=True, slots=True)
class Counts:
    """What the calls of one marked function came to, in this process and up to now."""

    hits: int = 0  #: calls answered from the store
    runs: int = 0  #: calls that ran the function, those that raised among them
    errors: int = 0  #: runs that raised
    troubles: int = 0  #: times that something went wrong around a call
    seconds_saved: float = 0.0  #: what the hits took when they ran
    seconds_run: float = 0.0  #: what the runs that returned took


class Tally:
    """Adds up ``Counts``; every method may be called from several threads at once."""

    __slots__ = (
        "__weakref__", "_errors", "_hits", "_lock", "_noted", "_run", "_runs", "_saved", "_troubles"
    )  # fmt: skip

    def __init__(self) -> None:
        """Begin at nothing."""
        # Re-entrant: a signal handler may call the function while this thread is counting.
        self._lock = RLock()
        _ALL.add(self)
        self._hits = self._runs = self._errors = self._troubles = 0
        self._saved = self._run = 0.0
        #: Of hits that are not added up yet, the seconds saved.
        self._noted: list[float | None] = []

    def hit(self, elapsed: float | None) -> None:
        """Count a call answered from the store; ``elapsed`` seconds saved, None is unknown."""
        # Noted without the lock, which costs half as much again as all of this: one operation of
        # a list is atomic.
        noted = self._noted
        noted.append(elapsed)
        if len(noted) > _MOST:
            self._add_up()

    def ran(self, elapsed: float) -> None:
        """Count a run that returned after ``elapsed`` seconds."""
        with self._lock:
            self._runs += 1
            self._run += elapsed

    def raised(self) -> None:
        """Count a run that did not return: it raised, or was interrupted or cancelled."""
        with self._lock:
            self._runs += 1
            self._errors += 1

    def left(self) -> None:
        """Count a run that nobody wanted to come to its end: a stream that was closed before."""
        with self._lock:
            self._runs += 1

    def trouble(self) -> None:
        """Count something that went wrong around a call."""
        with self._lock:
            self._troubles += 1

    def counts(self) -> Counts:
        """Answer what has been counted up to now."""
        self._add_up()
        with self._lock:
            counted = (
                self._hits, self._runs, self._errors, self._troubles, self._saved, self._run
            )  # fmt: skip
        return Counts(*counted)

    def _add_up(self) -> None:
        with self._lock:
            noted = self._noted
            while noted:  # one by one: others may note more, and a signal handler add up as well
                elapsed = noted.pop()
                self._hits += 1
                self._saved += elapsed or 0.0

    def renew_lock(self) -> None:
        """Forget who held the lock: after a fork, a thread that the child does not have."""
        self._lock = RLock()


_ALL: WeakSet[Tally] = WeakSet()


def _renew_locks() -> None:
    for tally in list(_ALL):
        tally.renew_lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
