"""How long a result is kept."""

import math
import re
from datetime import timedelta
from enum import StrEnum
from typing import Final

from beautyspot.core.errors import ValidationError

__all__ = ["FOREVER", "Retention", "RetentionLike", "expiry", "parse_retention"]

#: Keep for ever, said in a word; ``None`` says the same.
FOREVER: Final = "forever"


class Retention(StrEnum):
    """Retentions that have a name."""

    FOREVER = "forever"  #: without an end
    INDEFINITE = "forever"  #: the same


#: ``"7d"``, a number of seconds, a ``timedelta``, ``FOREVER`` or ``None``.
RetentionLike = str | float | timedelta | None

_SPELLING = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|d|w)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
#: A thousand years: longer is a slip of the pen, and soon beyond what a date can say.
_LONGEST = 1000 * 365 * 86_400


def parse_retention(retention: RetentionLike) -> int | None:
    """Answer a retention as microseconds, at least 1; None keeps for ever.

    Args:
        retention: ``"90s"``, ``"30m"``, ``"12h"``, ``"7d"`` or ``"2w"``; a number of seconds; a
            ``timedelta``; ``"forever"`` or None for no end. Longer than 0, at most 1000 years.

    Raises:
        ValidationError: it is none of these.
    """
    if retention is None or retention == FOREVER:
        return None
    seconds = _seconds(retention)
    if seconds is None or not 0 < seconds <= _LONGEST:
        msg = (
            f"retention={retention!r} is not a time to keep results: expected '90s', '30m', "
            "'12h', '7d', '2w', seconds above 0, a timedelta above 0, or 'forever' (None), "
            "and at most 1000 years"
        )
        raise ValidationError(msg)
    return math.ceil(seconds * 1_000_000)


def expiry(retention: int | None, now: int) -> int | None:
    """Answer when a result saved ``now`` expires; all in microseconds, None is never."""
    return None if retention is None else now + retention


def _seconds(retention: object) -> float | None:
    match retention:
        case timedelta():
            return retention.total_seconds()
        case bool():
            return None
        case int() | float():
            return retention
        case str() if spelling := _SPELLING.fullmatch(retention.strip()):
            return float(spelling[1]) * _SECONDS[spelling[2]]
        case _:
            return None
