"""Indexes of pandas: the array within, and the names."""

from typing import Any, Final

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.numpy_arrays import array_of
from beautyspot.embedded.msgpack.foreign.pandas_library import (
    Pandas,
    freq_part,
    kind_of,
    pd,
    spelt_freq,
    verified,
)
from beautyspot.embedded.msgpack.foreign.pandas_values import index_part, values_of, values_part
from beautyspot.embedded.msgpack.foreign.parts import expect, items, optional

__all__ = ["CODECS", "traits"]


#: Items of a range that need not occur in a MultiIndex, which looks at each.
_FREE: Final = 1 << 20


def traits(index: Pandas) -> object:
    """Answer what an index and its likeness have in common, besides the content."""
    names = [(kind_of(name), name) for name in index.names]
    if isinstance(index, pd.MultiIndex):
        return kind_of(index), names, [traits(level) for level in index.levels], index.sortorder
    return kind_of(index), names, index.dtype, len(index), getattr(index, "freq", None)


def _plain_apart(index: Pandas) -> list[object]:
    return [values_of(index), index.name]


def _plain(parts: list[Any]) -> object:
    values, name = parts
    array = values_part(values)
    return pd.Index(array, dtype=array.dtype, name=name, copy=False)


def _range_apart(index: Pandas) -> list[object]:
    return [index.start, index.stop, index.step, index.name]


def _range(parts: list[Any]) -> object:
    start, stop, step, name = parts
    ends = (expect(start, int), expect(stop, int), expect(step, int))
    return pd.RangeIndex(*ends, name=name)


def _multi_apart(index: Pandas) -> list[object]:
    return [list(index.levels), list(index.codes), list(index.names), index.sortorder]


def _multi(parts: list[Any]) -> object:
    levels, codes, names, sortorder = parts
    arrays = [array_of(code) for code in items(codes)]
    found = [index_part(level) for level in items(levels)]
    most = max(_FREE, *map(len, arrays))
    if any(type(level) is pd.RangeIndex and len(level) > most for level in found):
        raise ValueError("most of a range does not occur in the index")
    return pd.MultiIndex(
        levels=found,
        codes=arrays,
        names=items(names),
        sortorder=optional(sortorder, int),
        copy=False,
    )


def _timed_apart(index: Pandas) -> list[object]:
    return [index.array, spelt_freq(index.freq), index.name]


def _timed(kind: Pandas, array: Pandas) -> Codec:
    def made(parts: list[Any]) -> object:
        values, freq, name = parts
        index = kind(expect(values, array), name=name, copy=False)
        if freq is None:
            return index if index.freq is None else kind(index, freq=None, copy=False)
        return kind(index, freq=freq_part(freq), copy=False)

    return verified(f"pandas.{kind.__name__}", _timed_apart, made, traits)


def _array_apart(index: Pandas) -> list[object]:
    return [index.array, index.name]


def _array(kind: Pandas, array: Pandas) -> Codec:
    def made(parts: list[Any]) -> object:
        values, name = parts
        return kind(expect(values, array), name=name, copy=False)

    return verified(f"pandas.{kind.__name__}", _array_apart, made, traits)


CODECS: Final[dict[type, Codec]] = {
    pd.Index: verified("pandas.Index", _plain_apart, _plain, traits),
    pd.RangeIndex: verified("pandas.RangeIndex", _range_apart, _range, traits),
    pd.MultiIndex: verified("pandas.MultiIndex", _multi_apart, _multi, traits),
    pd.DatetimeIndex: _timed(pd.DatetimeIndex, pd.arrays.DatetimeArray),
    pd.TimedeltaIndex: _timed(pd.TimedeltaIndex, pd.arrays.TimedeltaArray),
    pd.PeriodIndex: _array(pd.PeriodIndex, pd.arrays.PeriodArray),
    pd.CategoricalIndex: _array(pd.CategoricalIndex, pd.Categorical),
    pd.IntervalIndex: _array(pd.IntervalIndex, pd.arrays.IntervalArray),
}
