"""The canonical text: equal only for equal values, refused where there is no content."""

import copy
import itertools
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from enum import IntEnum
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from beautyspot.core.encoding import canonical_text, no_content
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.plain import DEPTH_LIMIT, plain_text
from beautyspot.core.walking import Walk
from beautyspot.testing.serializers import plain_values, same

from .texts import text

NAN = float("nan")


BIG = 2**2000


LONG = "x" * 1025


DIFFERENT = [
    None, True, False, 1, 0, 1.0, 0.0, -0.0, "1", "", b"1", b"", bytearray(b"1"), 1j, float("nan"),
    float("inf"), float("-inf"), "NaN", "null", "None", 2**53 + 1, float(2**53), 10**16, 1e16,
    2**14_000, 2**14_000 + 1, -(2**14_000), [], (), {}, set(), frozenset(), [1], (1,), {1}, [[1]],
    frozenset({1}), [1, 2], [2, 1], (1, 2), [[1, 2]], [[1], [2]], [(1, 2)], {"a": 1}, {"a": 1.0},
    {1: "a"}, {"1": "a"}, {True: "a"}, {(1,): "a"}, {None: "a"}, {"$": "a"},
    {"$": "tuple", "v": []}, {"$": "set", "v": [1]}, {"$": "dict", "v": []}, [["$", "tuple"]],
    {"a": {}}, {"a": []}, "x" * 1024, "x" * 1025, "x" * 1026, "y" * 1025, b"x" * 64, b"x" * 65,
    b"y" * 65, bytearray(b"x" * 65), "\ud83d\ude00", "\U0001f600", "é", "e\u0301", "\x00",
    "\\u0000", ["a,b"], ["a", "b"], ['a","b'], {"a": "b", "c": "d"}, {"a": 'b","c":"d'},
]  # fmt: skip


def test_different_values_have_different_texts():
    """Type, order, nesting and content count; so does what only looks like a tag."""
    clashes = [(a, b) for a, b in itertools.combinations(DIFFERENT, 2) if text(a) == text(b)]

    assert clashes == []


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1: 0, (2,): 1}, {(2,): 1, 1: 0}),
        ({1, 2, 3, "a", None}, {None, "a", 3, 2, 1}),
        ({float("nan"): 1, float("nan"): 2}, {float("nan"): 2, float("nan"): 1}),
        ([[1], [1]], [[1]] * 2),
        ("ab", str(b"ab", "ascii")),
    ],
)
def test_the_same_content_has_one_text(one: object, two: object):
    """Order of dicts and sets, sharing and interning are no content."""
    assert text(one) == text(two)


SMALL_TALK = st.recursive(
    st.sampled_from([0, False, 0.0, -0.0, 0j, "0", b"0", None, NAN, "", "$", "v", BIG, LONG]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(
            st.sampled_from(["$", "v", 0, 0.0, False, "0", (), NAN]), inner, max_size=2
        ),
        st.frozensets(st.sampled_from([0, "0", 0.0, b"", ()]), max_size=2),
    ),
    max_leaves=3,
)


@settings(max_examples=1000)
@given(SMALL_TALK, SMALL_TALK)
def test_one_text_means_one_value(one: object, two: object):
    """Injective: values with one text are equal, with equal types all the way down."""
    assert (text(one) == text(two)) is alike(one, two)


@given(plain_values(), plain_values())
def test_values_of_any_kind_have_texts_of_their_own(one: object, two: object):
    """The same of values that have little in common."""
    assert (text(one) == text(two)) is alike(one, two)


def alike(one: object, two: object) -> bool:
    """Compare as ``same``, with dicts in any order."""
    if type(one) is not type(two):
        return False
    match one:
        case dict():
            return len(one) == len(two) and matched(list(one.items()), list(two.items()))
        case list() | tuple():
            return len(one) == len(two) and all(map(alike, one, two))
        case _:
            return same(one, two)


def matched(one: list[object], two: list[object]) -> bool:
    for item in one:
        found = next((n for n, other in enumerate(two) if alike(item, other)), None)
        if found is None:
            return False
        del two[found]
    return True


@given(plain_values(), st.randoms())
def test_a_shuffled_copy_has_the_same_text(value: object, random: Random):
    """The text depends on content alone: not on identity, nor on the order of dicts and sets."""
    assert text(shuffled(value, random)) == text(value)


def shuffled(value: object, random: Random) -> object:
    """Copy a value, its dicts and sets filled in another order."""
    match value:
        case dict():
            items = [(key, shuffled(item, random)) for key, item in value.items()]
            return dict(random.sample(items, len(items)))
        case set() | frozenset():
            return type(value)(random.sample(list(value), len(value)))
        case list() | tuple():
            return type(value)(shuffled(item, random) for item in value)
        case _:
            return copy.copy(value)


@given(plain_values() | SMALL_TALK)
@example("x" * 600)
@example(["x" * 1024])
@example({"a": ["x" * 1025]})
@example([2**2000 - 1])
@example([2**2000])
@example([-(2**2000)])
@example(10**5000)
@example({"a": {"b": [{"$": 1}]}})
@example([{"a": list(range(20))}, [1, {1: 2}]])
@example([[], {}, [[]], {"": {}}, {"": [{"": []}]}])
@example({"b": [1, "x" * 1025, None, [True, {"a": -0.0}]], "a": {}})
@example([2**64 - 1, 2**64, -(2**64), 1 - 2**64])
@example([[[[[[1, "a"]]]]], {"a": {"a": {"a": {"a": {"a": 1}}}}}])
@example([{"$": 1}, {"a": {"$": 1}}, [float("nan")], {"a": float("-inf")}])
@example([list(range(16)), list(range(17)), dict.fromkeys(map(str, range(17)))])
@example([(), {1: []}, {"a": b""}])
def test_every_way_to_the_text_leads_to_one_text(value: object):
    """A value that is passed on as it is has the text that walking through it would give."""
    walked = Walk(no_content).argument(value)

    assert plain_text({"x": walked}) == text(value)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda v: v,
        lambda v: [v],
        lambda v: ["a", v],
        lambda v: [0] * 20 + [v],
        lambda v: ["", None] * 20 + [v],
        lambda v: (v,),
        lambda v: (0, "a", v),
        lambda v: ([v],),
        lambda v: {v},
        lambda v: {v: 0, 1: 1},
        lambda v: {0: v},
        lambda v: {"a": v, "b": 0},
        lambda v: [{"a": v}, ()],
    ],
)
def test_the_limits_are_the_same_wherever_a_value_stands(wrap: Callable[[object], object]):
    """Up to the limit a value is written as it is, above it as its digest or in hexadecimal."""
    at_limit = [2**2000 - 1, 1 - 2**2000, "x" * 1024]
    above = [2**2000, -(2**2000), 10**5000, "x" * 1025]

    tags = [tag for value in at_limit + above for tag in tags_in(text(wrap(value)))]

    assert ["int", "int", "int", "str"] == [tag for tag in tags if tag in {"int", "str"}]


def tags_in(written: str) -> list[str]:
    return re.findall(r'"\$":"(\w+)"', written)


@pytest.mark.parametrize("depth", [1, 10, DEPTH_LIMIT - 2])
@pytest.mark.parametrize(
    "leaf",
    [2**2000, "x" * 1025, (), {1: 0}, {"$": 0}, True],
    ids=["int", "str", "tuple", "key", "tag", "bool"],
)
def test_what_is_not_plain_is_found_at_every_depth(leaf: object, depth: int):
    """What looks at all containers of a depth at once misses none of them."""
    value = leaf
    for n in range(depth - 1):
        value = ["c", value, [0]] if n % 2 else {"a": [n], "b": value}

    walked = Walk(no_content).argument([value])

    assert plain_text({"x": walked}) == text([value])


SEEDED = """
from beautyspot.core.encoding import canonical_text
print(canonical_text({"x": [{"b", "a", 1, None, (2, "c")}, frozenset("qwerty"), {"z": 1, 2: {3}}]}))
"""


def test_the_text_does_not_depend_on_the_hash_seed():
    """Another process, another order of sets: the same text."""
    texts = {
        subprocess.run(
            [sys.executable, "-c", SEEDED],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }

    assert len(texts) == 1


class Text(str):
    """A subclass, which means something of its own."""

    __slots__ = ()


class Broken(Text):
    """A key that was one when it came into the dict."""

    __slots__ = ("failing",)

    def __hash__(self) -> int:
        if hasattr(self, "failing"):
            raise OverflowError("not any more")
        return super().__hash__()


class Count(IntEnum):
    """Equal to an int, and not one."""

    ONE = 1


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (object(), "x"),
        ([1, object()], "x[1]"),
        ({"a": {"b c": (0, iter([]))}}, "x['a']['b c'][1]"),
        ({1: [threading.Lock()]}, "x[1][0]"),
        ({frozenset({Text("a")}): 1}, "x[0]{...}"),
        (Text("a"), "x"),
        ({"a": Text("a")}, "x['a']"),
        ({Text("a"): 0}, "x[0]"),
        (Count(1), "x"),
        ([Count(1)], "x[0]"),
        ({"a": [True, Count(1)]}, "x['a'][1]"),
        (lambda: 1, "x"),
        (sys, "x"),
    ],
)
def test_what_has_no_stable_content_is_refused_by_its_path(value: object, path: str):
    """The error says where it stands and what it is."""
    with pytest.raises(UncacheableArgument) as caught:
        text(value)

    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path} is a {caught.value.kind}: ")


def test_a_name_is_not_taken_for_an_equal_one_of_another_type():
    """Not even when the equal one has just been written, or has just been refused."""
    for name in ("seen", Text("seen"), "seen", Text("new"), "new"):
        if type(name) is str:
            assert f'{{"x":{{"{name}":0}}}}' == text({name: 0})
        else:
            with pytest.raises(UncacheableArgument):
                text({name: 0})


def test_a_key_that_fails_is_refused():
    """It is foreign code; what it raises is not taken for the caller's own error."""
    key = Broken("a")
    value = {key: 0}
    key.failing = True

    with pytest.raises(UncacheableArgument):
        text(value)


def test_the_instance_of_a_method_is_refused_with_its_own_advice():
    """It is the argument that its user does not see."""
    with pytest.raises(UncacheableArgument, match="mark a static method"):
        canonical_text({"self": object()})


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (memoryview(b"ab"), b"ab"),
        (memoryview(b"ab"), bytearray(b"ab")),
        (memoryview(b"abcd"), memoryview(b"abcd").cast("c")),
        (memoryview(b"abcd"), memoryview(b"abcd").cast("H")),
        (memoryview(b"abcd"), memoryview(b"abcd").cast("B", (2, 2))),
        (memoryview(b"abcd"), memoryview(b"abce")),
        (memoryview(b"a" * 100), memoryview(b"a" * 99 + b"b")),
    ],
)
def test_a_view_of_memory_is_its_items_with_their_format_and_shape(one: object, two: object):
    """The same bytes are other content when they mean something else."""
    assert text(one) != text(two)


def test_how_a_view_lies_in_memory_is_no_content():
    """Strides and order are not seen by who reads its items."""
    view = memoryview(b"abcdef")

    assert text(memoryview(b"ace")) == text(view[::2])
    assert text(memoryview(b"fedcba")) == text(view[::-1])


def test_a_view_of_addresses_is_refused():
    """Another process would find other objects at them."""
    with pytest.raises(UncacheableArgument, match="may be addresses"):
        text(memoryview(bytes(8)).cast("P"))


class Secretive(type):
    @property
    def __module__(cls) -> str:
        raise LookupError("not telling")


def test_a_type_that_does_not_tell_its_name_is_refused():
    """To say what is wrong must not go wrong itself."""
    secret = Secretive("Secret", (), {})()

    with pytest.raises(UncacheableArgument, match="type without a name"):
        text(secret)
