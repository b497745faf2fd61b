"""The content of frames, series and tables: every cell, by column; names, types and index."""

import sys
from typing import Any, Final, NoReturn

from beautyspot.content.naming import Naming
from beautyspot.core.content import Content, NoContent

__all__ = [
    "arrow_array",
    "arrow_batch",
    "arrow_buffer",
    "arrow_table",
    "expression",
    "lazy",
    "pandas_array",
    "pandas_categorical",
    "pandas_frame",
    "pandas_index",
    "pandas_multi_index",
    "pandas_range_index",
    "pandas_series",
    "polars_frame",
    "polars_series",
]

#: Types of polars whose values are numbers in one buffer.
_NUMBERS: Final = frozenset(
    f"{kind}{bits}" for kind in ("Int", "UInt", "Float") for bits in (8, 16, 32, 64)
)


def pandas_frame(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a frame column by column: how these are laid out in blocks is no content."""
    parts = {
        "columns": value.columns,
        "index": value.index,
        "cells": [value.iloc[:, n].array for n in range(value.shape[1])],
        "attrs": dict(value.attrs),
        "unique": value.flags.allows_duplicate_labels,
    }
    return Content("frame", {"t": naming.of(type(value))}, parts)


def pandas_series(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a series with its index and name."""
    parts = {
        "name": value.name,
        "index": value.index,
        "cells": value.array,
        "attrs": dict(value.attrs),
        "unique": value.flags.allows_duplicate_labels,
    }
    return Content("series", {"t": naming.of(type(value))}, parts)


def pandas_index(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an index with its names."""
    frequency = getattr(value, "freqstr", None)
    labels = {"t": naming.of(type(value)), "freq": frequency}
    return Content("index", labels, {"names": list(value.names), "labels": value.array})


def pandas_range_index(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an index that counts."""
    bounds = [value.start, value.stop, value.step]
    return Content(
        "index", {"t": naming.of(type(value)), "range": bounds}, {"names": list(value.names)}
    )


def pandas_multi_index(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an index of several levels, by what stands at each place."""
    levels = [value.get_level_values(n).array for n in range(value.nlevels)]
    names = list(value.names)
    return Content("index", {"t": naming.of(type(value))}, {"names": names, "levels": levels})


def pandas_categorical(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write categories, and which of them stands where."""
    labels = {"t": naming.of(type(value)), "ordered": value.ordered}
    return Content("categorical", labels, {"codes": value.codes, "categories": value.categories})


def pandas_array(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write the cells of a column; in a buffer where the type of the cells allows it."""
    dtype = value.dtype
    labels = {"t": naming.of(type(value)), "dtype": str(dtype)}
    numpy: Any = sys.modules["numpy"]
    if isinstance(dtype, numpy.dtype):
        return Content("cells", labels, value=value.to_numpy())
    if hasattr(value, "asi8"):
        return Content("cells", labels, value=value.asi8)
    missing = value.isna()
    if dtype.kind in "biuf" and hasattr(value, "to_numpy"):
        filled = value.to_numpy(dtype=numpy.dtype(dtype.kind + str(_size(dtype))), na_value=0)
        return Content("cells", labels, value=[filled, missing])
    if dtype.kind == "O" and getattr(dtype, "name", "").startswith(("str", "string")):
        labels = {**labels, "na": repr(getattr(dtype, "na_value", None))}
    cells = [None if gone else cell for cell, gone in zip(value, missing, strict=True)]
    return Content("cells", labels, value=[cells, missing])


def _size(dtype: Any) -> int:  # noqa: ANN401
    size: int = getattr(dtype, "itemsize", 0) or dtype.numpy_dtype.itemsize
    return size


def polars_frame(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a frame column by column."""
    return Content("frame", {"t": naming.of(type(value))}, value=value.get_columns())


def polars_series(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a series: chunks and slices are no content."""
    polars: Any = sys.modules["polars"]
    if value.dtype == polars.Object:
        raise NoContent("it holds Python objects; use another dtype, or a list")
    labels = {"t": naming.of(type(value)), "n": value.name, "dtype": _polars_type(value.dtype)}
    if str(value.dtype) in _NUMBERS:
        missing = value.is_null()
        if not missing.any():
            return Content("series", labels, value=value.to_numpy())
        return Content("series", labels, value=[value.fill_null(0).to_numpy(), missing.to_numpy()])
    if value.dtype.is_temporal():
        value = value.to_physical()
    return Content("series", labels, value=value.to_list())


def _polars_type(dtype: Any) -> list[Any]:  # noqa: ANN401
    categories: Any = getattr(dtype, "categories", None)
    listed: Any = categories.to_list() if hasattr(categories, "to_list") else None
    fields = [[f.name, _polars_type(f.dtype)] for f in getattr(dtype, "fields", ())]
    inner = [_polars_type(dtype.inner)] if getattr(dtype, "inner", None) is not None else []
    return [
        type(dtype).__name__ if fields or inner or listed else str(dtype),
        listed,
        fields,
        inner,
    ]


def lazy(value: Any, naming: Naming) -> NoReturn:  # noqa: ANN401, ARG001
    """Refuse what has not been computed."""
    raise NoContent("it is a lazy frame; collect() it first")


def expression(value: Any, naming: Naming) -> NoReturn:  # noqa: ANN401, ARG001
    """Refuse what has not been computed."""
    raise NoContent("it is an expression of polars; pass what it is made from")


def arrow_table(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a table column by column."""
    schema = value.schema
    fields: Any = [[field.name, str(field.type), field.nullable] for field in schema]
    parts = {
        "metadata": [schema.metadata, [field.metadata for field in schema]],
        "cells": value.columns,
    }
    return Content("table", {"t": naming.of(type(value)), "fields": fields}, parts)


def arrow_batch(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a part of a table."""
    return arrow_table(value, naming)


def arrow_array(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an array: chunks, slices and absent maps of what is missing are no content."""
    arrow: Any = sys.modules["pyarrow"]
    kind = "ChunkedArray" if isinstance(value, arrow.ChunkedArray) else naming.of(type(value))
    labels = {"t": kind, "dtype": str(value.type)}
    types = arrow.types
    if value.null_count == 0 and (types.is_integer(value.type) or types.is_floating(value.type)):
        return Content(
            "cells",
            labels,
            value=value.to_numpy(zero_copy_only=False)
            if kind != "ChunkedArray"
            else value.to_numpy(),
        )
    if types.is_temporal(value.type):
        value = value.cast(arrow.int64() if value.type.bit_width == 64 else arrow.int32())
    return Content("cells", labels, value=value.to_pylist())


def arrow_buffer(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write bytes."""
    return Content("cells", {"t": naming.of(type(value))}, value=value.to_pybytes())
