"""How deep and how large arguments may be, and how a container is written that holds itself."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from beautyspot.core.encoding import canonical_text
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.plain import DEPTH_LIMIT

from .texts import text


def nested(depth: int) -> object:
    value: object = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "wrap", [lambda v: [v], lambda v: (v,), lambda v: {"a": v}, lambda v: {1: v}]
)
def test_nesting_has_a_limit(wrap: Callable[[object], object]):
    """Up to the limit there is a text, beyond it a refusal, never a crash."""
    value: object = 0
    for _ in range(DEPTH_LIMIT):
        value = wrap(value)

    assert text(value)
    with pytest.raises(UncacheableArgument, match="nested more than 150 deep") as caught:
        text(wrap(value))
    assert len(caught.value.path) < 150


def test_shared_parts_do_not_cost_the_earth():
    """What would be ten million million values when written out is refused."""
    value: object = list(range(10_000))
    for _ in range(30):
        value = [value, value]

    with pytest.raises(UncacheableArgument, match="more than 5,000,000 values"):
        text(value)


def test_every_argument_may_have_as_many_values():
    """What counts is one argument: those before it leave it all its room."""
    value = [[None] * 10_000] * 300

    assert canonical_text({"a": value, "b": value}).count("null") == 6_000_000


def test_a_cycle_is_written_as_the_way_back_up():
    """What holds itself has an end: where it begins anew."""
    loop: list[object] = [1]
    loop.append({"a": (loop, loop)})

    assert text(loop) == (
        '{"x":[1,{"a":{"$":"tuple","v":[{"$":"cycle","up":3},{"$":"cycle","up":3}]}}]}'
    )


def test_cycles_of_other_shapes_have_other_texts():
    """Where the way back leads is content."""
    one: list[object] = []
    one.append(one)
    two: list[object] = []
    two.append([two])
    three: list[object] = [[]]
    three[0].append(three[0])

    assert len({text(one), text(two), text(three)}) == 3


def test_nothing_spells_a_cycle():
    """A dict that looks like one is a dict."""
    one: list[object] = []
    one.append(one)

    assert text(one) != text([{"$": "cycle", "up": 1}])


def test_what_stands_twice_is_no_cycle():
    """Only who holds itself does; the same part in two places is written twice."""
    part = [1, (2,)]

    assert text([part, part, {"a": part}]) == text([[1, (2,)], [1, (2,)], {"a": [1, (2,)]}])


def test_a_cycle_does_not_hide_what_is_refused():
    """The rest of a value with a cycle is held to the same rules."""
    loop: list[object] = []
    loop += [loop, nested(DEPTH_LIMIT)]

    with pytest.raises(UncacheableArgument, match="nested more than 150 deep"):
        text(loop)


def test_branches_that_know_their_parent_cost_no_more_than_a_tree():
    """A walk does not go back up."""
    root: dict[str, object] = {"parent": None}
    level = [root]
    for _ in range(8):
        for parent in level:
            parent["children"] = [{"parent": parent} for _ in range(2)]
        level = [child for parent in level for child in parent["children"]]

    assert text(root).count('"cycle"') == 2**9 - 2


def cyclic() -> object:
    loop: list[object] = [nested(80)]
    loop.append({"a": loop})
    return loop


@pytest.mark.parametrize("value", [nested(100), (nested(100),), cyclic(), {1: nested(100)}])
def test_the_stack_of_the_caller_leads_to_no_other_text(value: object):
    """Near the recursion limit a call is uncacheable, not broken, and never another call."""
    texts = set()
    refusals = []

    def descend(frames: int) -> None:
        if frames:
            return descend(frames - 1)
        try:
            texts.add(text(value))
        except UncacheableArgument as refusal:
            refusals.append(refusal.reason)
        return None

    for frames in range(0, 2_000, 7):
        with suppress(RecursionError):
            descend(frames)

    assert {text(value)} == texts
    assert all("could not be read to its end" in reason for reason in refusals)
