"""What the rules of limiters are tried with."""

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

import pytest

from beautyspot.core.costs import Meter
from beautyspot.core.gcra import Rate
from beautyspot.core.ports import Limiter
from beautyspot.testing.clock import ManualClock
from beautyspot.testing.crowds import Crowd

__all__ = [
    "BURST",
    "MINUTE",
    "NO_COSTS",
    "REQUESTS",
    "SECOND",
    "SMOOTH",
    "LimiterFixtures",
    "NewLimiter",
]

SECOND: Final = 1_000_000_000
MINUTE: Final = 60 * SECOND

#: One token in a second: smooth, and up to ten at once.
SMOOTH: Final = Meter("tpm", "tokens", Rate(60, MINUTE))
BURST: Final = Meter("tpm", "tokens", Rate(60, MINUTE, burst=10))
#: One request in a second.
REQUESTS: Final = Meter("rpm", "requests", Rate(60, MINUTE, burst=1))
#: What somebody may take for a cost.
NO_COSTS: Final = (-1, 1.0, 0.5, float("nan"), float("inf"), True, None, "1")


class NewLimiter(Protocol):
    """Answers a limiter that nobody has used yet."""

    def __call__(self, meters: Sequence[Meter]) -> Limiter:
        """Answer one with these limits."""
        ...


class LimiterFixtures:
    """Limiters, and callers of them, on a clock that stands still."""

    @pytest.fixture
    def clock(self) -> ManualClock:
        """Answer the clock by which the limiter has to pace."""
        return ManualClock()

    @pytest.fixture
    def new_limiter(self, clock: ManualClock) -> NewLimiter:
        """Answer what makes a limiter with these limits, by the fixture ``clock``."""
        raise NotImplementedError("a subclass supplies the fixture 'new_limiter'")

    @pytest.fixture
    def smooth(self, new_limiter: NewLimiter) -> Limiter:
        """Answer a limiter of one token in a second, paced smoothly."""
        return new_limiter([SMOOTH])

    @pytest.fixture
    def burst(self, new_limiter: NewLimiter) -> Limiter:
        """Answer a limiter of one token in a second, and up to ten at once."""
        return new_limiter([BURST])

    @pytest.fixture
    def crowd(self, smooth: Limiter, clock: ManualClock) -> Iterator[Crowd]:
        """Answer callers of ``smooth``."""
        with Crowd(smooth, clock) as crowd:
            yield crowd
