"""Quotas of a calendar day or month."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.errors import QuotaExceeded, ValidationError
from beautyspot.core.quotas import (
    Exceeded,
    Quota,
    QuotaCharge,
    Spent,
    Usage,
    corrected,
    spend,
    spend_all,
    window,
)

RPD = Quota("rpd", "requests", 10)
TPD = Quota("tpd", "tokens", 1000)
MONTH = Quota("month", "requests", 100, "month")
NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
DAY = datetime(2026, 3, 8, tzinfo=UTC)
PACIFIC = ZoneInfo("America/Los_Angeles")


def test_a_day_begins_at_midnight_utc():
    """When nothing else is said."""
    assert (DAY, DAY + timedelta(days=1)) == window(RPD, NOON)


def test_a_day_begins_at_the_midnight_of_its_zone():
    """A day on which the clocks are changed has 23 hours."""
    quota = Quota("rpd", "requests", 10, zone=PACIFIC)
    begins = datetime(2026, 3, 8, 8, tzinfo=UTC)

    assert (begins, begins + timedelta(hours=23)) == window(quota, NOON)


def test_a_month_begins_on_its_first_day():
    """And ends where the next one begins, over the end of a year too."""
    december = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)

    assert (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)) == window(
        MONTH, december
    )


@given(
    st.integers(0, 3_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(["day", "month"]),
    st.timezones(),
)
def test_every_moment_is_in_exactly_one_window(now, period, zone):
    """It has begun, it has not ended, and the next one begins where it ends."""
    quota = Quota("quota", "requests", 1, period, zone)
    since, until = window(quota, now)

    assert since <= now.astimezone(UTC) < until
    assert window(quota, until)[0] == until


def test_a_quota_is_used_up_and_begins_anew():
    """What exceeds it is refused with what is left, and when it begins anew."""
    usage = spend(RPD, None, NOON, 7)

    assert Usage(DAY, 7) == usage
    assert Exceeded(3, DAY + timedelta(days=1)) == spend(RPD, usage, NOON, 4)
    assert Usage(DAY, 10) == spend(RPD, usage, NOON, 3)
    assert Usage(DAY + timedelta(days=1), 4) == spend(RPD, usage, NOON + timedelta(days=1), 4)


def test_nothing_costs_nothing():
    """It is granted when the quota is used up, and when more than that is used."""
    assert Usage(DAY, 12) == spend(RPD, Usage(DAY, 12), NOON, 0)


def test_a_clock_that_is_set_back_does_not_begin_a_quota_anew():
    """Otherwise it could be used twice."""
    used_up = Usage(DAY, 10)
    yesterday = NOON - timedelta(days=1)

    assert Exceeded(0, DAY + timedelta(days=1)) == spend(RPD, used_up, yesterday, 1)


def test_a_clock_that_was_years_ahead_does_not_close_a_quota_for_years():
    """What was counted by it is forgotten once the clock is right."""
    used_up = Usage(DAY + timedelta(days=3650), 10)

    assert Usage(DAY, 1) == spend(RPD, used_up, NOON, 1)


@pytest.mark.parametrize("cost", [-1, 1.0, float("nan"), float("inf"), True, None, "1"])
def test_what_is_no_cost_is_refused(cost):
    """Before anything is charged, and when it is corrected."""
    with pytest.raises(ValidationError, match="whole number"):
        spend(RPD, None, NOON, cost)
    with pytest.raises(ValidationError, match="whole number"):
        corrected(Usage(DAY, 1), Spent("a", DAY, 1), cost)


def test_several_quotas_are_charged_all_or_none():
    """The error names the quota, the numbers, and when it begins anew."""
    usages = {"tokens": Usage(DAY, 900)}
    charges = [QuotaCharge("requests", RPD, 1), QuotaCharge("tokens", TPD, 101)]

    with pytest.raises(QuotaExceeded, match=r"101 .*'tpd', 100: .*2026-03-09") as caught:
        spend_all(charges, usages, NOON)
    assert (caught.value.cost, caught.value.left) == (101, 100)
    assert caught.value.reset_at == DAY + timedelta(days=1)


def test_what_is_used_up_is_answered_by_account():
    """Of each quota that was charged."""
    charges = [QuotaCharge("requests", RPD, 1), QuotaCharge("tokens", TPD, 100)]

    expected = {"requests": Usage(DAY, 1), "tokens": Usage(DAY, 1000)}
    assert expected == spend_all(charges, {"tokens": Usage(DAY, 900)}, NOON)


@pytest.mark.parametrize(
    ("usage", "actual", "expected"),
    [
        (Usage(DAY, 50), 0, Usage(DAY, 40)),
        (Usage(DAY, 50), 10, Usage(DAY, 50)),
        (Usage(DAY, 50), 25, Usage(DAY, 65)),
        (Usage(DAY, 5), 0, Usage(DAY, 0)),
        (Usage(DAY + timedelta(days=1), 50), 0, Usage(DAY + timedelta(days=1), 50)),
        (Usage(DAY + timedelta(days=1), 50), 25, Usage(DAY + timedelta(days=1), 65)),
        (None, 0, None),
        (None, 25, Usage(DAY, 15)),
    ],
)
def test_what_a_call_cost_in_fact_is_corrected(usage, actual, expected):
    """More is charged in full; what is left over is not given to the quota of another day."""
    assert expected == corrected(usage, Spent("a", DAY, 10), actual)


@pytest.mark.parametrize("amount", [0, -1, 1.0, True, None])
def test_a_quota_that_is_no_number_is_refused(amount):
    """The error shows what came."""
    with pytest.raises(ValidationError, match=f"rpd={amount!r}"):
        Quota("rpd", "requests", amount)


def test_a_period_that_is_not_known_is_refused():
    """The error names those that are."""
    with pytest.raises(ValidationError, match=r"'year'.*'day' or 'month'"):
        Quota("rpd", "requests", 1, "year")  # type: ignore[arg-type]


def test_moments_of_any_zone_are_understood():
    """They are compared as moments."""
    assert Usage(DAY, 1) == spend(RPD, None, NOON.astimezone(timezone(timedelta(hours=-9))), 1)
