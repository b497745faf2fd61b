"""Instances of subclasses of plain types: a str with another name, a list with attributes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from beautyspot.embedded.msgpack.bare import (
    bare_dict,
    bare_frozenset,
    bare_list,
    bare_set,
    bare_tuple,
)
from beautyspot.embedded.msgpack.instances.attributes import Attributes, attributes_of
from beautyspot.embedded.msgpack.standard.checks import require

__all__ = ["SubclassShape", "plain_base", "subclass_shape"]

_ALL: Final = slice(None)
#: The plain content of an instance, past the methods of its class.
_CONTENT: Final[dict[type, Callable[[Any], Any]]] = {
    bytearray: lambda value: bytearray.__getitem__(value, _ALL),
    bytes: lambda value: bytes.__getitem__(value, _ALL),
    complex: complex.__complex__,
    dict: lambda value: dict(bare_dict.items(value)),
    float: float.__float__,
    frozenset: lambda value: frozenset(bare_frozenset.__iter__(value)),
    int: int.__int__,
    list: lambda value: bare_list.__getitem__(value, _ALL),
    set: lambda value: set(bare_set.__iter__(value)),
    str: str.__str__,
    tuple: lambda value: bare_tuple.__getitem__(value, _ALL),
}
#: How those are filled that are made empty.
_FILL: Final[dict[type, Callable[[Any, Iterable[Any]], None]]] = {
    bytearray: bytearray.extend,
    dict: bare_dict.update,
    list: bare_list.extend,
    set: bare_set.update,
}


@dataclass(frozen=True, slots=True)
class SubclassShape:
    """Of a class that is made of a plain type and Python."""

    kind: str
    class_: type
    base: type
    names: tuple[str, ...]
    attributes: Attributes

    def take(self, value: object) -> list[object]:
        """Answer the content as the plain type has it, and the attributes."""
        return [_CONTENT[self.base](value), *self.attributes.values(value, self.names)]

    def make(self, state: list[Any]) -> object:
        """Answer an instance with this content."""
        content, *rest = state
        require(type(content) is self.base, f"content of type {self.kind}")
        new = cast("Any", self.base).__new__
        if self.base in _FILL:
            value = new(self.class_)
            _FILL[self.base](value, content)
        else:
            value = new(self.class_, content)
        self.attributes.set(value, self.names, rest)
        return value


def plain_base(class_: type) -> type | None:
    """Answer the plain type that a class is made of, None when there is none."""
    return next((base for base in class_.__mro__ if base in _CONTENT), None)


def subclass_shape(class_: type, base: type) -> SubclassShape:
    """Answer the shape of a subclass of a plain type."""
    attributes = attributes_of(class_, base)
    names = tuple(attributes.slots)
    return SubclassShape(base.__name__, class_, base, names, attributes)
