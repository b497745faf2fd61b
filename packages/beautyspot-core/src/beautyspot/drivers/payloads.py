"""Reading payloads: the envelope verifies them, the serializer makes values of them."""

from typing import Final

from beautyspot.core.errors import DataError, SerializationError
from beautyspot.core.payload import Envelope
from beautyspot.core.ports import NamedCodec, Serializer

__all__ = ["Payloads"]

#: Characters of a codec's name that an envelope has room for.
_LONGEST_CODEC: Final = 255


class Payloads:
    """What one serializer writes, in its envelope."""

    def __init__(self, serializer: Serializer) -> None:
        """Take what reads and writes the bodies."""
        self.serializer: Final = serializer
        self.envelope: Final = Envelope(_codec_of(serializer))
        self._open: Final = self.envelope.open
        self._loads: Final = serializer.loads

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
            return self._loads(body)
        except DataError:
            raise
        except Exception as error:
            msg = f"{type(self.serializer).__qualname__}.loads failed on {len(body)} bytes"
            raise SerializationError(msg) from error


def _codec_of(serializer: Serializer) -> str:
    if isinstance(serializer, NamedCodec):
        return serializer.codec
    kind = type(serializer)
    name = f"{kind.__module__}.{kind.__qualname__}".encode("ascii", "backslashreplace").decode()
    return name[-_LONGEST_CODEC:]
