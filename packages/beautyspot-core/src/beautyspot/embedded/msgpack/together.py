"""How instances, and values of registered types, are put together, whoever wrote the bytes.

A class is asked of ``Knowledge.find``, by the name that stands in the bytes: what the user's code
does not hold is never made.
"""

from typing import Any, Final, NamedTuple

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.instances import Shape, raw_state, shape_of
from beautyspot.embedded.msgpack.knowledge import Knowledge
from beautyspot.embedded.msgpack.registrations import Registration
from beautyspot.embedded.msgpack.schema import ChangedError, changed, changes

__all__ = ["Described", "described", "from_registered"]

_STR: Final = frozenset({str})


class Described(NamedTuple):
    """A class as the bytes describe it."""

    name: str
    kind: str
    names: tuple[str, ...]  #: of its fields, when an instance of it was stored
    shape: Shape | None  #: None when the fields are wanted as they are

    def make(self, state: list[Any]) -> object:
        """Answer an instance with this state.

        Raises:
            SchemaChanged: the class has changed since.
        """
        if self.shape is None:
            return raw_state(self.kind, self.names, state)
        try:
            return self.shape.make(state)
        except ChangedError as change:
            raise changed(self.name, change) from change


def described(items: list[Any], knowledge: Knowledge) -> Described:
    """Answer the class that is described.

    Raises:
        SchemaChanged: it is gone, or has other fields now, and its old ones are not wanted.
        ValueError: this describes no class; or a TypeError.
    """
    if not _STR.issuperset(map(type, items)):
        raise TypeError("the description of a class is made of names")
    name, kind, *fields = items
    names = tuple(fields)
    try:
        shape = _shape(name, kind, names, knowledge)
    except ChangedError as change:
        if knowledge.on_schema_change == "raw":
            return Described(name, kind, names, None)
        raise changed(name, change) from change
    if knowledge.on_schema_change == "raw":
        shape = _Lenient(shape, kind, names)
    return Described(name, kind, names, shape)


class _Lenient:
    """A shape that answers what is stored when a member of an enumeration has changed."""

    __slots__ = ("_shape", "kind", "names")

    def __init__(self, shape: Shape, kind: str, names: tuple[str, ...]) -> None:
        self._shape = shape
        self.kind = kind
        self.names = names

    def take(self, value: object) -> list[object]:
        return self._shape.take(value)

    def make(self, state: list[Any]) -> object:
        try:
            return self._shape.make(state)
        except ChangedError:
            return raw_state(self.kind, self.names, state)


def _shape(name: str, kind: str, names: tuple[str, ...], knowledge: Knowledge) -> Shape:
    class_ = knowledge.find(name)
    if class_ is None:
        raise ChangedError("no such class is found in the code of the function")
    try:
        shape = shape_of(class_)
    except SerializationError as error:
        raise ChangedError(str(error)) from error
    if shape is None or shape.kind != kind:
        now = "another class" if shape is None else repr(shape.kind)
        msg = f"it is no {kind[:40]!r} any more but {now}"
        raise ChangedError(msg)
    if shape.names != names:
        raise ChangedError(changes(names, shape.names))
    return shape


def from_registered(items: list[Any], knowledge: Knowledge) -> object:
    """Answer a value of a registered type.

    Raises:
        SerializationError: today's registrations are others, or the decoder fails.
        ValueError: this is no value of a registered type; or a TypeError.
    """
    code, *names, state = items
    if type(code) is not int or not _STR.issuperset(map(type, names)) or len(names) not in {1, 2}:
        raise TypeError("expected a code, one name or two, and a state")
    registration = knowledge.registrations.coded(code)
    current = None if registration is None else knowledge.name_of(registration.type_)
    if registration is None or current != names[0]:
        now = "nothing" if current is None else repr(current)
        msg = (
            f"what is stored is of type {names[0][:200]!r}, registered with code={code}; today "
            f"this is the code of {now}. Register the type with the code that it had"
        )
        raise SerializationError(msg)
    return _decoded(registration, _class(registration, names, knowledge), state)


def _class(registration: Registration, names: list[str], knowledge: Knowledge) -> type:
    if len(names) == 1:
        return registration.type_
    class_ = knowledge.find(names[1])
    if class_ is None or registration.type_ not in class_.__mro__[1:]:
        change = f"no such class is found below {names[0]!r} in the code of the function"
        raise changed(names[1], change)
    return class_


def _decoded(registration: Registration, class_: type, state: object) -> object:
    name = f"{class_.__module__}.{class_.__qualname__}"
    try:
        value = registration.decoder_for(class_)(state)
    except Exception as error:  # the user's decoder
        msg = f"the decoder of {name} failed ({type(error).__name__}: {error})"
        raise SerializationError(msg) from error
    if type(value) is not class_:
        answered = f"{type(value).__module__}.{type(value).__qualname__}"
        msg = (
            f"the decoder of {name} answered {answered}: expected exactly {name}. "
            "Register a decoder_factory, which is given the class"
        )
        raise SerializationError(msg)
    return value
