"""Series and DataFrame of pandas, column by column; or as one array when all columns are alike."""

from typing import Any, Final

import numpy as np

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.numpy_arrays import array_of
from beautyspot.embedded.msgpack.foreign.pandas_indexes import traits
from beautyspot.embedded.msgpack.foreign.pandas_library import Pandas, kind_of, pd, verified
from beautyspot.embedded.msgpack.foreign.pandas_values import column_of, index_part, values_of
from beautyspot.embedded.msgpack.foreign.parts import expect, items

__all__ = ["CODECS"]


def _series_apart(series: Pandas) -> list[object]:
    return [values_of(series), series.index, series.name, *_notes(series)]


def _series(parts: list[Any]) -> object:
    values, index, name, *notes = parts
    return _noted(column_of(values, index_part(index), name), notes)


def _series_traits(series: Pandas) -> object:
    return series.dtype, kind_of(series.name), series.name, traits(series.index)


def _frame_apart(frame: Pandas) -> list[object]:
    columns = [column for _, column in frame.items()]
    content: object = [values_of(column) for column in columns]
    if len(columns) > 1 and _alike([column.dtype for column in columns]):
        content = frame.to_numpy()
    return [frame.columns, frame.index, content, *_notes(frame)]


def _alike(dtypes: list[Pandas]) -> bool:
    """Tell whether one array can hold them all: objects and arrays of pandas stay apart."""
    first = dtypes[0]
    if not isinstance(first, np.dtype) or first.kind == "O":
        return False
    return all(dtype == first and dtype.char == first.char for dtype in dtypes)


def _frame(parts: list[Any]) -> object:
    columns, index, content, *notes = parts
    rows, labels = index_part(index), index_part(columns)
    if type(content) is np.ndarray:
        frame = pd.DataFrame(array_of(content), index=rows, copy=False)
    else:
        # A Series keeps its dtype, where an array of objects would be looked through for another.
        found = enumerate(items(content))
        frame = pd.DataFrame(
            {number: column_of(values, rows, None) for number, values in found},
            index=rows,
            copy=False,
        )
    frame.columns = labels
    return _noted(frame, notes)


def _frame_traits(frame: Pandas) -> object:
    return list(frame.dtypes), traits(frame.index), traits(frame.columns)


def _notes(value: Pandas) -> list[object]:
    return [dict(value.attrs), value.flags.allows_duplicate_labels]


def _noted(value: Pandas, notes: list[Any]) -> Pandas:
    attrs, duplicates = notes
    if expect(attrs, dict):
        value.attrs = attrs
    if not expect(duplicates, bool):
        value.flags.allows_duplicate_labels = False
    return value


CODECS: Final[dict[type, Codec]] = {
    pd.Series: verified("pandas.Series", _series_apart, _series, _series_traits),
    pd.DataFrame: verified("pandas.DataFrame", _frame_apart, _frame, _frame_traits),
}
