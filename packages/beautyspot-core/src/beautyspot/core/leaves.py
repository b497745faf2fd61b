"""The nodes of values that hold no others, and that plain JSON does not know or keeps badly."""

from collections.abc import Callable
from hashlib import sha256
from struct import pack
from typing import Any, Final

from beautyspot.core.content import NoContent
from beautyspot.core.plain import DECIMAL_BITS, TEXT_LIMIT, Node, text_digest

__all__ = ["LEAVES"]

#: Bytes up to which content stands in the text itself; above it, its digest does.
_BYTES_LIMIT: Final = 64
#: What bytes mean that are the same in every process: no pointers, and nothing with padding.
_FORMATS: Final = frozenset("?bBcdefhHiIlLnNqQ")
_ORDERS: Final = frozenset("<>=!@")
_NATIVE: Final = "<" if pack("=H", 1)[0] else ">"


def _int(value: int) -> Node:
    if value.bit_length() <= DECIMAL_BITS:
        return value
    return {"$": "int", "v": hex(value)}


def _str(value: str) -> Node:
    if len(value) <= TEXT_LIMIT:
        return value
    return {"$": "str", "n": len(value), "v": text_digest(value)}


def _complex(value: complex) -> Node:
    return {"$": "complex", "v": [value.real, value.imag]}


def _bytes(value: bytes | bytearray) -> Node:
    return _content(type(value).__name__, value)


def _memoryview(value: memoryview) -> Node:
    """Write what is seen, in the order of its indices; how it lies in memory is no content."""
    order, kind = value.format[:-1], value.format[-1:]
    if kind not in _FORMATS or (order and order not in _ORDERS):
        raise NoContent(f"its items, of the format {value.format!r}, may be addresses")
    order = {"": _NATIVE, "@": _NATIVE, "=": _NATIVE, "!": ">"}.get(order, order)
    layout = {"f": order + kind, "i": value.itemsize, "s": list(value.shape or ())}
    return {**layout, **_content("memoryview", value.tobytes())}


def _content(tag: str, content: bytes | bytearray) -> dict[str, Node]:
    if len(content) <= _BYTES_LIMIT:
        return {"$": tag, "v": content.hex()}
    return {"$": tag, "n": len(content), "v": sha256(content).hexdigest()}


#: By exact type: a subclass is another type, and means something of its own.
LEAVES: Final[dict[type, Callable[[Any], Node]]] = {
    int: _int,
    str: _str,
    complex: _complex,
    bytes: _bytes,
    bytearray: _bytes,
    memoryview: _memoryview,
}
