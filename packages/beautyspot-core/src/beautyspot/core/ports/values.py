"""Values: what turns them into bytes and back."""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO, Protocol, TypeAlias, TypeVar, runtime_checkable

from beautyspot.core.choices import SchemaChange

__all__ = [
    "ClassSerializer",
    "FileSerializer",
    "FindClass",
    "NamedCodec",
    "PartsSerializer",
    "Serializer",
    "TypeRegistry",
]

T = TypeVar("T")

#: Answers the class called ``module:qualname`` that the user's code holds, None when it holds none.
FindClass: TypeAlias = Callable[[str], type | None]


class Serializer(Protocol):
    """Turns values into bytes and back, exactly."""

    def dumps(self, value: object) -> bytes:
        """Answer bytes that ``loads`` turns into an equal value of the same type at every depth.

        Raises:
            SerializationError: it cannot be kept exactly; nothing less is ever written.
        """
        ...

    def loads(self, data: bytes | memoryview) -> object:
        """Answer the value. Bytes from anybody cost bounded memory and run no code.

        Raises:
            SerializationError: these bytes are no value.
        """
        ...


@runtime_checkable
class NamedCodec(Protocol):
    """Ability of a ``Serializer``: it has a name that is written into every payload.

    Without it the class's own dotted name is used. A payload of another codec is a miss.
    """

    @property
    def codec(self) -> str:
        """Name and version of the format, for example ``msgpack/1``: 1 to 255 ASCII characters."""
        ...


@runtime_checkable
class PartsSerializer(Protocol):
    """Ability of a ``Serializer``: large buffers inside a value are not copied to be dumped."""

    def dumps_parts(self, value: object) -> Sequence[bytes | memoryview]:
        """Answer what ``dumps`` would, in parts; each buffer in them is that of the value itself.

        Raises:
            SerializationError: as ``dumps`` does.
        """
        ...


@runtime_checkable
class FileSerializer(Protocol):
    """Ability of a ``Serializer``: large buffers are read from a file right into the value."""

    def loads_file(self, file: BinaryIO) -> object:
        """Answer what ``loads`` would of the bytes of a file, from where it stands to its end.

        Nothing of the value depends on the file, or on another part of the value, afterwards.

        Raises:
            OSError: the file cannot be read.
            SerializationError: these bytes are no value.
        """
        ...


@runtime_checkable
class TypeRegistry(Protocol):
    """Ability of a ``Serializer``: users can add types to those that it keeps."""

    def register_type(
        self,
        type_: type[T],
        code: int,
        encoder: Callable[[T], object],
        decoder: Callable[[Any], T],
    ) -> None:
        """Keep instances of a class as what ``encoder`` answers, under a number from 0 to 127.

        Raises:
            ConfigurationError: an argument cannot be used, or the code or type is taken. The same
                registration again is quiet.
        """
        ...

    def register(
        self,
        code: int,
        encoder: Callable[[Any], object],
        decoder: Callable[[Any], object] | None = None,
        decoder_factory: Callable[[type], Callable[[Any], object]] | None = None,
    ) -> Callable[[type[T]], type[T]]:
        """Answer a decorator that registers a class; a factory is given the class.

        Raises:
            ConfigurationError: as ``register_type`` does; or there is not exactly one decoder.
        """
        ...


@runtime_checkable
class ClassSerializer(Protocol):
    """Ability of a ``Serializer``: it keeps instances of classes that somebody else holds.

    Data never says which code runs: a class is taken from ``find``, or the value is refused.
    """

    def within(self, find: FindClass, on_schema_change: SchemaChange) -> Serializer:
        """Answer the same serializer for the classes that one function's code holds.

        Args:
            find: answers the class called ``module:qualname``, None when there is none.
            on_schema_change: what ``loads`` does with an instance of a class whose fields have
                changed since: raise ``SchemaChanged`` (``"recompute"`` and ``"raise"``), or
                answer the stored fields as a dict (``"raw"``).
        """
        ...
