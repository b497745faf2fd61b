"""Instances with named fields: dataclasses, attrs classes, pydantic models and named tuples."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.bare import bare_object, bare_tuple
from beautyspot.embedded.msgpack.instances.attributes import Attributes, attributes_of
from beautyspot.embedded.msgpack.pieces import ABSENT, Absent
from beautyspot.embedded.msgpack.standard.checks import require

__all__ = ["ModelShape", "NamedTupleShape", "ObjectShape", "model_shape", "named_tuple_shape",
           "object_shape"]  # fmt: skip

_SET: Final = "__pydantic_fields_set__"
_EXTRA: Final = "__pydantic_extra__"
_PRIVATE: Final = "__pydantic_private__"


@dataclass(frozen=True, slots=True)
class ObjectShape:
    """Of a dataclass, or a class made by attrs."""

    kind: str
    class_: type
    names: tuple[str, ...]
    attributes: Attributes

    def take(self, value: object) -> list[object]:
        """Answer the fields, and a dict of other attributes if there are any."""
        return self.attributes.values(value, self.names)

    def make(self, state: list[Any]) -> object:
        """Answer an instance with these fields."""
        value = bare_object.__new__(self.class_)
        self.attributes.set(value, self.names, state)
        return value


def object_shape(kind: str, class_: type, fields: Iterable[str]) -> ObjectShape:
    """Answer the shape of a class whose fields are known; further slots are fields, too."""
    attributes = attributes_of(class_)
    fields = list(fields)
    slots = [name for name in attributes.slots if name not in {*fields, "_attrs_cached_hash"}]
    return ObjectShape(kind, class_, (*fields, *slots), attributes)


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Of a pydantic model: what it was given, extras and private attributes stand before."""

    kind: str
    class_: type
    names: tuple[str, ...]
    attributes: Attributes

    def take(self, value: object) -> list[object]:
        """Answer which fields were given, extras, private attributes and the fields."""
        own = [self.attributes.slot(value, name) for name in (_SET, _EXTRA, _PRIVATE)]
        return [*own, *self.attributes.values(value, self.names)]

    def make(self, state: list[Any]) -> object:
        """Answer a model with these fields, of which nothing is validated."""
        given, extra, private, *fields = state
        require(type(given) is set, "a set of the fields that were given")
        require(given <= {*self.names, *_names(extra)}, "names of fields that were given")
        known = cast("Any", self.class_).__private_attributes__
        require(known.keys() >= _names(private), "private attributes of the class")
        value = bare_object.__new__(self.class_)
        for name, own in ((_SET, given), (_EXTRA, extra), (_PRIVATE, private)):
            if own is not ABSENT:
                self.attributes.slots[name].__set__(value, own)
        self.attributes.set(value, self.names, fields)
        return value


def _names(more: object) -> set[str]:
    """Answer the names of attributes that stand in a dict, if there is one."""
    if more is None or more is ABSENT:
        return set()
    require(type(more) is dict, "a dict of attributes, or None")
    names = set(cast("dict[str, object]", more))
    require({str}.issuperset(map(type, names)), "names")
    return names


def model_shape(class_: type) -> ModelShape:
    """Answer the shape of a pydantic model."""
    attributes = attributes_of(class_)
    fields = tuple(cast("Any", class_).__pydantic_fields__)
    if not {_SET, _EXTRA, _PRIVATE} <= attributes.slots.keys():
        raise SerializationError("its class is no model of pydantic 2. Return model_dump() of it")
    return ModelShape("pydantic", class_, fields, attributes)


@dataclass(frozen=True, slots=True)
class NamedTupleShape:
    """Of a tuple with named items."""

    kind: str
    class_: type
    names: tuple[str, ...]
    attributes: Attributes

    def take(self, value: tuple[object, ...]) -> list[object]:
        """Answer the items, and a dict of attributes if there are any."""
        if bare_tuple.__len__(value) != len(self.names):
            raise SerializationError("it has not as many items as names. Return tuple(...) of it")
        return [*bare_tuple.__iter__(value), *self.attributes.values(value, ())]

    def make(self, state: list[Any]) -> object:
        """Answer a tuple with these items."""
        items, more = state[: len(self.names)], state[len(self.names) :]
        whole = len(items) == len(self.names) and Absent not in map(type, items)
        require(whole, "an item for each name")
        value = bare_tuple.__new__(self.class_, items)
        self.attributes.set(value, (), more)
        return value


def named_tuple_shape(class_: type, names: tuple[str, ...]) -> NamedTupleShape:
    """Answer the shape of a named tuple."""
    return NamedTupleShape("namedtuple", class_, names, attributes_of(class_, tuple))
