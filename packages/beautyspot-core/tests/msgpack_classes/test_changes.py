"""What becomes of stored instances when their class has changed."""

from collections.abc import Callable
from dataclasses import make_dataclass
from enum import Enum, Flag
from typing import Any

import attrs
import pytest

from beautyspot.core.errors import SchemaChanged
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.testing import same

from .kinds import (
    Base,
    Box,
    Child,
    Colour,
    Items,
    Model,
    Pair,
    Point,
    Right,
    Slotted,
    Text,
    colour,
    dumps,
    find,
    with_attributes,
)


def renewed(value: object, class_: type | None, on_schema_change: Any = "recompute") -> object:
    """Answer what comes back when the class of a value has become another one."""
    after = MsgpackSerializer().within(lambda _name: class_, on_schema_change)
    return after.loads(dumps(value))


def changed(kind: str) -> type:
    return {
        "gone": lambda: make_dataclass("Child", ["one"]),
        "new": lambda: make_dataclass("Child", ["one", "two", "three"]),
        "order": lambda: make_dataclass("Child", ["two", "one"]),
        "attrs": lambda: attrs.make_class("Child", ["one", "two"]),
        "plain": lambda: type("Child", (), {}),
        "enum": lambda: Enum("Child", ["one", "two"]),
    }[kind]()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("gone", "'two' is gone"),
        ("new", "'three' is new"),
        ("order", "in another order"),
        ("attrs", "no 'dataclass' any more but 'attrs'"),
        ("plain", "no 'dataclass' any more but another class"),
        ("enum", "no 'dataclass' any more but 'enum'"),
    ],
)
def test_an_instance_of_a_class_with_other_fields_is_not_read(kind: str, told: str):
    with pytest.raises(SchemaChanged, match=f"Child.*{told}"):
        renewed([Child(1, 2)], changed(kind))


def test_a_class_that_is_gone_is_a_change():
    with pytest.raises(SchemaChanged, match=r"Child.*no such class is found"):
        renewed([Child(1, 2)], None)


RAW: dict[str, tuple[Callable[[], object], object]] = {
    "dataclass": (lambda: Child(1, 2), {"one": 1, "two": 2}),
    "dataclass within": (
        lambda: Box(Point(1)), {"content": {"x": 1, "y": None}},
    ),
    "dataclass with an attribute": (
        lambda: with_attributes(Base(1), note=2), {"one": 1, "note": 2},
    ),
    "attrs": (lambda: Slotted(1), {"a": 1, "_private": 1}),
    "pydantic": (
        lambda: Model(number=1, extra=2),
        {"number": 1, "parts": [], "optional": None, "extra": 2, "_secret": 3},
    ),
    "named tuple": (lambda: Pair(1, 2), {"left": 1, "right": 2}),
    "enum": (lambda: Colour.GREEN, ("g", [1])),
    "enum of any object": (lambda: Colour.BLUE, "BLUE"),
    "flags": (lambda: Right.ALL, 3),
    "list": (lambda: with_attributes(Items([1]), note=1), [1]),
    "str": (lambda: Text("a"), "a"),
}  # fmt: skip


@pytest.mark.parametrize("what", RAW)
def test_the_stored_fields_can_be_had_without_the_class(what: str):
    value, expected = RAW[what]

    assert same([expected], renewed([value()], None, "raw"))


def test_what_has_not_changed_is_not_read_raw():
    serializer = MsgpackSerializer().within(find, "raw")

    assert same([Child(1, 2), Colour.RED], serializer.loads(dumps([Child(1, 2), Colour.RED])))


@pytest.mark.parametrize(
    ("member", "class_"),
    [
        (Colour.RED, colour(GREEN=1)),
        (Colour.RED, colour(RED=2)),
        (Colour.RED, colour(RED=True)),
        (Colour.RED, colour(RED=object())),
        (Colour.BLUE, colour(BLUE=1)),
        (Colour.GREEN, colour(GREEN=("g", [1.0]))),
        (Right.READ, Flag("Right", {"READ": 2, "WRITE": 1})),
        (Right.ALL, Flag("Right", {"READ": 1})),
    ],
)
def test_a_member_whose_value_has_changed_is_not_read(member: Enum, class_: type):
    """The number in the store would mean another member today."""
    with pytest.raises(SchemaChanged, match=r"[Mm]ember"):
        renewed([member], class_)

    raw = renewed([member], class_, "raw")
    assert raw == ["BLUE" if member is Colour.BLUE else member.value]


def test_an_alias_may_become_the_name():
    class_ = colour(CRIMSON=1, RED=1)

    assert renewed([Colour.RED], class_) == [class_.CRIMSON]
