"""Reading payloads: the envelope verifies them, the serializer makes values of them."""

from collections.abc import Sequence
from typing import Final, cast

from beautyspot.awaitable import is_awaitable
from beautyspot.core.errors import DataError, SerializationError
from beautyspot.core.payload import Envelope, Sealed
from beautyspot.core.ports import NamedCodec, PartsSerializer, Serializer

__all__ = ["Payloads", "codec_of"]

#: Characters of a codec's name that an envelope has room for.
_LONGEST_CODEC: Final = 255

_NOT_THERE_YET: Final = (
    "it is a {}, which has no result before it is awaited. Make the function async def, which is "
    "remembered by what it answers when awaited; or say so where it is defined, with -> "
    "Awaitable[...] or inspect.markcoroutinefunction; in an async def, return await ..."
)


class Payloads:
    """What one serializer writes, in its envelope."""

    def __init__(self, serializer: Serializer) -> None:
        """Take what reads and writes the bodies."""
        self.serializer: Final = serializer
        self.envelope: Final = Envelope(codec_of(serializer))
        self._open: Final = self.envelope.open
        self._loads: Final = serializer.loads
        #: Asked once: whether a class keeps a protocol takes as long as writing a small value.
        self._parts: Final = serializer if isinstance(serializer, PartsSerializer) else None

    def sealed(self, value: object) -> Sealed:
        """Answer a value as a payload.

        Raises:
            SerializationError: it cannot be kept; a foreign serializer may raise anything.
        """
        return self.envelope.seal(self.dumped(value))

    def dumped(self, value: object) -> Sequence[bytes | memoryview]:
        """Answer a value as the body of a payload, in parts. Raises as ``sealed`` does."""
        if is_awaitable(value):
            raise SerializationError(_NOT_THERE_YET.format(type(value).__qualname__))
        if self._parts is not None:
            return self._parts.dumps_parts(value)
        body = cast("object", self.serializer.dumps(value))  # foreign code keeps no promise
        if isinstance(body, bytes):
            return (body,)
        kind = type(self.serializer).__qualname__
        raise SerializationError(f"{kind}.dumps answered {type(body).__name__}, no bytes")

    def decode(self, data: bytes, checksum: bytes | None) -> object:
        """Answer the value of a payload.

        Args:
            data: the payload.
            checksum: what its record says that its checksum is; None is not known.

        Raises:
            DataError: it is damaged, another record's, or no value.
        """
        body = self._open(data, checksum)
        try:
            return self._loads(body)  # not through ``loads``: every hit comes through here
        except DataError:
            raise
        except Exception as error:
            raise self._failed(body, error) from error

    def loads(self, body: bytes | memoryview) -> object:
        """Answer the value of a body.

        Raises:
            DataError: it is no value.
        """
        try:
            return self._loads(body)
        except DataError:
            raise
        except Exception as error:
            raise self._failed(body, error) from error

    def _failed(self, body: bytes | memoryview, error: Exception) -> SerializationError:
        kind = type(self.serializer).__qualname__
        return SerializationError(f"{kind}.loads failed on {len(body)} bytes ({error!r})")


def codec_of(serializer: Serializer) -> str:
    """Answer what is written into every payload to say who wrote it."""
    if isinstance(serializer, NamedCodec):
        return serializer.codec
    kind = type(serializer)
    name = f"{kind.__module__}.{kind.__qualname__}".encode("ascii", "backslashreplace").decode()
    return name[-_LONGEST_CODEC:]
