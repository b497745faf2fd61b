"""A limit of its own, for what is not marked: clients, scripts, tests."""

from fractions import Fraction
from typing import Final

from beautyspot.core.costs import TOKENS, Meter
from beautyspot.core.limit_kinds import whole
from beautyspot.core.limits import paced
from beautyspot.core.ports import Clock
from beautyspot.embedded.clock import SystemClock
from beautyspot.embedded.pacing import Pacer

__all__ = ["TokenBucket"]

_MINUTE: Final = 60_000_000_000


class TokenBucket(Pacer):
    """So many tokens a minute, for the threads and event loops of this process together.

        >>> bucket = TokenBucket(60_000)
        >>> bucket.consume(120)  # one call goes at once, the next one when it is paid for
        <ticket for (120,)>
        >>> bucket.try_acquire(1)
        NotYet(ns=...)

    ``acquire``, ``acquire_async`` and ``try_acquire`` are those of a ``Limiter``; a ticket says by
    ``settle`` what a call cost in fact. It may be given to ``Spot(limiter=)``.
    """

    def __init__(
        self, tokens_per_minute: int, *, burst: int = 0, clock: Clock | None = None
    ) -> None:
        """Say what may be used.

        Args:
            tokens_per_minute: at least 1.
            burst: what may come at once after idle time, and the largest cost of a call then. 0
                paces smoothly: one call at a time, each waits until those before it are paid for,
                and costs a minute's tokens at most.
            clock: by which it is paced; None is that of this machine.

        Raises:
            ValidationError: a number is not a whole one, or below its least.
        """
        amount = whole("tokens_per_minute", tokens_per_minute, 1)
        rate = paced(Fraction(amount, _MINUTE), whole("burst", burst, 0), amount)
        super().__init__([Meter("tokens_per_minute", TOKENS, rate)], clock or SystemClock())
        self._rate: Final = rate
        self._per_minute: Final = amount

    #: The same, by the names of version 1.
    consume = Pacer.acquire
    consume_async = Pacer.acquire_async

    def __repr__(self) -> str:
        burst = f", burst={self._rate.burst}" if self._rate.burst else ""
        return f"TokenBucket({self._per_minute}{burst})"

    @property
    def rate(self) -> float:
        """Tokens that come back in a second."""
        return self._per_minute / 60

    @property
    def max_cost(self) -> int:
        """The largest cost of a call; a larger one is refused with ``LimitImpossible``."""
        return self._rate.largest

    @property
    def tat(self) -> float:
        """Seconds on the monotonic clock until which what was granted uses up the rate."""
        with self.lock:
            (state,) = self.lane("", self.now()).states
        return state.tat / (self._rate.amount * 1_000_000_000)
