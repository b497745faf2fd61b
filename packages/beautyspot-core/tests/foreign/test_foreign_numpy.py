"""Values of numpy come back as they were, or are refused."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.foreign import codec_for

String = np.dtypes.StringDType
MEGABYTES = 1 << 20
OBJECTS = st.none() | st.text() | st.floats() | st.tuples(st.integers())


class Own(np.ndarray):
    pass


class OwnItem(np.void):
    pass


def empty(dtype: object, *shape: int) -> np.ndarray:
    """Answer an array without content; ``np.empty`` makes one character of none."""
    return np.ndarray(shape, dtype)


SCALARS = [
    np.bool_(1), np.bool_(0), np.int8(-1), np.uint8(255), np.int16(1), np.uint16(1), np.int32(1),
    np.uint32(1), np.int64(-(2**63)), np.uint64(2**64 - 1), np.intc(1), np.longlong(3),
    np.ulonglong(3), np.float16(1.5), np.float32(-0.0), np.float64("nan"), np.longdouble(1) / 3,
    np.complex64(1j), np.complex128(1 - 1j), np.clongdouble(1j), np.datetime64("2020", "Y"),
    np.datetime64("2020-01-01T00:00:00.000000000001", "ps"), np.datetime64("NaT", "s"),
    np.timedelta64(5, "25s"), np.str_("a\0"), np.str_(""), np.str_("\ud800"),
    np.bytes_(b"a\0"), np.bytes_(b""), np.void(b"abc"), np.void(b""),
    np.array([(1, 2.0)], "i4,>f8")[0], np.rec.array([(1, 2.0)], dtype="i4,f8")[0],
]  # fmt: skip
DTYPES = [
    np.dtype("i4"), np.dtype(">i4"), np.dtype("q"), np.dtype("q").newbyteorder(), np.dtype("g"),
    np.dtype("U5"), np.dtype(">U5"), np.dtype("S"), np.dtype("V"), np.dtype(object),
    np.dtype("M8[25s]"), np.dtype("m8[ns]"), np.dtype(("i4", (2, 3))),
    np.dtype([("a", "i1"), ("b", "f8")]), np.dtype([("a", "i1"), ("b", "f8")], align=True),
    np.dtype([(("title", "a"), ">i2"), ("b", [("c", "U3", (2,))])]), np.dtype([]),
    np.dtype({"names": ["b", "a"], "formats": ["i2", "i4"], "offsets": [8, 0], "itemsize": 20}),
    np.dtype({"names": ["a", "b"], "formats": ["i4", "i2"], "offsets": [0, 0]}),
    np.dtype((np.record, [("a", "i4")])), String(), String(na_object=None), String(coerce=False),
    String(na_object=np.nan), String(na_object="none"),
]  # fmt: skip
ARRAYS = [
    np.array(5), np.arange(6).reshape(2, 3), np.arange(6.0).reshape(2, 3, order="F"),
    np.arange(24).reshape(2, 3, 4).transpose(1, 0, 2), np.arange(10)[::2], np.arange(10)[::-1],
    np.zeros((0, 3)), np.zeros((3, 0), order="F"), np.zeros((1, 5)), np.zeros((5, 1), order="F"),
    np.broadcast_to(np.float32(1), (3, 4)), empty("U0"), empty("U0", 3), empty("S0", 0),
    empty("V0", 2, 3), np.array(["a", "bb"], ">U3"), np.array([b"a\0b"]),
    np.array(["2020"], "M8[D]"),
    np.array([1, 2], "q"), np.array([1.5], "g"), np.array([True, False]),
    np.array([(1, "a"), (2, "b")], [("x", ">i4"), ("y", "U3")]),
    np.array([(1, 2.0)], np.dtype([("a", "i1"), ("b", "f8")], align=True)),
    np.array([1, None, "a", (1, [2]), {"b": 1}], object), np.array([["a", 1], [2, "b"]], object).T,
    np.array(None, object), empty(object, 2, 0), np.array(["a", "b"], String()),
    np.array([["a", "\U0001f600" * 9], ["", "d" * 40]], String()).T, np.array("a", String()),
    np.array(["a", None], String(na_object=None)),
    np.array(["a", np.nan], String(na_object=np.nan)),
    np.array(["a", "none"], String(na_object="none")),
    np.arange(4.0).reshape(2, 2).view(np.matrix), np.asfortranarray(np.eye(3)[:2]).view(np.matrix),
    np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
    np.ma.array([1, 2]), np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=False),
    np.ma.array([1.0, 2], mask=[0, 1], fill_value=7, hard_mask=True), np.ma.array(["a", "b"]),
    np.ma.array([(1, 2.0)], dtype="i4,f8", mask=[(1, 0)]), np.ma.array([["2020"]], "M8[s]"),
    np.ma.masked_all((2, 3)),
]  # fmt: skip


def names(values: list[Any]) -> list[str]:
    return [f"{number}-{type(value).__name__}" for number, value in enumerate(values)]


@pytest.mark.parametrize(
    "value", [*SCALARS, *DTYPES, *ARRAYS], ids=names(SCALARS + DTYPES + ARRAYS)
)
def test_a_value_of_numpy_comes_back(value: object, round_trip, alike):
    assert alike(value, round_trip(value))


@pytest.mark.parametrize("value", [*SCALARS, *ARRAYS], ids=names(SCALARS + ARRAYS))
def test_a_value_of_numpy_comes_back_within_others(value: object, round_trip, alike):
    within = np.empty(2, object)
    within[0] = value
    outer = [value, {"a": (value,)}, within]

    assert alike(outer, round_trip(outer))


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_any_array_comes_back(data: st.DataObject, round_trip, alike):
    dtype = data.draw(hnp.scalar_dtypes() | hnp.nested_dtypes(max_itemsize=200))
    shape = data.draw(hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
    content = data.draw(st.binary(min_size=200, max_size=200))
    array = np.ndarray(shape, dtype)
    if array.nbytes:
        array.reshape(-1).view("u1")[:] = np.resize(np.frombuffer(content, "u1"), array.nbytes)
    if data.draw(st.booleans()):
        array = array.T

    assert alike(array, round_trip(array))


@settings(deadline=None)
@given(array=hnp.arrays(object, hnp.array_shapes(min_side=0), elements=OBJECTS))
def test_any_array_of_objects_comes_back(array: np.ndarray, round_trip, alike):
    assert alike(array, round_trip(array))


@pytest.mark.parametrize(
    "array",
    [np.arange(6).reshape(2, 3), np.zeros((2, 3), order="F"), np.array([1, None], object),
     np.array(["a"], String()), np.array(5), np.arange(9)[::2], np.arange(10_000),
     np.zeros((100, 100), order="F")],
)  # fmt: skip
def test_an_array_that_comes_back_is_its_own(array: np.ndarray, round_trip):
    """It may be written to, and hangs on no other memory."""
    array.flags.writeable = False
    flags = round_trip(array).flags

    assert (flags.writeable, flags.owndata, flags.aligned) == (True, True, True)


def test_arrays_within_an_array_stay_arrays(round_trip):
    """Even those without a dimension, which numpy likes to turn into what they hold."""
    outer = np.empty(2, object)
    outer[0], outer[1] = np.array([1, 2]), "a"
    outer = np.fromiter([np.array(5), outer], object, 2)
    found = round_trip(outer)

    assert [np.ndarray, np.ndarray] == [type(item) for item in found]
    assert () == found[0].shape


@pytest.mark.filterwarnings("ignore:The 'generic' unit:DeprecationWarning")
@pytest.mark.parametrize("kind", ["datetime64", "timedelta64"])
def test_a_time_without_unit_comes_back(kind: str, round_trip, alike):
    value = getattr(np, kind)("NaT")
    values = [value, value.dtype, np.array([value])]

    assert alike(values, round_trip(values))


def test_the_masked_constant_is_itself(round_trip):
    assert np.ma.masked is round_trip([np.ma.masked])[0]


@pytest.mark.parametrize("order", ["C", "F"])
def test_ten_megabytes_are_copied_once_each_way(order: str):
    codec = codec_for(np.ndarray)
    array = np.ones((1024, 1280), order=order)

    def peak(act: Callable[[], object]) -> tuple[object, float]:
        tracemalloc.start()
        try:
            result = act()
            return result, tracemalloc.get_traced_memory()[1] / array.nbytes
        finally:
            tracemalloc.stop()

    parts, out = peak(lambda: codec.encode(array))
    parts = [part.toreadonly() if type(part) is memoryview else part for part in parts]
    back, into = peak(lambda: codec.decode(parts))

    assert array.nbytes == 10 * MEGABYTES
    assert np.shares_memory(array, np.asarray(parts[-1]))
    assert not np.shares_memory(array, back)
    assert out < 0.01
    assert 1 <= into < 1.01


@pytest.mark.parametrize(
    ("value", "reason", "advice"),
    [
        (np.dtype("i4", metadata={"unit": "m"}), "metadata", "astype"),
        (np.zeros(2, np.dtype("i4", metadata={"unit": "m"})), "metadata", "astype"),
        (np.dtype((OwnItem, 8)), "unknown kind", "astype"),
        (np.dtype((OwnItem, [("a", "i4")])), "class that is not numpy's own", "astype"),
        (np.zeros(2, [("a", object)]), "objects stand within", "each field"),
        (np.zeros(2, [("a", object)])[0], "objects stand within", "tuple"),
        (
            np.ma.array([1, None], dtype=object),
            "masks a ndarray of dtype dtype('O')",
            "masked.data",
        ),
        (np.ma.array(np.eye(2).view(np.matrix)), "masks a matrix", "masked.data"),
        (np.array([1, object()], object), "of type object", "Return"),
    ],
)
def test_a_refusal_says_what_to_do(value: object, reason: str, advice: str, round_trip):
    with pytest.raises(SerializationError) as caught:
        round_trip([value])

    assert reason in str(caught.value)
    assert advice in str(caught.value)


def test_an_array_that_holds_itself_is_refused(round_trip):
    array = np.empty(1, object)
    array[0] = [array]

    with pytest.raises(SerializationError, match="holds itself"):
        round_trip(array)


def test_a_window_onto_a_file_is_refused(tmp_path, round_trip):
    window = np.memmap(tmp_path / "a", dtype="u1", mode="w+", shape=(3,))

    with pytest.raises(SerializationError, match=r"np\.array\(x\)"):
        round_trip(window)


@pytest.mark.parametrize("type_", [Own, np.random.Generator, np.poly1d, np.ufunc])
def test_other_classes_are_not_ours(type_: type):
    assert codec_for(type_) is None
