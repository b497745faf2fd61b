"""Dates, times of day, moments, spans and zones.

A zone stands as a value of its own behind a moment, so a zone of any class that is not kept, or not
registered, is refused where it stands.
"""

from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.standard.checks import exactly, require

__all__ = ["CODECS"]

_INT: Final = frozenset({int})


def _ints(parts: list[Any]) -> list[int]:
    require(_INT.issuperset(map(type, parts)), "ints")
    return parts


def _of_date(value: date) -> list[object]:
    return [value.year, value.month, value.day]


def _of_time(value: time) -> list[object]:
    clock = [value.hour, value.minute, value.second, value.microsecond]
    return [*clock, value.fold, value.tzinfo]


def _of_datetime(value: datetime) -> list[object]:
    day = [value.year, value.month, value.day]
    clock = [value.hour, value.minute, value.second, value.microsecond]
    return [*day, *clock, value.fold, value.tzinfo]


def _of_timedelta(value: timedelta) -> list[object]:
    return [value.days, value.seconds, value.microseconds]


def _of_timezone(value: timezone) -> list[object]:
    offset, *name = cast("Any", value).__getinitargs__()
    return [*_of_timedelta(offset), *name]


def _of_zone(value: ZoneInfo) -> list[object]:
    key = value.key
    if not key or ZoneInfo(key) is not value:
        msg = "it is not the zone that ZoneInfo(key) answers. Take it from there"
        raise SerializationError(msg)
    return [key]


def _date(parts: list[Any]) -> date:
    year, month, day = _ints(parts)
    return date(year, month, day)


def _time(parts: list[Any]) -> time:
    *clock, fold, zone = parts
    hour, minute, second, micro = _ints(clock)
    return time(hour, minute, second, micro, _zone_or_none(zone), fold=exactly(fold, int))


def _datetime(parts: list[Any]) -> datetime:
    *numbers, fold, zone = parts
    year, month, day, hour, minute, second, micro = _ints(numbers)
    zone = _zone_or_none(zone)
    return datetime(
        year, month, day, hour, minute, second, micro, zone, fold=exactly(fold, int)
    )  # fmt: skip


def _zone_or_none(zone: object) -> tzinfo | None:
    if zone is None or isinstance(zone, tzinfo):
        return zone
    msg = f"expected a zone, found {type(zone).__name__}"
    raise TypeError(msg)


def _timedelta(parts: list[Any]) -> timedelta:
    days, seconds, micros = _ints(parts)
    span = timedelta(days, seconds, micros)
    require(_of_timedelta(span) == parts, "a span in its normal form")
    return span


def _timezone(parts: list[Any]) -> timezone:
    offset = _timedelta(parts[:3])
    return timezone(offset, *(exactly(name, str) for name in parts[3:]))


def _zone(parts: list[Any]) -> ZoneInfo:
    (key,) = parts
    return ZoneInfo(exactly(key, str))


CODECS: Final[dict[type, Codec]] = {
    date: Codec("datetime.date", _of_date, _date),
    datetime: Codec("datetime.datetime", _of_datetime, _datetime),
    time: Codec("datetime.time", _of_time, _time),
    timedelta: Codec("datetime.timedelta", _of_timedelta, _timedelta),
    timezone: Codec("datetime.timezone", _of_timezone, _timezone),
    ZoneInfo: Codec("zoneinfo.ZoneInfo", _of_zone, _zone),
}
