"""Frames, series, tables and images: every cell, names, types and index; no chunks and blocks."""

import datetime as dt
import io

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [1.5, None, 3]})
NUMBERS = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
MISSING = (None, float("nan"), pd.NA, pd.NaT)
LARGE = pl.DataFrame({"a": ["x", None, "z"], "b": [[1], [], None]})


def chunked(value):
    return pl.concat([value[:1], value[1:]], rechunk=False)


def in_blocks(frame):
    """Answer a copy with each column in a block of its own."""
    made = frame[[]].copy()
    for name in frame:
        made[name] = frame[name].copy()
    return made


def with_palette(*colours):
    image = Image.new("P", (2, 2))
    image.putpalette(colours)
    return image


def with_info(**info):
    image = Image.new("L", (2, 2))
    image.info.update(info)
    return image


def with_exif(orientation):
    image = Image.new("L", (2, 2))
    image.getexif()[0x0112] = orientation
    return image


def opened(image, kind):
    file = io.BytesIO()
    image.save(file, kind)
    return Image.open(file)


def loaded(image):
    image.load()
    return image


def flagged(frame):
    return frame.set_flags(allows_duplicate_labels=False)


def described(frame):
    frame = frame.copy()
    frame.attrs["source"] = "a"
    return frame


NS = pl.Series([[1], [2]], dtype=pl.List(pl.Int64)).cast(pl.List(pl.Datetime("ns")))
ARROW_NS = pa.array([[1]], pa.list_(pa.int64())).cast(pa.list_(pa.timestamp("ns")))
ARROW_NS_2 = pa.array([[2]], pa.list_(pa.int64())).cast(pa.list_(pa.timestamp("ns")))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FRAME, FRAME.copy()),
        (NUMBERS, in_blocks(NUMBERS)),
        (NUMBERS, NUMBERS.iloc[::-1].iloc[::-1].set_index(pd.RangeIndex(3))),
        (FRAME["b"], pd.concat([FRAME["b"][:1], FRAME["b"][1:]])),
        (FRAME.set_index("a"), FRAME.set_index("a")),
        (pd.RangeIndex(0, 5, 2), pd.RangeIndex(0, 6, 2)),
        (pd.Categorical(["a"], ["a", "b"]), pd.Categorical(["a", "b"])[:1]),
        (
            pd.array([1, 2], dtype="int64[pyarrow]"),
            pd.concat([pd.Series([n], dtype="int64[pyarrow]") for n in (1, 2)]).array,
        ),
        (LARGE, chunked(LARGE)),
        (LARGE[1:], LARGE.clone()[1:]),
        (pl.Series([1, 2, 3])[1:], pl.Series([2, 3])),
        (pl.Series([[1], [2, 3]])[1:], pl.Series([[2, 3]])),
        (pl.Series(["a", "b"], dtype=pl.Categorical)[1:], pl.Series(["b"], dtype=pl.Categorical)),
        (pa.chunked_array([["a"], ["b", None]]), pa.chunked_array([["a", "b", None]])),
        (pa.array([1, None, 3])[1:], pa.array([None, 3])),
        (pa.array([[1], [2, 3]])[1:], pa.array([[2, 3]])),
        (pa.array([1, 2], mask=np.array([False, False])), pa.array([1, 2])),
        (pa.array([{"a": 1}, {"a": None}])[1:], pa.array([{"a": 1}, {"a": None}])[1:]),
        (Image.new("L", (2, 2)), Image.new("L", (2, 2)).copy()),
        (opened(Image.new("L", (2, 2)), "png"), loaded(opened(Image.new("L", (2, 2)), "png"))),
        (opened(with_palette(1, 2, 3), "png"), loaded(opened(with_palette(1, 2, 3), "png"))),
    ],
)
def test_equal_content_has_one_text(one, other, text):
    assert text(one) == text(other)


TZ = dt.timezone(dt.timedelta(hours=9), "X")
OTHER_TZ = dt.timezone(dt.timedelta(hours=8), "X")

GROUPS = {
    "pandas frames": [
        *(FRAME, FRAME.rename(columns={"a": "d"}), FRAME[["b", "a", "c"]], FRAME.set_index("a")),
        *(FRAME.astype({"a": "float"}), FRAME.astype({"a": "Int64"}), FRAME.astype({"b": object})),
        *(FRAME.astype({"b": "category"}), FRAME.fillna({"c": 0}), FRAME[:2], FRAME[::-1]),
        *(FRAME.set_axis([1, 2, 3]), FRAME.rename_axis("n"), FRAME.rename_axis(columns="n")),
        *(flagged(FRAME), described(FRAME), FRAME["a"], FRAME[["a"]], FRAME["a"].rename("z")),
        *(FRAME.fillna({"b": ""}), FRAME.T, pd.DataFrame(), pd.DataFrame(index=[1])),
        *(pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame([[1, 2]], columns=["a", "b"])),
        pd.DataFrame({("a", "b"): [1]}),
        pd.DataFrame({"a": [[1], {2}]}),
        pd.DataFrame({"a": [[1], {3}]}),
        FRAME.to_dict(),
    ],
    "pandas cells": [
        *(pd.Series([1, None], dtype=kind) for kind in ("float", "Int64", "Float64", "object")),
        *(pd.Series([1, 0], dtype=kind) for kind in ("int64", "Int64", "bool", "boolean")),
        *(pd.Series([1, None], dtype=f"{kind}[pyarrow]") for kind in ("int64", "double")),
        *(pd.Series(["1", None], dtype=kind) for kind in ("str", "string[python]", "object")),
        *(pd.Series(["", None], dtype="str"), pd.Series(["", ""], dtype="str")),
        *(pd.Series(["ab", "c"], dtype="str"), pd.Series(["a", "bc"], dtype="str")),
        *(pd.Series([dt.datetime(2026, 1, 1)]), pd.Series([dt.datetime(2026, 1, 1, tzinfo=TZ)])),
        pd.Series([dt.datetime(2025, 12, 31, 23, tzinfo=OTHER_TZ)]),
        *(pd.Series(pd.arrays.SparseArray([0, 1])), pd.Series(pd.arrays.SparseArray([0, 2]))),
        *(pd.Series([pd.Interval(0, 1)]), pd.Series([pd.Interval(0, 2)])),
        *(pd.Series([pd.Period("2026")]), pd.Series([pd.Period("2027")])),
        *(pd.Series([pd.Timedelta(1)]), pd.Series([pd.Timedelta(2)])),
        *(pd.Categorical(["a", "b"]), pd.Categorical(["a", "b"], ["b", "a"])),
        pd.Categorical(["a", "b"], ordered=True),
    ],
    "pandas cells that are missing": [
        *(pd.Series([gone, "a"], dtype=object) for gone in MISSING),
        *(pd.Index([gone, "a"], dtype=object) for gone in MISSING),
        *(pd.DataFrame({"a": pd.Series([gone, "a"], dtype=object)}) for gone in MISSING),
        *(
            pd.Series(pd.arrays.FloatingArray(np.array([np.nan]), np.array([gone])))
            for gone in (True, False)
        ),
    ],
    "pandas indexes": [
        *(pd.Index([0, 1, 2]), pd.RangeIndex(3), pd.Index([0, 1, 2], name="n"), pd.RangeIndex(4)),
        *(pd.Index([0.0, 1, 2]), pd.Index(["0", "1", "2"]), pd.CategoricalIndex([0, 1, 2])),
        *(pd.MultiIndex.from_tuples([(1, 2)]), pd.MultiIndex.from_tuples([(2, 1)])),
        pd.MultiIndex.from_tuples([(1, 2)], names=["a", "b"]),
        *(pd.date_range("2026", periods=2), pd.DatetimeIndex(["2026-01-01", "2026-01-02"])),
        *(pd.date_range("2026", periods=2, tz="UTC"), pd.period_range("2026", periods=2)),
        pd.IntervalIndex.from_breaks([0, 1, 2]),
    ],
    "pandas scalars": [
        *(pd.NaT, pd.NA, None, float("nan"), pd.Timestamp(0), pd.Timestamp(0, tz="UTC")),
        *(pd.Timestamp(0).as_unit("s"), pd.Timestamp(1), dt.datetime(1970, 1, 1), pd.Timedelta(1)),
        *(pd.Period("2026-01"), pd.Period("2026-01", "D"), pd.Interval(0, 1)),
        *(pd.Interval(0, 1, closed="left"), pd.offsets.Day(1), pd.offsets.Day(2)),
    ],
    "polars": [
        *(LARGE, LARGE.rename({"a": "c"}), LARGE[::-1], LARGE[:2], LARGE["a"], LARGE.select("a")),
        *(pl.Series([1]), pl.Series("a", [1]), pl.Series([1], dtype=pl.Int8), pl.Series([1.0])),
        *(pl.Series([None]), pl.Series([None], dtype=pl.Int64), pl.Series([0]), pl.Series([True])),
        *(
            pl.Series([1], dtype=pl.Int128),
            pl.Series([1], dtype=pl.Decimal(10, 2)),
            pl.Series([b"1"]),
        ),
        *(
            pl.Series(["1"]),
            pl.Series(["1"], dtype=pl.Categorical),
            pl.Series([[1]]),
            pl.Series([[]]),
        ),
        *(pl.Series(["1"], dtype=pl.Enum(["1"])), pl.Series(["1"], dtype=pl.Enum(["1", "2"]))),
        *(
            pl.Series(["1"], dtype=pl.Enum(["2", "1"])),
            pl.Series([[1]], dtype=pl.Array(pl.Int64, 1)),
        ),
        *(pl.Series([["1"]], dtype=pl.List(pl.Enum(["1"]))), pl.Series([["1"]])),
        pl.Series([["1"]], dtype=pl.List(pl.Enum(["1", "2"]))),
        *(
            pl.Series([[1], []]),
            pl.Series([[], [1]]),
            pl.Series([[1], None]),
            pl.Series([[1], [None]]),
        ),
        *(pl.Series([{"a": 1}]), pl.Series([{"b": 1}]), pl.Series([{"a": None}]), NS[:1], NS[1:]),
        pl.Series([None], dtype=pl.Struct({"a": pl.Int64})),
        *(pl.Series([dt.datetime(2026, 1, 1)], dtype=pl.Datetime(unit)) for unit in ("ms", "us")),
        pl.Series([dt.datetime(2026, 1, 1)]).dt.replace_time_zone("UTC"),
        *(pl.Series([dt.date(2026, 1, 1)]), pl.Series([dt.time(1)]), pl.Series([dt.timedelta(1)])),
        *(
            pl.Series(["ab", "c"]),
            pl.Series(["a", "bc"]),
            pl.Series(["", None]),
            pl.Series([None, ""]),
        ),
    ],
    "arrow": [
        *(
            pa.table({"a": [1]}),
            pa.table({"b": [1]}),
            pa.table({"a": [1.0]}),
            pa.table({"a": [None]}),
        ),
        *(
            pa.table({"a": [1]}).replace_schema_metadata({"k": "v"}),
            pa.RecordBatch.from_pydict({"a": [1]}),
        ),
        *(
            pa.array([1]),
            pa.array([1], pa.int32()),
            pa.array([1.0]),
            pa.array(["1"]),
            pa.array([b"1"]),
        ),
        *(pa.array([None]), pa.array([None], pa.int64()), pa.array([0]), pa.chunked_array([[1]])),
        *(pa.array([[1]]), pa.array([[1], []]), pa.array([[], [1]]), ARROW_NS, ARROW_NS_2),
        *(pa.array([True]), pa.array(["1"]).dictionary_encode(), pa.array([{"a": 1}])),
        *(
            pa.array([{"b": 1}]),
            pa.array([{"a": None}]),
            pa.array([None], pa.struct({"a": pa.int64()})),
        ),
        *(pa.array([1], pa.timestamp(unit)) for unit in ("s", "ms", "us", "ns")),
        *(
            pa.array([1], pa.date32()),
            pa.array([1], pa.time64("ns")),
            pa.array([1], pa.time64("us")),
        ),
        *(pa.array([1], pa.timestamp("s", "UTC")), pa.array([1], pa.duration("s"))),
        *(
            pa.py_buffer(b"a"),
            pa.py_buffer(b"b"),
            pa.int64(),
            pa.int32(),
            pa.scalar(1),
            pa.scalar(2),
        ),
    ],
    "images": [
        *(Image.new("L", (2, 2)), Image.new("L", (4, 1)), Image.new("L", (2, 2), 1)),
        *(
            Image.new("RGB", (2, 2)),
            Image.new("P", (2, 2)),
            with_palette(1, 2, 3),
            with_palette(3, 2, 1),
        ),
        *(with_info(dpi=(1, 1)), with_info(transparency=0), with_exif(3), with_exif(4)),
        *(opened(Image.new("L", (2, 2)), "png"), opened(Image.new("L", (2, 2)), "bmp")),
    ],
}


@pytest.mark.parametrize("name", GROUPS)
def test_other_content_has_another_text(name, collisions):
    values = {f"{place}: {type(v).__name__}": v for place, v in enumerate(GROUPS[name])}

    assert [] == collisions(values)


def test_a_cell_in_the_middle_of_a_large_frame_is_seen(text):
    """Nothing is sampled."""
    one = pd.DataFrame({"a": np.zeros(200_000), "b": ["x"] * 200_000})
    other, third = one.copy(), one.copy()
    other.loc[100_000, "a"] = 1
    third.loc[100_000, "b"] = "y"

    assert 3 == len({text(one), text(other), text(third)})
