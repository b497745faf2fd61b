"""Codecs whose errors are ours, whatever the library raises."""

from collections.abc import Callable
from typing import Any

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec

__all__ = ["exact", "refused", "unstorable"]


def exact(
    name: str,
    encode: Callable[[Any], list[object]],
    decode: Callable[[list[Any]], object],
    *,
    buffers: bool = False,
    unread: bool = False,
) -> Codec:
    """Answer a codec that is made of two functions which call a library.

    What ``encode`` raises becomes a SerializationError, what ``decode`` raises a ValueError; the
    cause is kept. A TypeError, ValueError or SerializationError of ``decode`` stays what it is.
    With ``buffers``, a memoryview among the parts is one; else it is a value of the user's. With
    ``unread``, ``decode`` takes a buffer that is still in a file as well.
    """

    def encoded(value: object) -> list[object]:
        try:
            return encode(value)
        except SerializationError:
            raise
        except Exception as error:  # foreign code raises what it likes
            why = f"{type(error).__name__}: {error}"
            raise unstorable(
                f"taking it apart failed ({why})", "Return plain values instead"
            ) from error

    def decoded(parts: list[Any]) -> object:
        try:
            return decode(parts)
        except (SerializationError, TypeError, ValueError, MemoryError, OSError):
            raise
        except Exception as error:  # as above; and the parts may be hostile
            msg = f"the parts of {name!r} make none ({type(error).__name__}: {error})"
            raise ValueError(msg) from error

    return Codec(name, encoded, decoded, buffers, unread)


def refused(name: str, why: str, advice: str) -> Codec:
    """Answer the codec of a type that is never stored: it says why, and what to do instead."""

    def encoded(_value: object) -> list[object]:
        raise unstorable(why, advice)

    def decoded(_parts: list[Any]) -> object:
        msg = f"{name!r} is never stored"
        raise ValueError(msg)

    return Codec(name, encoded, decoded)


def unstorable(why: str, advice: str) -> SerializationError:
    """Answer the error for a value that would not come back as it was.

    The serializer puts before it which value this is.

    Args:
        why: a clause about "it".
        advice: what to do instead, beginning with a verb.
    """
    return SerializationError(f"{why}. {advice}")
