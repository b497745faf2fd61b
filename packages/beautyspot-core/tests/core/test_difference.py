"""In what two calls differ, and which stored call is the nearest."""

from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.difference import Differences, differences, nearest
from beautyspot.core.encoding import canonical_text
from beautyspot.core.kept_arguments import kept_arguments
from beautyspot.core.model import TaskRecord
from beautyspot.core.plain import plain_text
from beautyspot.testing.serializers import plain_values

ARGUMENTS = st.dictionaries(st.text(max_size=5), plain_values(), max_size=4)
SHA = "0123456789abcdef" * 4
OTHER_SHA = "f" * 64


def text(value: object) -> str:
    return canonical_text({"x": value})


def rows(wanted: str, stored: str):
    found = differences(wanted, stored)
    assert found is not None
    return [(each.path, each.wanted, each.stored) for each in found.shown]


def tagged(tag: str, **members: object):
    return {"$": tag, **members}


def call(node: object) -> str:
    return plain_text({"x": node})


def record(arguments: str | None, key: str = "k") -> TaskRecord:
    return TaskRecord(cache_key=key, func_name="f", input_id="", updated_at=0, arguments=arguments)


# -- laws ------------------------------------------------------------------------------------------


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


@given(NODES, NODES)
def test_tags_that_are_none_are_compared_all_the_same(one: object, two: object):
    """A tag in a database need not have what belongs to it."""
    found = differences(call(one), call(two))

    assert found is not None
    assert (call(one) == call(two)) is (found == Differences())
    assert all(len(each.wanted) <= 80 and each.wanted.isprintable() for each in found.shown)


# -- places ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "stored", "expected"),
    [
        (1, 1.0, [("x", "1", "1.0")]),
        (True, 1, [("x", "True", "1")]),
        (0.0, -0.0, [("x", "0.0", "-0.0")]),
        ("1", 1, [("x", "'1'", "1")]),
        (("a",), ["a"], [("x", "('a',)", "['a']")]),
        ((), [], [("x", "()", "[]")]),
        ({"a": {"b c": [0, 1]}}, {"a": {"b c": [0, 2]}}, [("x['a']['b c'][1]", "1", "2")]),
        ((1, (2, 3)), (1, (2, 4)), [("x[1][1]", "3", "4")]),
        ({"a": 1}, {"b": 1}, [("x['a']", "1", "<absent>"), ("x['b']", "<absent>", "1")]),
        ({1: "a", "b": 2}, {1: "c", "b": 2}, [("x[1]", "'a'", "'c'")]),
        ({(1, 2): 3}, {"b": 4}, [("x[(1, 2)]", "3", "<absent>"), ("x['b']", "<absent>", "4")]),
        ({1: "a"}, {True: "a"}, [("x[1]", "'a'", "<absent>"), ("x[True]", "<absent>", "'a'")]),
        ({1, 2}, {2, 3}, [("x{...}", "1", "<absent>"), ("x{...}", "<absent>", "3")]),
        ({1}, frozenset({1}), [("x", "{1}", "frozenset({1})")]),
        (set(), frozenset(), [("x", "set()", "frozenset()")]),
        (b"a", bytearray(b"a"), [("x", "b'a'", "bytearray(b'a')")]),
        (1j, 2j, [("x", "1j", "2j")]),
        (None, {}, [("x", "None", "{}")]),
        ([1, 2, 3], [1, 2], [("x[2]", "3", "<absent>")]),
        ([1, 2], [1, 2, 3], [("x[2]", "<absent>", "3")]),
        ([0, 1, 2, 3], [1, 2, 3], [("x[0]", "0", "<absent>")]),
        ([1, 2, 3], [1, 9, 2, 3], [("x[1]", "<absent>", "9")]),
        ([1, 1], [1], [("x[1]", "1", "<absent>")]),
        ([1, 5, 6, 2], [1, 7, 2], [("x[1]", "5", "7"), ("x[2]", "6", "<absent>")]),
    ],
)  # fmt: skip
def test_a_difference_is_shown_where_it_is(wanted: object, stored: object, expected: object):
    """As one would write the place, and the values, in Python."""
    assert expected == rows(text(wanted), text(stored))


def test_arguments_are_compared_by_name():
    """Those that one call alone has are absent in the other."""
    wanted, stored = canonical_text({"a": 1, "b": 2}), canonical_text({"b": 3, "c": 4})

    assert rows(wanted, stored) == [
        ("a", "1", "<absent>"),
        ("b", "2", "3"),
        ("c", "<absent>", "4"),
    ]


@pytest.mark.parametrize(
    ("name", "wanted", "stored", "path", "argument"),
    [
        ("x", [1], [2], "x[0]", "x"),
        ("*args", [1], [2], "args[0]", "args"),
        ("*args", [1], [], "args[0]", "args"),
        ("**kw", {"a": 1}, {"a": 2}, "kw['a']", "kw"),
        ("größe", 1, 2, "größe", "größe"),
        ("key()", "a", "b", "key()", None),
        ("bound()", [1], [2], "bound()[0]", None),
    ],
)
def test_a_difference_knows_its_argument(
    name: str, wanted: object, stored: object, path: str, argument: str | None
):
    """Stars are no part of a name; what a key function answered belongs to no argument."""
    found = differences(canonical_text({name: wanted}), canonical_text({name: stored}))

    assert found is not None
    assert [(path, argument)] == [(each.path, each.argument) for each in found.shown]


@pytest.mark.parametrize(
    ("wanted", "stored", "expected"),
    [
        (
            tagged("dataclass", a={"name": "x", "tags": [1]}, t="app:User"),
            tagged("dataclass", a={"name": "x", "tags": [2]}, t="app:User"),
            [("x.tags[0]", "1", "2")],
        ),
        (
            tagged("dataclass", a={"name": "x"}, t="app:User"),
            tagged("dataclass", a={"name": "x"}, t="app:Admin"),
            [("x", "dataclass(app:User, name='x')", "dataclass(app:Admin, name='x')")],
        ),
        (
            tagged("deque", maxlen=None, v=[1, 2]),
            tagged("deque", maxlen=None, v=[1, 3]),
            [("x[1]", "2", "3")],
        ),
        (
            tagged("deque", maxlen=None, v=[1]),
            tagged("deque", maxlen=5, v=[1]),
            [("x", "deque(maxlen=None, [1])", "deque(maxlen=5, [1])")],
        ),
        (
            tagged("date", v="2026-01-01"),
            tagged("date", v="2026-01-02"),
            [("x", "date('2026-01-01')", "date('2026-01-02')")],
        ),
        (
            tagged("ndarray", s=[3, 3], t="<f8", v=SHA),
            tagged("ndarray", s=[9], t="<f8", v=SHA),
            [
                (
                    "x",
                    "<ndarray <f8, (3, 3), sha256 01234567>",
                    "<ndarray <f8, (9,), sha256 01234567>",
                )
            ],
        ),
        (
            tagged("file", sha256=SHA, suffix=".csv"),
            tagged("file", sha256=OTHER_SHA, suffix=".csv"),
            [
                (
                    "x",
                    "<file suffix=.csv, sha256 01234567>",
                    "<file suffix=.csv, sha256 ffffffff>",
                )
            ],
        ),
        (
            tagged("stat", mtime_ns=1, path="/a" * 60),
            tagged("stat", mtime_ns=2, path="/a" * 60),
            [("x", "stat(mtime_ns=1)", "stat(mtime_ns=2)")],
        ),
        (tagged("ignored"), 1, [("x", "<ignored>", "1")]),
        (tagged("cycle", up=1), [], [("x", "cycle(up=1)", "[]")]),
    ],
)
def test_what_has_a_tag_is_shown_by_its_labels(wanted: object, stored: object, expected: object):
    """Attributes and items are places of their own, a digest stands for the rest."""
    assert expected == rows(call(wanted), call(stored))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("a" * 22_000, "str of 22,000 characters"),
        (b"a" * 70, "bytes of 70 bytes"),
        (bytearray(b"a" * 7_000), "bytearray of 7,000 bytes"),
    ],
)
def test_large_values_are_shown_by_type_size_and_digest(value: str | bytes, kind: str):
    """The digest is that of the content."""
    content = value.encode() if isinstance(value, str) else value

    assert [("x", f"<{kind}, sha256 {sha256(content).hexdigest()[:8]}>", "1")] == rows(
        text(value), text(1)
    )


def test_long_texts_are_shown_around_the_place_where_they_differ():
    """With dots for what is left out."""
    wanted, stored = "a" * 500 + "one" + "b" * 500, "a" * 500 + "two" + "b" * 500

    assert rows(text(wanted), text(stored)) == [
        (
            "x",
            "...'aaaaaaaaaaaaaaaaonebbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'...",
            "...'aaaaaaaaaaaaaaaatwobbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'...",
        )
    ]


@pytest.mark.parametrize(
    ("wanted", "stored"),
    [
        (2**3_000, 2**3_000 + 1),
        ("\U000e0001" * 200, "\U000e0001" * 100 + "a" + "\U000e0001" * 99),
        (tuple(range(100)), (*range(99), -1)),
        ({("a" * 500,)}, {("a" * 501,): 1}),
        ([["a" * 100]] * 30, (["a" * 100],) * 30),
    ],
)
def test_values_that_are_cut_do_not_look_alike(wanted: object, stored: object):
    """Their types or digests tell them apart."""
    found = rows(text([wanted]), text([stored]))

    assert [] != found
    assert [] == [ours for _, ours, theirs in found if ours == theirs]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a" * 78, repr("a" * 78)),
        ("a" * 79, f"'{'a' * 76}..."),
        (2**3_000, f"{hex(2**3_000)[:77]}..."),
        ([1] * 40, f"{[1] * 40}"[:77] + "..."),
    ],
)
def test_what_is_cut_ends_in_dots(value: object, shown: str):
    """Else it would look whole."""
    assert [("x", shown, "1")] == rows(text(value), text(1))


def test_numbers_beyond_those_of_python_are_shown_as_they_stand():
    """A database can hold them where they cannot be."""
    assert rows(call(tagged("complex", v=[10**400, 0])), call(1))[0][1].startswith("complex([1000")


# -- bounds ----------------------------------------------------------------------------------------


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


# -- kept arguments --------------------------------------------------------------------------------


def test_a_large_argument_is_named_when_it_differs():
    """Of what was kept as a digest type and size are known."""
    stored = kept_arguments(canonical_text({"x": list(range(9_999)), "y": 1}))
    same = canonical_text({"x": list(range(9_999)), "y": 2})
    other = canonical_text({"x": list(range(10_000)), "y": 1})

    assert stored is not None
    assert rows(same, stored) == [("y", "2", "1")]
    assert rows(other, stored) == [
        ("x", "<list of 10,000 items, sha256 a74675bf>", "<list of 9,999 items, sha256 240fbc93>")
    ]
    assert rows(other, canonical_text({"x": [0, 0], "y": 1})) == [
        ("x", "<list of 10,000 items, sha256 a74675bf>", "[0, 0]")
    ]


# -- nearest ---------------------------------------------------------------------------------------


def nearest_of(wanted: dict[str, object], *stored: dict[str, object]) -> str | None:
    records = [record(canonical_text(each), str(n)) for n, each in enumerate(stored)]
    found = nearest(canonical_text(wanted), records)
    return None if found is None else found.cache_key


def test_the_nearest_call_differs_in_the_fewest_arguments():
    """However much differs in one of them."""
    wanted = {"a": 1, "b": 2, "c": [0] * 9}

    assert "1" == nearest_of(wanted, {**wanted, "a": 0, "b": 0}, {**wanted, "c": [1] * 9})


def test_among_those_the_fewest_places_decide():
    """Inside the arguments."""
    assert "1" == nearest_of({"c": [0] * 9}, {"c": [1] * 9}, {"c": [0] * 8 + [1]}, {"c": [1] * 8})


def test_of_equally_near_calls_the_first_is_taken():
    """The candidates come newest first."""
    assert "0" == nearest_of({"a": 1}, {"a": 2}, {"a": 3})


def test_calls_that_cannot_be_compared_are_passed_over():
    """Without arguments, with foreign ones, with such as only look like ours."""
    others = [None, "", "{", '{"x":1}x', '{"x":1e5,"y":2}', "[" * 100_000]
    records = [record(each, "no") for each in others] + [record('{"x":1,"y":3}', "yes")]
    found = nearest('{"x":1,"y":2}', records)

    assert found is not None
    assert "yes" == found.cache_key


def test_without_a_call_that_can_be_compared_there_is_none():
    """And none for a text that is none."""
    assert nearest('{"x":1}', [record(None), record("")]) is None
    assert nearest('{"x":1}', []) is None
    assert nearest("{", [record('{"x":1}')]) is None


def test_large_arguments_are_compared_by_digest():
    """The nearest call is the one with the same large argument."""
    large, other = list(range(5_000)), list(range(5_001))
    stored = [{"x": other, "y": 2}, {"x": large, "y": 2}]
    texts = [kept_arguments(canonical_text(each)) for each in stored]
    records = [record(kept, str(n)) for n, kept in enumerate(texts)]
    found = nearest(canonical_text({"x": large, "y": 1}), records)

    assert found is not None
    assert "1" == found.cache_key
