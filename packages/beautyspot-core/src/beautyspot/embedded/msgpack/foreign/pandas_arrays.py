"""The arrays behind columns of pandas, each as arrays of numpy and a dtype.

A number or truth that is missing hides another in the memory, which nobody sees: it is kept as 0.
"""

from typing import Any, Final

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import refused, unstorable
from beautyspot.embedded.msgpack.foreign.numpy_arrays import array_of
from beautyspot.embedded.msgpack.foreign.pandas_dtypes import dtype_part
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
from beautyspot.embedded.msgpack.foreign.pandas_values import values_of, values_part
from beautyspot.embedded.msgpack.foreign.parts import expect, strings

__all__ = ["CODECS"]

_MASKED: Final = ("BooleanArray", "IntegerArray", "FloatingArray")
_STRINGS: Final = (
    "StringArray", "ArrowStringArray", "StringArrayNumpySemantics",
    "ArrowStringArrayNumpySemantics",
)  # fmt: skip


def _traits(array: Pandas) -> object:
    return kind_of(array), array.dtype, len(array), getattr(array, "freq", None)


def _category_apart(array: Pandas) -> list[object]:
    return [array.dtype, array.codes]


def _category(parts: list[Any]) -> object:
    dtype, codes = parts
    kind = dtype_part(dtype, "CategoricalDtype")
    return pd.Categorical.from_codes(array_of(codes), dtype=kind)


def _moments_apart(array: Pandas) -> list[object]:
    # The memory is that of UTC, whatever the zone.
    moments = array.view("i8").view(f"M8[{array.unit}]")
    return [moments, spelt_zone(array.tz), spelt_freq(getattr(array, "freq", None))]


def _moments(parts: list[Any]) -> object:
    moments, zone, freq = parts
    index = pd.DatetimeIndex(_kind(moments, "M"), copy=False)
    if zone is not None:
        index = index.tz_localize("UTC").tz_convert(zone_of(zone))
    return _timed(index, freq)


def _lengths_apart(array: Pandas) -> list[object]:
    lengths = array.view("i8").view(f"m8[{array.unit}]")
    return [lengths, spelt_freq(getattr(array, "freq", None))]


def _lengths(parts: list[Any]) -> object:
    lengths, freq = parts
    return _timed(pd.TimedeltaIndex(_kind(lengths, "m"), copy=False), freq)


def _timed(index: Pandas, freq: object) -> object:
    if freq is not None:
        index = type(index)(index, freq=freq_part(freq), copy=False)
    return index.array


def _kind(part: object, kind: str) -> object:
    array = array_of(part)
    if array.dtype.kind != kind or array.ndim != 1:
        msg = f"expected a line of kind {kind!r}, found {array.dtype!r}"
        raise ValueError(msg)
    return array


def _periods_apart(array: Pandas) -> list[object]:
    return [array.dtype, array.view("i8")]


def _periods(parts: list[Any]) -> object:
    dtype, ordinals = parts
    return pd.arrays.PeriodArray(_kind(ordinals, "i"), dtype=dtype_part(dtype, "PeriodDtype"))


def _intervals_apart(array: Pandas) -> list[object]:
    return [values_of(array.left), values_of(array.right), array.closed]


def _intervals(parts: list[Any]) -> object:
    left, right, closed = parts
    ends = [values_part(left), values_part(right)]
    indexes = [pd.Index(end, dtype=end.dtype, copy=False) for end in ends]
    return pd.arrays.IntervalArray.from_arrays(*indexes, expect(closed, str))


def _masked_apart(array: Pandas) -> list[object]:
    return [array.to_numpy(array.dtype.numpy_dtype, na_value=0), array.isna()]


def _masked(kind: Pandas) -> Codec:
    def made(parts: list[Any]) -> object:
        values, mask = parts
        return kind(array_of(values), array_of(mask), copy=False)

    return verified(f"pandas.{kind.__name__}", _masked_apart, made, _traits)


def _strings_apart(array: Pandas) -> list[object]:
    missing = array.dtype.na_value
    texts = [None if text is missing else text for text in array.to_numpy(object)]
    odd = set(map(kind_of, texts)) - {str, type(None)}
    if odd:
        why = f"it holds a {odd.pop().__qualname__}"
        raise unstorable(why, "Convert with series.astype(object)")
    return [array.dtype, texts]


def _strings(parts: list[Any]) -> object:
    dtype, texts = parts
    return pd.array(strings(texts), dtype=dtype_part(dtype, "StringDtype"))


def _plain_apart(array: Pandas) -> list[object]:
    return [array.to_numpy()]


def _plain(parts: list[Any]) -> object:
    (plain,) = parts
    return pd.arrays.NumpyExtensionArray(array_of(plain))


def _of_one_codec(names: tuple[str, ...], codec: Codec) -> dict[type, Codec]:
    owners = (pd.arrays, pd.core.arrays.string_, pd.core.arrays.string_arrow)
    kinds = [getattr(owner, name, None) for owner in owners for name in names]
    return {kind: codec for kind in kinds if isinstance(kind, type)}


_arrays: Final[Pandas] = pd.arrays
CODECS: Final[dict[type, Codec]] = {
    **{getattr(_arrays, name): _masked(getattr(_arrays, name)) for name in _MASKED},
    **_of_one_codec(_STRINGS, verified("pandas.StringArray", _strings_apart, _strings, _traits)),
    pd.Categorical: verified("pandas.Categorical", _category_apart, _category, _traits),
    _arrays.DatetimeArray: verified("pandas.DatetimeArray", _moments_apart, _moments, _traits),
    _arrays.TimedeltaArray: verified("pandas.TimedeltaArray", _lengths_apart, _lengths, _traits),
    _arrays.PeriodArray: verified("pandas.PeriodArray", _periods_apart, _periods, _traits),
    _arrays.IntervalArray: verified("pandas.IntervalArray", _intervals_apart, _intervals, _traits),
    _arrays.NumpyExtensionArray: verified(
        "pandas.NumpyExtensionArray", _plain_apart, _plain, _traits
    ),
    _arrays.SparseArray: refused(
        "pandas.SparseArray", "what it leaves out is not kept", "Return series.sparse.to_dense()"
    ),
    _arrays.ArrowExtensionArray: refused(
        "pandas.ArrowExtensionArray",
        "columns of Arrow are not kept",
        "Return series.astype(...) of a dtype of numpy or pandas",
    ),
}
