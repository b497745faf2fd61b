"""Values as MessagePack, exactly: the same types come back at every depth, or dumping is refused.

What MessagePack has itself is written as it is: None, bool, int up to 64 bits, float, str, bytes,
list, dict. Every other type is an array that begins with a marker, which is an ext without data::

    [ext(1), bin]           an int above 64 bits, two's complement, big endian
    [ext(2), float, float]  a complex
    [ext(3), bin]           a bytearray
    [ext(16), *members]     a tuple; 17: a set; 18: a frozenset

No value of a user contains an ext, so nothing else looks like this. An ext with data is never
written and never read: packed bytes inside packed bytes would call the C reader from within itself,
and 200 levels of that end the interpreter.

Codes 0 to 15 are scalars, 16 to 31 containers, 32 to 63 are kept for further types of beautyspot,
64 for all types that users register (their names follow the marker), 65 to 127 are free. A new code
changes nothing that is written today; an older beautyspot refuses to read it.
"""

import re
from typing import Final

from beautyspot.core.errors import ConfigurationError, SerializationError
from beautyspot.embedded.msgpack.packing import packed
from beautyspot.embedded.msgpack.unpacking import UNREADABLE, unpacked

__all__ = ["MsgpackSerializer"]

_URL: Final = re.compile(r"msgpack:?")


class MsgpackSerializer:
    """Keeps plain values exactly, and runs no code to read them, whatever the bytes are.

    Plain are None, bool, int, float, complex, str, bytes, bytearray, and list, tuple, set,
    frozenset and dict of plain values, at most 1023 within each other. A subclass of one of these
    is another type, and refused. What a value holds twice comes back as two.
    """

    __slots__ = ()

    @classmethod
    def from_url(cls, url: str, **options: object) -> "MsgpackSerializer":
        """Make one of ``msgpack:``, which has no options.

        Raises:
            ConfigurationError: the URL is another one, or there is an option.
        """
        if _URL.fullmatch(url) is None or options:
            given = "".join(f", {name}={value!r}" for name, value in options.items())
            msg = f"no serializer can be made of {url!r}{given}: expected 'msgpack:' and no options"
            raise ConfigurationError(msg)
        return cls()

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    @property
    def codec(self) -> str:
        """Name and version of the format."""
        return "msgpack/1"

    def dumps(self, value: object) -> bytes:
        """Answer bytes that ``loads`` turns into an equal value of the same type at every depth.

        Raises:
            SerializationError: some part is not plain, is nested too deep or holds itself: the
                message says where it stands and what to do. Or the bytes do not fit into memory.
        """
        try:
            return packed(value)
        except (ValueError, MemoryError) as error:  # 4 GiB in one str or bytes are too many
            msg = f"a {type(value).__qualname__} is too large ({type(error).__name__}: {error})"
            raise SerializationError(msg) from error

    def loads(self, data: bytes | memoryview) -> object:
        """Answer the value.

        It takes up to 80 bytes of memory for each byte of ``data``, and 100 MiB more while bytes
        are refused that were made to do harm: how many to accept is the caller's decision. Of
        several equal keys of a dict the last one counts.

        Raises:
            SerializationError: ``dumps`` has never written this, or there is no memory for it.
        """
        try:
            return unpacked(data)
        except UNREADABLE as error:
            cause = f"{type(error).__name__}: {error}"
            msg = f"{len(data)} bytes are no value of {self.codec!r} ({cause})"
            raise SerializationError(msg) from error
