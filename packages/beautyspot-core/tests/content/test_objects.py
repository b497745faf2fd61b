"""Instances of classes: what they hold counts, what follows from it does not."""

import collections
import enum
import functools
from dataclasses import dataclass, field

import attrs
import pydantic
import pydantic.dataclasses
import pytest


class Colour(enum.Enum):
    RED = 1


class Paint(enum.Enum):
    RED = 1


class Number(enum.IntEnum):
    ONE = 1


class Access(enum.Flag):
    READ = 1
    WRITE = 2


Point = collections.namedtuple("Point", "x y")
Place = collections.namedtuple("Place", "x y")


class Noted(Point):
    pass


@dataclass
class One:
    a: int
    b: int = field(default=2, compare=False, repr=False)


@dataclass
class Two:
    a: int
    b: int = 2


@dataclass(frozen=True, slots=True)
class Frozen:
    a: int


class Free:
    """A base with a ``__dict__``, of which a slotted dataclass knows nothing."""


@dataclass(frozen=True, slots=True)
class Partly(Free):
    a: int


@dataclass
class Listed(list):
    a: int = 1


@pydantic.dataclasses.dataclass(config={}, slots=True)
class Checked:
    a: int


@attrs.define
class Defined:
    a: int

    @functools.cached_property
    def double(self) -> int:
        return self.a * 2


@attrs.frozen(cache_hash=True)
class Cached:
    a: int


@attrs.frozen(cache_hash=True, slots=False)
class CachedOpen:
    a: int


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    a: int
    b: int = 2
    _private: int = 3

    @functools.cached_property
    def double(self) -> int:
        return self.a * 2


class Bare:
    def __init__(self, a: object = 1) -> None:
        self.a = a

    @functools.cached_property
    def double(self) -> object:
        return [self.a, self.a]


class Slotted:
    __slots__ = ("__secret", "a", "b")

    def __init__(self, secret: int) -> None:
        self.a = 1
        self.__secret = secret


class Stated:
    def __init__(self, a: int) -> None:
        self.a = a
        self.connection = object()

    def __getstate__(self) -> dict[str, int]:
        return {"a": self.a}


class Keyed:
    def __init__(self, a: object) -> None:
        self.a = a
        self.handle = object()

    def __cache_key__(self) -> object:
        return self.a


class KeyedChild(Keyed):
    pass


class Recipe:
    def __init__(self, *args: object) -> None:
        self.args = args

    def __reduce__(self) -> tuple[object, ...]:
        raise_when_called = pytest.fail
        return raise_when_called, self.args


class Text(str):
    pass


class Items(list):
    pass


class Table(dict):
    pass


class Group(set):
    pass


class Frames(frozenset):
    pass


class Pair(tuple):
    __slots__ = ()


def noted(value, **attributes):
    """Answer the value with attributes more."""
    for name, item in attributes.items():
        object.__setattr__(value, name, item)
    return value


def touched(value):
    assert value.double
    return value


def hashed(value):
    hash(value)
    return value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Bare(), touched(Bare())),
        (Model(a=1), touched(Model(a=1))),
        (Defined(1), touched(Defined(1))),
        (Cached(1), hashed(Cached(1))),
        (CachedOpen(1), hashed(CachedOpen(1))),
        (Model(a=1), Model(a=1, b=2)),
        (Model.model_construct(a=1), Model(a=1)),
        (One(1), One(1, 2)),
        (Stated(1), Stated(1)),
        (Keyed(1), Keyed(1)),
        (Table(a=1, b=2), Table(b=2, a=1)),
        (Group({"a", "b", "c"}), Group({"c", "b", "a"})),
    ],
    ids=lambda value: type(value).__name__,
)
def test_equal_content_has_one_text(one, other, text):
    assert text(one) == text(other)


GROUPS = {
    "members": [Colour.RED, Paint.RED, Number.ONE, 1, *Access, Access(0), Access(3)],
    "named tuples": [
        *(Point(1, 2), Place(1, 2), (1, 2), Point(2, 1), Pair((1, 2)), Noted(1, 2)),
        *(noted(Noted(1, 2), a=1), noted(Noted([1, 2], {"$": 1})), noted(Noted(1, 2), **{"$": 1})),
    ],
    "fields": [
        *(One(1), Two(1), One(1, 3), One(2), noted(One(1), c=3), {"a": 1, "b": 2}, Frozen(1)),
        *(Partly(1), noted(Partly(1), c=3), Listed(), noted(Listed(), a=2), Frozen(2)),
        *(Checked(1), Checked(2), Defined(1), Defined(2), Cached(1), Cached(2), CachedOpen(1)),
    ],
    "models": [
        *(Model(a=1), Model(a=2), Model(a=1, b=3), Model(a=1, c=2)),
        noted(Model(a=1), _private=4),
    ],
    "objects": [
        *(Bare(), Bare(2), Bare([]), noted(Bare(), b=1), noted(Bare(), **{"$": 1})),
        *(Slotted(1), Slotted(2), noted(Slotted(2), b=1), Stated(1), Stated(2)),
        *(Keyed(1), Keyed("1"), KeyedChild(1), Recipe(), Recipe(1), Recipe((1,))),
    ],
    "subclasses": [
        *("a", Text("a"), noted(Text("a"), b=1), ["a"], Items("a"), noted(Items("a"), b=1)),
        *({"a": 1}, Table(a=1), noted(Table(a=1), b=1), {"a"}, Group("a"), noted(Group("a"), b=1)),
        *(frozenset("a"), Frames("a"), noted(Frames("a"), b=1), ("a",), Pair("a")),
        *(Table({"1": 1}), Table({1: 1})),
    ],
}


@pytest.mark.parametrize("name", GROUPS)
def test_other_content_has_another_text(name, collisions):
    values = {f"{place}: {type(v).__name__}": v for place, v in enumerate(GROUPS[name])}

    assert [] == collisions(values)


def test_a_private_attribute_of_a_model_counts(text):
    """Also when it was assigned afterwards."""
    model = Model(a=1)
    before = text(model)
    model._private = 4

    assert before != text(model)


def test_what_an_object_holds_more_than_once_counts_as_copies(text):
    shared = [1]

    assert text(Bare([shared, shared])) == text(Bare([[1], [1]]))


def test_an_object_that_holds_itself_has_a_text(text):
    one, other = Bare(), Bare()
    one.a, other.a = [one], [other]

    assert text(one) == text(other) != text(Bare([1]))


def test_the_hook_is_looked_up_on_the_class(text):
    """An instance cannot have one of its own."""
    value = noted(Bare(), __cache_key__=lambda: 1)

    assert "lambda" in text(value)
