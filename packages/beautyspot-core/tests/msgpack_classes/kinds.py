"""Classes of every kind, and a serializer that finds them."""

import sys
from collections import namedtuple
from dataclasses import InitVar, dataclass, field, make_dataclass
from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import attrs
import pydantic

from beautyspot.embedded.msgpack import MsgpackSerializer

T = TypeVar("T")


@dataclass
class Point:
    x: object
    y: object = None
    made: ClassVar[int] = 0
    scale: InitVar[int] = 1
    length: object = field(init=False, default=7)
    never: object = field(init=False, repr=False, compare=False)

    def __post_init__(self, scale: int) -> None:
        type(self).made += 1

    @cached_property
    def sum(self) -> object:
        return (self.x, self.y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    name: str
    parts: tuple[object, ...] = ()
    unset: object = field(init=False, compare=False, repr=False)


@dataclass
class Base:
    one: int


@dataclass
class Child(Base):
    two: int = 2


class Grandchild(Child):
    pass


class HalfSlots(Frozen):
    __slots__ = ("__dict__", "more")


@dataclass
class Box(Generic[T]):
    content: T


@dataclass(order=True)
class Strict:
    value: int

    def __setattr__(self, name: str, value: object) -> None:
        if not isinstance(value, int):
            raise TypeError(name)
        object.__setattr__(self, name, value)


@attrs.define
class Slotted:
    a: object
    _private: object = 1
    b: object = attrs.field(init=False)


@attrs.frozen(cache_hash=True)
class Hashed:
    a: object


@attrs.define(slots=False, unsafe_hash=True, cache_hash=True)
class HashedDict:
    a: object = attrs.field(validator=attrs.validators.instance_of(object))


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow", arbitrary_types_allowed=True)

    number: int
    parts: list[Base] = []
    optional: str | None = None
    _secret: int = pydantic.PrivateAttr(default=3)

    @pydantic.field_validator("number")
    @classmethod
    def small(cls, value: int) -> int:
        if value > 1000:
            raise ValueError("large")
        return value

    @pydantic.computed_field
    @cached_property
    def double(self) -> int:
        return self.number * 2


class Sub(Model):
    own: object = None


class Carton(pydantic.BaseModel, Generic[T]):
    item: T


IntModel = Carton[int]


class Rooted(pydantic.RootModel[list[int]]):
    pass


@pydantic.dataclasses.dataclass
class Checked:
    number: int


class Pair(NamedTuple):
    left: object
    right: object = 0


Plain = namedtuple("Plain", ["a", "b"])  # noqa: PYI024


class Noted(Pair):
    pass


class Colour(Enum):
    RED = 1
    CRIMSON = 1  # noqa: PIE796  # an alias
    GREEN = ("g", [1])
    BLUE = object()
    name_ = "n"


class Number(IntEnum):
    ONE = 1


class Word(StrEnum):
    HELLO = auto()


class Right(Flag):
    READ = 1
    WRITE = 2
    ALL = READ | WRITE


class Mode(IntFlag):
    A = 1
    B = 4


class Mixed(Pair, Enum):
    LEFT = (1, 2)


class Text(str):  # noqa: SLOT000  # it has a dict
    def __str__(self) -> str:
        return "another"


class SlottedText(str):
    __slots__ = ()


class Whole(int):
    def __int__(self) -> int:
        return 42


class Real(float):
    pass


class Blob(bytes):
    pass


class Items(list[object]):
    def __iter__(self):
        raise TypeError("not now")


class Map(dict[object, object]):
    def __missing__(self, key: object) -> object:
        raise TypeError("not now")

    def __setitem__(self, key: object, value: object) -> None:
        raise TypeError("not now")


class Group(set[object]):
    pass


class Fixed(frozenset[object]):
    pass


class Row(tuple[object, ...]):
    __slots__ = ()


class Outer:
    @dataclass
    class Inner:
        a: int


def dataclass_of(module: str, name: str, *fields: str) -> type:
    class_ = make_dataclass(name, fields)
    class_.__module__ = module
    return class_


def find(name: str) -> type | None:
    """Find the classes of this file, as the code of a function here would."""
    module, _, path = name.partition(":")
    found: Any = sys.modules[__name__] if module == __name__ else None
    for step in path.split("."):
        found = getattr(found, step, None)
    return found if isinstance(found, type) else None


def also_models(name: str) -> type | None:
    return IntModel if name.endswith(":Carton[int]") else find(name)


SERIALIZER = MsgpackSerializer().within(also_models, "recompute")


dumps, loads = SERIALIZER.dumps, SERIALIZER.loads


def with_attributes(value: Any, **attributes: object) -> Any:
    for name, content in attributes.items():
        object.__setattr__(value, name, content)
    return value


class Bare:
    pass


class Failing(Exception):
    pass


@dataclass
class Wrapped(dict[str, int]):
    a: int


@dataclass
class Raising(Exception):
    a: int


class Many(Base):
    def run(self) -> int:
        return 1


class Interface(Protocol):
    def run(self) -> int: ...


@dataclass
class Implementing(Interface):
    a: int


@dataclass
class Unhashable:
    a: int
    b: object = None


def colour(**members: object) -> Any:
    return Enum("Colour", members, module=__name__)


def marker(code: int, *items: bytes) -> bytes:
    return bytes([0x91 + len(items)]) + b"\xc7\x00" + bytes([code]) + b"".join(items)


def text(content: str) -> bytes:
    return bytes([0xA0 + len(content)]) + content.encode() if len(content) < 32 else (
        b"\xd9" + bytes([len(content)]) + content.encode()
    )  # fmt: skip


def described(kind: str, class_: str, *names: str) -> bytes:
    return marker(34, text(f"{__name__}:{class_}"), text(kind), *map(text, names))
