"""Quotas of a calendar day or month: a number that begins anew at a fixed time.

A paced limit would admit twice the quota within a day; so a quota is counted, and what exceeds it
is refused until it begins anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal, NamedTuple

from beautyspot.core.errors import QuotaExceeded, ValidationError
from beautyspot.core.gcra import checked

__all__ = [
    "Exceeded",
    "Quota",
    "QuotaCharge",
    "Spent",
    "Usage",
    "corrected",
    "spend",
    "spend_all",
    "window",
]

_PERIODS: Final = ("day", "month")


@dataclass(frozen=True, slots=True)
class Quota:
    """So many of a unit for every day or month.

    Raises:
        ValidationError: the amount is not a whole number of at least 1, or the period is no word
            that is known.
    """

    name: str  #: in errors: "rpd"
    unit: str  #: in costs: "requests"
    amount: int
    period: Literal["day", "month"] = "day"
    zone: tzinfo = UTC  #: whose midnight it begins at

    def __post_init__(self) -> None:
        if type(self.amount) is not int or self.amount < 1:
            msg = f"{self.name}={self.amount!r} is no quota: expected a whole number, at least 1"
            raise ValidationError(msg)
        if self.period not in _PERIODS:
            msg = f"period={self.period!r} of {self.name}: expected 'day' or 'month'"
            raise ValidationError(msg)


@dataclass(frozen=True, slots=True)
class Usage:
    """What of a quota is used up."""

    since: datetime  #: aware, UTC; when the quota began
    used: int


@dataclass(frozen=True, slots=True)
class Exceeded:
    """The quota has less left than the call costs; nothing is charged."""

    left: int
    reset_at: datetime  #: aware, UTC; when it begins anew


def window(quota: Quota, now: datetime) -> tuple[datetime, datetime]:
    """Answer when the quota began that counts now, and when the next one begins; UTC.

    Args:
        quota: of a day or a month, by the calendar of its zone: a day may have 23 or 25 hours.
        now: aware.
    """
    midnight = now.astimezone(quota.zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if quota.period == "month":
        first = midnight.replace(day=1)
        following = (first + timedelta(days=32)).replace(day=1)
    else:
        first, following = midnight, midnight + timedelta(days=1)
    return first.astimezone(UTC), following.astimezone(UTC)


def spend(quota: Quota, usage: Usage | None, now: datetime, cost: int) -> Usage | Exceeded:
    """Charge a call, or answer that the quota has not enough left.

    A clock that is set back to the day before does not begin the quota anew. What was counted on a
    later day than that was counted by a clock that was wrong, and is forgotten.

    Args:
        quota: what is charged.
        usage: what is used up; None is nothing.
        now: aware.
        cost: at least 0; 0 is always granted.

    Raises:
        ValidationError: the cost is not a whole number of at least 0.
    """
    since, until = window(quota, now)
    if usage is not None and since < usage.since <= until:
        since, until = usage.since, window(quota, usage.since)[1]
    used = usage.used if usage is not None and usage.since == since else 0
    left = max(0, quota.amount - used)
    if checked(cost) > left:
        return Exceeded(left, until)
    return Usage(since, used + cost)


class QuotaCharge(NamedTuple):
    """What a call is to be charged by one quota."""

    account: str  #: whose usage is counted; equal texts share it
    quota: Quota
    cost: int


class Spent(NamedTuple):
    """What a call was charged by one quota, and on which day."""

    account: str
    since: datetime  #: aware, UTC; when the quota began that it was charged to
    cost: int


def spend_all(
    charges: Sequence[QuotaCharge], usages: Mapping[str, Usage], now: datetime
) -> dict[str, Usage]:
    """Charge a call by several quotas, all or none; answer what is used up then, by account.

    Args:
        charges: by each quota; no account twice.
        usages: what is used up, by account; nothing where there is none.
        now: aware.

    Raises:
        QuotaExceeded: one of them has not enough left.
        ValidationError: a cost is not a whole number of at least 0.
    """
    after: dict[str, Usage] = {}
    for account, quota, cost in charges:
        answer = spend(quota, usages.get(account), now, cost)
        if isinstance(answer, Exceeded):
            raise QuotaExceeded(quota.name, cost, answer.left, answer.reset_at)
        after[account] = answer
    return after


def corrected(usage: Usage | None, spent: Spent, actual: int) -> Usage | None:
    """Say what a granted call cost in fact; nothing is given back to the quota of another day.

    Args:
        usage: what is used up now; None is nothing.
        spent: what the call was charged.
        actual: what it cost; more is charged in full.

    Raises:
        ValidationError: the actual cost is not a whole number of at least 0.
    """
    difference = checked(actual) - spent.cost
    if usage is None:
        return Usage(spent.since, difference) if difference > 0 else None
    if difference < 0 and usage.since != spent.since:
        return usage
    return Usage(usage.since, max(0, usage.used + difference))
