"""When a store that does not answer is asked again.

Without it every call would wait for a dead network until its time is over. A breaker is closed
while all is well; it opens when the store does not answer, and everybody is turned away at once;
after a rest one is let through to try, and what comes of that closes it, or opens it anew.
"""

from dataclasses import dataclass, replace
from typing import Final

__all__ = ["CLOSED", "FAILURES", "REST_NS", "SPENT", "Breaker"]

#: Failures in a row, each quick, after which the store counts as down.
FAILURES: Final = 5
#: And the part of one operation's budget that failures in a row may take together. Attempts that
#: all wait for a connection end before the budget does, and cost every caller nearly as much.
SPENT: Final = 0.5
#: Nanoseconds for which nobody asks a store that is down.
REST_NS: Final = 30_000_000_000


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known about a store, as a value: every method answers the next one."""

    failures: int = 0  #: in a row, since it answered last
    spent: float = 0.0  #: of the budget of one operation, by these together
    rests_until: int | None = None  #: monotonic nanoseconds; None: everybody may ask

    def asked(self, now: int) -> "Breaker | None":
        """Answer what is known while somebody asks now; None: nobody may.

        After a rest the first one may try, and the others rest again until he has tried.
        """
        if self.rests_until is None:
            return self
        if now < self.rests_until:
            return None
        return replace(self, rests_until=now + REST_NS)

    def rest(self, now: int) -> float:
        """Answer for how many seconds from now on nobody may ask, at least 0."""
        return 0.0 if self.rests_until is None else max(0, self.rests_until - now) / 1e9

    def failed(self, now: int, *, spent: float) -> "Breaker":
        """Answer what is known after the store gave no answer.

        Args:
            now: monotonic nanoseconds.
            spent: of the budget of one operation, at least 0; 1 is all of it.
        """
        failures, spent = self.failures + 1, self.spent + spent
        if failures >= FAILURES or spent >= SPENT or self.rests_until is not None:
            return Breaker(failures, spent, now + REST_NS)
        return Breaker(failures, spent)

    def answered(self) -> "Breaker":
        """Answer what is known after any answer of the store, a refusal included."""
        return CLOSED


CLOSED: Final = Breaker()
