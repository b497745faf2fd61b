"""What may stand in the list that a series of polars is kept as, and how much room it takes there.

polars makes a series of many things, other tables among them: it is given none but plain values.
And an array that is missing takes as much room as one that is not, so that a few bytes could
describe arrays that fill the memory.
"""

from types import NoneType
from typing import Any, Final

import polars as pl

from beautyspot.embedded.msgpack.foreign.parts import expect, items
from beautyspot.embedded.msgpack.foreign.polars_dtypes import DType, concrete

__all__ = ["check_list"]

#: Cells that may be missing, however few there are; and for each that is there.
_FREE: Final = 1 << 20
_SHARE: Final = 4
_LEAVES: Final[dict[type[DType], type]] = {pl.String: str, pl.Binary: bytes, pl.Boolean: bool}


def check_list(dtype: DType, values: list[Any]) -> None:
    """Look through values of a dtype as which others are kept.

    Raises:
        TypeError, ValueError: they are no values of the dtype, or nearly all arrays are missing.
    """
    present = [value for value in values if value is not None]
    missing = len(values) - len(present)
    if isinstance(dtype, pl.Struct):
        rows: list[dict[object, object]] = [expect(value, dict) for value in present]
        for field in dtype.fields:
            # In a row that is missing, its fields are missing.
            column = [row.get(field.name) for row in rows] + [None] * missing
            check_list(concrete(field.dtype), column)
    elif isinstance(dtype, pl.List):
        check_list(concrete(dtype.inner), [item for value in present for item in items(value)])
    elif isinstance(dtype, pl.Array):
        members = [item for value in present for item in items(value)]
        if len(members) != dtype.size * len(present):
            raise ValueError("an array has another length than its dtype says")
        if missing * _cells(dtype) > max(_FREE, _SHARE * len(members)):
            raise ValueError("nearly all of its arrays are missing")
        check_list(concrete(dtype.inner), members)
    elif not {_leaf(dtype), NoneType}.issuperset(map(type, values)):
        msg = f"other things than values of {dtype!r} stand in a list"
        raise TypeError(msg)


def _leaf(dtype: DType) -> type:
    """Answer the class of the values of a dtype that holds no others."""
    if dtype.is_integer():
        return int
    if dtype.is_float():
        return float
    return _LEAVES.get(type(dtype), NoneType)


def _cells(dtype: DType) -> int:
    """Answer how many cells one value takes even when it is missing."""
    if isinstance(dtype, pl.Array):
        return dtype.size * _cells(concrete(dtype.inner))
    if isinstance(dtype, pl.Struct):
        return sum((_cells(concrete(field.dtype)) for field in dtype.fields), 1)
    return 1
