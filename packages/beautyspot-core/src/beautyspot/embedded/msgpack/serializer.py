"""Values as MessagePack, exactly: the same types come back at every depth, or dumping is refused.

What MessagePack has itself is written as it is: None, bool, int up to 64 bits, float, str, bytes,
list, dict. Every other type is an array that begins with a marker, which is an ext without data::

    [ext(1), bin]           an int above 64 bits, two's complement, big endian
    [ext(2), float, float]  a complex
    [ext(3), bin]           a bytearray
    [ext(4), bin]           a buffer, a part of a value of a known type, of less than 4096 bytes
    [ext(4), begin, size]   a buffer behind the rest, where it begins there and how long it is
    [ext(16), *members]     a tuple; 17: a set; 18: a frozenset
    [ext(32), name, *parts]                 a value of a type that beautyspot knows
    [ext(33), class, *state]                an instance of a class of the user
    [ext(34), "module:qualname", kind, *fields]   the class, in front of its first instance
    [ext(33), number, *state]               another one: the classes are numbered from 0
    [ext(35)]                               stands for a field that an instance does not have
    [ext(64), code, "module:qualname", state]     a value of a type that a user has registered
    [ext(64), code, name, "module:qualname", state]   the same, of a subclass of that type

When there are buffers behind the rest, all begins with ``c1``, which MessagePack never uses, and
the length of the rest, four bytes, big endian. Then follow the rest and the buffers.

No value of a user contains an ext, so nothing else looks like this. An ext with data is never
written and never read: packed bytes inside packed bytes would call the C reader from within itself,
and 200 levels of that end the interpreter.

Codes 0 to 15 are scalars, 16 to 31 containers, 32 to 63 are kept for further types of beautyspot,
64 for all types that users register, 65 to 127 are free. A new code changes nothing that is written
today; an older beautyspot refuses to read it.
"""

import re
from collections.abc import Callable
from typing import BinaryIO, Final, TypeVar

from beautyspot.core.choices import SchemaChange
from beautyspot.core.errors import ConfigurationError, SerializationError
from beautyspot.core.ports import FindClass
from beautyspot.embedded.msgpack.knowledge import Knowledge
from beautyspot.embedded.msgpack.packing import packed, packed_simple
from beautyspot.embedded.msgpack.registrations import (
    Decoder,
    DecoderFactory,
    Encoder,
    Registration,
    Registrations,
)
from beautyspot.embedded.msgpack.unpacking import unpacked, unpacked_file
from beautyspot.embedded.msgpack.verification import ContentText, verify

__all__ = ["MsgpackSerializer"]

T = TypeVar("T")

_URL: Final = re.compile(r"msgpack:?")
#: 4 GiB in one str or bytes are too many for the format.
_TOO_LARGE: Final = (ValueError, OverflowError, MemoryError)


class MsgpackSerializer:
    """Keeps values exactly; to read them it runs no code but that of registered types.

    Kept are plain values (None, bool, int, float, complex, str, bytes, bytearray, list, tuple, set,
    frozenset, dict), what the standard library has of times, numbers, paths, addresses and
    containers, arrays and tables of some libraries, and instances of classes that ``within`` finds:
    dataclasses, attrs, pydantic models, named tuples, enumerations, and subclasses of plain types.
    At most 1023 stand within each other. What a value holds twice comes back as two.
    """

    __slots__ = ("_content_text", "_knowledge")

    def __init__(
        self, content_text: ContentText | None = None, knowledge: Knowledge | None = None
    ) -> None:
        """Make one.

        Args:
            content_text: answers a text that only equal values share, None for a value that has no
                content; compares values of registered types with what comes back. None: ``==``.
            knowledge: shared with another one; None knows no registered types and no classes yet.
        """
        self._content_text = content_text
        self._knowledge = Knowledge(Registrations()) if knowledge is None else knowledge

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

    def within(self, find: FindClass, on_schema_change: SchemaChange) -> "MsgpackSerializer":
        """Answer a view that keeps instances of the classes that somebody's code holds.

        Types that are registered with either are known to both.

        Args:
            find: answers the class called ``module:qualname``, None when there is none. When it has
                a method ``name_of``, this answers what a class is called in the bytes.
            on_schema_change: ``"raw"`` reads an instance of a class that has changed as a dict of
                the stored fields; otherwise SchemaChanged is raised.
        """
        known = self._knowledge._replace(find=find, on_schema_change=on_schema_change)
        return type(self)(self._content_text, known)

    def register_type(
        self,
        type_: type,
        code: int,
        encoder: Encoder,
        decoder: Decoder | None = None,
        *,
        decoder_factory: DecoderFactory | None = None,
    ) -> None:
        """Keep values of a type, and of its subclasses when the decoder makes exactly these.

        Args:
            type_: the class.
            code: 0 to 127, of no other type; it is in the bytes, together with the type's name.
            encoder: answers for a value anything that can be stored.
            decoder: answers the value for what the encoder answered.
            decoder_factory: answers a decoder for a class, which is ``type_`` or a subclass of it.

        Raises:
            ConfigurationError: the code or the type is taken, or something cannot be used.
        """
        new = Registration(type_, code, encoder, decoder, decoder_factory)
        self._knowledge.registrations.add(new)

    def register(
        self,
        code: int,
        encoder: Encoder,
        decoder: Decoder | None = None,
        decoder_factory: DecoderFactory | None = None,
    ) -> Callable[[type[T]], type[T]]:
        """Answer a decorator that registers a class as ``register_type`` does."""

        def registered(class_: type[T]) -> type[T]:
            self.register_type(class_, code, encoder, decoder, decoder_factory=decoder_factory)
            return class_

        return registered

    def dumps(self, value: object) -> bytes:
        """Answer bytes that ``loads`` turns into an equal value of the same type at every depth.

        Raises:
            SerializationError: some part cannot be kept exactly, is nested too deep or holds
                itself: the message says where it stands and what to do. Or the bytes do not fit
                into memory.
        """
        try:
            simple = packed_simple(value)
            return b"".join(self._parts(value)) if simple is None else simple
        except _TOO_LARGE as error:
            raise _too_large(value, error) from error

    def dumps_parts(self, value: object) -> list[bytes | memoryview]:
        """Answer what ``dumps`` does, in parts; large buffers are those of the value itself.

        Raises:
            SerializationError: as ``dumps`` does.
        """
        try:
            simple = packed_simple(value)
            return self._parts(value) if simple is None else [simple]
        except _TOO_LARGE as error:
            raise _too_large(value, error) from error

    def _parts(self, value: object) -> list[bytes | memoryview]:
        written = packed(value, self._knowledge)
        if written.registered:
            verify(written, self._knowledge, self._content_text)
        return written.parts

    def loads(self, data: bytes | memoryview) -> object:
        """Answer the value.

        It takes up to 80 bytes of memory for each byte of ``data``, and 100 MiB more while bytes
        are refused that were made to do harm: how many to accept is the caller's decision. Of
        several equal keys of a dict the last one counts.

        Raises:
            SchemaChanged: an instance of a class that has changed since is among it.
            SerializationError: ``dumps`` has never written this, or there is no memory for it.
        """
        try:
            return unpacked(data, self._knowledge)
        except SerializationError:
            raise
        except Exception as error:  # hashes, decoders and libraries raise anything for such bytes
            raise self._no_value(f"{len(data)} bytes", error) from error

    def loads_file(self, file: BinaryIO) -> object:
        """Answer the value whose bytes stand in a file, from where it stands to its end.

        Large arrays of numpy are read right into their memory.

        Raises:
            OSError: the file cannot be read.
            SchemaChanged, SerializationError: as ``loads``.
        """
        try:
            return unpacked_file(file, self._knowledge)
        except (OSError, SerializationError):
            raise
        except Exception as error:  # as above
            raise self._no_value("the bytes of a file", error) from error

    def _no_value(self, what: str, error: Exception) -> SerializationError:
        cause = f"{type(error).__name__}: {error}"
        return SerializationError(f"{what} are no value of {self.codec!r} ({cause})")


def _too_large(value: object, error: Exception) -> SerializationError:
    msg = f"a {type(value).__qualname__} is too large ({type(error).__name__}: {error})"
    return SerializationError(msg)
