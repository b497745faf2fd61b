"""Whether what a registered type's decoder makes is what was encoded.

A decoder can answer another value without noticing: ``numpy.frombuffer`` takes the bytes of three
ints for three floats. So each value of a registered type is read back before it is stored.
"""

from collections.abc import Callable
from typing import Any, Final, cast

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.knowledge import Knowledge, codec_for
from beautyspot.embedded.msgpack.packing import Packed, packed
from beautyspot.embedded.msgpack.refusals import named, refusal
from beautyspot.embedded.msgpack.registrations import Registrations
from beautyspot.embedded.msgpack.unpacking import unpacked

__all__ = ["ContentText", "verify"]

ContentText = Callable[[object], str | None]

_SHOWN: Final = 60  #: characters of a dtype or a shape


def verify(written: Packed, knowledge: Knowledge, content_text: ContentText | None) -> None:
    """See that values of registered types come back.

    Args:
        written: what is to be stored.
        knowledge: that wrote it.
        content_text: answers a text that only equal values share, None for one without content.

    Raises:
        SerializationError: one does not; where it stands, and what to do.
    """
    read: list[object] = []
    try:
        unpacked(b"".join(written.parts), knowledge, read)
    except SerializationError as error:
        value, way = written.registered[len(read)]  # they are read one after the other
        raise refusal(way, value, str(error)) from error.__cause__
    except Exception as error:  # decoders of users, and the methods of what they made
        msg = f"what is written cannot be read back ({type(error).__name__}: {error})"
        raise SerializationError(msg) from error
    for (value, way), copy in zip(written.registered, read, strict=True):
        if not _is_same(value, copy, knowledge, content_text):
            raise refusal(way, value, _difference(value, copy))


def _is_same(
    value: object, copy: object, knowledge: Knowledge, content_text: ContentText | None
) -> bool:
    if type(value) is not type(copy):
        return False
    if codec_for(type(value)) is not None:
        return _own_bytes(value, knowledge) == _own_bytes(copy, knowledge)
    if content_text is not None:
        try:
            one, two = content_text(value), content_text(copy)
        except Exception:  # noqa: BLE001  # reads objects of the user, whose code may raise anything
            one = two = None
        if one is not None or two is not None:
            return one == two
    if type(value).__eq__ is object.__eq__:
        return True  # it has nothing to compare but its type
    try:
        return cast("Any", value == copy) is True
    except Exception:  # noqa: BLE001  # the user's own comparison
        return False


def _own_bytes(value: object, knowledge: Knowledge) -> bytes | None:
    """Answer how we keep a value ourselves, without registrations; None when we do not."""
    bare = Knowledge(Registrations(), knowledge.find)
    try:
        return b"".join(packed(value, bare).parts)
    except SerializationError:
        return None


def _difference(value: object, copy: object) -> str:
    one, two = _shown(value), _shown(copy)
    what = f"what its decoder makes of it is another value ({one} became {two})"
    if codec_for(type(value)) is None:
        return f"{what}. Have the encoder answer everything that the decoder needs"
    return f"{what}. Drop the registration: {named(type(value))} is kept exactly without one"


def _shown(value: object) -> str:
    """Answer the type, and for an array what its elements are and how many."""
    text = named(type(value))
    for name in ("dtype", "shape"):
        found = getattr(value, name, None)
        text += "" if found is None else f" {found!s:.{_SHOWN}}"
    return text
