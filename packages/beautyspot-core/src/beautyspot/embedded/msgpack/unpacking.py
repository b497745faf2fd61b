"""How bytes are read, in the layout that ``msgpack`` describes."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast

import msgpack  # type: ignore[import-untyped]

from beautyspot.embedded.msgpack.packing import Code

__all__ = ["UNREADABLE", "unpacked"]

#: What the library and we raise for bytes that are no value.
UNREADABLE: Final[tuple[type[Exception], ...]] = (
    ValueError,
    cast("type[Exception]", msgpack.UnpackException),
    RecursionError,
    MemoryError,
    TypeError,
    OverflowError,
)

_unpack: Final = partial(
    cast("Callable[..., object]", msgpack.unpackb),  # pyright: ignore[reportUnknownMemberType]
    max_ext_len=0,  # an ext is a marker or nothing; a time stamp would ask no hook
    strict_map_key=False,
    unicode_errors="surrogatepass",
)


class _MarkerFoundError(Exception):
    """The bytes hold more than what MessagePack has itself."""


def unpacked(data: bytes | memoryview) -> object:
    """Answer the value of which these are the bytes.

    Raises:
        Exception: one of ``UNREADABLE``.
    """
    try:
        return _unpack(data, ext_hook=_found)
    except _MarkerFoundError:
        pass
    reader = _Reader()
    value = _unpack(data, ext_hook=reader.marker, list_hook=reader.array)
    if reader.waiting:
        raise ValueError("a marker begins no array")
    return value


def _found(_code: int, _data: bytes) -> object:
    raise _MarkerFoundError


class _Marker:
    """The first item of an array that is no list, while the array is read."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[list[Any]], object]) -> None:
        self.make = make  #: of the items behind it, the value


class _Reader:
    """Makes values of arrays that begin with a marker, from the innermost to the outermost."""

    __slots__ = ("waiting",)

    def __init__(self) -> None:
        self.waiting = 0  #: markers read that have not begun an array

    def marker(self, code: int, _data: bytes) -> _Marker:
        """Take an ext."""
        marker = _MARKERS.get(code)
        if marker is None:
            msg = f"the ext code {code} is unknown"
            raise ValueError(msg)
        self.waiting += 1
        return marker

    def array(self, items: list[Any]) -> object:
        """Take an array whose items are values already."""
        if not items or type(items[0]) is not _Marker:
            return items
        self.waiting -= 1
        return items[0].make(items[1:])


def _int(items: list[Any]) -> int:
    return int.from_bytes(_content(items), "big", signed=True)


def _complex(items: list[Any]) -> complex:
    real, imag = items
    if type(real) is not float or type(imag) is not float:
        raise TypeError("a complex is made of two floats")
    return complex(real, imag)


def _bytearray(items: list[Any]) -> bytearray:
    return bytearray(_content(items))


def _content(items: list[Any]) -> bytes:
    (content,) = items
    if type(content) is not bytes:
        msg = f"expected bytes behind a marker, found {type(content).__name__}"
        raise TypeError(msg)
    return content


def _set(items: list[Any]) -> set[Any]:
    members = set(items)
    if len(members) != len(items):
        raise ValueError("a set has a member twice")
    return members


def _frozenset(items: list[Any]) -> frozenset[Any]:
    return frozenset(_set(items))


_MARKERS: Final[dict[int, _Marker]] = {
    Code.INT: _Marker(_int),
    Code.COMPLEX: _Marker(_complex),
    Code.BYTEARRAY: _Marker(_bytearray),
    Code.TUPLE: _Marker(tuple),
    Code.SET: _Marker(_set),
    Code.FROZENSET: _Marker(_frozenset),
}
