"""How bytes are read, in the layout that ``msgpack`` describes."""

import io
from collections.abc import Callable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, BinaryIO, Final, cast

import msgpack  # type: ignore[import-untyped]

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.knowledge import Knowledge, codec_named
from beautyspot.embedded.msgpack.layout import BUFFERS, CLASS_LIMIT, SCARCE, Code
from beautyspot.embedded.msgpack.pieces import ABSENT, Absent, Class
from beautyspot.embedded.msgpack.unread import Unread, UnreadBuffers

__all__ = ["unpacked", "unpacked_file"]

#: Bytes in front of what is read when there are buffers behind it.
_HEAD: Final = len(BUFFERS) + 4

_unpackb: Final = cast("Callable[..., object]", msgpack.unpackb)  # pyright: ignore[reportUnknownMemberType]
_FormatError: Final = cast("type[Exception]", msgpack.FormatError)


class _MarkerFoundError(Exception):
    """The bytes hold more than what MessagePack has itself."""


def unpacked(
    data: bytes | memoryview, knowledge: Knowledge, registered: list[object] | None = None
) -> object:
    """Answer the value of which these are the bytes.

    Args:
        data: what ``packed`` answered, put together.
        knowledge: of what is not plain.
        registered: filled with the values of registered types, in the order in which they are read.

    Raises:
        Exception: any, for bytes that are no value.
    """
    try:
        return _unpackb(  # a partial, or arguments in a dict, would take a third longer
            data,
            max_ext_len=0,  # an ext is a marker or nothing; a time stamp would ask no hook
            strict_map_key=False,
            unicode_errors="surrogatepass",
            ext_hook=_found,
        )
    except _MarkerFoundError:
        skeleton, buffers = data, memoryview(b"")
    except _FormatError:
        if data[:1] != BUFFERS:
            raise
        skeleton, buffers = _split(memoryview(data))
    return _read(skeleton, _Reader(buffers, knowledge, registered))


def unpacked_file(file: BinaryIO, knowledge: Knowledge) -> object:
    """Answer the value of which the bytes from where the file stands to its end are.

    Raises:
        Exception: any, for bytes that are no value.
    """
    begin = file.seek(0, io.SEEK_CUR)
    head = file.read(_HEAD)
    if head[:1] != BUFFERS:
        file.seek(begin)
        return unpacked(file.read(), knowledge)
    size = int.from_bytes(head[len(BUFFERS) :], "big")
    buffers = UnreadBuffers(file, begin + _HEAD + size)
    if buffers.nbytes <= 0:
        raise ValueError("there are no buffers behind")
    file.seek(begin + _HEAD)
    return _read(file.read(size), _Reader(buffers, knowledge, None))


def _read(skeleton: bytes | memoryview, reader: "_Reader") -> object:
    value = _unpackb(
        skeleton,
        max_ext_len=0,
        strict_map_key=False,
        unicode_errors="surrogatepass",
        ext_hook=reader.marker,
        list_hook=reader.array,
    )
    reader.finish()
    return value


def _split(data: memoryview) -> tuple[memoryview, memoryview]:
    size = int.from_bytes(data[len(BUFFERS) : _HEAD], "big")
    buffers = data[_HEAD + size :].toreadonly()
    if not buffers.nbytes:
        raise ValueError("there are no buffers behind")
    return data[_HEAD : _HEAD + size], buffers


def _found(_code: int, _data: bytes) -> object:
    raise _MarkerFoundError


@cache
def _together() -> ModuleType:
    # Most programs store plain values, and never load what knows the others.
    return import_module("beautyspot.embedded.msgpack.together")


class _Reader:
    """Makes values of arrays that begin with a marker, from the innermost to the outermost."""

    __slots__ = (
        "_behind", "_buffers", "_classes", "_codecs", "_knowledge", "_registered", "_scarce",
        "_waiting",
    )  # fmt: skip

    def __init__(
        self,
        buffers: memoryview | UnreadBuffers,
        knowledge: Knowledge,
        registered: list[object] | None,
    ) -> None:
        self._buffers = buffers
        self._knowledge = knowledge
        self._registered = registered
        self._behind = 0  #: bytes of the buffers that are taken
        self._classes: list[Class] = []
        self._codecs: dict[str, Codec] = {}
        self._scarce: dict[str, int] = {}
        #: Markers that have not begun an array, and pieces that nothing has taken.
        self._waiting = 0

    def finish(self) -> None:
        """Raise ValueError when something is left over."""
        if self._waiting:
            raise ValueError("a marker begins no array, or a piece belongs to nothing")
        if self._behind != self._buffers.nbytes:
            raise ValueError("the buffers are not as long as what stands behind")

    def marker(self, code: int, _data: bytes) -> "_Marker":
        """Take an ext."""
        marker = _MARKERS.get(code)
        if marker is None:
            msg = f"the ext code {code} is unknown"
            raise ValueError(msg)
        self._waiting += 1
        return marker

    def array(self, items: list[Any]) -> object:
        """Take an array whose items are values already."""
        if not items or type(items[0]) is not _Marker:
            return items
        self._waiting -= 1
        return items[0].make(self, items[1:])

    def absent(self, items: list[Any]) -> Absent:
        """Answer the piece that stands for a missing field."""
        () = items
        self._waiting += 1
        return ABSENT

    def buffer(self, items: list[Any]) -> memoryview | Unread:
        """Answer a buffer, of bytes here or behind: there each begins where the last one ends."""
        self._waiting += 1
        if len(items) == 1:
            return memoryview(_content(items))
        begin, size = items
        if type(begin) is not int or type(size) is not int or begin != self._behind or size < 0:
            raise ValueError("a buffer does not begin where the last one ends")
        self._behind += size  # beyond the end it is refused when all is read
        return self._buffers[begin : self._behind]

    def class_(self, items: list[Any]) -> Class:
        """Take the description of a class, in front of its first instance."""
        if len(self._classes) >= CLASS_LIMIT:
            msg = f"there are more than {CLASS_LIMIT} classes"
            raise ValueError(msg)
        class_ = Class(_together().described(items, self._knowledge).make)
        self._classes.append(class_)
        self._waiting += 1
        return class_

    def instance(self, items: list[Any]) -> object:
        """Answer an instance of a class that is described here or before."""
        class_, *state = items
        if type(class_) is Class:
            self._waiting -= 1
        elif type(class_) is int and class_ >= 0:
            class_ = self._classes[class_]
        else:
            raise TypeError("expected a class, or its number")
        self._waiting -= list(map(type, state)).count(Absent)
        return class_.make(state)

    def known(self, items: list[Any]) -> object:
        """Answer a value of a type that beautyspot knows."""
        name, *parts = items
        codec = self._codecs.get(name) or self._codec(name)
        if name in SCARCE:
            count = self._scarce[name] = self._scarce.get(name, 0) + 1
            if count > SCARCE[name]:
                msg = f"there are too many values called {name!r}"
                raise ValueError(msg)
        if codec.buffers:
            kinds = list(map(type, parts))
            self._waiting -= kinds.count(memoryview) + kinds.count(Unread)
            if Unread in kinds and not codec.unread:
                parts = [part.read() if type(part) is Unread else part for part in parts]
        return codec.decode(parts)

    def _codec(self, name: object) -> Codec:
        codec = codec_named(name) if type(name) is str else None
        if codec is None:
            msg = f"the name {name!r:.100} is unknown"
            raise ValueError(msg)
        self._codecs[codec.name] = codec
        return codec

    def registered(self, items: list[Any]) -> object:
        """Answer a value of a type that the user has registered."""
        value: object = _together().from_registered(items, self._knowledge)
        if self._registered is not None:
            self._registered.append(value)
        return value


class _Marker:
    """The first item of an array that is no list, while the array is read."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[[_Reader, list[Any]], object]) -> None:
        self.make = make  #: of the items behind it, the value


def _int(_reader: _Reader, items: list[Any]) -> int:
    return int.from_bytes(_content(items), "big", signed=True)


def _complex(_reader: _Reader, items: list[Any]) -> complex:
    real, imag = items
    if type(real) is not float or type(imag) is not float:
        raise TypeError("a complex is made of two floats")
    return complex(real, imag)


def _bytearray(_reader: _Reader, items: list[Any]) -> bytearray:
    return bytearray(_content(items))


def _content(items: list[Any]) -> bytes:
    (content,) = items
    if type(content) is not bytes:
        msg = f"expected bytes behind a marker, found {type(content).__name__}"
        raise TypeError(msg)
    return content


def _tuple(_reader: _Reader, items: list[Any]) -> tuple[Any, ...]:
    return tuple(items)


def _set(_reader: _Reader, items: list[Any]) -> set[Any]:
    members = set(items)
    if len(members) != len(items):
        raise ValueError("a set has a member twice")
    return members


def _frozenset(reader: _Reader, items: list[Any]) -> frozenset[Any]:
    return frozenset(_set(reader, items))


_MARKERS: Final[dict[int, _Marker]] = {
    Code.INT: _Marker(_int),
    Code.COMPLEX: _Marker(_complex),
    Code.BYTEARRAY: _Marker(_bytearray),
    Code.BUFFER: _Marker(_Reader.buffer),
    Code.TUPLE: _Marker(_tuple),
    Code.SET: _Marker(_set),
    Code.FROZENSET: _Marker(_frozenset),
    Code.KNOWN: _Marker(_Reader.known),
    Code.INSTANCE: _Marker(_Reader.instance),
    Code.CLASS: _Marker(_Reader.class_),
    Code.ABSENT: _Marker(_Reader.absent),
    Code.REGISTERED: _Marker(_Reader.registered),
}
