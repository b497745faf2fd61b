"""One run of the user's function: timed and counted, however it ends."""

from types import TracebackType
from typing import Self

from beautyspot.core.effects import Returned
from beautyspot.core.model import micros
from beautyspot.core.ports import Clock
from beautyspot.drivers.tally import Tally

__all__ = ["Run"]

_SECOND = 1_000_000_000


class Run:
    """A context around the call of the function; ask ``returned`` after it."""

    __slots__ = ("_began", "_clock", "_tally")

    def __init__(self, clock: Clock, tally: Tally) -> None:
        """Take what measures and what counts."""
        self._clock = clock
        self._tally = tally
        self._began = 0

    def __enter__(self) -> Self:
        """Start the time."""
        self._began = self._clock.monotonic_ns()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Count a run that did not return: one that raised, was interrupted or cancelled."""
        if error is not None:
            self._tally.raised()

    def returned(self, value: object) -> Returned:
        """Count a run that returned, and answer what is known about it."""
        # A clock that stepped back must not give back time that others saved.
        elapsed = max(0, self._clock.monotonic_ns() - self._began) / _SECOND
        self._tally.ran(elapsed)
        return Returned(value, elapsed, micros(self._clock.now()))
