"""Instances of classes that a function's code holds come back as they were."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.testing import plain_values, same
from beautyspot.testing.strategies import rich_values

from .kinds import (
    Base,
    Blob,
    Box,
    Checked,
    Child,
    Colour,
    Fixed,
    Frozen,
    Grandchild,
    Group,
    HalfSlots,
    Hashed,
    HashedDict,
    IntModel,
    Items,
    Map,
    Mixed,
    Mode,
    Model,
    Noted,
    Number,
    Outer,
    Pair,
    Plain,
    Point,
    Real,
    Right,
    Rooted,
    Row,
    Slotted,
    SlottedText,
    Sub,
    Text,
    Whole,
    Word,
    dataclass_of,
    dumps,
    loads,
    marker,
    text,
    with_attributes,
)


def point() -> Point:
    value = Point((1,), [Point(2)])
    assert value.sum
    return value


VALUES: dict[str, Callable[[], object]] = {
    "dataclass": lambda: Point(1, {"a": (2,)}),
    "dataclass with a cached property": point,
    "dataclass with an attribute": lambda: with_attributes(Point(1), note=(1,), other=[]),
    "dataclass without a field": lambda: with_attributes(Point(1), never=(1, 2)),
    "frozen dataclass": lambda: Frozen(name="a", parts=(Frozen(name="b"), [1])),
    "inherited dataclass": lambda: Child(1, 3),
    "class below a dataclass": lambda: with_attributes(Grandchild(1), note=1),
    "slots and a dict": lambda: with_attributes(HalfSlots(name="a"), more=1, note=2),
    "generic dataclass": lambda: Box(Box((1,))),
    "class in a class": lambda: Outer.Inner(1),
    "attrs": lambda: Slotted((1,), private=2),
    "attrs with all fields": lambda: with_attributes(Slotted((1,)), b=3),
    "attrs in a dict": lambda: HashedDict([1]),
    "pydantic": lambda: Model(number=1, parts=[Base(1)]),
    "pydantic with extras": lambda: Model(number=1, extra=(1, 2)),
    "pydantic never validated": lambda: Model.model_construct(number="x", parts=(1,)),
    "pydantic copied with another": lambda: Model(number=1).model_copy(update={"number": 5000}),
    "inherited pydantic": lambda: Sub(number=1, own=(1, {2})),
    "generic pydantic": lambda: IntModel(item=1),
    "pydantic root": lambda: Rooted([1, 2]),
    "pydantic dataclass": lambda: Checked(number=1),
    "named tuple": lambda: Pair((1,), [Pair(1)]),
    "collections.namedtuple": lambda: Plain(1, 2),
    "named tuple with an attribute": lambda: with_attributes(Noted(1), note=(1,)),
    "member": lambda: Colour.RED,
    "alias": lambda: Colour.CRIMSON,
    "member with a value of several": lambda: Colour.GREEN,
    "member with any object": lambda: Colour.BLUE,
    "member that is an int": lambda: Number.ONE,
    "member that is a str": lambda: Word.HELLO,
    "member that is a tuple": lambda: Mixed.LEFT,
    "flag": lambda: Right.READ,
    "flags": lambda: Right.READ | Right.WRITE,
    "no flag": lambda: Right(0),
    "flags that are an int": lambda: Mode.A | Mode.B,
    "kind of str": lambda: with_attributes(Text("a"), note=(1,)),
    "kind of str with slots": lambda: SlottedText("a"),
    "kind of int": lambda: Whole(2**70),
    "kind of float": lambda: Real("nan"),
    "kind of bytes": lambda: Blob(b"a"),
    "kind of list": lambda: with_attributes(Items([1, (2,)]), note={}),
    "kind of dict": lambda: Map({"a": (1,), (2,): 3}),
    "kind of set": lambda: Group({1, (2,)}),
    "kind of frozenset": lambda: Fixed({1}),
    "kind of tuple": lambda: Row((1, [2])),
}


HASHABLE = [
    "frozen dataclass in a key", "member", "alias", "flags", "kind of str with slots",
    "kind of int", "kind of bytes", "kind of frozenset", "collections.namedtuple",
    "member with any object",
]  # fmt: skip


VALUES["frozen dataclass in a key"] = lambda: Frozen(name="a", parts=(1, (2,)))


PLACES: list[Callable[[object], object]] = [
    lambda inner: inner,
    lambda inner: [inner, inner],
    lambda inner: {"a": (inner,)},
]


@pytest.mark.parametrize("what", VALUES)
def test_an_instance_comes_back_as_it_was(what: str):
    value = VALUES[what]()
    for place in PLACES:
        loaded = loads(dumps(place(value)))

        if isinstance(value, Items):
            while not isinstance(loaded, Items):
                loaded = next(iter(loaded.values() if isinstance(loaded, dict) else loaded))
            assert list.copy(value) == list.copy(loaded)
            assert vars(value) == vars(loaded)
        else:
            assert same(place(value), loaded)


@pytest.mark.parametrize("what", HASHABLE)
def test_an_instance_can_be_a_key_and_a_member(what: str):
    value = VALUES[what]()
    for outer in ({value: 1}, {value}, {(value,): frozenset({value})}):
        assert same(outer, loads(dumps(outer)))


def test_what_a_model_was_given_is_kept():
    """It decides what ``model_dump(exclude_unset=True)`` says. So are extras and private ones."""
    value = Model(number=1, extra=2)
    value._secret = 9
    loaded = loads(dumps(value))

    assert loaded.model_fields_set == {"number", "extra"}
    assert loaded._secret == 9
    assert loaded.model_extra == {"extra": 2}
    assert loaded.model_dump(exclude_unset=True) == value.model_dump(exclude_unset=True)


def test_a_kept_hash_is_made_anew():
    """attrs keeps a hash in the instance; that of a str is another one in the next process."""
    for value in (Hashed("a"), HashedDict("a")):
        before = hash(value)
        loaded = loads(dumps(value))

        assert loaded._attrs_cached_hash is None
        assert before == hash(loaded)


def test_a_hint_that_typing_leaves_is_no_content():
    loaded = loads(dumps(Box[int](1)))

    assert vars(loaded) == {"content": 1}


def leaves() -> st.SearchStrategy[object]:
    return plain_values() | rich_values() | st.sampled_from([*Right, *Number, Colour.GREEN])


def instances() -> st.SearchStrategy[object]:
    """Draw instances of every kind within each other, and in containers."""
    return st.recursive(
        leaves(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=2),
            st.builds(Point, inner, inner),
            st.builds(Frozen, name=st.text(), parts=st.tuples(inner)),
            st.builds(Slotted, inner, inner),
            st.builds(Sub, number=st.integers(0, 9), own=inner),
            st.builds(Pair, inner, inner),
            st.builds(Map, st.dictionaries(st.text(), inner, max_size=2)),
            st.builds(Row, st.lists(inner, max_size=2)),
        ),
        max_leaves=6,
    )


@settings(deadline=None, max_examples=200)
@given(instances())
def test_instances_within_each_other_come_back(value: object):
    assert same(value, loads(dumps(value)))


def linked(depth: int) -> Box[Any]:
    value = Box[Any](None)
    for _ in range(depth - 1):
        value = Box[Any](value)
    return value


def test_a_list_of_links_is_kept_or_refused_and_never_a_crash():
    assert loads(dumps(linked(900))).content.content.content is not None
    for depth in (1024, 10_000):
        with pytest.raises(SerializationError, match="limit"):
            dumps(linked(depth))


def test_each_class_is_described_once():
    small = len(dumps([Child(1, 2)]))

    assert len(dumps([Child(1, 2)] * 100)) < small + 100 * 8


def test_the_layout_is_fixed():
    """These bytes are in the databases of users: a change needs a new name of the codec."""
    class_ = dataclass_of("m", "C", "a", "b")
    serializer = MsgpackSerializer().within(lambda _name: class_, "recompute")
    value = [class_(1, (2,)), class_(3, 4)]
    del value[1].b

    assert serializer.dumps(value).hex(" ") == (
        "92 94 c7 00 21 96 c7 00 22 a3 6d 3a 43 a9 64 61 74 61 63 6c 61 73 73 a1 61 a1 62 "
        "01 92 c7 00 10 02 94 c7 00 21 00 03 91 c7 00 23"
    ).replace("96 c7 00 22", "95 c7 00 22")


def test_a_thousand_classes_are_enough():
    classes = {f"m:C{n}": dataclass_of("m", f"C{n}") for n in range(1001)}
    serializer = MsgpackSerializer().within(classes.get, "recompute")
    values = [class_() for class_ in classes.values()]
    data = serializer.dumps(values[:1000])

    assert [type(value) for value in serializer.loads(data)] == list(classes.values())[:1000]
    with pytest.raises(SerializationError, match="more than 1000 classes"):
        serializer.dumps(values)
    found = [marker(33, marker(34, text(name), text("dataclass"))) for name in classes]
    with pytest.raises(SerializationError, match="more than 1000 classes"):
        serializer.loads(b"\xdc" + len(found).to_bytes(2, "big") + b"".join(found))
