"""Is this entry an answer? The decision of a hit, alone and cheap.

It stands before the plan of ``engine``, because most calls of a warm cache end here: a plain
function costs a fraction of what a generator costs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from beautyspot.core.model import Entry

__all__ = [
    "ABSENT",
    "BYPASSED",
    "Absent",
    "Bypassed",
    "Damaged",
    "Expired",
    "Miss",
    "Outdated",
    "Unreachable",
    "judge",
]


@dataclass(frozen=True, slots=True)
class Miss:
    """The store has no answer. One of the six below."""


@dataclass(frozen=True, slots=True)
class Absent(Miss):
    """Nothing is stored for this call."""


@dataclass(frozen=True, slots=True)
class Expired(Miss):
    """Something is stored, and its time is over."""


@dataclass(frozen=True, slots=True)
class Damaged(Miss):
    """Something is stored, and cannot be read back."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Outdated(Miss):
    """Something is stored, of a class that has other fields now."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Unreachable(Miss):
    """The store could not be asked."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Bypassed(Miss):
    """The store was not asked: the function is to run anew."""


ABSENT: Final = Absent()
BYPASSED: Final = Bypassed()


def judge(entry: Entry | None, now: Callable[[], int]) -> Entry | Miss:
    """Answer the entry when it may be used, and otherwise why not.

    Args:
        entry: what the store has for the call; None is nothing.
        now: tells microseconds since 1970 UTC; asked only for an entry that expires. An entry
            is over from the very microsecond ``expires_at`` on.
    """
    if entry is None:
        return ABSENT
    if entry.expires_at is not None and entry.expires_at <= now():
        return Expired()
    return entry
