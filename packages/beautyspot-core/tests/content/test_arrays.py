"""Arrays of numpy: dtype, shape and values count, the layout in memory does not."""

import functools
import operator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

PACKED = np.dtype([("a", "i4"), ("b", "f8")])
ALIGNED = np.dtype([("a", "i1"), ("b", "f8")], align=True)
TABLE = np.arange(12.0).reshape(3, 4)


class Own(np.ndarray):
    """An array with something more."""


def noted(value, note):
    value.note = note
    return value


def unaligned(value):
    """Answer a copy that begins at an odd address."""
    raw = np.zeros(value.nbytes + 1, "u1")[1:].view(value.dtype).reshape(value.shape)
    raw[...] = value
    return raw


def filled(fill, dtype, **fields):
    """Answer a structured array whose padding is of this byte."""
    value = np.full(2 * dtype.itemsize, fill, "u1").view(dtype)
    for name, item in fields.items():
        value[name] = item
    return value


def used(generator):
    generator.random()
    return generator


def read_only(value):
    value = value.copy()
    value.flags.writeable = False
    return value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TABLE, TABLE.copy()),
        (TABLE, np.asfortranarray(TABLE)),
        (TABLE, np.repeat(TABLE, 2, axis=1)[:, ::2]),
        (TABLE, TABLE[::-1].copy()[::-1]),
        (TABLE, read_only(TABLE)),
        (TABLE, unaligned(TABLE)),
        (np.ones((3, 2)), np.broadcast_to(1.0, (3, 2))),
        (filled(0, ALIGNED, a=1, b=2), filled(7, ALIGNED, a=1, b=2)),
        (np.array([1, {"a", "b"}], object), np.array([1, {"b", "a"}], object)),
        (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 3], mask=[0, 1])),
        (
            np.ma.array(filled(0, PACKED, a=1, b=2), mask=[(0, 1), (0, 0)]),
            np.ma.array(filled(0, PACKED, a=1, b=[3, 2]), mask=[(0, 1), (0, 0)]),
        ),
        (np.ma.array([1, 2]), np.ma.array([1, 2], mask=[0, 0])),
        (np.random.default_rng(1), np.random.default_rng(1)),
        (np.random.RandomState(1), np.random.RandomState(1)),
        (np.random.SeedSequence(1), np.random.SeedSequence(1)),
        (np.poly1d([1, 2]), np.poly1d([1, 2])),
        (np.arange(20, dtype="g"), np.arange(40, dtype="g")[::2] / 2),
    ],
)
def test_equal_content_has_one_text(one, other, text):
    assert text(one) == text(other)


def test_a_large_view_has_the_text_of_its_copy(text):
    """Blocks of it are hashed one after the other."""
    whole = np.arange(2_000_000, dtype="i4").reshape(1000, 2000)
    views = [whole.T, whole[::2, ::3], whole[:, :1500], whole.reshape(2, -1)[:, ::-1]]

    assert [text(view.copy()) for view in views] == [text(view) for view in views]


def test_a_file_that_is_mapped_has_the_text_of_what_it_holds(text, tmp_path):
    np.save(tmp_path / "a.npy", TABLE)

    assert text(TABLE) == text(np.load(tmp_path / "a.npy", mmap_mode="r"))


def test_a_difference_in_the_middle_of_a_large_array_is_seen(text):
    one = np.zeros(1_000_000)
    other = one.copy()
    other[500_000] = 1

    assert text([one, 2**70]) != text([other, 2**70])


GROUPS = {
    "dtypes": [
        *(
            np.array([0, 1], dtype=kind)
            for kind in ("i1", "u1", "i4", ">i4", "i8", "f4", "f8", "g", "O")
        ),
        *(np.array([0, 1], dtype=kind) for kind in ("c8", "M8[s]", "M8[ms]", "M8[5s]", "m8[s]")),
        *(np.array(["0", "1"], kind) for kind in ("U1", "U2", "S1", "O", np.dtypes.StringDType())),
        np.array(["0", "1"], np.dtypes.StringDType(na_object=None)),
        np.array(["0", "1"], np.dtypes.StringDType(na_object=np.nan)),
        np.array(["0", "1"], np.dtypes.StringDType(na_object="nan")),
        *(np.arange(2).astype(bool), np.zeros(2, "V4"), np.zeros(2, "V8")),
    ],
    "shapes": [
        *(TABLE, TABLE.T, TABLE.ravel(), TABLE.reshape(4, 3), TABLE[None], TABLE[::-1], TABLE[:2]),
        *(np.zeros(0), np.zeros((0, 3)), np.zeros((3, 0)), np.array(0.0), np.array([0.0])),
        *(np.array([-0.0]), np.array([np.nan])),
    ],
    "structures": [
        *(np.zeros(2, PACKED), np.zeros(2, [("b", "i4"), ("a", "f8")]), np.zeros(2, ALIGNED)),
        *(np.zeros(2, PACKED).view(np.recarray), np.zeros(2, [("a", "i4", (2,))])),
        *(np.zeros(2, [("a", "i4", (1, 2))]), np.zeros(2, [("a", [("b", "i4")])])),
        *(np.zeros(2, [(("title", "a"), "i4")]), np.zeros(2, [("a", "i4")]), np.zeros(2, "i4")),
        *(np.zeros(2, PACKED)[0], np.zeros((), PACKED), PACKED, ALIGNED),
        np.dtype({"names": ["a"], "formats": ["i4"], "itemsize": 8}),
        np.dtype({"names": ["a"], "formats": ["i4"], "itemsize": 8, "offsets": [4]}),
        np.dtype([("a", "i4")]),
    ],
    "classes": [
        *(
            np.array([[1]]),
            np.array([[1]]).view(np.matrix),
            np.ma.array([[1]]),
            np.array([[1]]).view(Own),
        ),
        *(noted(np.array([[1]]).view(Own), 1), noted(np.array([[1]]).view(Own), 2)),
        *(np.ma.array([[1]], mask=[[1]]), np.ma.array([[1]], fill_value=3)),
        *(np.ma.array([[1]], hard_mask=True), np.ma.masked, [[1]]),
    ],
    "scalars": [
        *(
            1,
            1.0,
            np.int64(1),
            np.int32(1),
            np.uint64(1),
            np.float64(1),
            np.float32(1),
            np.bool_(1),
        ),
        *(np.array(1), True, np.complex128(1), np.datetime64(1, "s"), np.datetime64(1, "ms")),
        *(np.timedelta64(1, "s"), np.str_("1"), "1", np.bytes_(b"1"), b"1", np.void(b"1")),
        *(np.longdouble(1), np.float16(1), np.datetime64("NaT", "s")),
    ],
    "others": [
        *(np.dtype("f8"), np.dtype(">f8"), np.float64, np.sin, np.cos, np.poly1d([1, 2])),
        *(np.poly1d([1, 3]), np.random.default_rng(1), np.random.default_rng(2)),
        *(used(np.random.default_rng(1)), np.random.Generator(np.random.MT19937(1))),
        *(np.random.RandomState(1), np.random.RandomState(2), np.random.PCG64(1)),
        *(
            np.random.SeedSequence(1),
            np.random.SeedSequence(2),
            np.random.SeedSequence(1).spawn(1)[0],
        ),
    ],
}


@pytest.mark.parametrize("name", GROUPS)
def test_other_content_has_another_text(name, collisions):
    values = {f"{place}: {type(v).__name__}": v for place, v in enumerate(GROUPS[name])}

    assert [] == collisions(values)


def test_a_generator_that_has_spawned_others_is_another(text):
    """Its next child will be another one."""
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    one.spawn(1)

    assert text(one) != text(other)


def test_an_array_of_objects_that_holds_itself_has_a_text(text):
    value = np.array([None, 1], object)
    value[0] = value

    assert '"up":' in text(value)


@given(
    arrays.arrays(
        dtype=arrays.scalar_dtypes() | arrays.array_dtypes(),
        shape=arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    ),
    st.data(),
)
def test_how_an_array_lies_in_memory_is_no_content(text, value, data):
    order = data.draw(st.permutations(range(value.ndim)))
    flips = tuple(slice(None, None, data.draw(st.sampled_from([1, -1]))) for _ in order)
    there = np.ascontiguousarray(value.transpose(order)) if order else value.copy()
    back = functools.reduce(operator.getitem, (flips, flips), there).transpose(np.argsort(order))
    moved = back if order else there

    assert text(value) == text(moved)
