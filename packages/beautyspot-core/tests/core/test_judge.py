"""What makes a hit."""

from beautyspot.core.judge import ABSENT, Expired, judge
from beautyspot.core.model import Entry


def entry(expires_at: int | None) -> Entry:
    return Entry(b"", None, None, expires_at, None, None)


def never() -> int:
    raise AssertionError("the time was asked for without need")


def test_nothing_stored_is_a_miss():
    """No entry, no answer; and nobody looks at the clock for it."""
    assert judge(None, never) is ABSENT


def test_an_entry_without_end_is_a_hit():
    """It is answered itself, and nobody looks at the clock for it."""
    kept = entry(None)

    assert judge(kept, never) is kept


def test_an_entry_counts_until_its_time_is_over():
    """Until the last microsecond it is a hit; from ``expires_at`` on it is a miss."""
    kept = entry(1_000)

    assert judge(kept, lambda: 999) is kept
    assert judge(kept, lambda: 1_000) == Expired()
