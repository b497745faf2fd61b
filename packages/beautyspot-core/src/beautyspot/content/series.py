"""The content of polars frames and series: every value by column, names and types."""

import sys
from typing import Any, NoReturn

from beautyspot.content.buffers import of_texts
from beautyspot.content.naming import Naming
from beautyspot.core.content import Content, Label, NoContent

__all__ = ["expression", "frame", "lazy", "series"]


def frame(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a frame column by column."""
    labels = {"t": naming.of(type(value)), "n": value.height}
    return Content("frame", labels, value=value.get_columns())


def series(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a series: chunks and slices are no content."""
    labels = {"t": naming.of(type(value)), "n": value.name, "dtype": _type(value.dtype)}
    return Content("series", labels, value=_values(value))


def lazy(value: Any, naming: Naming) -> NoReturn:  # noqa: ANN401, ARG001
    """Refuse what has not been computed."""
    raise NoContent("it is a lazy frame; collect() it first")


def expression(value: Any, naming: Naming) -> NoReturn:  # noqa: ANN401, ARG001
    """Refuse what has not been computed."""
    raise NoContent("it is an expression of polars; pass what it is made from")


def _type(dtype: Any) -> Label:  # noqa: ANN401
    """Answer a type with all that is in it: the text of one may leave out categories."""
    categories: Any = getattr(dtype, "categories", None)
    listed: list[Label] = categories.to_list() if hasattr(categories, "to_list") else []
    fields: list[Label] = [[each.name, _type(each.dtype)] for each in getattr(dtype, "fields", ())]
    inner: Any = getattr(dtype, "inner", None)
    return [str(dtype), listed, fields, None if inner is None else _type(inner)]


def _values(value: Any) -> object:  # noqa: ANN401
    """Answer the values as buffers, and which are missing, by type."""
    polars: Any = sys.modules["polars"]
    dtype = value.dtype
    kind: str = dtype.base_type().__name__
    missing = value.is_null().cast(polars.UInt8).to_numpy()
    if kind == "Object":
        raise NoContent("it holds Python objects; use another dtype, or a list")
    if kind == "Struct":
        return [missing, [_values(value.struct.field(each.name)) for each in dtype.fields]]
    if kind == "Array":
        return _values(value.arr.to_list())
    if kind == "List":
        lengths = value.list.len()
        return [_values(lengths), _values(value.filter(lengths > 0).explode())]
    if kind in {"Categorical", "Enum", "String"}:
        return of_texts(value.cast(polars.String).to_list())
    if kind == "Boolean":
        value = value.cast(polars.UInt8)
    elif dtype.is_temporal():
        value = value.to_physical()
    elif not (dtype.is_integer() or dtype.is_float()) or "128" in kind:
        return value.to_list()
    return [missing, value.fill_null(0).to_numpy()]
