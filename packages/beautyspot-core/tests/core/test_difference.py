"""In what two calls differ, shown where it is."""

from hashlib import sha256

import pytest

from beautyspot.core.difference import differences
from beautyspot.core.encoding import canonical_text

from .compared import SHA, call, rows, tagged
from .texts import text

OTHER_SHA = "f" * 64


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
