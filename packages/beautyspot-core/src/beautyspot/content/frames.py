"""The content of pandas frames, series and indexes: every cell by column, names, types, index."""

import sys
from collections.abc import Callable
from operator import attrgetter, methodcaller
from typing import Any, Final, cast

from beautyspot.content.buffers import of_texts
from beautyspot.content.naming import Naming
from beautyspot.core.content import Content, Label

__all__ = ["categorical", "cells", "frame", "index", "multi_index", "range_index", "series"]


#: By the class of a column: what makes it up. Names, because not all of these classes are public.
_PARTS: Final[dict[str, Callable[[Any], object]]] = {
    "NumpyExtensionArray": methodcaller("to_numpy"),
    "DatetimeArray": lambda value: [value.asi8, value.dtype.tz],
    "PeriodArray": attrgetter("asi8"),
    "IntervalArray": lambda value: [value.left, value.right],
    "SparseArray": lambda value: [value.to_dense(), value.dtype.fill_value],
    "ArrowExtensionArray": lambda value: value.__arrow_array__(),
}


def frame(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a frame column by column: how these are laid out in blocks is no content."""
    columns = [value.iloc[:, place].array for place in range(value.shape[1])]
    parts = {"columns": value.columns, "index": value.index, "cells": columns, **_beside(value)}
    return Content("frame", {"t": naming.of(type(value))}, parts)


def series(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a series with its index and name."""
    parts = {"name": value.name, "index": value.index, "cells": value.array, **_beside(value)}
    return Content("series", {"t": naming.of(type(value))}, parts)


def _beside(value: Any) -> dict[str, object]:  # noqa: ANN401
    """Answer what a frame or series has beside its cells, and what a subclass adds."""
    names = cast("list[str]", list(getattr(value, "_metadata", ())))
    added = {name: getattr(value, name, None) for name in names if name not in {"name", "_name"}}
    return {
        "attrs": dict(value.attrs),
        "unique": value.flags.allows_duplicate_labels,
        "added": added,
    }


def index(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an index with its names."""
    labels = {"t": naming.of(type(value)), "freq": getattr(value, "freqstr", None)}
    return Content("index", labels, {"names": list(value.names), "labels": value.array})


def range_index(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an index that counts; where it would have gone on to is no content."""
    bounds: list[Label] = [value.start, value.step, len(value)]
    labels: dict[str, Label] = {"t": naming.of(type(value)), "range": bounds}
    return Content("index", labels, {"names": list(value.names)})


def multi_index(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an index of several levels, by what stands at each place."""
    levels = [value.get_level_values(n).array for n in range(value.nlevels)]
    parts = {"names": list(value.names), "levels": levels}
    return Content("index", {"t": naming.of(type(value))}, parts)


def categorical(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write categories, and which of them stands where."""
    labels = {"t": naming.of(type(value)), "ordered": value.ordered}
    return Content("categorical", labels, {"codes": value.codes, "categories": value.categories})


def cells(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write the cells of a column."""
    labels = {"t": naming.of(type(value)), "dtype": str(value.dtype)}
    return Content("cells", labels, value=_of_column(value))


def _of_column(value: Any) -> object:  # noqa: ANN401
    """Answer the cells: in a buffer, or as other arrays, where the type allows it."""
    dtype = value.dtype
    numpy: Any = sys.modules["numpy"]
    if isinstance(dtype, numpy.dtype):
        return value.to_numpy()
    for kind, parts in _PARTS.items():
        if type(value).__name__ == kind:
            return parts(value)
    if isinstance(dtype, cast("Any", sys.modules["pandas"]).StringDtype):
        texts = value.to_numpy(dtype=object, na_value=None).tolist()
        return [dtype.storage, dtype.na_value, of_texts(texts)]
    missing = value.isna()
    if dtype.kind in "biuf" and hasattr(dtype, "itemsize"):
        plain = numpy.dtype(f"{dtype.kind}{dtype.itemsize}")
        return [value.to_numpy(dtype=plain, na_value=0), missing]
    return [list(value), missing]  # None, nan, NA and NaT are all missing, and four values
