"""What columns and indexes of pandas stand on: an array of numpy, or one of pandas."""

import numpy as np

from beautyspot.embedded.msgpack.foreign.pandas_library import Pandas, pd

__all__ = ["column_of", "index_part", "values_of", "values_part"]


def values_of(column: Pandas) -> object:
    """Answer what a Series or Index stands on: an array of numpy, or one of pandas."""
    return column.to_numpy() if isinstance(column.dtype, np.dtype) else column.array


def values_part(part: object) -> Pandas:
    """Answer a part that has to be what ``values_of`` answers."""
    if type(part) is np.ndarray:
        if part.ndim == 1:
            return part
    elif isinstance(part, pd.api.extensions.ExtensionArray):
        return part
    msg = f"expected the values of a column, found {type(part).__qualname__}"
    raise TypeError(msg)


def index_part(part: object) -> Pandas:
    """Answer a part that has to be an index; TypeError otherwise."""
    if not isinstance(part, pd.Index):
        msg = f"expected an index, found {type(part).__qualname__}"
        raise TypeError(msg)
    return part


def column_of(values: object, index: Pandas, name: object) -> Pandas:
    """Answer the Series that stands on this array.

    Raises:
        ValueError: pandas keeps no arrays of this dtype; or a TypeError.
    """
    array = values_part(values)
    series = pd.Series(array, index=index, dtype=array.dtype, name=name, copy=False)
    if series.dtype != array.dtype:
        msg = f"no column has the dtype {array.dtype!r}"
        raise ValueError(msg)
    return series
