"""For generated values: one text only for one type and one content, all the way down."""

import collections
import copy
import datetime as dt
import decimal
import fractions
import pathlib
import uuid
from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

Point = collections.namedtuple("Point", "x y")


@dataclass
class Pair:
    x: object
    y: object


@dataclass
class Other:
    x: object
    y: object


class Items(list):
    pass


ZONES = st.sampled_from([None, dt.UTC, dt.timezone(dt.timedelta(hours=1))])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([0.0, -0.0, 1.0, float("inf")]),
    st.sampled_from(["", "a", "1", "$"]),
    st.sampled_from([b"", b"a", b"1"]),
    st.decimals(-1, 1, places=1),
    st.fractions(-1, 1, max_denominator=2),
    st.sampled_from([dt.date(1, 1, 1), dt.time(), dt.timedelta()]),
    st.builds(dt.datetime, st.just(1), st.just(1), st.integers(1, 2), tzinfo=ZONES),
    st.sampled_from([pathlib.PurePosixPath("a"), pathlib.PureWindowsPath("a")]),
    st.sampled_from([uuid.UUID(int=0), uuid.UUID(int=1)]),
    st.sampled_from([int, str, len, range(1), range(2), slice(1), ...]),
)


def containers(inner: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    few = st.lists(inner, max_size=2)
    return st.one_of(
        few,
        few.map(tuple),
        few.map(Items),
        few.map(collections.deque),
        few.map(lambda items: np.array([*items, None], object)[:-1]),
        st.dictionaries(st.sampled_from(["$", "a", "v", "x"]), inner, max_size=2),
        st.dictionaries(st.sampled_from(["$", 1, "1", (1,)]), inner, max_size=2),
        st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2).map(
            collections.OrderedDict
        ),
        st.builds(Point, inner, inner),
        st.builds(Pair, inner, inner),
        st.builds(Other, inner, inner),
    )


VALUES = st.recursive(SCALARS, containers, max_leaves=6)


def told(value: object) -> object:
    """Answer the type and content of a value, by means that are not those of the texts."""
    kind = type(value)
    if isinstance(value, list | tuple | collections.deque):
        return kind, [told(item) for item in value]
    if isinstance(value, np.ndarray):
        return kind, [told(item) for item in value.tolist()]
    if isinstance(value, Pair | Other):
        return kind, told(value.x), told(value.y)
    if isinstance(value, dict):
        items = [(told(key), told(item)) for key, item in value.items()]
        return kind, items if kind is collections.OrderedDict else sorted(items, key=repr)
    if isinstance(value, decimal.Decimal | fractions.Fraction | float):
        return kind, str(value)
    return kind, repr(value)


@given(VALUES, VALUES)
def test_two_values_share_a_text_only_when_they_are_the_same(text, one, other):
    assert (told(one) == told(other)) == (text(one) == text(other))


@given(VALUES)
def test_a_copy_has_the_same_text(text, value):
    assert text(value) == text(copy.deepcopy(value))


@given(VALUES, VALUES)
def test_a_value_differs_from_what_it_is_held_in(text, value, other):
    assert text(value) not in {text([value]), text((value, other)), text(Pair(value, other))}
