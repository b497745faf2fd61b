"""The content of pyarrow tables and arrays: every value by column, names, types and metadata."""

import sys
from typing import Any

from beautyspot.content.buffers import of_texts
from beautyspot.content.naming import Naming
from beautyspot.core.content import Content

__all__ = ["array", "buffer", "chunked", "table"]


def table(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a table, or a part of one, column by column."""
    schema = value.schema
    parts = {
        "fields": [[each.name, str(each.type), each.nullable, each.metadata] for each in schema],
        "metadata": schema.metadata,
        "cells": [_whole(column) for column in value.columns],
    }
    return Content("table", {"t": naming.of(type(value)), "n": value.num_rows}, parts)


def chunked(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an array in chunks: where one ends is no content."""
    return Content("cells", {"t": naming.of(type(value))}, value=_whole(value))


def array(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an array: what it is a slice of is no content."""
    return Content("cells", {"t": naming.of(type(value))}, value=_whole(value))


def buffer(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write bytes."""
    return Content("cells", {"t": naming.of(type(value))}, value=value.to_pybytes())


def _whole(value: Any) -> Content:  # noqa: ANN401
    return Content("arrow", {"dtype": str(value.type)}, value=_values(_joined(value)))


def _joined(value: Any) -> Any:  # noqa: ANN401
    arrow: Any = sys.modules["pyarrow"]
    if not isinstance(value, arrow.ChunkedArray):
        return value
    return arrow.concat_arrays(value.chunks) if value.num_chunks else arrow.array([], value.type)


def _values(value: Any) -> object:  # noqa: ANN401
    """Answer the values as buffers, and which are missing, by type."""
    arrow: Any = sys.modules["pyarrow"]
    kind: Any = value.type
    types = arrow.types
    if types.is_dictionary(kind):
        return _values(value.dictionary_decode())
    if types.is_string(kind) or types.is_large_string(kind):
        return of_texts(value.to_pylist())
    if types.is_list(kind) or types.is_large_list(kind):
        return [_values(value.value_lengths()), _values(value.flatten())]
    return _fixed(value, value.is_null().to_numpy(zero_copy_only=False))


def _fixed(value: Any, missing: Any) -> object:  # noqa: ANN401
    arrow: Any = sys.modules["pyarrow"]
    kind: Any = value.type
    types = arrow.types
    if isinstance(kind, arrow.BaseExtensionType):
        return [missing, _values(value.storage)]
    if types.is_struct(kind):
        return [missing, [_values(each) for each in value.flatten()]]
    if types.is_temporal(kind) and kind.bit_width in {32, 64}:
        value = value.view(arrow.int64() if kind.bit_width == 64 else arrow.int32())
    elif not (types.is_integer(kind) or types.is_floating(kind)):
        return [missing, value.to_pylist()]
    if value.null_count:
        value = value.fill_null(0)
    return [missing, value.to_numpy(zero_copy_only=False)]
