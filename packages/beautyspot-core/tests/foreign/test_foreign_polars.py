"""Values of polars come back as they were, or are refused."""

import datetime as dt
from decimal import Decimal
from inspect import signature

import numpy as np
import polars as pl
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.foreign import codec_for

NOW = dt.datetime(2020, 10, 25, 2, 30, 1, 234567)  # noqa: DTZ001
NESTED = pl.Struct({"a": pl.Decimal(10, 2), "b": pl.List(pl.Categorical), "c": pl.Time})
SERIES = [
    pl.Series("a", [1, None, -(2**63)]), pl.Series("", [], dtype=pl.Int8),
    pl.Series([2**64 - 1], dtype=pl.UInt64), pl.Series([2**100, None], dtype=pl.Int128),
    pl.Series([1.5, None, float("nan"), -0.0], dtype=pl.Float32), pl.Series([True, None, False]),
    pl.Series([None, None]), pl.Series(["a", None, "", "\U0001f600", "long" * 9]),
    pl.Series([b"a\0", None, b""]),
    pl.Series([NOW, None], dtype=pl.Datetime("ns", "Europe/Berlin")),
    pl.Series([NOW, None], dtype=pl.Datetime("ms")), pl.Series([dt.date(1, 1, 1), None]),
    pl.Series([dt.time(1, 2, 3, 4), None]),
    pl.Series([dt.timedelta(1), None], dtype=pl.Duration("ns")),
    pl.Series([Decimal("1.10"), None], dtype=pl.Decimal(38, 10)),
    pl.Series(["x", None, "y"], dtype=pl.Categorical), pl.Series([], dtype=pl.Categorical),
    pl.Series(["x", None], dtype=pl.Enum(["y", "x"])), pl.Series([[1], [], None, [None, 2]]),
    pl.Series([[NOW, None], None], dtype=pl.List(pl.Datetime("ns"))), pl.Series([[[1]], [[]]]),
    pl.Series([[1, 2], None, [3, None]], dtype=pl.Array(pl.Int8, 2)),
    pl.Series([[[1, 2]], None], dtype=pl.Array(pl.Int8, (1, 2))),
    pl.Series([{"q": 1}, None, {"q": None}]), pl.Series([{}], dtype=pl.Struct([])),
    pl.Series([{"a": Decimal("1.5"), "b": ["x", None], "c": dt.time(1)}, None], dtype=NESTED),
    pl.Series([None, None], dtype=pl.List(pl.Struct({"a": pl.Array(pl.Float32, 3)}))),
    pl.Series([1, 2, 3]).slice(1, 1), pl.Series([1, 2]).append(pl.Series([None, 3])),
    pl.Series([1, 2, 3]).reverse(), pl.Series([1, 2, 3, 4]).gather_every(2),
]  # fmt: skip
FRAMES = [
    pl.DataFrame(), pl.DataFrame({"a": []}),
    pl.DataFrame({"a": [1, None], "b": ["x", None], "": [[1], []]}),
    pl.DataFrame([series.alias(str(n)).head(0) for n, series in enumerate(SERIES)]),
    pl.concat([pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [2]})], rechunk=False),
]  # fmt: skip


if "height" in signature(pl.DataFrame).parameters:
    FRAMES.append(pl.DataFrame(height=3))


class Own(pl.DataFrame):
    pass


@pytest.mark.parametrize("value", [*SERIES, *FRAMES], ids=lambda value: repr(value.shape))
def test_a_value_of_polars_comes_back(value: object, round_trip, alike):
    found = round_trip([{"a": value}, value])

    assert alike([{"a": value}, value], found)


LEAVES = st.sampled_from([
    (pl.Int16(), st.integers(-(2**15), 2**15 - 1)), (pl.Float64(), st.floats()),
    (pl.String(), st.text(st.characters(exclude_categories=["Cs"]), max_size=4)),
    (pl.Binary(), st.binary(max_size=4)), (pl.Boolean(), st.booleans()),
    (pl.Date(), st.dates()), (pl.Time(), st.times()), (pl.Datetime("us"), st.datetimes()),
    (pl.Categorical(), st.sampled_from("abc")), (pl.Enum(["b", "a"]), st.sampled_from("ab")),
    (pl.Decimal(9, 2), st.integers(-(10**6), 10**6).map(lambda n: Decimal(n) / 100)),
])  # fmt: skip


def _deeper(kinds: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(
        kinds.map(lambda kind: (pl.List(kind[0]), st.lists(st.none() | kind[1], max_size=3))),
        kinds.map(
            lambda kind: (
                pl.Array(kind[0], 2),
                st.lists(st.none() | kind[1], min_size=2, max_size=2),
            )
        ),
        st.tuples(kinds, kinds).map(
            lambda two: (
                pl.Struct({"a": two[0][0], "b": two[1][0]}),
                st.fixed_dictionaries({"a": st.none() | two[0][1], "b": st.none() | two[1][1]}),
            )
        ),
    )


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_any_series_comes_back(data: st.DataObject, round_trip, alike):
    dtype, values = data.draw(st.recursive(LEAVES, _deeper, max_leaves=4))
    listed = data.draw(st.lists(st.none() | values, max_size=5))
    try:
        series = pl.Series("s", listed, dtype=dtype)
    except pl.exceptions.PanicException:  # polars itself cannot make some, deep with categories
        reject()

    assert alike(series, round_trip(series))


def test_a_column_of_numbers_goes_out_as_it_is():
    """And has memory of its own when it comes back."""
    array = np.arange(9.0)
    codec = codec_for(pl.Series)
    parts = codec.encode(pl.Series(array))
    back = codec.decode(parts)

    assert np.shares_memory(array, np.asarray(parts[3]))
    assert not np.shares_memory(array, back.to_numpy())


@pytest.mark.parametrize(
    ("value", "reason", "advice"),
    [
        (pl.DataFrame({"a": [1]}).lazy(), "a plan", "collect()"),
        (pl.Series([object()]), "dtype Object", "list"),
        (pl.DataFrame({"a": [1], "b": [object()]}), "dtype Object", "list"),
        (pl.Series([None] * 9, dtype=pl.Array(pl.Int8, 2**18)), "missing", "plain values"),
    ],
)
def test_a_refusal_says_what_to_do(value: object, reason: str, advice: str, round_trip):
    with pytest.raises(SerializationError) as caught:
        round_trip([value])

    assert reason in str(caught.value)
    assert advice in str(caught.value)


@pytest.mark.skipif(not hasattr(pl, "Categories"), reason="this polars has no named categories")
def test_categories_with_a_name_are_refused(round_trip):
    """Whoever reads them may have others of that name."""
    dtype = pl.Categorical(pl.Categories("own"))

    with pytest.raises(SerializationError, match="dtype"):
        round_trip(pl.Series([["x"]], dtype=pl.List(dtype)))


def test_a_subclass_is_not_ours():
    assert codec_for(Own) is None
