"""DataFrame of polars, as its series."""

from typing import Any, Final

import polars as pl

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact, refused
from beautyspot.embedded.msgpack.foreign.parts import expect, items
from beautyspot.embedded.msgpack.foreign.polars_series import without_panic

__all__ = ["CODECS"]


def _encode(frame: pl.DataFrame) -> list[object]:
    return [frame.height, frame.get_columns()]


def _decode(parts: list[Any]) -> pl.DataFrame:
    height, columns = parts
    rows = expect(height, int)
    series = [expect(column, pl.Series) for column in items(columns)]
    # A list of series would give one without a name another name.
    named = {column.name: column for column in series}
    frame = without_panic(
        lambda: pl.DataFrame(named) if named or not rows else pl.DataFrame(height=rows)
    )
    if frame.shape != (rows, len(series)):
        raise ValueError("a frame has another shape")
    return frame


CODECS: Final[dict[type, Codec]] = {
    pl.DataFrame: exact("polars.DataFrame", _encode, _decode),
    pl.LazyFrame: refused("polars.LazyFrame", "it is a plan", "Return frame.collect()"),
}
