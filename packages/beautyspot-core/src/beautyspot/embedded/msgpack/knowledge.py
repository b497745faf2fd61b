"""What one serializer, or one view of it, knows beyond plain values."""

from typing import Any, NamedTuple

from beautyspot.core.choices import SchemaChange
from beautyspot.core.ports import FindClass
from beautyspot.embedded.msgpack import foreign, standard
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.registrations import Registrations

__all__ = ["Knowledge", "codec_for", "codec_named"]


def _finds_nothing(_name: str) -> None:
    return None


class Knowledge(NamedTuple):
    """The registered types, and the classes that the user's code holds."""

    registrations: Registrations
    find: FindClass = _finds_nothing  #: the class called ``module:qualname``
    on_schema_change: SchemaChange = "recompute"

    def name_of(self, class_: type) -> str:
        """Answer what a class is called in the bytes.

        Whoever finds classes may call them otherwise than they call themselves: those of the main
        program have another module's name when they are imported.
        """
        own: Any = getattr(self.find, "name_of", None)
        return f"{class_.__module__}:{class_.__qualname__}" if own is None else str(own(class_))


def codec_for(type_: type) -> Codec | None:
    """Answer the codec of an exact type, None when there is none."""
    return standard.codec_for(type_) or foreign.codec_for(type_)


def codec_named(name: str) -> Codec | None:
    """Answer the codec that writes this name, None when there is none."""
    return standard.codec_named(name) or foreign.codec_named(name)
