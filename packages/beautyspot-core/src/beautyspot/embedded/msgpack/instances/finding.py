"""Which kind of class it is. attrs and pydantic are known by what they leave in a class."""

from dataclasses import fields
from enum import Enum, EnumType, Flag
from functools import lru_cache
from typing import Any, cast

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.instances.enums import EnumShape, FlagShape
from beautyspot.embedded.msgpack.instances.objects import (
    model_shape,
    named_tuple_shape,
    object_shape,
)
from beautyspot.embedded.msgpack.instances.shape import Shape
from beautyspot.embedded.msgpack.instances.subclasses import plain_base, subclass_shape

__all__ = ["shape_of"]


@lru_cache(maxsize=1000)  # bounded: it keeps classes that a notebook has defined anew
def shape_of(class_: type) -> Shape | None:
    """Answer how instances of a class are kept; None when it is of no kind that is known.

    Raises:
        SerializationError: it is of a known kind, and its instances cannot be kept; why.
    """
    if isinstance(class_, EnumType):
        return _enum_shape(class_)
    base = plain_base(class_)
    if base is tuple and (names := _names(class_)) is not None:
        return named_tuple_shape(class_, names)
    if hasattr(class_, "__dataclass_fields__"):
        return object_shape("dataclass", class_, [field.name for field in fields(class_)])
    if hasattr(class_, "__attrs_attrs__"):
        found = cast("Any", class_).__attrs_attrs__
        return object_shape("attrs", class_, [str(field.name) for field in found])
    if type(getattr(class_, "__pydantic_fields__", None)) is dict:
        return model_shape(class_)
    return None if base is None else subclass_shape(class_, base)


def _enum_shape(class_: EnumType) -> Shape:
    if issubclass(class_, Flag):
        return FlagShape("flag", class_)
    if issubclass(class_, Enum):
        return EnumShape("enum", class_)
    raise SerializationError("its class is no Enum. Return its value")


def _names(class_: type) -> tuple[str, ...] | None:
    """Answer the names of the items, None when it is no named tuple."""
    names: Any = getattr(class_, "_fields", None)
    if type(names) is not tuple or not {str}.issuperset(map(type, cast("Any", names))):
        return None
    return cast("tuple[str, ...]", names)
