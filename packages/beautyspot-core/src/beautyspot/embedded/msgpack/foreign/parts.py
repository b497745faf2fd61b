"""What comes back from bytes is not trusted: these checks stand before a library is asked."""

import math
from typing import Any, TypeVar

from beautyspot.embedded.msgpack.unread import Unread

__all__ = ["buffer", "expect", "items", "optional", "sized", "sizes", "strings"]

_T = TypeVar("_T")
_Buffer = TypeVar("_Buffer", memoryview, Unread)


def expect(part: object, kind: type[_T]) -> _T:
    """Answer a part when it is of exactly this type.

    Raises:
        TypeError: it is of another.
    """
    if type(part) is not kind:
        msg = f"expected {kind.__qualname__}, found {type(part).__qualname__}"
        raise TypeError(msg)
    return part


def optional(part: object, kind: type[_T]) -> _T | None:
    """Answer a part when it is None or of exactly this type; TypeError otherwise."""
    return None if part is None else expect(part, kind)


def items(part: object) -> list[Any]:
    """Answer a part when it is a list; TypeError otherwise."""
    found: list[Any] = expect(part, list)  # pyright: ignore[reportUnknownVariableType]
    return found


def buffer(part: object, size: int) -> memoryview:
    """Answer a part when it is a buffer of so many bytes.

    Raises:
        TypeError: it is no buffer.
        ValueError: it has another size.
    """
    if type(part) is not bytes and type(part) is not memoryview:
        msg = f"expected a buffer, found {type(part).__qualname__}"
        raise TypeError(msg)
    view = memoryview(part)
    if view.ndim != 1 or view.format != "B" or not view.c_contiguous:
        raise ValueError("expected a buffer of bytes in one line")
    return sized(view, size)


def sized(part: _Buffer, size: int) -> _Buffer:
    """Answer a buffer when it is one of so many bytes; ValueError otherwise."""
    if part.nbytes != size:
        msg = f"expected a buffer of {size} bytes, found {part.nbytes}"
        raise ValueError(msg)
    return part


def sizes(part: object) -> tuple[tuple[int, ...], int]:
    """Answer a list of sizes as a shape, and how many items it has.

    Raises:
        TypeError: it is no list of ints.
        ValueError: one is negative.
    """
    shape = tuple(expect(size, int) for size in items(part))
    if any(size < 0 for size in shape):
        msg = f"a shape has no negative sizes: {shape!r}"
        raise ValueError(msg)
    return shape, math.prod(shape)


def strings(part: object) -> list[str | None]:
    """Answer a list whose items are str or None; TypeError for any other."""
    return [optional(item, str) for item in items(part)]
