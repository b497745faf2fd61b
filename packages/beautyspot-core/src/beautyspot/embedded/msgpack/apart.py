"""How values that are not plain are taken apart: what is written of them, one array each."""

from collections.abc import Callable
from typing import Any, TypeAlias

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.instances import Shape, shape_of
from beautyspot.embedded.msgpack.knowledge import Knowledge, codec_for
from beautyspot.embedded.msgpack.layout import CLASS_LIMIT, MARKERS, SCARCE, Code
from beautyspot.embedded.msgpack.pieces import Buffer, Taken
from beautyspot.embedded.msgpack.refusals import advice_for, not_found
from beautyspot.embedded.msgpack.registrations import Registration

__all__ = ["Apart"]

_Way: TypeAlias = Callable[[Any], Taken]


class Apart:
    """Takes the values of one dump apart."""

    __slots__ = ("_classes", "_knowledge", "_scarce", "_ways")

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._ways: dict[type, _Way] = {}
        self._classes = 0  #: that are described in the bytes so far
        self._scarce: dict[str, int] = {}

    def __call__(self, value: object) -> Taken:
        """Answer what is written of a value.

        Raises:
            SerializationError: nothing that would be read as this value again; why, as a clause
                about "it", and what to do.
        """
        kind = type(value)
        way = self._ways.get(kind)
        try:
            if way is None:
                way = self._ways[kind] = self._way(kind)
            return way(value)
        except SerializationError:
            raise
        except Exception as error:  # foreign code: encoders of users, libraries and their objects
            msg = f"taking it apart failed ({type(error).__name__}: {error}). Return plain values"
            raise SerializationError(msg) from error

    def _way(self, kind: type) -> _Way:
        registrations = self._knowledge.registrations
        registration = registrations.exactly(kind)
        if registration is not None:
            return self._registered(registration, kind)
        codec = codec_for(kind)
        if codec is not None:
            return self._known(codec)
        registration = registrations.above(kind)
        try:
            return self._instance(kind)
        except SerializationError:
            if registration is None:
                raise
        return self._registered(registration, kind)

    def _known(self, codec: Codec) -> _Way:
        head: list[object] = [MARKERS[Code.KNOWN], codec.name]
        limit = SCARCE.get(codec.name)

        def take(value: object) -> Taken:
            if limit is not None:
                count = self._scarce[codec.name] = self._scarce.get(codec.name, 0) + 1
                if count > limit:
                    msg = f"there are more than {limit} of its kind. Return plain values"
                    raise SerializationError(msg)
            parts = codec.encode(value)
            if codec.buffers:
                parts = [Buffer(part) if type(part) is memoryview else part for part in parts]
            return Taken(head, parts)

        return take

    def _instance(self, kind: type) -> _Way:
        shape = shape_of(kind)
        if shape is None:
            why = "it would not come back with the same type"
            raise SerializationError(f"{why}. {advice_for(kind)}")
        name = self._knowledge.name_of(kind)
        if self._knowledge.find(name) is not kind:
            raise SerializationError(not_found(kind))
        if self._classes >= CLASS_LIMIT:
            msg = f"there are instances of more than {CLASS_LIMIT} classes. Return fewer at once"
            raise SerializationError(msg)
        return self._described(shape, name)

    def _described(self, shape: Shape, name: str) -> _Way:
        """Describe the class in front of its first instance; the others refer to it by number."""
        description: list[object] = [MARKERS[Code.CLASS], name, shape.kind, *shape.names]
        heads: list[list[object]] = []
        instance = MARKERS[Code.INSTANCE]

        def take(value: object) -> Taken:
            state = shape.take(value)
            if heads:
                return Taken(heads[0], state)
            heads.append([instance, self._classes])
            self._classes += 1
            return Taken([instance, description], state)

        return take

    def _registered(self, registration: Registration, kind: type) -> _Way:
        name = self._knowledge.name_of
        head: list[object] = [MARKERS[Code.REGISTERED], registration.code, name(registration.type_)]
        if kind is not registration.type_:
            head.append(name(kind))
            if self._knowledge.find(name(kind)) is not kind:
                raise SerializationError(not_found(kind))
        return lambda value: Taken(head, [registration.encoder(value)], registered=True)
