"""Ranges, slices, the ellipsis, and classes that are built in."""

from types import EllipsisType, NoneType
from typing import Any, Final

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.standard.checks import exactly, require

__all__ = ["BUILTIN_TYPES", "CODECS"]

#: Classes that may stand as values, by name: what ``defaultdict`` makes, and columns are made of.
BUILTIN_TYPES: Final[dict[str, type]] = {
    type_.__name__: type_
    for type_ in (
        bool, bytearray, bytes, complex, dict, float, frozenset, int, list, object, set, str,
        tuple, NoneType,
    )
}  # fmt: skip


def _of_range(value: range) -> list[object]:
    return [value.start, value.stop, value.step]


def _range(parts: list[Any]) -> range:
    start, stop, step = (exactly(part, int) for part in parts)
    return range(start, stop, step)


def _of_slice(value: slice) -> list[object]:
    return [value.start, value.stop, value.step]


def _slice(parts: list[Any]) -> slice:
    start, stop, step = parts
    return slice(start, stop, step)


def _of_ellipsis(_value: EllipsisType) -> list[object]:
    return []


def _ellipsis(parts: list[Any]) -> EllipsisType:
    require(not parts, "nothing behind an ellipsis")
    return ...


def _of_type(value: type) -> list[object]:
    name = value.__name__
    if BUILTIN_TYPES.get(name) is not value:
        msg = "of classes only those that are built in are kept. Return its name, a str"
        raise SerializationError(msg)
    return [name]


def _type(parts: list[Any]) -> type:
    (name,) = parts
    require(name in BUILTIN_TYPES, "a class that is built in")
    return BUILTIN_TYPES[name]


CODECS: Final[dict[type, Codec]] = {
    range: Codec("builtins.range", _of_range, _range),
    slice: Codec("builtins.slice", _of_slice, _slice, buffers=False),
    EllipsisType: Codec("builtins.ellipsis", _of_ellipsis, _ellipsis),
    type: Codec("builtins.type", _of_type, _type),
}
