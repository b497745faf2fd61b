"""How long one operation on a store may take."""

import time
from typing import Final

from beautyspot.core.errors import BlobUnavailable

__all__ = ["SLOWEST", "Deadline"]

#: Bytes per second that an operation on a large object has to reach, beyond its budget.
SLOWEST: Final = 1 << 20


class Deadline:
    """The moment at which one operation ends; it moves with the bytes that it has to do with."""

    def __init__(self, seconds: float) -> None:
        """Begin now, with so many seconds; 0 and less are over at once."""
        self._budget = seconds
        self._end = time.monotonic() + seconds

    def __repr__(self) -> str:
        return f"<{type(self).__name__} in {self.left:.3f} s>"

    @property
    def left(self) -> float:
        """Seconds that are left, at least 0."""
        return max(0.0, self._end - time.monotonic())

    @property
    def budget(self) -> float:
        """Seconds that the operation was given in all, at this moment."""
        return self._budget

    def allow(self, size: int) -> None:
        """Give the time that ``size`` bytes may take: of an upload before, of a download after."""
        more = size / SLOWEST
        self._budget += more
        self._end += more

    def give_up(self) -> None:
        """Be over now: nobody waits for the operation any more."""
        self._end = time.monotonic()

    def check(self) -> None:
        """Do nothing while there is time.

        Raises:
            BlobUnavailable: the time is over.
        """
        if self._end <= time.monotonic():
            raise BlobUnavailable(f"the store did not answer within {self._budget:.1f} s")
