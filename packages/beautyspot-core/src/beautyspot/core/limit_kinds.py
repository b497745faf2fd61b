"""What users say about one limit: a number with what goes with it, checked at once."""

import math
from dataclasses import dataclass
from datetime import UTC, timedelta, tzinfo
from fractions import Fraction
from typing import Final, Literal

from beautyspot.core.errors import ValidationError
from beautyspot.core.retention import parse_retention

__all__ = [
    "LimitLike",
    "Provider",
    "QuotaLimit",
    "RateLimit",
    "known_provider",
    "part_of",
    "quota",
    "rate",
    "whole",
]

#: How a server counts: by a bucket that fills up all the time, or by a window of fixed or sliding
#: position.
Provider = Literal["bucket", "sliding", "fixed"]

_PROVIDERS: Final[dict[str, Provider]] = {
    "bucket": "bucket",
    "sliding": "sliding",
    "fixed": "fixed",
}
#: What a float may stand for: 1/3 cannot be written as one, and 1/5 would be a little too much.
_LARGEST_DENOMINATOR: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class RateLimit:
    """A paced limit, as it was said; made by ``rate``."""

    amount: int
    period_ns: int | None = None  #: None: what the name of the limit says
    burst: int = 0  #: 0 paces smoothly
    share: Fraction | None = None  #: None: what is said for all
    provider: Provider | None = None  #: None: what is said for all
    max_cost: int | None = None  #: None: by the provider
    unit: str | None = None  #: None: what the name of the limit says


@dataclass(frozen=True, slots=True)
class QuotaLimit:
    """A quota by calendar, as it was said; made by ``quota``."""

    amount: int
    period: Literal["day", "month"] = "day"
    zone: tzinfo = UTC
    unit: str | None = None  #: None: what the name of the limit says


#: A number, for a limit whose name says what it means ("rpm"); else what ``rate`` and ``quota``
#: answer.
LimitLike = int | RateLimit | QuotaLimit


def rate(  # noqa: PLR0913  # spelled for users
    amount: int,
    *,
    per: str | float | timedelta | None = None,
    burst: int = 0,
    share: float | Fraction | None = None,
    provider: Provider | None = None,
    max_cost: int | None = None,
    unit: str | None = None,
) -> RateLimit:
    """Say more about a limit than its number.

    Args:
        amount: what the provider allows in every period, at least 1.
        per: the period: ``"1s"``, ``"1m"``, ``"1h"``, seconds or a ``timedelta``; None is what the
            name of the limit says (``"rpm"``: a minute), and else a minute.
        burst: what may come at once after idle time, and the largest cost of a call then; 0 paces
            smoothly, one call at a time.
        share: the part of the amount and of the burst that this process may use, above 0 and at
            most 1; None is all of it, or what is said for all limits.
        provider: ``"bucket"``, or ``"sliding"`` or ``"fixed"`` for a server that counts what came
            in a window of time: then the rate is lowered, so that no window holds more.
        max_cost: the largest cost of a call without a burst; None is the amount, for a server that
            counts in windows a fiftieth of it. There it may come at once, as a burst.
        unit: what costs call it; None is what the name of the limit says, and else the name.

    Raises:
        ValidationError: one of them is out of its range.
    """
    limit = RateLimit(
        whole("amount", amount, 1),
        None if per is None else _nanoseconds(per),
        whole("burst", burst, 0),
        None if share is None else part_of(share),
        None if provider is None else known_provider(provider),
        None if max_cost is None else whole("max_cost", max_cost, 1),
        None if unit is None else _named(unit),
    )
    if burst and max_cost is not None:
        msg = (
            f"burst={burst!r} and max_cost={max_cost!r}: expected one of them, because a burst is "
            "the largest cost as well. Leave max_cost out"
        )
        raise ValidationError(msg)
    return limit


def quota(
    amount: int,
    *,
    per: Literal["day", "month"] = "day",
    zone: tzinfo = UTC,
    unit: str | None = None,
) -> QuotaLimit:
    """Say how many of a unit are allowed in a calendar day or month.

    Args:
        amount: at least 1.
        per: ``"day"`` or ``"month"``.
        zone: whose midnight it begins at.
        unit: what costs call it; None is what the name of the limit says (``"tpd"``: tokens), and
            else the name.

    Raises:
        ValidationError: one of them is out of its range.
    """
    if per not in ("day", "month"):
        msg = f"per={per!r} is no period of a quota: expected 'day' or 'month'"
        raise ValidationError(msg)
    if not isinstance(zone, tzinfo):  # pyright: ignore[reportUnnecessaryIsInstance]
        msg = f"zone={zone!r} is no time zone: expected one such as ZoneInfo('Asia/Tokyo')"
        raise ValidationError(msg)
    return QuotaLimit(whole("amount", amount, 1), per, zone, None if unit is None else _named(unit))


def whole(name: str, given: object, least: int) -> int:
    """Answer a number that a user gave, when it is a whole one and not below the least.

    Raises:
        ValidationError: it is not.
    """
    if type(given) is not int or given < least:
        msg = f"{name}={given!r} cannot be used: expected a whole number, at least {least}"
        raise ValidationError(msg)
    return given


def part_of(share: object) -> Fraction:
    """Answer a share as the fraction that is meant: that of the float 1/3 is a third.

    Raises:
        ValidationError: it is no number above 0 and at most 1.
    """
    # NaN fails the comparison as well.
    if (
        isinstance(share, bool)
        or not isinstance(share, int | float | Fraction)
        or not 0 < share <= 1
    ):
        msg = (
            f"share={share!r} is no part of a limit: expected a number above 0 and at most 1, for "
            "example 1/4 in each of four processes"
        )
        raise ValidationError(msg)
    exact = Fraction(share)
    simple = exact.limit_denominator(_LARGEST_DENOMINATOR)
    return simple if isinstance(share, float) and float(simple) == share else exact


def known_provider(provider: object) -> Provider:
    """Answer a word that says how a server counts.

    Raises:
        ValidationError: it is not known.
    """
    if isinstance(provider, str) and provider in _PROVIDERS:
        return _PROVIDERS[provider]
    msg = f"provider={provider!r} is not known: expected 'bucket', 'sliding' or 'fixed'"
    raise ValidationError(msg)


def _nanoseconds(per: object) -> int:
    if isinstance(per, int | float) and not isinstance(per, bool) and 0 < per < math.inf:
        return max(1, round(Fraction(per) * 1_000_000_000))
    if isinstance(per, str | timedelta) and per != "forever":
        try:
            return 1000 * (parse_retention(per) or 0)
        except ValidationError:
            pass
    msg = (
        f"per={per!r} is no period: expected '1s', '1m', '1h', seconds above 0 or a timedelta "
        "above 0"
    )
    raise ValidationError(msg)


def _named(unit: object) -> str:
    if not isinstance(unit, str) or not unit:
        msg = f"unit={unit!r} is no name: expected text such as 'images'"
        raise ValidationError(msg)
    return unit
