"""Seconds as people write them, as whole nanoseconds."""

import math
from datetime import timedelta
from typing import Final, TypeAlias

__all__ = ["LONGEST_NS", "Duration", "nanoseconds"]

#: Seconds, or a ``timedelta``.
Duration: TypeAlias = float | timedelta

#: A thousand years: longer is a slip of the pen, and no number of seconds below it is infinite.
LONGEST_NS: Final = 1000 * 365 * 86_400 * 1_000_000_000

_MICROSECOND: Final = timedelta(microseconds=1)


def nanoseconds(duration: object) -> int | None:
    """Answer a duration in nanoseconds, rounded up, from 0 to a thousand years; None: it is none.

    A bool is none, and neither are NaN, infinity and what is below 0 or above a thousand years.
    """
    match duration:
        case bool():
            return None
        case timedelta():
            ns = duration // _MICROSECOND * 1000
        case int():
            ns = duration * 1_000_000_000
        case float() if 0 <= duration < LONGEST_NS:  # false for NaN too
            ns = math.ceil(duration * 1_000_000_000)
        case _:
            return None
    return ns if 0 <= ns <= LONGEST_NS else None
