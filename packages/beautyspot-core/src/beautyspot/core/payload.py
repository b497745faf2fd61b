"""The envelope of a stored result: which codec wrote it, and a checksum of what it wrote.

``b"BS" | version, 1 byte | length of the codec's name, 1 byte | name | checksum, 16 bytes | body``

The checksum is the first half of the SHA-256 of the body. It guards against accidents (a flipped
bit, a torn or truncated file), not against somebody who can write to the store. The record keeps it
too, so that a payload that is whole but another record's is noticed.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

from beautyspot.core.errors import CacheCorruptedError, SerializationError, ValidationError

__all__ = ["CHECKSUM_BYTES", "Envelope", "Sealed"]

CHECKSUM_BYTES: Final = 16
_MAGIC: Final = b"BS"
_VERSION: Final = 1
_FIXED: Final = len(_MAGIC) + 2
_LONGEST_NAME: Final = 255
_SMALL: Final = 4096  #: bytes


class Sealed(NamedTuple):
    """A payload, ready to be stored."""

    payload: bytes
    checksum: bytes  #: 16 bytes, as in the payload's envelope


class Envelope:
    """Seals what one codec wrote, and opens what it finds sealed by the same codec."""

    __slots__ = ("_body", "_codec", "_head_size", "head")

    def __init__(self, codec: str) -> None:
        """Take the codec's name and version, for example ``msgpack/1``.

        Raises:
            ValidationError: the name is not 1 to 255 ASCII characters.
        """
        if not codec or not codec.isascii() or len(codec) > _LONGEST_NAME:
            msg = f"codec={codec!r} cannot name a payload: expected 1 to 255 ASCII characters"
            raise ValidationError(msg)
        self._codec = codec
        self.head: Final = _MAGIC + bytes([_VERSION, len(codec)]) + codec.encode("ascii")
        self._head_size = len(self.head)
        self._body = self._head_size + CHECKSUM_BYTES

    def seal(self, parts: Iterable[bytes | memoryview]) -> Sealed:
        """Answer the payload whose body is these parts, one after the other, and its checksum.

        Joining them is the one copy that is made of a large result on its way to the store.
        """
        parts = tuple(parts)
        digest = sha256()
        for part in parts:
            digest.update(part)
        checksum = digest.digest()[:CHECKSUM_BYTES]
        return Sealed(b"".join((self.head, checksum, *parts)), checksum)

    def open(self, payload: bytes, checksum: bytes | None) -> bytes | memoryview:
        """Answer the body of a payload, verified; a large one is not copied.

        Args:
            payload: what the store gave.
            checksum: what the record says that the payload's checksum is; None is not known.

        Raises:
            CacheCorruptedError: the bytes are not those that were sealed, or not this record's.
            SerializationError: the payload is of another codec, or of a newer beautyspot.
        """
        # A view costs more than a copy of few bytes.
        small = len(payload) < _SMALL
        body = payload[self._body :] if small else memoryview(payload)[self._body :]
        digest = sha256(body).digest()[:CHECKSUM_BYTES]
        if digest == checksum and payload.startswith(self.head + digest):
            return body
        if not payload.startswith(self.head):
            raise self.unexpected(payload)
        sealed = payload[self._head_size : self._body]
        if digest != sealed:
            msg = f"a payload of {len(payload)} bytes does not match its checksum"
            raise CacheCorruptedError(msg)
        if checksum is not None and checksum != sealed:
            msg = f"a payload of {len(payload)} bytes is whole, but belongs to another record"
            raise CacheCorruptedError(msg)
        return body

    @property
    def head_bytes(self) -> int:
        """How many bytes of a payload stand in front of its body."""
        return self._body

    def is_head(self, head: bytes, checksum: bytes | None) -> bool:
        """Tell whether a payload that was verified before begins with these bytes.

        Args:
            head: the first ``head_bytes`` bytes.
            checksum: what the record says that the payload's checksum is; None is not known.
        """
        sealed = head[self._head_size :]
        known = len(sealed) == CHECKSUM_BYTES and head.startswith(self.head)
        return known and (checksum is None or checksum == sealed)

    def unexpected(self, payload: bytes) -> CacheCorruptedError | SerializationError:
        """Answer what is wrong with a payload that does not begin as those of this codec do."""
        if not payload.startswith(_MAGIC) or len(payload) < _FIXED:
            return CacheCorruptedError(f"{len(payload)} bytes are no payload of beautyspot")
        version, length = payload[_FIXED - 2 : _FIXED]
        if version != _VERSION:
            return SerializationError(f"a payload of envelope version {version}, known: {_VERSION}")
        codec = payload[_FIXED : _FIXED + length].decode("ascii", "replace")
        if len(payload) < _FIXED + length + CHECKSUM_BYTES:
            return CacheCorruptedError(f"a payload of {len(payload)} bytes ends before its content")
        return SerializationError(f"a payload of codec {codec!r}, expected {self._codec!r}")
