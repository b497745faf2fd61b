"""Asks a service that may not answer: some attempts, in bounded time, and none while it is down."""

import time
from collections.abc import Callable
from typing import Final, TypeVar

from beautyspot.core.breaker import CLOSED, Breaker
from beautyspot.core.errors import BlobRefused, BlobUnavailable, ValidationError
from beautyspot.objects.deadline import Deadline
from beautyspot.objects.workers import in_time

__all__ = ["Guard"]

T = TypeVar("T")

_ATTEMPTS: Final = 3
_PAUSE: Final = 0.1  #: seconds between the first two attempts; twice as long before the third


class Guard:
    """Stands between a store and its service; what is learnt about the service is shared."""

    def __init__(self, place: str, budget: float, monotonic_ns: Callable[[], int]) -> None:
        """Take how to call the service, and what one operation may take.

        Args:
            place: for messages.
            budget: seconds, more than 0; large objects get more, by their size.
            monotonic_ns: the clock by which a service that is down is left alone.

        Raises:
            ValidationError: the budget is no such number.
        """
        if not 0 < budget < float("inf"):
            raise ValidationError(f"budget={budget!r} is out of range: expected seconds above 0")
        self._place: Final = place
        self._budget: Final = budget
        self._monotonic_ns: Final = monotonic_ns
        # Without a lock, which a fork might leave locked: at worst two try a service that is down.
        self._breaker: Breaker = CLOSED
        self._reason = ""

    def run(self, step: Callable[[Deadline], T], size: int = 0) -> T:
        """Answer what a step answers, in one of three attempts.

        Args:
            step: one attempt, which may be left behind when the time is over.
            size: bytes that it has to send.

        Raises:
            BlobRefused: the service answered that it will not do it.
            BlobUnavailable: it gave no answer in time, or was down a moment ago. Errors of other
                kinds pass.
        """
        begun = self._monotonic_ns()
        allowed = self._breaker.asked(begun)
        if allowed is None:
            rest = self._breaker.rest(begun)
            msg = f"{self._place} is left alone for another {rest:.0f} s: {self._reason}"
            raise BlobUnavailable(msg)
        self._breaker = allowed
        deadline = Deadline(self._budget)
        deadline.allow(size)
        try:
            found = in_time(lambda: _attempted(step, deadline), deadline)
        except BlobRefused:
            self._breaker = CLOSED
            raise
        except BlobUnavailable as error:
            self._reason = str(error)
            now = self._monotonic_ns()
            spent = 1.0 if deadline.left <= 0 else (now - begun) / 1e9 / self._budget
            self._breaker = self._breaker.failed(now, spent=spent)
            raise
        except Exception:  # "not found" and "damaged" are answers, too
            self._breaker = CLOSED
            raise
        self._breaker = CLOSED
        return found


def _attempted(step: Callable[[Deadline], T], deadline: Deadline) -> T:
    pause = _PAUSE
    for _ in range(_ATTEMPTS - 1):
        try:
            return step(deadline)
        except BlobRefused:
            raise
        except BlobUnavailable:
            if deadline.left <= pause:
                raise
        time.sleep(pause)
        pause *= 2
    return step(deadline)
