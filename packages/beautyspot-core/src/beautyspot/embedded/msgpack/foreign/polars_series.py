"""Series of polars: numbers as a buffer and a mask, everything else as a list.

They are not kept in the format of Arrow, although polars reads that faster: a byte that is wrong in
it can make polars ask for so much memory that the process is ended.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact, unstorable
from beautyspot.embedded.msgpack.foreign.parts import buffer, expect, items
from beautyspot.embedded.msgpack.foreign.polars_dtypes import (
    DType,
    concrete,
    dtype_of,
    kept_as,
    spelt,
)
from beautyspot.embedded.msgpack.foreign.polars_lists import check_list

__all__ = ["CODECS", "without_panic"]

_T = TypeVar("_T")
#: The dtypes that are kept as a buffer, by how numpy calls them.
_BUFFERS: Final[dict[type[DType], str]] = {
    pl.Boolean: "|u1", pl.Int8: "|i1", pl.Int16: "<i2", pl.Int32: "<i4", pl.Int64: "<i8",
    pl.UInt8: "|u1", pl.UInt16: "<u2", pl.UInt32: "<u4", pl.UInt64: "<u8", pl.Float32: "<f4",
    pl.Float64: "<f8",
}  # fmt: skip


def without_panic(act: Callable[[], _T]) -> _T:
    """Do something in Rust. Its panics are no Exceptions, and would end a thread.

    Raises:
        ValueError: there was a panic.
    """
    try:
        return act()
    except pl.exceptions.PanicException as panic:
        msg = f"polars panicked: {panic}"
        raise ValueError(msg) from panic


def _encode(series: pl.Series) -> list[object]:
    return without_panic(lambda: _apart(series))


def _apart(series: pl.Series) -> list[object]:
    dtype = concrete(series.dtype)
    spelling = spelt(dtype)
    kept_dtype = kept_as(dtype)
    kept = series.cast(kept_dtype)
    head: list[object] = [series.name, spelling, len(series)]
    if type(kept_dtype) in _BUFFERS:
        return [*head, *_buffers(kept, _BUFFERS[type(kept_dtype)])]
    content = kept.to_list()
    if kept_dtype != dtype or kept_dtype.is_nested():
        _verify(dtype, content)
    return [*head, content, None]


def _verify(dtype: DType, content: list[Any]) -> None:
    """Make a series of a list, as reading it will; text and bytes need no such proof."""
    back = _list(dtype, content)
    # Text says more than ==: -0.0 is not 0.0 in it, and nan is nan.
    if back.dtype != dtype or repr(back.cast(kept_as(dtype)).to_list()) != repr(content):
        advice = "Cast it to another dtype, or return it as a list"
        raise unstorable(f"values of its dtype {dtype!r} would change", advice)


def _buffers(kept: pl.Series, kind: str) -> list[object]:
    """Answer the numbers, with a zero where there is none, and where that is."""
    mask: object = None
    if kept.null_count():
        mask = kept.is_null().to_numpy().view(np.uint8).data
        kept = kept.fill_null(value=False if isinstance(kept.dtype, pl.Boolean) else 0)
    numbers = kept.to_numpy().astype(kind, order="C", copy=False)
    return [numbers.view(np.uint8).data if len(numbers) else b"", mask]


def _decode(parts: list[Any]) -> pl.Series:
    return without_panic(lambda: _together(parts))


def _together(parts: list[Any]) -> pl.Series:
    name, spelling, size, content, mask = parts
    dtype, length = dtype_of(spelling), expect(size, int)
    if type(kept_as(dtype)) in _BUFFERS:
        series = _numbers(dtype, length, content, mask)
    else:
        series = _list(dtype, items(content))
    if series.dtype != dtype or len(series) != length:
        raise ValueError("a series has another dtype or length")
    return series.alias(expect(name, str))


def _numbers(dtype: DType, length: int, content: object, mask: object) -> pl.Series:
    kept = kept_as(dtype)
    kind: np.dtype[Any] = np.dtype(_BUFFERS[type(kept)])
    # polars takes over the memory of an array, so it gets one of its own.
    numbers = np.frombuffer(buffer(content, length * kind.itemsize), kind).copy()
    if isinstance(kept, pl.Boolean):
        numbers = numbers != 0
    series = pl.Series(values=numbers, dtype=kept)
    if mask is not None:
        missing = np.frombuffer(buffer(mask, length), np.uint8) != 0
        series = series.set(pl.Series(values=missing), None)
    return series.cast(dtype)


def _list(dtype: DType, content: list[Any]) -> pl.Series:
    kept = kept_as(dtype)
    check_list(kept, content)
    return pl.Series(values=content, dtype=kept, strict=True).cast(dtype)


CODECS: Final[dict[type, Codec]] = {
    pl.Series: exact("polars.Series", _encode, _decode, buffers=True)
}
