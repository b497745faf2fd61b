"""The dtypes of polars as lists that begin with a name, and what their values are kept as.

Whatever is not a plain number, truth, text or bytes is kept as one of these, which polars converts
there and back: moments as the numbers behind them, decimals and categories as text.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias, cast

import polars as pl

from beautyspot.embedded.msgpack.foreign.making import unstorable
from beautyspot.embedded.msgpack.foreign.parts import expect, items, optional

__all__ = ["DType", "concrete", "dtype_of", "kept_as", "spelt"]

DType: TypeAlias = pl.DataType

_DEPTH: Final = 16  #: lists and structures within each other
_PLAIN: Final[dict[str, type[DType]]] = {
    name: getattr(pl, name)
    for name in (
        "Binary", "Boolean", "Float16", "Float32", "Float64", "Int8", "Int16", "Int32", "Int64",
        "Int128", "Null", "String", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128",
    )
    if hasattr(pl, name)
}  # fmt: skip
_WAY_ROUND: Final = "Cast it to another dtype, or return it as a list"


def spelt(dtype: DType) -> list[object]:
    """Answer a dtype as storable values.

    Raises:
        SerializationError: polars would make another one of them.
    """
    spelling = _spelling(dtype, 0)
    back = None if spelling is None else dtype_of(spelling)
    if spelling is None or back != dtype or repr(back) != repr(dtype):
        raise unstorable(f"its dtype {dtype!r} is not known here", _WAY_ROUND)
    return spelling


def _spelling(dtype: DType, depth: int) -> list[object] | None:
    name = type(dtype).__name__
    if name in _PLAIN or isinstance(dtype, pl.Date | pl.Time | pl.Categorical):
        return [name]
    if isinstance(dtype, pl.Datetime):
        return [name, dtype.time_unit, dtype.time_zone]
    if isinstance(dtype, pl.Duration):
        return [name, dtype.time_unit]
    if isinstance(dtype, pl.Decimal):
        return [name, dtype.precision, dtype.scale]
    if isinstance(dtype, pl.Enum):
        return [name, dtype.categories.to_list()]
    return _nested_spelling(dtype, depth + 1)


def _nested_spelling(dtype: DType, depth: int) -> list[object] | None:
    if depth > _DEPTH:
        return None
    if isinstance(dtype, pl.List):
        return ["List", _spelling(concrete(dtype.inner), depth)]
    if isinstance(dtype, pl.Array):
        return ["Array", _spelling(concrete(dtype.inner), depth), dtype.size]
    if isinstance(dtype, pl.Struct):
        fields = [[field.name, _spelling(concrete(field.dtype), depth)] for field in dtype.fields]
        return ["Struct", fields]
    return None


def concrete(dtype: object) -> DType:
    """Answer a dtype that may be given as its class, as an instance."""
    found = cast("DType | type[DType]", dtype)
    return found() if isinstance(found, type) else found


def dtype_of(spelling: object, depth: int = 0) -> DType:
    """Answer the dtype that is spelt so.

    Raises:
        TypeError, ValueError: nothing is spelt so.
    """
    if depth > _DEPTH:
        msg = f"a dtype nests more than {_DEPTH} deep"
        raise ValueError(msg)
    word, *rest = items(spelling)
    name = expect(word, str)
    if name in _PLAIN and not rest:
        return _PLAIN[name]()
    if name in _SCALARS:
        return _SCALARS[name](*rest)
    if name == "List":
        (inner,) = rest
        return pl.List(dtype_of(inner, depth + 1))
    if name == "Array":
        inner, size = rest
        return pl.Array(dtype_of(inner, depth + 1), expect(size, int))
    if name == "Struct":
        (fields,) = rest
        pairs = [items(field) for field in items(fields)]
        return pl.Struct([pl.Field(expect(key, str), dtype_of(s, depth + 1)) for key, s in pairs])
    raise ValueError("no dtype of polars has that name")


def _datetime(unit: object, zone: object) -> DType:
    known: Any = expect(unit, str)
    return pl.Datetime(known, optional(zone, str))


def _duration(unit: object) -> DType:
    known: Any = expect(unit, str)
    return pl.Duration(known)


def _decimal(precision: object, scale: object) -> DType:
    return pl.Decimal(optional(precision, int), expect(scale, int))


def _enum(categories: object) -> DType:
    return pl.Enum([expect(category, str) for category in items(categories)])


_SCALARS: Final[dict[str, Callable[..., DType]]] = {
    "Categorical": pl.Categorical,
    "Date": pl.Date,
    "Datetime": _datetime,
    "Decimal": _decimal,
    "Duration": _duration,
    "Enum": _enum,
    "Time": pl.Time,
}


_KEPT_AS: Final[dict[type[DType], type[DType]]] = {
    pl.Categorical: pl.String,
    pl.Date: pl.Int32,
    pl.Datetime: pl.Int64,
    pl.Decimal: pl.String,
    pl.Duration: pl.Int64,
    pl.Enum: pl.String,
    pl.Time: pl.Int64,
}


def kept_as(dtype: DType) -> DType:
    """Answer the dtype as which values of this one are kept; the same one if they are plain."""
    simple = _KEPT_AS.get(type(dtype))
    if simple is not None:
        return simple()
    if isinstance(dtype, pl.List):
        return pl.List(kept_as(concrete(dtype.inner)))
    if isinstance(dtype, pl.Array):
        return pl.Array(kept_as(concrete(dtype.inner)), dtype.size)
    if isinstance(dtype, pl.Struct):
        return pl.Struct([pl.Field(f.name, kept_as(concrete(f.dtype))) for f in dtype.fields])
    return dtype
