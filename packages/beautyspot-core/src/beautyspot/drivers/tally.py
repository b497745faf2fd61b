"""Counting what the calls of one marked function came to, in this process."""

import os
from dataclasses import dataclass
from threading import RLock
from weakref import WeakSet

__all__ = ["Counts", "Tally"]


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

    __slots__ = ("__weakref__", "_errors", "_hits", "_lock", "_run", "_runs", "_saved", "_troubles")

    def __init__(self) -> None:
        """Begin at nothing."""
        # Re-entrant: a signal handler may call the function while this thread is counting.
        self._lock = RLock()
        _ALL.add(self)
        self._hits = self._runs = self._errors = self._troubles = 0
        self._saved = self._run = 0.0

    def hit(self, elapsed: float | None) -> None:
        """Count a call answered from the store; ``elapsed`` seconds saved, None is unknown."""
        with self._lock:
            self._hits += 1
            if elapsed is not None:
                self._saved += elapsed

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

    def trouble(self) -> None:
        """Count something that went wrong around a call."""
        with self._lock:
            self._troubles += 1

    def counts(self) -> Counts:
        """Answer what has been counted up to now."""
        with self._lock:
            counted = (
                self._hits, self._runs, self._errors, self._troubles, self._saved, self._run
            )  # fmt: skip
        return Counts(*counted)

    def renew_lock(self) -> None:
        """Forget who held the lock: after a fork, a thread that the child does not have."""
        self._lock = RLock()


_ALL: WeakSet[Tally] = WeakSet()


def _renew_locks() -> None:
    for tally in list(_ALL):
        tally.renew_lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)
