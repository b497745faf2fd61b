"""When a server says that it may be asked again.

It is read from where libraries keep it: the exception's own ``retry_after``, or the headers of its
response. All of it is foreign: what cannot be read says nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from beautyspot.core.durations import LONGEST_NS, nanoseconds

__all__ = ["asked_ns", "parse_retry_after", "status_of"]

_MICROSECOND: Final = timedelta(microseconds=1)
# Not strptime: it knows months by the names of the user's language.
_MONTHS: Final[Sequence[str]] = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
#: The three spellings of RFC 9110, section 5.6.7; the second has a year of two digits.
_DATES: Final = (
    re.compile(r"\w+, (?P<d>\d\d) (?P<mon>\w{3}) (?P<y>\d{4}) (?P<t>\d\d:\d\d:\d\d) GMT", re.ASCII),
    re.compile(r"\w+, (?P<d>\d\d)-(?P<mon>\w{3})-(?P<y>\d\d) (?P<t>\d\d:\d\d:\d\d) GMT", re.ASCII),
    re.compile(r"\w+ (?P<mon>\w{3}) +(?P<d>\d\d?) (?P<t>\d\d:\d\d:\d\d) (?P<y>\d{4})", re.ASCII),
)


def asked_ns(exception: BaseException, now: datetime) -> int | None:
    """Answer for how many nanoseconds the server wants to be left alone; None: it does not say.

    Args:
        exception: what the call raised. Looked at are ``exception.retry_after``, and the headers
            ``retry-after-ms`` and ``retry-after`` of ``exception.response`` and of the exception.
        now: aware; the time of day, for servers that name a moment.
    """
    asked = _parsed(_member(exception, "retry_after"), now)
    if asked is not None:
        return asked
    for headers in _headers(exception):
        if (ms := _NUMBER.fullmatch(headers.get("retry-after-ms", ""))) is not None:
            return _scaled(ms[0], 1_000_000)
        if (asked := parse_retry_after(headers.get("retry-after", ""), now)) is not None:
            return asked
    return None


def parse_retry_after(text: str, now: datetime) -> int | None:
    """Answer the header ``Retry-After`` in nanoseconds: seconds, or a date; None: it is neither.

    A moment that is over, and a number below 0, is 0. ``now`` is aware.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text):
        return _scaled(text, 1_000_000_000)
    when = _date(text, now)
    return None if when is None else _until(when, now)


def status_of(exception: BaseException) -> int | None:
    """Answer the HTTP status that an exception tells of; None: it tells of none."""
    response = _member(exception, "response")
    named = [
        *(_member(exception, name) for name in ("status_code", "status", "code")),
        *(_member(response, name) for name in ("status_code", "status")),
        _metadata(response, "HTTPStatusCode"),
    ]
    return next((given for given in named if type(given) is int and 100 <= given <= 599), None)


def _parsed(given: object, now: datetime) -> int | None:
    match given:
        case str():
            return parse_retry_after(given, now)
        case datetime() if given.tzinfo is not None:
            return _until(given, now)
        case timedelta():
            return max(0, given // _MICROSECOND * 1000)
        case int() | float() if not isinstance(given, bool) and abs(given) >= 0:  # no NaN
            return nanoseconds(min(max(0, given), LONGEST_NS // 1_000_000_000))
        case _:
            return None


def _scaled(number: str, unit_ns: int) -> int:
    """Answer a decimal number of units in nanoseconds, from 0 to the longest."""
    if number.startswith("-"):
        return 0
    whole, _, part = number.lstrip("+").partition(".")
    whole = whole.lstrip("0")
    if len(whole) > 18:  # more than any time has; no text is too long for it
        return LONGEST_NS
    thousandths = int((whole or "0") + (part + "000")[:3])
    rest = 1 if part[3:].strip("0") else 0  # rounded up
    return min((thousandths + rest) * unit_ns // 1000, LONGEST_NS)


def _until(when: datetime, now: datetime) -> int:
    return max(0, (when - now) // _MICROSECOND * 1000)


def _date(text: str, now: datetime) -> datetime | None:
    found = next((found for date in _DATES if (found := date.fullmatch(text))), None)
    if found is None:
        return None
    year = int(found["y"])
    if len(found["y"]) == 2:
        year += now.year // 100 * 100
        year -= 100 if year > now.year + 50 else 0  # as the RFC says
    hour, minute, second = map(int, found["t"].split(":"))
    try:
        month = _MONTHS.index(found["mon"]) + 1
        # A leap second has no name of its own here.
        return datetime(year, month, int(found["d"]), hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:  # the 31st of February
        return None


def _headers(exception: BaseException) -> Iterator[Mapping[str, str]]:
    """Answer the headers that an exception holds, by their names in small letters."""
    response = _member(exception, "response")
    for holder in (
        _member(response, "headers"),
        _member(exception, "headers"),
        _metadata(response, "HTTPHeaders"),
    ):
        with suppress(Exception):  # somebody else's class
            items = cast("Iterable[tuple[object, object]]", cast("Any", holder).items())
            yield {_text(name).lower(): _text(value).strip() for name, value in items}


def _member(holder: object, name: str) -> object:
    try:
        return cast("object", getattr(holder, name, None))
    except Exception:  # noqa: BLE001  # a property of somebody else's class
        return None


def _metadata(response: object, name: str) -> object:
    """Answer what botocore knows of a response, which it keeps as a dict."""
    with suppress(Exception):
        return cast("object", cast("Any", response)["ResponseMetadata"][name])
    return None


def _text(given: object) -> str:
    return given.decode("latin-1") if isinstance(given, bytes) else str(given)
