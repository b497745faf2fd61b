"""Which types can be registered, and how their values come back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from beautyspot.core.errors import (
    ConfigurationError,
    SchemaChanged,
    SerializationError,
    ValidationError,
)
from beautyspot.core.ports import TypeRegistry
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.testing import same

from .money import Money, Node, with_money


class Tip(Money):
    pass


class Other:
    pass


@dataclass
class Price:
    money: Money


CLASSES = {f"{class_.__module__}:{class_.__qualname__}": class_ for class_ in (Money, Tip, Price)}


def test_a_value_comes_back_at_every_depth(serializer: MsgpackSerializer):
    with_money(serializer)
    for value in (Money(1), [Money(1)], {"a": (Money(1), {Money(2): {Money(3)}})}):
        assert value == serializer.loads(serializer.dumps(value))
    assert isinstance(serializer, TypeRegistry)


STATES = [None, 1, "a", b"a" * 10_000, [1, (2,)], {"a": {1}}, Money(1), 2**70, {Money(2): Money(3)}]


@pytest.mark.parametrize("state", STATES, ids=lambda state: type(state).__name__)
def test_an_encoder_may_answer_anything_that_can_be_stored(
    serializer: MsgpackSerializer, state: object
):
    with_money(serializer)
    seen: list[object] = []

    def decoder(found: object) -> Node:
        seen.append(found)
        return Node(found)

    serializer.register_type(Node, 11, lambda node: node.inner, decoder)
    loaded: Any = serializer.loads(serializer.dumps([Node(state)]))

    assert type(loaded[0]) is Node
    assert same(state, seen[-1]) or state == seen[-1]


def test_the_decorator_registers_a_class(serializer: MsgpackSerializer):
    @serializer.register(0, lambda point: point.x, decoder_factory=lambda class_: class_)
    class Point:
        def __init__(self, x: int) -> None:
            self.x = x

    loaded: Any = serializer.loads(serializer.dumps([Point(1)]))

    assert type(loaded[0]) is Point
    assert loaded[0].x == 1


def test_a_view_knows_what_is_registered_later(serializer: MsgpackSerializer):
    """With the serializer that it is a view of, or with the view."""
    view = serializer.within(CLASSES.get, "recompute")
    with_money(serializer)
    view.register_type(Node, 11, lambda node: node.inner, Node)

    assert Money(1) == view.loads(view.dumps(Money(1)))
    assert [Price(Money(1))] == view.loads(view.dumps([Price(Money(1))]))
    assert type(serializer.loads(serializer.dumps(Node(1)))) is Node


def test_a_subclass_comes_back_as_itself_when_the_factory_is_given_it(
    serializer: MsgpackSerializer,
):
    serializer.register_type(
        Money, 10, lambda money: [money.amount, money.unit],
        decoder_factory=lambda class_: lambda state: class_(*state),
    )  # fmt: skip
    view = serializer.within(CLASSES.get, "recompute")
    data = view.dumps([Tip(1), Money(2)])

    assert [Tip(1), Money(2)] == view.loads(data)
    with pytest.raises(SerializationError, match="is not found in the code"):
        serializer.dumps(Tip(1))
    with pytest.raises(SchemaChanged, match="Tip"):
        serializer.loads(data)


def test_a_subclass_is_refused_when_the_decoder_makes_another_type(serializer: MsgpackSerializer):
    view = with_money(serializer).within(CLASSES.get, "recompute")

    with pytest.raises(SerializationError, match=r"Tip answered .*Money.*decoder_factory"):
        view.dumps([Tip(1)])


def test_a_subclass_in_the_bytes_has_to_be_one(serializer: MsgpackSerializer):
    """Data does not choose what a decoder makes."""
    serializer.register_type(
        Money, 10, lambda money: [money.amount],
        decoder_factory=lambda class_: lambda state: class_(*state),
    )  # fmt: skip
    data = serializer.within(CLASSES.get, "recompute").dumps(Tip(1))
    other = serializer.within(lambda _name: Other, "recompute")

    with pytest.raises(SchemaChanged, match="found below"):
        other.loads(data)


def test_a_registration_wins_over_what_we_know(serializer: MsgpackSerializer):
    view = serializer.within(CLASSES.get, "recompute")
    with_money(serializer)
    before = view.dumps(Price(Money(1)))
    view.register_type(Price, 12, lambda price: price.money, Price)
    after = view.dumps(Price(Money(1)))

    assert before != after
    assert Price(Money(1)) == view.loads(before) == view.loads(after)


BAD: dict[str, tuple[Callable[[MsgpackSerializer], object], type[Exception], str]] = {
    "a code below 0": (
        lambda s: s.register_type(Node, -1, repr, Node), ValidationError, "code=-1 .* 0 to 127",
    ),
    "a code above 127": (
        lambda s: s.register_type(Node, 128, repr, Node), ValidationError, "code=128 .* 0 to 127",
    ),
    "a bool": (
        lambda s: s.register_type(Node, True, repr, Node), ValidationError, "code=True .* 0 to 127",
    ),
    "no number": (
        lambda s: s.register_type(Node, "1", repr, Node), ValidationError, "code='1' .* 0 to 127",
    ),
    "a code that is taken": (
        lambda s: s.register_type(Node, 10, repr, Node), ConfigurationError,
        r"Node cannot be registered with code=10: .*Money is registered with code=10",
    ),
    "a type that is taken": (
        lambda s: s.register_type(Money, 11, repr, Money), ConfigurationError,
        r"Money cannot be registered with code=11: .*Money is registered with code=10",
    ),
    "another encoder for the same": (
        lambda s: s.register_type(Money, 10, repr, Money), ConfigurationError, "already",
    ),
    "no type": (
        lambda s: s.register_type("Node", 11, repr, Node), ConfigurationError, "expected a class",
    ),
    "a plain type": (
        lambda s: s.register_type(dict, 11, repr, Node), ConfigurationError, "not plain",
    ),
    "no encoder": (
        lambda s: s.register_type(Node, 11, None, Node), ConfigurationError, "a function",
    ),
    "no decoder": (
        lambda s: s.register_type(Node, 11, repr), ConfigurationError, "a decoder or a decoder_f",
    ),
    "two decoders": (
        lambda s: s.register(11, repr, Node, lambda class_: class_)(Node), ConfigurationError,
        "not both",
    ),
    "a decoder that is none": (
        lambda s: s.register_type(Node, 11, repr, 5), ConfigurationError, "a function",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_registration_that_makes_no_sense_is_refused(serializer: MsgpackSerializer, what: str):
    register, error, match = BAD[what]
    with_money(serializer)

    with pytest.raises(error, match=match):
        register(serializer)
    assert Money(1) == serializer.loads(serializer.dumps(Money(1)))


@pytest.mark.parametrize("code", [0, 127])
def test_the_first_and_the_last_code_can_be_used(serializer: MsgpackSerializer, code: int):
    serializer.register_type(Node, code, lambda node: node.inner, Node)

    assert type(serializer.loads(serializer.dumps(Node(1)))) is Node


def encoded(money: Money) -> int:
    return money.amount


def test_the_same_again_changes_nothing(serializer: MsgpackSerializer):
    for _ in range(3):
        serializer.register_type(Money, 10, encoded, Money)

    assert Money(1) == serializer.loads(serializer.dumps(Money(1)))


def test_what_a_notebook_says_anew_takes_the_place_of_the_old(serializer: MsgpackSerializer):
    """A cell that is run again makes the class and its functions anew, by the same names."""
    for _ in range(2):
        again = type("Again", (), {"__eq__": lambda self, other: vars(self) == vars(other)})
        serializer.register_type(again, 20, lambda _value: None, lambda _none, made=again: made())

    assert type(serializer.loads(serializer.dumps(again()))) is again


def test_a_code_that_meant_another_type_is_no_value(serializer: MsgpackSerializer):
    """Codes are chosen by hand: two programs may mean different things with one."""
    data = with_money(serializer).dumps([Money(1)])
    other = MsgpackSerializer()

    with pytest.raises(SerializationError, match=r"Money', registered with code=10; .*nothing"):
        other.loads(data)
    other.register_type(Node, 10, lambda node: node.inner, Node)
    with pytest.raises(SerializationError, match=r"Money', registered with code=10; .*Node'"):
        other.loads(data)


def marker(code: int, *items: bytes) -> bytes:
    return bytes([0x91 + len(items)]) + b"\xc7\x00" + bytes([code]) + b"".join(items)


def text(content: str) -> bytes:
    return b"\xd9" + bytes([len(content)]) + content.encode()


NAME = text(f"{Money.__module__}:Money")


HOSTILE = {
    "nothing": marker(64),
    "a code alone": marker(64, b"\x0a"),
    "no state": marker(64, b"\x0a", NAME),
    "no name": marker(64, b"\x0a", b"\x01", b"\x01"),
    "three names": marker(64, b"\x0a", NAME, NAME, NAME, b"\x01"),
    "a bool for a code": marker(64, b"\xc3", NAME, b"\x01"),
    "a code that nobody has": marker(64, b"\x0b", NAME, b"\x01"),
    "a large code": marker(64, b"\xcd\x01\x0a", NAME, b"\x01"),
    "a state of another kind": marker(64, b"\x0a", NAME, b"\x01"),
    "a marker for a state": marker(64, b"\x0a", NAME, b"\xc7\x00\x10"),
    "the class itself as a subclass": marker(64, b"\x0a", NAME, NAME, b"\x92\x01\xa1a"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_bytes_that_nobody_wrote_are_refused(serializer: MsgpackSerializer, what: str):
    view = with_money(serializer).within(CLASSES.get, "recompute")

    with pytest.raises(SerializationError):
        view.loads(HOSTILE[what])


def test_the_layout_is_fixed(serializer: MsgpackSerializer):
    """These bytes are in the databases of users: a change needs a new name of the codec."""
    money = type("M", (Money,), {"__module__": "m"})
    serializer.register_type(money, 10, encoded, money)

    assert serializer.dumps(money(5)).hex(" ") == "94 c7 00 40 0a a3 6d 3a 4d 05"
