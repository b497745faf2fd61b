"""The dtypes that pandas adds to those of numpy."""

from types import NoneType
from typing import Any, Final

import numpy as np

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact
from beautyspot.embedded.msgpack.foreign.pandas_library import (
    Pandas,
    freq_part,
    kind_of,
    pd,
    spelt_zone,
    verified,
    zone_of,
)
from beautyspot.embedded.msgpack.foreign.parts import expect

__all__ = ["CODECS", "dtype_part"]

_NUMBERS: Final = (
    "BooleanDtype", "Int8Dtype", "Int16Dtype", "Int32Dtype", "Int64Dtype", "UInt8Dtype",
    "UInt16Dtype", "UInt32Dtype", "UInt64Dtype", "Float32Dtype", "Float64Dtype",
)  # fmt: skip
_PERIOD: Final = "period["


def dtype_part(part: object, *names: str) -> Pandas:
    """Answer a part that has to be a dtype of one of these names; TypeError otherwise."""
    if type(part) not in [getattr(pd, name) for name in names]:
        msg = f"expected a dtype of pandas, found {type(part).__qualname__}"
        raise TypeError(msg)
    return part


def _category_apart(dtype: Pandas) -> list[object]:
    return [dtype.categories, dtype.ordered]


def _category(parts: list[Any]) -> object:
    categories, ordered = parts
    if categories is not None and not isinstance(categories, pd.Index):
        raise TypeError("categories are an index")
    return pd.CategoricalDtype(categories, None if ordered is None else expect(ordered, bool))


def _category_traits(dtype: Pandas) -> object:
    categories = dtype.categories
    if categories is None:
        return dtype.ordered
    kind = (kind_of(categories), categories.dtype, list(categories.names), len(categories))
    return dtype.ordered, kind, getattr(categories, "freq", None)


def _zoned_apart(dtype: Pandas) -> list[object]:
    return [dtype.unit, spelt_zone(dtype.tz)]


def _zoned(parts: list[Any]) -> object:
    unit, zone = parts
    return pd.DatetimeTZDtype(expect(unit, str), zone_of(zone))


def _zoned_traits(dtype: Pandas) -> object:
    return dtype.unit, kind_of(dtype.tz), str(dtype.tz)


def _period_apart(dtype: Pandas) -> list[object]:
    return [dtype.name.removeprefix(_PERIOD).removesuffix("]")]


def _period(parts: list[Any]) -> object:
    (freq,) = parts
    return pd.PeriodDtype(freq_part(freq))


def _period_traits(dtype: Pandas) -> object:
    return kind_of(dtype.freq), dtype.freq


def _interval_apart(dtype: Pandas) -> list[object]:
    return [dtype.subtype, dtype.closed]


def _interval(parts: list[Any]) -> object:
    subtype, closed = parts
    if not isinstance(subtype, np.dtype | pd.api.extensions.ExtensionDtype | NoneType):
        raise TypeError("expected the dtype of the ends")
    return pd.IntervalDtype(subtype, closed if closed is None else expect(closed, str))


def _interval_traits(dtype: Pandas) -> object:
    return kind_of(dtype.subtype), dtype.subtype, dtype.closed


def _string_apart(dtype: Pandas) -> list[object]:
    return [dtype.storage, dtype.na_value is pd.NA]


def _string(parts: list[Any]) -> object:
    storage, missing = parts
    if expect(missing, bool):
        return pd.StringDtype(expect(storage, str))
    return pd.StringDtype(expect(storage, str), na_value=float("nan"))


def _string_traits(dtype: Pandas) -> object:
    return kind_of(dtype), dtype.storage, dtype.na_value is pd.NA


def _number(kind: Pandas) -> Codec:
    def made(parts: list[Any]) -> object:
        if parts:
            raise ValueError("the dtype of numbers has no parts")
        return kind()

    return exact(f"pandas.{kind.__name__}", lambda _dtype: [], made)


CODECS: Final[dict[type, Codec]] = {
    **{getattr(pd, name): _number(getattr(pd, name)) for name in _NUMBERS},
    pd.CategoricalDtype: verified(
        "pandas.CategoricalDtype", _category_apart, _category, _category_traits
    ),
    pd.DatetimeTZDtype: verified("pandas.DatetimeTZDtype", _zoned_apart, _zoned, _zoned_traits),
    pd.PeriodDtype: verified("pandas.PeriodDtype", _period_apart, _period, _period_traits),
    pd.IntervalDtype: verified(
        "pandas.IntervalDtype", _interval_apart, _interval, _interval_traits
    ),
    pd.StringDtype: verified("pandas.StringDtype", _string_apart, _string, _string_traits),
}
