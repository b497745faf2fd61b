"""Values of pandas come back as they were, or are refused."""

import datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import pandas as hpd

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.foreign import codec_for
from beautyspot.embedded.msgpack.foreign.pandas_library import verified

BERLIN = "Europe/Berlin"
DAYS = pd.date_range("2020-10-24", periods=3, tz=BERLIN, freq="D")
GAP = pd.DatetimeIndex(["2020-01-01", None, "2022-01-01"])
FOLDED = datetime.datetime(2020, 10, 25, 2, 30, fold=1)  # noqa: DTZ001
PYTHON_STR = pd.StringDtype("python", na_value=np.nan)


class Own(pd.DataFrame):
    pass


def noted() -> pd.DataFrame:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs = {"unit": ["m", (1,)]}
    return frame.set_flags(allows_duplicate_labels=False)


SCALARS = [
    pd.Timestamp("2020"), pd.Timestamp.min, pd.Timestamp("2020", tz="UTC").as_unit("s"),
    pd.Timestamp("2020-01-01 00:00:00.000000001"), pd.Timestamp(FOLDED),
    pd.Timestamp(FOLDED).tz_localize(BERLIN, ambiguous=False),
    pd.Timestamp("2020-10-25 02:30").tz_localize(BERLIN, ambiguous=True),
    pd.Timestamp("2020", tz=datetime.timezone(datetime.timedelta(hours=1), "odd")),
    pd.Timedelta("1D"), pd.Timedelta(5, "s"), pd.Timedelta.max, pd.NaT, pd.NA,
    pd.Period("2020-01", freq="M"), pd.Period("2020-01-01", freq="3D"), pd.Period("2020", freq="Y"),
    pd.Interval(1, 2), pd.Interval(1, 2.5), pd.Interval(0.0, 1.0, closed="neither"),
    pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021"), "both"), pd.offsets.MonthBegin(2),
    pd.offsets.Day(), pd.offsets.QuarterEnd(startingMonth=2), pd.offsets.Hour(3),
]  # fmt: skip
DTYPES = [
    pd.CategoricalDtype(), pd.CategoricalDtype([1, 2], ordered=True), pd.Int8Dtype(),
    pd.UInt64Dtype(), pd.Float32Dtype(), pd.BooleanDtype(), pd.StringDtype(), PYTHON_STR,
    pd.StringDtype("python"), pd.DatetimeTZDtype("s", BERLIN), pd.PeriodDtype("M"),
    pd.PeriodDtype("3D"), pd.IntervalDtype("int64", "left"), pd.IntervalDtype(),
    pd.IntervalDtype(pd.DatetimeTZDtype("ns", "UTC"), "both"),
    pd.CategoricalDtype(pd.Index([1, 2], name="n")), pd.CategoricalDtype(DAYS),
]  # fmt: skip
COLUMNS = [
    pd.array([1, None], dtype="Int8"), pd.array([1, 2], dtype="UInt64"), pd.array([True, None]),
    pd.array([1.5, None], dtype="Float32"), pd.array([], dtype="Int64"),
    pd.arrays.FloatingArray(np.array([1, np.nan, 2.0]), np.array([False, False, True])),
    pd.array(["a", None, ""], dtype="string"), pd.array(["a", None], dtype="str"),
    pd.array(["a", None], dtype="string[python]"),
    pd.array(["a", "\ud800", None], dtype=PYTHON_STR),
    pd.Categorical(["a", None], categories=["b", "a"], ordered=True), pd.Categorical([]),
    pd.Categorical([1, 2.5]), pd.Categorical(DAYS), pd.Categorical.from_codes([0, 0], [(1, "a")]),
    DAYS.array, GAP.array, pd.timedelta_range("1h", periods=2).array, GAP.as_unit("s").array,
    pd.period_range("2020", periods=2, freq="M").array, pd.interval_range(0, 2).array,
    pd.interval_range(DAYS[0], periods=2, closed="left").array,
    pd.arrays.IntervalArray.from_tuples([(0, 1), None]),
    pd.arrays.NumpyExtensionArray(np.arange(2)),
]  # fmt: skip
INDEXES = [
    pd.Index([1, 2], name="x"), pd.Index(["a", None]), pd.Index([1, "a"], name=("x", 1)),
    pd.Index([(1, 2), (3, 4)], tupleize_cols=False), pd.Index([], dtype=object),
    pd.Index([1, None], dtype="Int64"), pd.Index([1.5], dtype="f4"), pd.Index(["a"], dtype=object),
    pd.Index([True, False]), pd.RangeIndex(0, 10, 3, name=1.5), pd.RangeIndex(5, 0, -2), DAYS, GAP,
    DAYS[::2], DAYS[[0, 2, 1]], pd.date_range("2020", periods=3, freq="MS", unit="s"),
    pd.timedelta_range("1h", periods=3, name="t"), pd.TimedeltaIndex(["1h", None]),
    pd.period_range("2020", periods=2, freq="Q"), pd.CategoricalIndex(["a", "b"], ordered=True),
    pd.interval_range(0, 3, name="i"), pd.interval_range(pd.Timestamp("2020"), periods=2),
    pd.MultiIndex.from_product([[1, 2], ["a", None]], names=["x", None]),
    pd.MultiIndex.from_product([[1, 2], ["a", "b"]], names=["x", "x"])[:1],
    pd.MultiIndex.from_arrays([DAYS, [1, 2, 2]]), pd.MultiIndex.from_arrays([[], []]),
    pd.MultiIndex.from_product([[1, 2], [3, 4]], sortorder=1),
]  # fmt: skip
SERIES = [
    pd.Series([1, 2]), pd.Series(["a", "b"], name="n"), pd.Series(["a"], dtype=object),
    pd.Series(["a", 1, None, {"x": (1,)}, [1], np.float32(1), pd.NA, float("nan")], dtype=object),
    pd.Series([], dtype=object), pd.Series([1.0], index=["a"], name=("x", 1)),
    pd.Series([1, 2], dtype=">i4"), pd.Series([1], dtype="f2"), pd.Series([1j]), pd.Series(DAYS),
    pd.Series(GAP.as_unit("s")), pd.Series([datetime.date(2020, 1, 1), Fraction(1, 3)]),
    *(pd.Series(column) for column in COLUMNS),
]  # fmt: skip
FRAMES = [
    pd.DataFrame(), pd.DataFrame(index=[1, 2]), pd.DataFrame(columns=["a"]), noted(),
    pd.DataFrame([[1, 2.5]], columns=["a", "a"]), pd.DataFrame([[1, 2]], columns=["a", "a"]),
    pd.DataFrame(np.arange(6).reshape(2, 3)), pd.DataFrame(np.arange(6.0).reshape(2, 3, order="F")),
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, 2], "d": DAYS[:2], "e": [None, [1]]}),
    pd.DataFrame({1: [1], "1": [2], None: [3], (1,): [4], 1.5: [5]}),
    pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]), index=DAYS[:1]),
    pd.DataFrame(np.array([["2020", "2021"]], "M8[s]")), pd.DataFrame({"a": [True], "b": [False]}),
    pd.DataFrame({"a": ["x"], "b": ["y"]}, dtype=object), pd.DataFrame({"a": ["x"], "b": ["y"]}),
    pd.DataFrame({0: np.array([1], "l"), 1: np.array([1], "q")}),
    pd.DataFrame([[1, 2]], columns=pd.CategoricalIndex(["a", "b"]), index=GAP[1:2]),
]  # fmt: skip
ALL = [*SCALARS, *DTYPES, *COLUMNS, *INDEXES, *SERIES, *FRAMES]
NAMES = [f"{number}-{type(value).__name__}" for number, value in enumerate(ALL)]


@pytest.mark.parametrize("value", ALL, ids=NAMES)
def test_a_value_of_pandas_comes_back(value: object, round_trip, alike):
    assert alike(value, round_trip(value))


@pytest.mark.parametrize("value", [*COLUMNS, *INDEXES, *SERIES, *FRAMES])
def test_storing_changes_nothing(value: Any, round_trip, alike):
    before = value.copy()
    round_trip(value)

    assert alike(before, value)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_any_frame_comes_back(data: st.DataObject, round_trip, alike):
    kinds = st.sampled_from(["i8", "f4", "bool", "M8[ns]", "m8[ns]", "c16", "u1", object])
    columns = [
        hpd.column(name, dtype=kind, elements=_elements() if kind is object else None)
        for name, kind in data.draw(st.lists(st.tuples(st.text(max_size=3), kinds), unique_by=_key))
    ]
    index = st.sampled_from(
        [hpd.range_indexes(), hpd.indexes(dtype="f8"), hpd.indexes(dtype="M8[s]")]
    )
    frame = data.draw(hpd.data_frames(columns, index=data.draw(index)))

    assert alike(frame, round_trip(frame))


def _key(pair: tuple[str, object]) -> str:
    return pair[0]


def _elements() -> st.SearchStrategy:
    return st.none() | st.text(max_size=3) | st.floats() | st.integers() | st.lists(st.booleans())


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": [1, 2]}), pd.DataFrame(np.eye(2))])
def test_a_frame_that_comes_back_can_be_written_to(frame: pd.DataFrame, round_trip):
    found = round_trip(frame)
    found.iloc[0, 0] = 7
    found["new"] = 1

    assert 7 == found.iloc[0, 0]
    assert 7 != frame.iloc[0, 0]


def test_a_frame_of_one_dtype_is_one_array():
    """A wide one would take long column by column; and its memory goes out as it is."""
    values = np.arange(6.0).reshape(2, 3)
    _, _, content, *_ = codec_for(pd.DataFrame).encode(pd.DataFrame(values, copy=False))

    assert np.shares_memory(values, content)


def test_a_label_may_look_like_a_buffer(round_trip):
    """It is refused, as it would come back as something else."""
    with pytest.raises(SerializationError, match="memoryview"):
        round_trip(pd.Series([1], name=memoryview(b"a")))


@pytest.mark.parametrize(
    ("value", "reason", "advice"),
    [
        (pd.Series([0, 1], dtype="Sparse[int64]"), "leaves out", "to_dense"),
        (pd.Series([1], dtype="int64[pyarrow]"), "Arrow", "astype"),
        (pd.offsets.DateOffset(months=1), "no name", "plainer"),
        (pd.offsets.MonthEnd(normalize=True), "no name", "plainer"),
        (pd.Series([object()]), "of type object", "Return"),
        (pd.DataFrame({"a": [1], object(): [2]}), "of type object", "Return"),
    ],
)
def test_a_refusal_says_what_to_do(value: object, reason: str, advice: str, round_trip):
    with pytest.raises(SerializationError) as caught:
        round_trip([value])

    assert reason in str(caught.value)
    assert advice in str(caught.value)


def test_what_its_parts_do_not_make_again_is_refused():
    """It is tried out before it is stored."""
    codec = verified(
        "n", lambda number: [number], lambda parts: parts[0] + 1, lambda number: number
    )

    with pytest.raises(SerializationError, match="1 would become 2"):
        codec.encode(1)


def test_a_subclass_is_not_ours():
    assert codec_for(Own) is None
