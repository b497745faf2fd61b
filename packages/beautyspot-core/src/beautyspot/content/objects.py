"""The content of instances of classes: members, fields, attributes, slots."""

from contextlib import suppress
from enum import Enum, Flag
from typing import Any, Final

from beautyspot.content.naming import Naming, Write
from beautyspot.content.reducing import reduced, reduction
from beautyspot.content.states import named_or_whole, state_of
from beautyspot.core.content import Content

__all__ = ["class_writer"]

#: Types of values of a member that are told with its name; others may have no content.
_TOLD: Final = frozenset({int, str, float, bool, bytes})
_ANY_SET: Final = frozenset({set, frozenset})
#: What a built-in exception holds beside its arguments and attributes.
_HELD: Final[tuple[tuple[type[BaseException], tuple[str, ...]], ...]] = (
    (OSError, ("errno", "strerror", "filename", "filename2")),
    (ImportError, ("name", "path")),
    (NameError, ("name",)),
    (AttributeError, ("name",)),
    (SyntaxError, ("msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset")),
    (UnicodeError, ("encoding", "object", "start", "end", "reason")),
    (StopIteration, ("value",)),
    (SystemExit, ("code",)),
)


def class_writer(kind: type[Any]) -> Write:
    """Answer what writes instances of a class; a subclass means something else."""
    if issubclass(kind, type):
        return lambda value, naming: Content("class", {"n": naming.of(value)})
    if issubclass(kind, Enum):
        return _member
    if issubclass(kind, BaseException):
        return _exception
    bases = set(kind.__mro__)
    if tuple in bases and hasattr(kind, "_fields"):
        return _named_tuple
    if bases & _ANY_SET:
        return lambda value, naming: _made_of(frozenset(value), value, naming)
    return _by_fields if _is_by_fields(kind) else reduced


def _member(value: Enum, naming: Naming) -> Content:
    """Write a member by name; a flag by its bits, for combinations have no name of their own."""
    label = {"t": naming.of(type(value))}
    if isinstance(value, Flag):
        return Content("enum", label, value=value.value)
    means: object = value.value
    return Content(
        "enum", {**label, "n": value.name}, value=means if type(means) in _TOLD else None
    )


def _exception(value: BaseException, naming: Naming) -> Content:
    """Write an exception; not where it was raised, and not what it was raised in the course of."""
    held = {
        name: getattr(value, name, None)
        for base, names in _HELD
        if isinstance(value, base)
        for name in names
    }
    attributes, rest = named_or_whole(state_of(value))
    parts = [list(value.args), held, value.__cause__, *([] if rest is None else [rest])]
    return Content("exception", {"t": naming.of(type(value))}, attributes, parts)


def _named_tuple(value: tuple[object, ...], naming: Naming) -> Content:
    fields: list[object] = []
    fields.extend(tuple[object, ...].__iter__(value))
    return _made_of(fields, value, naming)


def _made_of(whole: object, value: object, naming: Naming) -> Content:
    attributes, rest = named_or_whole(state_of(value))
    parts = whole if rest is None else Content("extended", value=[whole, rest])
    return Content("object", {"t": naming.of(type(value))}, attributes, parts)


def _is_by_fields(kind: type) -> bool:
    """Tell whether instances are their fields, attributes and slots, and nothing else.

    Not those that say what they are made of, unless the function that does was generated: it knows
    fields alone, and not the attributes that a base or a user adds.
    """
    if not (hasattr(kind, "__dataclass_fields__") or hasattr(kind, "__attrs_attrs__")):
        return False
    if any(_function_of(kind, name) is not None for name in ("__reduce_ex__", "__reduce__")):
        return False
    told = _function_of(kind, "__getstate__")
    if told is not None and told.__module__ != "dataclasses":
        made = getattr(told, "__code__", None)
        if made is None or made.co_name != "slots_getstate":
            return False
    if any(hasattr(kind, name) for name in ("__getnewargs__", "__getnewargs_ex__")):
        return False
    return not issubclass(kind, list | dict | str | bytes | int | float | complex | tuple)


def _function_of(kind: type, name: str) -> Any:  # noqa: ANN401
    """Answer a method that a class has of its own, None when it is that of ``object``."""
    found = getattr(kind, name, None)
    return None if found is getattr(object, name, None) else found


def _by_fields(value: object, naming: Naming) -> Content:
    # Only asked so that Python refuses what holds more, such as a lock; not all fields need be set.
    with suppress(AttributeError):
        reduction(value)
    return _made_of(None, value, naming)
