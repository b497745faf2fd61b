"""What users say about limits, made into meters, quotas and a number of slots.

A server that counts what came in a window of ``W`` seconds, ``N`` at most, is never exceeded when
``R*(W + D) + B <= N``, where ``B`` may come at once and some calls take up to ``D`` seconds longer
to the server than others: the rate is ``R = (N - B)/(W + D)``. ``B`` is also what makes up for
threads that wake up late. Of single requests there can be no part too many: a rate of
``R = N/(W + D + L)`` will do, where those that are up to ``L`` seconds late are made up for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, cast

from beautyspot.core.costs import REQUESTS, TOKENS, Meter
from beautyspot.core.errors import ValidationError
from beautyspot.core.gcra import Rate
from beautyspot.core.limit_kinds import (
    LimitLike,
    Provider,
    QuotaLimit,
    RateLimit,
    known_provider,
    part_of,
    quota,
    rate,
    whole,
)
from beautyspot.core.quotas import Quota

__all__ = ["LimitLike", "Limits", "Provider", "paced", "parse_limits", "quota", "rate"]

_SECOND: Final = 1_000_000_000
_MINUTE: Final = 60 * _SECOND
_UNITS: Final = {"r": REQUESTS, "t": TOKENS, "it": "input_tokens", "ot": "output_tokens"}
_PERIODS: Final = {"ps": _SECOND, "pm": _MINUTE, "ph": 60 * _MINUTE}
#: "rpm", "itpm": the unit and the nanoseconds that are meant.
_RATES: Final = {
    unit + period: (_UNITS[unit], _PERIODS[period]) for unit in _UNITS for period in _PERIODS
}
#: "rpd", "tpd": the unit that is meant, for every day.
_QUOTAS: Final = {f"{unit}pd": name for unit, name in _UNITS.items()}
_CONCURRENCY: Final = "concurrency"

#: Of a window, the part that may come at once when nothing is said. Together with the next number
#: it leaves 97 % of what is allowed.
_AT_ONCE: Final = Fraction(1, 50)
#: Of a window, how much longer one call may take to the server than another.
_JITTER: Final = Fraction(1, 100)
#: Of a window, how late a request may be and be made up for.
_LATE: Final = Fraction(1, 100)


@dataclass(frozen=True, slots=True)
class Limits:
    """All that limits the calls of a Spot."""

    meters: tuple[Meter, ...] = ()  #: paced
    quotas: tuple[Quota, ...] = ()  #: counted by calendar
    concurrency: int | None = None  #: calls that run at the same time; None: any number

    @property
    def units(self) -> tuple[str, ...]:
        """What costs may name."""
        paced = [meter.unit for meter in self.meters]
        return tuple(dict.fromkeys([*paced, *(quota.unit for quota in self.quotas)]))


def parse_limits(  # noqa: PLR0913  # what a Spot is told about limits
    *,
    tpm: int | None = None,
    rpm: int | None = None,
    limits: Mapping[str, LimitLike] | None = None,
    concurrency: int | None = None,
    burst: int | None = None,
    share: float | Fraction | None = None,
    provider: Provider | None = None,
) -> Limits:
    """Answer the limits that are meant.

    Args:
        tpm: tokens per minute.
        rpm: requests per minute; every call is one without saying so.
        limits: by name: ``"rpm"``, ``"tps"``, ``"itpm"``, ``"otph"`` and so on; ``"rpd"`` and
            ``"tpd"`` for quotas of a day; ``"concurrency"``; any other name with ``rate(...)`` or
            ``quota(...)``.
        concurrency: calls that may run at the same time, at least 1.
        burst: of the one limit that is weighted; several say theirs with ``rate(burst=)``.
        share: for every paced limit that does not say its own. Neither ``concurrency`` nor a quota
            is shared: quotas are counted for all processes together.
        provider: for every paced limit that does not say its own.

    Raises:
        ValidationError: something is out of its range, said twice, or contradicts itself.
    """
    said = _said(tpm, rpm, limits, concurrency)
    part = Fraction(1) if share is None else part_of(share)
    kind: Provider = "bucket" if provider is None else known_provider(provider)
    rates = {name: limit for name, limit in said.items() if isinstance(limit, RateLimit)}
    if burst is not None and whole("burst", burst, 0):
        name = _weighted(rates, burst)
        if rates[name].burst or rates[name].max_cost:
            msg = f"burst={burst!r}, but {name!r} says its own: say it once"
            raise ValidationError(msg)
        rates[name] = replace(rates[name], burst=burst)
    meters = [_meter(name, limit, part, kind) for name, limit in rates.items()]
    quotas = [
        Quota(name, limit.unit or _QUOTAS.get(name, name), limit.amount, limit.period, limit.zone)
        for name, limit in said.items()
        if isinstance(limit, QuotaLimit)
    ]
    slots = said.get(_CONCURRENCY)
    return Limits(tuple(meters), tuple(quotas), slots if isinstance(slots, int) else None)


def _said(
    tpm: object, rpm: object, limits: object, concurrency: object
) -> dict[str, int | RateLimit | QuotaLimit]:
    """Answer every limit by its name; the only number left is that of slots."""
    if limits is not None and not isinstance(limits, Mapping):
        msg = f"limits={limits!r}: expected a mapping such as {{'rpm': 50, 'itpm': 30_000}}"
        raise ValidationError(msg)
    named = dict(cast("Mapping[object, object]", limits or {}))
    for name, given in {"rpm": rpm, "tpm": tpm, _CONCURRENCY: concurrency}.items():
        if given is None:
            continue
        if name in named:
            msg = f"{name}={given!r}, and limits={{{name!r}: {named[name]!r}}}: say it once"
            raise ValidationError(msg)
        named[name] = given
    return {_text(name): _limit(_text(name), given) for name, given in named.items()}


def _text(name: object) -> str:
    if not isinstance(name, str) or not name:
        msg = f"{name!r} is no name of a limit: expected text such as 'rpm'"
        raise ValidationError(msg)
    return name


def _limit(name: str, given: object) -> int | RateLimit | QuotaLimit:
    if name == _CONCURRENCY:
        return whole(name, given, 1)
    if isinstance(given, RateLimit):
        if name not in _QUOTAS:
            return given
        msg = f"{name!r} is a quota of a day: expected a number or quota(...), not {given!r}"
        raise ValidationError(msg)
    if isinstance(given, QuotaLimit):
        if name not in _RATES:
            return given
        msg = f"{name!r} is a paced limit: expected a number or rate(...), not {given!r}"
        raise ValidationError(msg)
    if name in _RATES:
        return RateLimit(whole(name, given, 1))
    if name in _QUOTAS:
        return QuotaLimit(whole(name, given, 1))
    known = ", ".join(repr(known) for known in (*_RATES, *_QUOTAS, _CONCURRENCY))
    msg = (
        f"{name}={given!r} means nothing: known names are {known}. Another one says what it means "
        f"with rate(): limits={{{name!r}: bs.rate(10, per='1m')}}"
    )
    raise ValidationError(msg)


def _weighted(rates: Mapping[str, RateLimit], burst: int) -> str:
    """Answer the name of the limit that a burst without a name is meant for."""
    weighted = [name for name, limit in rates.items() if _unit(name, limit) != REQUESTS]
    candidates = weighted or list(rates)
    if len(candidates) == 1:
        return candidates[0]
    found = ", ".join(candidates) or "there is none"
    msg = (
        f"burst={burst!r} is meant for which limit? Expected one that counts, {found}: say it "
        "there, limits={'tpm': bs.rate(50_000, burst=...)}"
    )
    raise ValidationError(msg)


def _unit(name: str, limit: RateLimit) -> str:
    return limit.unit or _RATES.get(name, (name, 0))[0]


def _meter(name: str, limit: RateLimit, part: Fraction, kind: Provider) -> Meter:
    """Answer a limit as it is paced."""
    part = part if limit.share is None else limit.share
    period = limit.period_ns or _RATES.get(name, ("", _MINUTE))[1]
    unit = _unit(name, limit)
    burst = _shared(f"the burst of {name!r}", limit.burst, part) if limit.burst else 0
    if (limit.provider or kind) == "bucket":
        # It is the amount that rounds down; the rate is shared exactly.
        largest = limit.max_cost or max(1, int(limit.amount * part))
        return Meter(name, unit, paced(limit.amount * part / period, burst, largest))
    most = _shared(repr(name), limit.amount, part)
    at_once = burst or limit.max_cost or max(1, int(most * _AT_ONCE))
    if unit == REQUESTS and not burst and (limit.max_cost or 1) == 1:
        per_ns = most / (period * (1 + _JITTER + _LATE))
        return Meter(name, unit, paced(per_ns, 0, 1, tolerance_ns=int(period * _LATE)))
    if at_once >= most:
        msg = (
            f"{name!r} may hold {most} in a window, and {at_once} of it may come at once, which "
            "leaves no rate to pace by: make burst= or max_cost= smaller, a fiftieth costs 2 %"
        )
        raise ValidationError(msg)
    return Meter(name, unit, paced((most - at_once) / (period * (1 + _JITTER)), at_once, at_once))


def _shared(what: str, amount: int, part: Fraction) -> int:
    """Answer a whole number that all who share it do not exceed together."""
    number = int(amount * part)
    if not number:
        msg = (
            f"share={part} leaves nothing of {what}, {amount}: expected at least 1 for each process"
        )
        raise ValidationError(msg)
    return number


def paced(per_ns: Fraction, burst: int, largest: int, tolerance_ns: int = 0) -> Rate:
    """Answer a rate in its lowest terms, which the limiter reckons with fastest.

    Args:
        per_ns: tokens that come back in a nanosecond, above 0.
        burst: tokens that may come at once; 0 paces smoothly.
        largest: the largest cost of a smooth call; with a burst it is the burst.
        tolerance_ns: how early a smooth call may come.
    """
    largest = 0 if burst else largest
    amount, period_ns = per_ns.numerator, per_ns.denominator
    return Rate(amount, period_ns, burst=burst, largest=largest, tolerance_ns=tolerance_ns)
