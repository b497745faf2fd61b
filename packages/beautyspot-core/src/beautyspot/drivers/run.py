"""One run of the user's function: timed and counted, however it ends."""

from types import TracebackType
from typing import Self

from beautyspot.core.effects import Outcome, Raised, Returned
from beautyspot.core.model import micros
from beautyspot.core.ports import Clock
from beautyspot.drivers.flights import innermost
from beautyspot.drivers.tally import Tally

__all__ = ["Run"]

_SECOND = 1_000_000_000


class Run:
    """A context around the call of the function. Its value is handed over inside.

    Example::

        with Run(clock, tally) as run:
            run.value = function()
        outcome = run.outcome()

    An exception of the function ends in the outcome; an interrupt, an exit or a cancellation is
    counted and passes through.
    """

    __slots__ = (
        "_began",
        "_clock",
        "_fingerprint",
        "_outcome",
        "_tally",
        "elapsed",
        "value",
    )

    def __init__(self, clock: Clock, tally: Tally, fingerprint: str | None = None) -> None:
        """Take what measures, what counts, and the fingerprint of the code that runs."""
        self.value: object = None
        self.elapsed = 0.0  #: seconds that the function ran, when it returned
        self._fingerprint = fingerprint
        self._clock = clock
        self._tally = tally
        self._began = 0
        self._outcome: Outcome | None = None

    def __enter__(self) -> Self:
        """Start the time."""
        self._began = self._clock.monotonic_ns()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        """Count the run, and keep what came of it."""
        if error is None:
            # A clock that stepped back must not give back time that others saved.
            flight = innermost()
            idle = 0 if flight is None else flight.idle_ns
            self.elapsed = max(0, self._clock.monotonic_ns() - self._began - idle) / _SECOND
            self._tally.ran(self.elapsed)
            self._outcome = Returned(
                self.value, self.elapsed, micros(self._clock.now()), self._fingerprint
            )
            return False
        self._tally.raised()
        if not isinstance(error, Exception):
            return False
        self._outcome = Raised(error)
        return True

    def outcome(self) -> Outcome | None:
        """Answer what came of the run, once: the frame that holds this must not hold an error."""
        outcome, self._outcome, self.value = self._outcome, None, None
        return outcome
