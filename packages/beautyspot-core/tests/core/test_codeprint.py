"""The fingerprint of code as a text, and what two of them say."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.codeprint import CodeFingerprint, CodePart, changes, root


def fingerprint(**contents: str) -> CodeFingerprint:
    """Parts that are named and written, none of which uses another one."""
    return CodeFingerprint(tuple(CodePart(name, text) for name, text in contents.items()))


F = fingerprint(f="1", g="2", h="3")


def test_the_text_is_short():
    """Whatever the number of parts, it fits into a column."""
    many = fingerprint(**{f"helper{n}": str(n) for n in range(1_000)})

    assert 419 == len(many.text)
    assert re.fullmatch("1;[0-9a-f]{32};[0-9a-f]{384}", many.text)


def test_the_root_is_in_the_text():
    assert F.root == root(F.text)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (fingerprint(f="1", g="2", h="3"), ()),
        (fingerprint(f="0", g="2", h="3"), ("f",)),
        (fingerprint(f="1", g="0", h="0"), ("g", "h")),
        (fingerprint(f="0", g="2", h="3", i="4"), ("f", "i (new)")),
        (fingerprint(f="0", g="2"), ("f", "a helper that is gone")),
        (fingerprint(f="1", g="2", i="4"), ("i (new)", "a helper that is gone")),
    ],
)
def test_changes_have_the_names_of_what_changed(after, expected):
    """In the order of the parts."""
    assert expected == changes(F.text, after)


def test_parts_of_one_name_are_told_by_it_once():
    """Two modules can have helpers of one name."""
    before = CodeFingerprint((CodePart("g", "1"), CodePart("g", "2")))
    after = CodeFingerprint((CodePart("g", "1"), CodePart("g", "3")))

    assert ("g",) == changes(before.text, after)


def test_what_uses_what_counts():
    """The same parts in other roles are other code; no part explains it."""
    before = CodeFingerprint((CodePart("f", "1", (("a", 1), ("b", 2))), *F.parts))
    after = CodeFingerprint((CodePart("f", "1", (("a", 2), ("b", 1))), *F.parts))

    assert before.root != after.root
    assert ("code further away",) == changes(before.text, after)


def test_names_do_not_count():
    """A helper that is moved or renamed in passing is the same code where its users are."""
    assert fingerprint(f="1", g="2").root == fingerprint(f="1", x="2").root


def test_a_change_beyond_the_text_is_noticed():
    """The whole decides, not the parts that fit into the text."""
    parts = {f"helper{n}": str(n) for n in range(100)}
    before, after = fingerprint(**parts), fingerprint(**parts | {"helper99": "edited"})

    assert ("code further away",) == changes(before.text, after)


def test_what_comes_nearer_is_not_new():
    """A helper that did not fit into the text may have been there."""
    parts = [CodePart(f"helper{n}", str(n)) for n in range(40)]
    before = CodeFingerprint(tuple(parts))
    after = CodeFingerprint((CodePart("helper0", "edited"), *reversed(parts[1:])))

    assert ("helper0",) == changes(before.text, after)


@given(st.text() | st.text("0123456789abcdef;", max_size=500))
def test_any_text_can_be_compared(stored):
    """What a database holds can come from anybody; it is other code, and nothing fails."""
    assert 1 == len(changes(stored, F))
    assert root(stored) != F.root


@given(
    *[st.lists(st.builds(CodePart, st.sampled_from("fgh"), st.sampled_from("123")), min_size=1)] * 2
)
def test_fingerprints_are_equal_only_for_equal_parts(one, other):
    first, second = CodeFingerprint(tuple(one)), CodeFingerprint(tuple(other))
    contents = [part.content for part in one], [part.content for part in other]

    assert (contents[0] == contents[1]) == (first.root == second.root)
    assert (first.root == second.root) == (changes(first.text, second) == ())
