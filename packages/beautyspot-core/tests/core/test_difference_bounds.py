"""What holds for any two calls that are compared, however large, deep or damaged."""

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beautyspot.core.difference import Differences, differences
from beautyspot.core.encoding import canonical_text
from beautyspot.core.kept_arguments import kept_arguments
from beautyspot.testing.serializers import plain_values

from .compared import SHA, call, rows, tagged
from .texts import text

ARGUMENTS = st.dictionaries(st.text(max_size=5), plain_values(), max_size=4)


@given(ARGUMENTS)
def test_a_call_does_not_differ_from_itself(arguments: dict[str, object]):
    """Whole or as it is kept."""
    whole = canonical_text(arguments)
    kept = kept_arguments(whole)

    assert Differences() == (differences(whole, kept) if kept else Differences())


@given(plain_values(), plain_values())
def test_calls_differ_where_their_texts_do(one: object, two: object):
    """Nowhere, only when they are the same call; and never as if they were alike."""
    found = differences(text(one), text(two))

    assert found is not None
    assert (text(one) == text(two)) is (found == Differences())
    assert all(each.wanted != each.stored for each in found.shown)


@given(ARGUMENTS, ARGUMENTS)
def test_what_is_shown_fits_on_a_line(one: dict[str, object], two: dict[str, object]):
    """Paths, and both sides, are short and can be printed."""
    found = differences(canonical_text(one), canonical_text(two))

    assert found is not None
    for each in found.shown:
        assert max(len(each.wanted), len(each.stored)) <= 80
        assert len(each.path) <= 100
        assert (each.path + each.wanted + each.stored).isprintable()


@given(ARGUMENTS, st.text() | st.text(alphabet='{}[]":,\\$av1e-. nul', max_size=40))
def test_garbage_in_a_database_is_no_error(arguments: dict[str, object], garbage: str):
    """What is no text of ours cannot be compared."""
    found = differences(canonical_text(arguments), f'{{"x":{garbage}}}')

    assert found is None or found.shown is not None


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(SHA),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["$", "a", "v", "n", "t", "s", "x"]), inner, max_size=4)
        | st.builds(
            lambda tag, members: {**members, "$": tag},
            st.sampled_from(["tuple", "set", "dict", "bytes", "complex", "int", "str", "digest"]),
            st.dictionaries(st.sampled_from(["a", "v", "n", "t"]), inner, max_size=3),
        )
    ),
    max_leaves=12,
)


@example({"v": [None], "a": None, "$": "set"}, {"v": [None], "$": "set"})
@given(NODES, NODES)
def test_tags_that_are_none_are_compared_all_the_same(one: object, two: object):
    """A tag in a database need not have what belongs to it."""
    found = differences(call(one), call(two))

    assert found is not None
    assert (call(one) == call(two)) is (found == Differences())
    assert all(len(each.wanted) <= 80 and each.wanted.isprintable() for each in found.shown)


def test_twenty_differences_are_shown_and_the_others_counted():
    """Up to a thousand more."""
    found = differences(text([1] * 100), text([2] * 100))
    lots = differences(text([1] * 3_000), text([2] * 3_001))

    assert found is not None
    assert lots is not None
    assert (20, 80) == (len(found.shown), found.more)
    assert (20, 1_000) == (len(lots.shown), lots.more)


def nested(depth: int, value: object) -> object:
    for _ in range(depth):
        value = (value,)
    return value


@pytest.mark.parametrize("depth", [20, 24, 100, 149])
def test_a_deep_difference_is_found(depth: int):
    """Where it is, or as a whole when that is too deep."""
    (found,) = rows(text(nested(depth, 1)), text(nested(depth, 2)))

    assert "x[0][0][0]" == found[0][:10]
    assert found[0].count("[0]") <= 24
    assert found[1] != found[2]


def test_a_deep_value_is_shown_to_a_depth():
    """The rest has no room on a line."""
    assert rows(text(nested(100, 1)), text(1))[0][1].startswith("(" * 13 + "...")


def test_a_dict_with_one_key_twice_is_compared_as_a_whole():
    """There is none, but a database can hold one; and NaN is a key that can be there twice."""
    wanted, stored = tagged("dict", v=[[1, 2], [1, 3]]), tagged("dict", v=[[1, 3]])

    assert [("x", "{1: 2, 1: 3}", "{1: 3}")] == rows(call(wanted), call(stored))


@pytest.mark.parametrize(
    "stored",
    [
        '{"x":' + "[" * 200_000 + "]" * 200_000 + "}",
        '{"x":"' + "a" * 20_000 + '"}',
        '{"x":1e5}',
        '{"x":1} ',
        '{"x":{"b":1,"a":2}}',
        '{"x":{"a":1,"a":2}}',
        '{"x":"\\u0061"}',
        "\x00",
    ],
)
def test_hostile_texts_are_not_compared(stored: str):
    """Too long, too deep for this stack, or not written as we write."""
    assert differences(text(nested(149, 1)), stored) is None


@pytest.mark.parametrize("depth", [900, 6_000])
def test_a_text_deeper_than_ours_is_no_error(depth: int):
    """Whether there is room for it depends on the Python."""
    found = differences(text(nested(149, 1)), '{"x":' + "[" * depth + "]" * depth + "}")

    assert found is None or 1 == len(found.shown)


def room() -> int:
    """Answer how many calls deep one can go from here."""
    try:
        return room() + 1
    except RecursionError:
        return 0


def with_frames(count: int, run: Callable[[], object]) -> object:
    return run() if count <= 0 else with_frames(count - 1, run)


def test_a_deep_stack_of_the_caller_is_no_error():
    """Near the recursion limit calls cannot be compared, and nothing breaks."""
    one, two = text(nested(30, [1])), text(nested(30, [2]))
    whole, frames = differences(one, two), room()
    found = [
        with_frames(frames - left, lambda: differences(one, two)) for left in range(20, 200, 3)
    ]

    assert None in found
    assert {None, whole} == set(found)
