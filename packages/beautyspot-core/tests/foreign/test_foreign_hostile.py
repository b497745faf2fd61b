"""Parts that nobody wrote make a value or an error: no crash, no code, no memory beyond them."""

import contextlib
import datetime as dt
import tracemalloc
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.embedded.msgpack.foreign import codec_for

HUGE = 2**40
#: What hostile parts may take: some room for the library's own work.
MOST = 16 << 20
VALUES = [
    np.arange(6).reshape(2, 3), np.array(["a"], np.dtypes.StringDType()), np.float32(1),
    np.str_("a"),
    np.array([1, None], object), np.zeros(1, [("a", "i4"), ("b", "f8", (2,))]), np.dtype("M8[s]"),
    np.array([1], "g"), np.array([1], "q"), np.ma.array([1, 2], mask=[0, 1]),
    np.rec.array([(1, 2.0)], dtype="i4,f8"), np.eye(2).view(np.matrix), pd.Timestamp("2020"),
    pd.Timestamp("2020", tz="Europe/Berlin"), pd.Timedelta("1D"), pd.Period("2020", freq="M"),
    pd.Interval(1, 2), pd.offsets.Day(), pd.CategoricalDtype(["a"]), pd.DatetimeTZDtype("s", "UTC"),
    pd.PeriodDtype("M"), pd.IntervalDtype("i8", "left"), pd.StringDtype(), pd.Int8Dtype(),
    pd.array([1, None]), pd.array(["a", None]), pd.Categorical(["a"]), pd.date_range("2020",
    periods=3),
    pd.period_range("2020", periods=2), pd.interval_range(0, 3), pd.RangeIndex(3), pd.Index(["a"]),
    pd.MultiIndex.from_product([[1, 2], ["a"]]), pd.Series([1, 2]), pd.DataFrame({"a": [1],
    "b": "x"}),
    pd.DataFrame(np.eye(2)), pd.date_range("2020", periods=3).array, pd.interval_range(0, 3).array,
    pl.Series([1, None]), pl.Series(["a"]), pl.Series([[1, 2], None], dtype=pl.Array(pl.Int8, 2)),
    pl.Series([{"a": [dt.date(2020, 1, 1)]}]), pl.Series(["a"], dtype=pl.Enum(["a"])),
    pl.DataFrame({"a": [1]}), Image.new("RGB", (2, 3)), Image.new("P", (2, 3)), Image.new("1", (9,
    2)),
]  # fmt: skip
NAMES = [f"{number}-{codec_for(type(value)).name}" for number, value in enumerate(VALUES)]
EVIL = st.sampled_from([
    None, True, -1, 0, 1, HUGE, -HUGE, 2**63, 2**70, 1.5, float("nan"), "", "x", "C", "F", "O",
    "|O",
    "<f8", "<f16", "|V1000000000", "<M8[ns]", "i4,i4", "(9,9)i4", "M", "ns", "RGBA", "D" * 50,
    "\ud800",
    b"", b"x" * 7, memoryview(b"x" * 24), memoryview(b"\xff" * 24), [], [[]], [HUGE], [HUGE, HUGE],
    [0, HUGE], [-1, -1], {}, {"a": 1}, ["struct", HUGE, False, False, []], ["array", "<i4", [HUGE]],
    ["struct", 8, True, True, [["a", None, 0, "<i8"]]], ["text", True], ["array", "|O", [2]],
    ["Array", ["Int8"], HUGE], ["List", ["Int8"]], ["Struct", [["a", ["Null"]]]], ["Datetime",
    "us", "x"],
    ["pytz", "UTC"], np.zeros(3), np.zeros((2, 2)), np.array(["a"], object), np.int64(HUGE),
    np.datetime64("NaT", "s"), np.array([HUGE]), np.dtype("i8"), pd.RangeIndex(10**12),
    pd.Index(["a", "a"]), pd.Int8Dtype(), pd.array([1]), pl.Series([1]), dt.UTC, *VALUES,
])  # fmt: skip


def _changed(part: object, data: st.DataObject) -> object:
    """Answer a part with something evil in it, or in its place."""
    if type(part) is list and part and data.draw(st.booleans()):
        number = data.draw(st.integers(0, len(part) - 1))
        return [*part[:number], _changed(part[number], data), *part[number + 1 :]]
    return data.draw(EVIL)


def _decoded(codec: Any, parts: list[Any]) -> str:
    """Answer how decoding ends; any error but those of the contract passes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            codec.decode(parts)
        except (ValueError, TypeError, SerializationError, MemoryError) as error:
            return type(error).__name__
    return "made"


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_changed_parts_do_no_harm(value: object):
    codec = codec_for(type(value))

    @settings(
        deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), database=None
    )
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        parts = codec.encode(value)
        for _ in range(data.draw(st.integers(1, 2))):
            changed = _changed(parts, data)
            parts = changed if type(changed) is list else parts
        tracemalloc.start()
        try:
            _decoded(codec, parts)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert peak < MOST

    run()


@pytest.mark.parametrize("value", VALUES, ids=NAMES)
def test_changed_bytes_do_no_harm(value: object):
    serializer = MsgpackSerializer()
    written = serializer.dumps(value)

    @settings(deadline=None, max_examples=60, database=None)
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        changed = bytearray(written)
        for _ in range(data.draw(st.integers(1, 3))):
            changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
        with warnings.catch_warnings(), contextlib.suppress(SerializationError):
            warnings.simplefilter("ignore")
            serializer.loads(bytes(changed[: data.draw(st.integers(1, len(changed)))]))

    run()


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        (np.zeros(1), ["<f8", [HUGE], "C", b""]),
        (np.zeros(1), ["<f8", [HUGE, HUGE], "C", b"x" * 8]),
        (np.zeros(1), ["<f8", [0, HUGE, HUGE], "C", b""]),
        (np.zeros(1), ["<f8", [-1], "C", b"x" * 8]),
        (np.zeros(1), ["<f8", [1.0], "C", b"x" * 8]),
        (np.zeros(1), ["<f8", [True], "C", b"x" * 8]),
        (np.zeros(1), ["<f8", [1] * 100, "C", b"x" * 8]),
        (np.zeros(1), ["<f8", [1], "K", b"x" * 8]),
        (np.zeros(1), ["<f8", [1], "C", bytearray(8)]),
        (np.zeros(1), ["<f8", [1], "C", memoryview(b"x" * 8).cast("d")]),
        (np.zeros(1), ["<f8", [4], "C", memoryview(b"x" * 64)[::2]]),
        (np.zeros(1), ["|O", [1], "C", b"x" * 8]),
        (np.zeros(1), ["|O", [2], "C", [1]]),
        (np.zeros(1), ["f8", [1], "C", b"x" * 8]),
        (np.zeros(1), ["<f8,<f8", [1], "C", b"x" * 16]),
        (np.zeros(1), [["struct", 8, False, False, [["a", None, 0, "|O"]]], [1], "C", b"x" * 8]),
        (np.zeros(1), [["struct", 8, False, False, [["a", None, 4, "<f8"]]], [1], "C", b"x" * 8]),
        (np.zeros(1), [["struct", 8, False, False, [["a", None, -8, "<f8"]]], [1], "C", b"x" * 8]),
        (np.zeros(1), [["array", "<f8", [1]], [1], "C", b"x" * 8]),
        (np.zeros(1), [["text", True], [1], "C", [None]]),
        (np.float64(1), ["|O", b"x" * 8]),
        (np.float64(1), [["array", "<f8", [2]], b"x" * 16]),
        (np.ma.zeros(1), [np.zeros(2), np.zeros(3, bool), None, False]),
        (np.ma.zeros(1), [np.zeros(2), np.zeros(2), None, False]),
        (pd.Categorical(["a"]), [pd.CategoricalDtype(["a"]), np.array([5])]),
        (pd.MultiIndex.from_arrays([[1]]), [[pd.Index([1])], [np.array([5])], [None], None]),
        (pd.Timestamp(0), [np.datetime64(0, "s"), "Europe/Berlin", 0]),
        (pd.Series([1]), [np.zeros(2), pd.RangeIndex(HUGE), None, {}, True]),
        (pd.Series([1]), [np.zeros((2, 2)), pd.RangeIndex(2), None, {}, True]),
        (pd.Series([1]), [np.array(["a"]), pd.RangeIndex(1), None, {}, True]),
        (pd.interval_range(0, 1).array, [pd.RangeIndex(HUGE), pd.RangeIndex(1, HUGE + 1), "left"]),
        (pl.Series([1]), ["", ["Array", ["Int8"], HUGE], 1, [None], None]),
        (pl.Series([1]), ["", ["Int64"], HUGE, b"x" * 8, None]),
        (pl.Series([1]), ["", ["Int64"], 1, b"x" * 8, b"xx"]),
        (Image.new("L", (1, 1)), ["L", [HUGE, HUGE], "little", b"x", None, {}]),
        (Image.new("L", (1, 1)), ["L", [-1, -1], "little", b"x", None, {}]),
        (Image.new("L", (1, 1)), ["L", [1, 1], "little", b"x", ["RGB", b"xxx"], {}]),
        (Image.new("P", (1, 1)), ["P", [1, 1], "little", b"x", ["RGB", b"x" * 999], {}]),
        (Image.new("L", (1, 1)), ["BGR;15", [1, 1], "little", b"xx", None, {}]),
    ],
)
def test_parts_that_do_not_fit_are_refused(value: object, parts: list[object]):
    codec = codec_for(type(value))
    tracemalloc.start()
    try:
        with pytest.raises((ValueError, TypeError)):
            codec.decode(parts)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < MOST


def test_a_dtype_nests_only_so_deep():
    codec = codec_for(type(np.dtype("i4")))
    spelling: object = "<i4"
    for _ in range(5000):
        spelling = ["array", spelling, [1]]

    with pytest.raises(ValueError, match="deep"):
        codec.decode([spelling])


def test_a_dtype_of_polars_nests_only_so_deep():
    spelling: list[object] = ["Int8"]
    for _ in range(5000):
        spelling = ["List", spelling]

    with pytest.raises(ValueError, match="deep"):
        codec_for(pl.Series).decode(["", spelling, 0, [], None])


def test_a_number_of_another_platform_is_refused():
    """It has other bits there."""
    spelling, *rest = codec_for(np.ndarray).encode(np.zeros(1, "g"))
    word, text, bits = spelling

    with pytest.raises(ValueError, match="platform"):
        codec_for(np.ndarray).decode([[word, text, bits + 1], *rest])


def test_an_image_of_another_platform_is_refused():
    mode, size, order, *rest = codec_for(Image.Image).encode(Image.new("I", (1, 1), 7))
    other = {"little": "big", "big": "little"}[order]

    with pytest.raises(ValueError, match="order of bytes"):
        codec_for(Image.Image).decode([mode, size, other, *rest])
