"""What two fingerprints say about what has changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.codeprint import changes, fingerprint, root

PARTS = [("work() itself", "a"), ("tax()", "b"), ("PROMPT", "c")]
NOW = fingerprint(PARTS)

parts = st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=60)


def test_the_same_code_is_the_same_text():
    """Whatever the order in which its parts were found."""
    assert NOW == fingerprint(reversed(PARTS))


@given(parts, parts)
def test_other_code_is_another_root(one, other):
    same = sorted(one) == sorted(other)

    assert same is (root(fingerprint(one).text) == root(fingerprint(other).text))


@given(parts)
def test_it_is_short(one):
    """It stands in every record."""
    assert len(fingerprint(one).text) <= 33 + 36 * 14


@pytest.mark.parametrize(
    ("before", "named"),
    [
        (PARTS, ()),
        ([("work() itself", "x"), *PARTS[1:]], ("work() itself",)),
        ([PARTS[0], ("tax()", "x"), ("PROMPT", "y")], ("PROMPT", "tax()")),
        (PARTS[:2], ("PROMPT",)),
        ([*PARTS, ("gone()", "d")], ("something that it used",)),
    ],
)
def test_what_has_changed_is_named(before, named):
    assert named == changes(fingerprint(before).text, NOW)


@given(st.text())
def test_any_text_is_compared(stored):
    """A database can hold anything; what is not this code is other code."""
    assert changes(stored, NOW)


def test_of_too_many_parts_only_the_whole_is_known():
    many = fingerprint([(f"f{n}()", "a") for n in range(37)])

    assert ("its code",) == changes(many.text, NOW)
