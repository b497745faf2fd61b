"""The payload of a stream: what a generator yielded, chunk by chunk, and a checksum of it all.

``head | frame, one for each chunk | end frame | checksum, 16 bytes``

The head is that of any payload (``core.payload``) with ``stream+`` before the codec's name, so that
a value and a stream are never taken for each other. A frame is

``kind, 1 byte | length, 8 bytes | CRC-32, 4 bytes | content``

The kind is 1 for a chunk, 2 for what the generator returned (left out when that is None) and 0 for
the end, whose content is the number of chunks in 8 bytes. Numbers are big endian. The CRC is that
of kind, length and content: it guards a chunk on its way out, long after the whole was verified.
The checksum is the first half of the SHA-256 of everything before it.

Writing and reading take the memory of one chunk, however long the stream is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import sha256
from struct import Struct
from typing import Final, TypeAlias
from zlib import crc32

from beautyspot.core.errors import CacheCorruptedError
from beautyspot.core.payload import CHECKSUM_BYTES, Envelope

__all__ = [
    "Chunk",
    "Ended",
    "Frame",
    "FrameReader",
    "FrameWriter",
    "Framing",
    "Gave",
    "Lent",
    "Parts",
    "Read",
    "chunk_frame",
    "lent_frame",
]

#: Answers up to so many bytes from an offset on; fewer only where there are no more.
Read: TypeAlias = Callable[[int, int], bytes]
Parts: TypeAlias = Sequence[bytes | memoryview]

_PREFIX: Final = "stream+"
_LONGEST_NAME: Final = 255
_PLACE: Final = Struct(">BQ")  #: kind and length
_CRC: Final = Struct(">I")
_NUMBER: Final = Struct(">Q")
_BEFORE: Final = _PLACE.size + _CRC.size
#: Bytes that are read at once: small chunks should not cost a call to the system each.
_BLOCK: Final = 64 * 1024


class _Kind(IntEnum):
    END = 0
    CHUNK = 1
    GAVE = 2
    LENT = 3


@dataclass(frozen=True, slots=True)
class Chunk:
    """What the generator yielded."""

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gave:
    """What the generator returned at its end."""

    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lent:
    """Stands for a chunk of which there are no bytes. It is never stored."""

    number: int  #: of the chunk, from 0


@dataclass(frozen=True, slots=True)
class Ended:
    """The stream is complete."""

    count: int  #: of the chunks


Frame = Chunk | Gave | Lent | Ended


class Framing:
    """How the streams of one codec begin, and whether one is as it was written."""

    __slots__ = ("_envelope", "head")

    def __init__(self, codec: str) -> None:
        """Take the name of the codec that writes the chunks, for example ``msgpack/1``.

        Raises:
            ValidationError: the name is not 1 to 255 ASCII characters.
        """
        self._envelope = Envelope(_PREFIX + codec[len(_PREFIX) - _LONGEST_NAME :])
        self.head: Final = self._envelope.head

    def verify(self, read: Read, size: int, checksum: bytes | None) -> None:
        """Read a stream once, and see that it is as it was written.

        Args:
            read: answers the bytes of the stream.
            size: how many there are.
            checksum: what the record says that the checksum is; None is not known.

        Raises:
            CacheCorruptedError: the bytes are not those that were written, or not this record's.
            SerializationError: they are a value, of another codec, or of a newer beautyspot.
        """
        start = read(0, _LONGEST_NAME + _BEFORE)
        if not start.startswith(self.head):
            raise self._envelope.unexpected(start)
        digest = sha256()
        at, end = 0, size - CHECKSUM_BYTES
        while at < end:
            block = read(at, min(_BLOCK, end - at))
            if not block:
                break
            digest.update(block)
            at += len(block)
        sealed = read(end, CHECKSUM_BYTES) if end > 0 else b""
        if digest.digest()[:CHECKSUM_BYTES] != sealed:
            raise CacheCorruptedError(f"a stream of {size} bytes does not match its checksum")
        if checksum is not None and checksum != sealed:
            msg = f"a stream of {size} bytes is whole, but belongs to another record"
            raise CacheCorruptedError(msg)

    def reader(self, read: Read) -> "FrameReader":
        """Answer what reads the frames of a stream from the first on."""
        return FrameReader(read, len(self.head))


class FrameWriter:
    """Writes the frames of one stream; what it answers goes behind what it answered before."""

    __slots__ = ("_count", "_digest", "size")

    def __init__(self, framing: Framing) -> None:
        """Begin behind the head."""
        self.size = len(framing.head)  #: bytes of the stream up to now
        self._digest = sha256(framing.head)
        self._count = 0

    def chunk(self, content: Parts) -> Parts:
        """Answer the frame of a chunk, given in parts, which are not copied."""
        self._count += 1
        return self._written(_Kind.CHUNK, content)

    def gave(self, content: Parts) -> Parts:
        """Answer the frame of what the generator returned."""
        return self._written(_Kind.GAVE, content)

    def end(self) -> tuple[bytes, bytes]:
        """Answer what completes the stream, and the checksum that it ends with."""
        frame = b"".join(self._written(_Kind.END, (_NUMBER.pack(self._count),)))
        checksum = self._digest.digest()[:CHECKSUM_BYTES]
        self.size += CHECKSUM_BYTES
        return frame + checksum, checksum

    def _written(self, kind: int, content: Parts) -> Parts:
        frame = _framed(kind, content)
        for part in frame:
            self._digest.update(part)
            self.size += memoryview(part).nbytes
        return frame


class FrameReader:
    """Reads frames, one after the other."""

    __slots__ = ("_at", "_block", "_count", "_offset", "_read")

    def __init__(self, read: Read, offset: int) -> None:
        """Take where bytes come from, and where the first frame begins."""
        self._read = read
        self._offset = offset  # of the block's first byte
        self._block = b""
        self._at = 0  # in the block
        self._count = 0

    @property
    def offset(self) -> int:
        """Where the next frame begins."""
        return self._offset + self._at

    def skip(self, offset: int) -> None:
        """Take the next chunk for read; the frame after it begins at an offset."""
        self._offset, self._block, self._at = offset, b"", 0
        self._count += 1

    def frame(self) -> Frame:
        """Answer the next frame.

        Raises:
            CacheCorruptedError: the bytes there are no frame, or the last one of too few.
        """
        place = self._take(_PLACE.size)
        kind, length = _PLACE.unpack(place)
        (crc,) = _CRC.unpack(self._take(_CRC.size))
        content = self._take(length)
        if crc32(content, crc32(place)) != crc:
            raise CacheCorruptedError(f"a frame of {length} bytes does not match its checksum")
        match kind:
            case _Kind.CHUNK:
                self._count += 1
                return Chunk(content)
            case _Kind.GAVE:
                return Gave(content)
            case _Kind.LENT:
                self._count += 1
                return Lent(_number(content))
            case _Kind.END if _number(content) == self._count:
                return Ended(self._count)
            case _:
                msg = f"a frame of kind {kind} after {self._count} chunks has no place there"
                raise CacheCorruptedError(msg)

    def _take(self, size: int) -> bytes:
        taken = self._block[self._at : self._at + size]
        self._at += len(taken)
        if len(taken) == size:
            return taken
        self._offset, self._at = self.offset, 0
        missing = size - len(taken)
        self._block = self._read(self._offset, max(missing, _BLOCK))
        rest = self._block[:missing]
        self._at = len(rest)
        if len(rest) < missing:
            raise CacheCorruptedError("a stream ends before its end")
        return taken + rest if taken else rest


def lent_frame(number: int) -> Parts:
    """Answer the frame that stands for a chunk of which there are no bytes."""
    return _framed(_Kind.LENT, (_NUMBER.pack(number),))


def chunk_frame(content: Parts) -> Parts:
    """Answer the frame of a chunk of a stream that is not stored."""
    return _framed(_Kind.CHUNK, content)


def _framed(kind: int, content: Parts) -> Parts:
    place = _PLACE.pack(kind, sum(memoryview(part).nbytes for part in content))
    crc = crc32(place)
    for part in content:
        crc = crc32(part, crc)
    return (place + _CRC.pack(crc), *content)


def _number(content: bytes) -> int:
    return int.from_bytes(content)
