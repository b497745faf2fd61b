"""Single values of pandas."""

from typing import Any, Final

import numpy as np

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact
from beautyspot.embedded.msgpack.foreign.pandas_library import (
    Pandas,
    freq_part,
    kind_of,
    pd,
    spelt_freq,
    spelt_zone,
    verified,
    zone_of,
)
from beautyspot.embedded.msgpack.foreign.parts import expect

__all__ = ["CODECS"]


def _timestamp_apart(stamp: Pandas) -> list[object]:
    return [stamp.asm8, spelt_zone(stamp.tz), stamp.fold]


def _timestamp(parts: list[Any]) -> object:
    moment, zone, folded = parts
    fold = expect(folded, int)
    stamp = pd.Timestamp(expect(moment, np.datetime64))
    if zone is not None:
        stamp = stamp.tz_localize("UTC").tz_convert(zone_of(zone))
    return stamp if stamp.fold == fold else stamp.replace(fold=fold)


def _timestamp_traits(stamp: Pandas) -> object:
    return kind_of(stamp), stamp.asm8, stamp.unit, stamp.fold, kind_of(stamp.tz), str(stamp.tz)


def _timedelta_apart(delta: Pandas) -> list[object]:
    return [delta.asm8]


def _timedelta(parts: list[Any]) -> object:
    (length,) = parts
    return pd.Timedelta(expect(length, np.timedelta64))


def _timedelta_traits(delta: Pandas) -> object:
    return kind_of(delta), delta.asm8, delta.unit


def _period_apart(period: Pandas) -> list[object]:
    return [period.ordinal, period.freqstr]


def _period(parts: list[Any]) -> object:
    ordinal, freq = parts
    return pd.Period(ordinal=expect(ordinal, int), freq=freq_part(freq))


def _period_traits(period: Pandas) -> object:
    return kind_of(period), period.ordinal, kind_of(period.freq), period.freq


def _interval_apart(interval: Pandas) -> list[object]:
    return [interval.left, interval.right, interval.closed]


def _interval(parts: list[Any]) -> object:
    left, right, closed = parts
    return pd.Interval(left, right, expect(closed, str))


def _interval_traits(interval: Pandas) -> object:
    return kind_of(interval.left), kind_of(interval.right), interval.closed, interval


def _offset_apart(offset: Pandas) -> list[object]:
    return [spelt_freq(offset)]


def _offset(parts: list[Any]) -> object:
    (text,) = parts
    return pd.tseries.frequencies.to_offset(freq_part(text))


def _nothing(_value: object) -> list[object]:
    return []


def _missing(value: object) -> Codec:
    def found(parts: list[Any]) -> object:
        if parts:
            raise ValueError("a missing value has no parts")
        return value

    return exact(f"pandas.{value!r}".replace("<NA>", "NA"), _nothing, found)


def _offsets() -> dict[type, Codec]:
    codec = exact("pandas.offset", _offset_apart, _offset)
    kinds = [getattr(pd.offsets, name) for name in pd.offsets.__all__]
    return {kind: codec for kind in kinds if isinstance(kind, type)}


CODECS: Final[dict[type, Codec]] = {
    **_offsets(),
    pd.Timestamp: verified("pandas.Timestamp", _timestamp_apart, _timestamp, _timestamp_traits),
    pd.Timedelta: verified("pandas.Timedelta", _timedelta_apart, _timedelta, _timedelta_traits),
    pd.Period: verified("pandas.Period", _period_apart, _period, _period_traits),
    pd.Interval: verified("pandas.Interval", _interval_apart, _interval, _interval_traits),
    type(pd.NaT): _missing(pd.NaT),
    type(pd.NA): _missing(pd.NA),
}
