"""The canonical text: equal only for equal values, refused where there is no content."""

import copy
import itertools
import subprocess
import sys
import threading

import pytest
from hypothesis import given

from beautyspot.core.encoding import DEPTH_LIMIT, canonical_text
from beautyspot.core.errors import UncacheableArgument
from beautyspot.testing.serializers import plain_values, same


def text(value: object) -> str:
    return canonical_text({"x": value})


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
        ([[1], [1]], [[1]] * 2),
        ("ab", str(b"ab", "ascii")),
    ],
)
def test_the_same_content_has_one_text(one: object, two: object):
    """Order of dicts and sets, sharing and interning are no content."""
    assert text(one) == text(two)


@given(plain_values(), plain_values())
def test_one_text_means_one_value(one: object, two: object):
    """Injective: values with one text are equal, with equal types all the way down."""
    assert (text(one) == text(two)) is same_content(one, two)


@given(plain_values())
def test_a_copy_has_the_same_text(value: object):
    """The text depends on content alone."""
    assert text(copy.deepcopy(value)) == text(value)


def same_content(one: object, two: object) -> bool:
    """Compare as ``same``, with dicts in any order."""
    return same(_sorted(one), _sorted(two))


def _sorted(value: object) -> object:
    match value:
        case dict():
            pairs = sorted(value.items(), key=lambda pair: text(pair[0]))
            return {key: _sorted(item) for key, item in pairs}
        case list() | tuple():
            return type(value)(map(_sorted, value))
        case _:
            return value


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


def test_the_text_is_fixed():
    """These texts are the keys in the databases of users: a change needs a new scheme number."""
    value = [None, True, 1, -0.0, 1e16, "é", b"\x01", (1,), {2, 1}, {"b": 1, "a": {3: "c"}}, 1j]

    assert text(value) == (
        '{"x":[null,true,1,-0.0,1e+16,"é",{"$":"bytes","v":"01"},{"$":"tuple","v":[1]},'
        '{"$":"set","v":[1,2]},{"a":{"$":"dict","v":[[3,"c"]]},"b":1},'
        '{"$":"complex","v":[0.0,1.0]}]}'
    )


class Text(str):
    """A subclass, which means something of its own."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (object(), "x"),
        ([1, object()], "x[1]"),
        ({"a": {"b c": (0, iter([]))}}, "x['a']['b c'][1]"),
        ({1: [threading.Lock()]}, "x[1][0]"),
        ({frozenset({Text("a")}): 1}, "x[0]{...}"),
        (Text("a"), "x"),
        (lambda: 1, "x"),
        (sys, "x"),
        (memoryview(b""), "x"),
    ],
)
def test_what_has_no_stable_content_is_refused_by_its_path(value: object, path: str):
    """The error says where it stands, what it is, and what to do."""
    with pytest.raises(UncacheableArgument) as caught:
        text(value)

    assert caught.value.path == path
    assert str(caught.value).startswith(f"{path} is a {caught.value.kind}: ")
    assert "Pass plain content instead" in str(caught.value)


def nested(depth: int) -> object:
    value: object = 0
    for _ in range(depth):
        value = [value]
    return value


def test_nesting_has_a_limit():
    """Up to the limit there is a text, beyond it a refusal, never a crash."""
    assert text(nested(DEPTH_LIMIT)).count("[") == DEPTH_LIMIT
    with pytest.raises(UncacheableArgument, match="nested more than 150 deep") as caught:
        text(nested(DEPTH_LIMIT + 1))
    assert len(caught.value.path) < 150


def test_shared_parts_do_not_cost_the_earth():
    """What would be a thousand million values when written out is refused."""
    value: object = 0
    for _ in range(30):
        value = [value, value]

    with pytest.raises(UncacheableArgument, match="more than 5,000,000 values"):
        text(value)


class Secretive(type):
    @property
    def __module__(cls) -> str:
        raise LookupError("not telling")


def test_a_type_that_does_not_tell_its_name_is_refused():
    """To say what is wrong must not go wrong itself."""
    secret = Secretive("Secret", (), {})()

    with pytest.raises(UncacheableArgument, match="type without a name"):
        text(secret)


def test_a_cycle_is_refused():
    """What holds itself has no end."""
    loop: list[object] = []
    loop.append(loop)

    with pytest.raises(UncacheableArgument, match="or holds itself"):
        text(loop)


def test_a_deep_stack_of_the_caller_is_a_refusal_and_no_crash():
    """Near the recursion limit a call is uncacheable, not broken."""

    def descend() -> str:
        try:
            return descend()
        except RecursionError:
            return text(nested(100))

    with pytest.raises(UncacheableArgument, match="could not be read to its end"):
        descend()
