"""Arrays of the module ``array``, as one buffer."""

import sys
from array import array
from collections.abc import Callable
from typing import Any, Final, cast

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.standard.checks import exactly, require

__all__ = ["CODECS"]

_CODES: Final = frozenset("bBuwhHiIlLqQfd")
#: The type checker knows text of two bytes each, which is deprecated, and takes all for it.
_new_array: Final[Callable[[str], "array[Any]"]] = cast("Any", array)
_TEXT: Final = frozenset("uw")


def _taken(value: "array[Any]") -> list[object]:
    # A view of text, or of nothing, cannot be seen as bytes.
    text = value.typecode in _TEXT
    view = memoryview(value.tobytes()) if text or not value else memoryview(value).cast("B")
    return [value.typecode, value.itemsize, sys.byteorder, view]


def _made(parts: list[Any]) -> "array[Any]":
    typecode, itemsize, order, view = parts
    require(typecode in _CODES, "the type code of an array")
    value = _new_array(typecode)
    require(value.itemsize == itemsize, f"items of {value.itemsize} bytes, as they are here")
    require(order in {"big", "little"}, "an order of bytes")
    value.frombytes(exactly(view, memoryview))
    if order != sys.byteorder:
        value.byteswap()
    if typecode in _TEXT:
        value.tounicode()  # raises ValueError when it is no text
    return value


CODECS: Final[dict[type, Codec]] = {array: Codec("array.array", _taken, _made)}
