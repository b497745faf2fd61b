"""What would come back otherwise is refused, and no code of a class runs."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import make_dataclass
from typing import Any

import attrs
import pydantic
import pytest

from beautyspot.core.errors import SchemaChanged, SerializationError
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.testing import same

from .kinds import (
    Bare,
    Base,
    Failing,
    Frozen,
    Implementing,
    Items,
    Many,
    Model,
    Pair,
    Point,
    Raising,
    Wrapped,
    dataclass_of,
    described,
    dumps,
    find,
    loads,
    marker,
    text,
    with_attributes,
)

RAN: list[str] = []


def spy(name: str) -> Callable[..., Any]:
    def ran(*_args: object, **_options: object) -> Any:
        RAN.append(name)
        raise AssertionError(name)

    return ran


HOOKS = (
    "__init__", "__post_init__", "__setattr__", "__setstate__", "__getstate__", "__reduce_ex__",
    "__getattribute__", "__eq__", "__hash__", "__attrs_post_init__", "__delattr__", "__getattr__",
    "__iter__", "__len__", "__contains__", "__getitem__", "__setitem__", "update", "extend",
    "append", "keys", "items", "copy", "model_post_init", "__missing__", "__repr__", "__str__",
    "__bool__", "__index__", "__int__",
)  # fmt: skip


BASES: dict[str, Callable[[], type]] = {
    "dataclass": lambda: make_dataclass("Spied", ["a"]),
    "slots": lambda: make_dataclass("Spied", ["a"], slots=True),
    "attrs": lambda: attrs.make_class("Spied", ["a"]),
    "pydantic": lambda: pydantic.create_model("Spied", a=(object, None)),
    "named tuple": lambda: namedtuple("Spied", ["a"]),  # noqa: PYI024
    "str": lambda: type("Spied", (str,), {}),
    "int": lambda: type("Spied", (int,), {}),
    "list": lambda: type("Spied", (list,), {}),
    "dict": lambda: type("Spied", (dict,), {}),
    "set": lambda: type("Spied", (set,), {}),
    "tuple": lambda: type("Spied", (tuple,), {}),
}


def made(kind: str, class_: type) -> object:
    match kind:
        case "pydantic" | "dataclass" | "slots" | "attrs":
            return class_(a=(1,))
        case "named tuple":
            return class_(1)
        case "list" | "set" | "tuple":
            return class_([1, 2])
        case "dict":
            return class_({1: 2})
        case _:
            return class_("5")


@pytest.mark.parametrize("kind", BASES)
def test_no_code_of_the_class_runs(kind: str):
    """Neither to write an instance nor to read it."""
    class_ = BASES[kind]()
    value = made(kind, class_)
    for hook in HOOKS:
        if not (kind == "pydantic" and hook in {"__getattr__", "__getattribute__"}):
            setattr(class_, hook, spy(hook))
    class_.__new__ = spy("__new__")  # type: ignore[method-assign]
    serializer = MsgpackSerializer().within(lambda _name: class_, "recompute")
    RAN.clear()
    loaded = serializer.loads(serializer.dumps([value]))

    assert type(loaded[0]) is class_
    assert RAN == []


def in_itself() -> Point:
    value = Point(1)
    value.y = [value]
    return value


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "no fields": (Bare, r"value of type .*Bare cannot be stored: .*make its class a dataclass"),
    "an exception": (lambda: [Failing()], r"value\[0\] of type .*Failing"),
    "a dataclass that is a dict": (
        lambda: Wrapped(1), r"builtins\.dict, whose content is not kept",
    ),
    "a dataclass that is an exception": (lambda: Raising(1), r"builtins\.BaseException|Exception"),
    "an attribute that hides a method": (
        lambda: with_attributes(Many(1), run=lambda: 2), r"'run' hides .* Make it a field",
    ),
    "a field that cannot be stored": (
        lambda: {"a": Point(1, [Frozen(name="b", parts=(Bare(),))])},
        r"value\['a'\]\.y\[0\]\.parts\[0\] of type .*Bare",
    ),
    "an item that cannot be stored": (lambda: Pair(1, Bare()), r"value\.right of type .*Bare"),
    "an attribute that cannot be stored": (lambda: Items([Bare()]), r"value\[0\] of type"),
    "a private attribute": (
        lambda: with_attributes(Model(number=1), __pydantic_private__={"_secret": Bare()}),
        r"value\.__pydantic_private__\['_secret'\] of type .*Bare",
    ),
    "itself": (in_itself, r"value\.y\[0\].*holds itself"),
    "a class that stands nowhere": (
        lambda: make_dataclass("Local", ["a"])(1), r"Annotate what the function returns",
    ),
    "a class of another name": (
        lambda: dataclass_of(__name__, "Point", "x")(1), r"is not found in the code",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_come_back_otherwise_is_refused(what: str):
    value, match = REFUSED[what]

    with pytest.raises(SerializationError, match=match):
        dumps(value())


def test_nothing_is_found_without_somebody_who_looks():
    serializer = MsgpackSerializer()
    with pytest.raises(SerializationError, match="is not found in the code"):
        serializer.dumps(Base(1))
    with pytest.raises(SchemaChanged, match="Base"):
        serializer.loads(dumps(Base(1)))


def test_a_protocol_and_other_classes_without_content_are_no_obstacle():
    assert same(Implementing(1), loads(dumps(Implementing(1))))


BASE = described("dataclass", "Base", "one")


MODEL = described("pydantic", "Model", "number", "parts", "optional")


EMPTY_SET, ABSENT = marker(17), marker(35)


BAD: dict[str, bytes] = {
    "no class": marker(33),
    "a class without a description": marker(33, b"\x00", b"\x01"),
    "a number below 0": b"\x92" + marker(33, BASE, b"\x01") + marker(33, b"\xff", b"\x01"),
    "a number of no class": b"\x92" + marker(33, BASE, b"\x01") + marker(33, b"\x01", b"\x01"),
    "a bool for a number": b"\x92" + marker(33, BASE, b"\x01") + marker(33, b"\xc2", b"\x01"),
    "a description alone": BASE,
    "a description of nothing": marker(33, marker(34), b"\x01"),
    "a description without a kind": marker(33, marker(34, text("a:b")), b"\x01"),
    "a description of numbers": marker(33, marker(34, b"\x01", b"\x01"), b"\x01"),
    "too few fields": marker(33, BASE),
    "too many fields": marker(33, BASE, b"\x01", b"\x80", b"\x01"),
    "no dict of attributes": marker(33, BASE, b"\x01", b"\x01"),
    "an empty dict of attributes": marker(33, BASE, b"\x01", b"\x80"),
    "an attribute that is a field": marker(33, BASE, b"\x01", b"\x81\xa3one\x02"),
    "an attribute without a name": marker(33, BASE, b"\x01", b"\x81\x01\x02"),
    "an attribute of Python": marker(33, BASE, b"\x01", b"\x81\xa9__class__\x02"),
    "an attribute that hides a method": marker(
        33, described("dataclass", "Many", "one"), b"\x01", b"\x81\xa3run\x02"
    ),
    "an attribute in slots": marker(
        33, described("dataclass", "Frozen", "name", "parts", "unset"),
        *[b"\x01"] * 3, b"\x81\xa1a\x01",
    ),
    "a missing field elsewhere": b"\x92" + marker(33, BASE, b"\x01") + ABSENT,
    "a missing field within": marker(33, BASE, b"\x91" + ABSENT),
    "a model given nothing": marker(33, MODEL, b"\xc0", b"\xc0", b"\xc0", *[b"\x01"] * 3),
    "a model given others": marker(
        33, MODEL, marker(17, text("x")), b"\xc0", b"\xc0", *[b"\x01"] * 3
    ),
    "a model with other private ones": marker(
        33, MODEL, EMPTY_SET, b"\xc0", b"\x81\xa1x\x01", *[b"\x01"] * 3
    ),
    "a model with a list of extras": marker(33, MODEL, EMPTY_SET, b"\x90", b"\xc0", *[b"\x01"] * 3),
    "a model without a state": marker(33, MODEL),
    "a named tuple without an item": marker(
        33, described("namedtuple", "Pair", "left", "right"), b"\x01", ABSENT
    ),
    "a short named tuple": marker(33, described("namedtuple", "Pair", "left", "right"), b"\x01"),
    "a member by number": marker(33, described("enum", "Colour"), b"\x01"),
    "a member that is a method": marker(33, described("enum", "Colour"), text("mro")),
    "a member without a name": marker(33, described("enum", "Colour")),
    "flags by name": marker(33, described("flag", "Right"), b"\x90", text("READ")),
    "a str of bytes": marker(33, described("str", "Text"), b"\xc4\x00"),
    "a list of tuples": marker(33, described("list", "Items"), marker(16)),
    "a str without content": marker(33, described("str", "Text")),
    "an unhashable key": b"\x81" + marker(33, described("dataclass", "Unhashable", "a", "b"),
                                            b"\x01", b"\x01") + b"\x01",
    "a class that is not kept": marker(33, described("dataclass", "Bare"), b"\x01"),
    "a name that leads to a function": marker(33, described("dataclass", "find"), b"\x01"),
}  # fmt: skip


@pytest.mark.parametrize("mode", ["recompute", "raw"])
@pytest.mark.parametrize("what", BAD)
def test_states_that_nobody_wrote_are_refused(what: str, mode: Any):
    """Or read as plain values, when stored fields are wanted as they are."""
    serializer = MsgpackSerializer().within(find, mode)
    if mode == "raw" and what in {
        "a class that is not kept", "a name that leads to a function", "a member that is a method",
    }:  # fmt: skip
        assert type(serializer.loads(BAD[what])) in {dict, str}
        return
    with pytest.raises(SerializationError):
        serializer.loads(BAD[what])
