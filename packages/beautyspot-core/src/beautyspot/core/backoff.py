"""How long to wait before the next attempt: longer each time, and not all at once."""

from dataclasses import dataclass
from typing import Final, Literal

from beautyspot.core.durations import Duration, nanoseconds
from beautyspot.core.errors import ValidationError

__all__ = ["Backoff"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that grow by a factor up to a longest one: 1, 2, 4 ... 60 seconds.

    Raises:
        ValidationError: a number is out of its range, or the jitter is none.
    """

    first: Duration = 1.0  #: seconds after the first attempt, at least 0
    most: Duration = 60.0  #: seconds that no wait exceeds, at least 0
    factor: float = 2.0  #: by which each wait is longer than the one before, at least 1
    #: ``"full"``: anything from 0 to the wait, at random, so that those who failed together do not
    #: come again together. ``"none"``: exactly the wait.
    jitter: Literal["full", "none"] = "full"

    def __post_init__(self) -> None:
        for name in ("first", "most"):
            given: object = getattr(self, name)
            if nanoseconds(given) is None:
                msg = f"{name}={given!r} is no wait: expected seconds of at least 0, or a timedelta"
                raise ValidationError(msg)
        factor: object = self.factor
        if type(factor) not in {int, float} or not 1 <= self.factor <= _STEEPEST:
            msg = (
                f"factor={self.factor!r} is no factor between waits: expected a number from 1 "
                f"(always the same wait) to {_STEEPEST:,}; 2 doubles each wait"
            )
            raise ValidationError(msg)
        if self.jitter not in {"full", "none"}:
            msg = (
                f"jitter={self.jitter!r} is not known: expected 'full' (anything up to the wait) "
                "or 'none' (exactly the wait)"
            )
            raise ValidationError(msg)

    def longest_ns(self, attempt: int) -> int:
        """Answer the longest wait after that attempt, counted from 1, in nanoseconds."""
        first, most = nanoseconds(self.first), nanoseconds(self.most)
        if not first or not most:
            return 0
        try:
            grown = first * float(self.factor) ** (attempt - 1)
        except OverflowError:
            return most
        return int(grown) if grown < most else most

    def delay_ns(self, attempt: int, random: float) -> int:
        """Answer the wait after that attempt in nanoseconds; ``random`` is from 0 to 1."""
        longest = self.longest_ns(attempt)
        return longest if self.jitter == "none" else int(longest * random)


_STEEPEST: Final = 1_000_000
