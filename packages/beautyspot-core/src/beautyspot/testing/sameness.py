"""Whether two values are the same, type for type at every depth: what a serializer has to keep."""

import math
import struct
from array import array
from collections import ChainMap, defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, time, timezone
from decimal import Decimal
from enum import Enum
from types import MemberDescriptorType, SimpleNamespace
from typing import Any, Final, NamedTuple, TypeAlias, cast
from uuid import UUID

__all__ = ["same"]

_LEAVES: Final = frozenset({type(None), bool, int, str, bytes, bytearray})
_FIELDS: Final = ("__dataclass_fields__", "__attrs_attrs__", "__pydantic_fields__")
#: Called past what a subclass puts in their place.
_int: Final[Any] = int
_str: Final[Any] = str


class _Seen(NamedTuple):
    """What counts of a value: something to compare with ``==``, and further values."""

    itself: object
    parts: list[object]


def same(one: object, two: object) -> bool:
    """Tell whether two values are equal with equal types at every depth.

    Every nan is the same as every other, -0.0 is not 0.0, and dicts have to be in the same order.
    The attributes of dataclasses and their like count one by one, whatever the class says about
    equality; arrays by the type of their elements, shape and bytes. Other types are the same when
    they are equal.
    """
    waiting = [(one, two)]
    while waiting:
        a, b = waiting.pop()
        if type(a) is not type(b):
            return False
        seen, other = _seen(a), _seen(b)
        if len(seen.parts) != len(other.parts) or (seen.itself == other.itself) is not True:
            return False
        if isinstance(a, set | frozenset) and not _matched(cast("set[object]", a), cast("Any", b)):
            return False
        waiting.extend(zip(seen.parts, other.parts, strict=True))
    return True


def _seen(value: Any) -> _Seen:  # noqa: ANN401  # see `same`
    """Answer what counts of a value."""
    if type(value) in _LEAVES:
        return _Seen(value, [])
    if isinstance(value, Enum | type):
        return _Seen(id(cast("object", value)), [])
    names, parts = _attributes(value)
    itself, more = _content(value)
    return _Seen((itself, names), [*more, *parts])


def _content(value: Any) -> _Seen:  # noqa: ANN401  # see `same`
    """Answer what counts of a value but its attributes."""
    for kinds, seen in _KINDS:
        if isinstance(value, kinds):
            return seen(value)
    if _has_fields(value):
        return _Seen(None, [])
    if hasattr(value, "dtype") and hasattr(value, "tobytes"):
        return _Seen((str(value.dtype), getattr(value, "shape", None), value.tobytes()), [])
    return _Seen(value, [])


def _bits(number: complex) -> bytes:
    parts = (math.nan if math.isnan(part) else part for part in (number.real, number.imag))
    return struct.pack("2d", *parts)


def _items(value: Any) -> list[object]:  # noqa: ANN401  # any dict
    factory = value.default_factory if isinstance(value, defaultdict) else None
    return [*value.keys(), *value.values(), factory]


_Kind: TypeAlias = tuple[type | tuple[type, ...], Callable[[Any], _Seen]]
_KINDS: Final[tuple[_Kind, ...]] = (
    ((float, complex), lambda value: _Seen(_bits(value), [])),
    (int, lambda value: _Seen(_int.__int__(value), [])),
    (str, lambda value: _Seen(_str.__str__(value), [])),
    ((bytes, bytearray), lambda value: _Seen(bytes(value), [])),
    ((set, frozenset), lambda _value: _Seen(None, [])),
    (ChainMap, lambda value: _Seen(None, [value.maps])),
    (dict, lambda value: _Seen(None, _items(value))),
    ((list, tuple), lambda value: _Seen(None, list(value))),
    (deque, lambda value: _Seen(value.maxlen, list(value))),
    ((range, slice), lambda value: _Seen(None, [value.start, value.stop, value.step])),
    ((datetime, time), lambda value: _Seen(value.replace(tzinfo=None), [value.fold, value.tzinfo])),
    ((timezone, Decimal), lambda value: _Seen(repr(value), [])),
    (array, lambda value: _Seen((value.typecode, value.tobytes()), [])),
    (UUID, lambda value: _Seen((value.int, value.is_safe), [])),
)


def _has_fields(value: object) -> bool:
    kind = type(value)
    return isinstance(value, SimpleNamespace) or any(hasattr(kind, name) for name in _FIELDS)


def _attributes(value: object) -> tuple[list[str], list[object]]:
    """Answer names and values of the attributes of an instance, in slots and elsewhere."""
    kind = type(value)
    if not _has_fields(value) and not issubclass(kind, int | str | bytes | list | dict | tuple):
        return [], []
    found: dict[str, object] = {}
    for base in kind.__mro__:
        for name, slot in vars(base).items():
            if isinstance(slot, MemberDescriptorType):
                with suppress(AttributeError):  # a slot may be empty
                    found.setdefault(name, slot.__get__(value))
    found.update(getattr(value, "__dict__", {}))
    return sorted(found), [found[name] for name in sorted(found)]


def _matched(a: Iterable[object], b: Iterable[object]) -> bool:
    rest = list(b)
    for member in a:
        found = next((n for n, other in enumerate(rest) if same(member, other)), None)
        if found is None:
            return False
        del rest[found]
    return not rest
