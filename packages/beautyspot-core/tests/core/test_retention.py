"""How long a result is kept."""

from datetime import timedelta

import pytest

from beautyspot.core.errors import ValidationError
from beautyspot.core.retention import FOREVER, expiry, parse_retention

DAY = 86_400_000_000


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("90s", 90_000_000),
        ("30m", 1_800_000_000),
        ("12h", DAY // 2),
        ("7d", 7 * DAY),
        ("2w", 14 * DAY),
        ("1.5h", 5_400_000_000),
        (" 7d ", 7 * DAY),
        (60, 60_000_000),
        (0.5, 500_000),
        (1e-9, 1),
        (timedelta(days=1, microseconds=1), DAY + 1),
        (None, None),
        (FOREVER, None),
    ],
)
def test_every_spelling_means_microseconds(spelling, expected: int | None):
    """Texts, seconds and timedeltas are one thing; None and "forever" are no end."""
    assert parse_retention(spelling) == expected


@pytest.mark.parametrize(
    "wrong",
    ["", "7", "d", "7 days", "-1d", "0s", 0, -1, float("nan"), float("inf"), True, "1001000w",
     timedelta(0), timedelta(days=-1), [], object()],
)  # fmt: skip
def test_what_is_no_time_is_refused_by_its_value(wrong: object):
    """The error shows what came and what is expected."""
    with pytest.raises(ValidationError, match="is not a time to keep results") as caught:
        parse_retention(wrong)  # type: ignore[arg-type]

    assert repr(wrong) in str(caught.value)


def test_expiry_counts_from_the_moment_of_saving():
    """Kept for ever has no end."""
    assert expiry(10, 1_000) == 1_010
    assert expiry(None, 1_000) is None
