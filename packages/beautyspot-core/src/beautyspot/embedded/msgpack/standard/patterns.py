"""Compiled regular expressions, by pattern and flags; reading compiles them anew.

That takes time: up to 4 milliseconds for a range of characters beyond ASCII, which is five bytes.
So these patterns are short, and of all there are few in one value (``SCARCE`` in ``layout``).
"""

import re
from typing import Any, Final

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.standard.checks import require

__all__ = ["CODECS"]

_LONGEST: Final = 1000  #: characters
_LONGEST_WIDE: Final = 64  #: characters of one that may have ranges beyond ASCII
_CODED: Final = re.compile(r"\\[0-7xuUN]")
#: What a pattern may have; not DEBUG, which prints.
_FLAGS: Final = int(
    re.ASCII | re.IGNORECASE | re.LOCALE | re.MULTILINE | re.DOTALL | re.UNICODE | re.VERBOSE
)


def _limit(pattern: str | bytes) -> int:
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    wide = "[" in text and (not text.isascii() or _CODED.search(text) is not None)
    return _LONGEST_WIDE if wide else _LONGEST


def _taken(value: re.Pattern[Any]) -> list[object]:
    pattern = value.pattern
    if type(pattern) not in {str, bytes} or len(pattern) > _limit(pattern):
        msg = "its pattern is too long to be compiled whenever it is read. Return the pattern, text"
        raise SerializationError(msg)
    if value.flags & ~_FLAGS or re.compile(pattern, value.flags) != value:
        msg = f"its flags, {value.flags}, are not kept. Return the pattern, text"
        raise SerializationError(msg)
    return [pattern, value.flags]


def _made(parts: list[Any]) -> re.Pattern[Any]:
    pattern, flags = parts
    require(type(pattern) in {str, bytes} and len(pattern) <= _limit(pattern), "a short pattern")
    require(type(flags) is int and not flags & ~_FLAGS, "flags that patterns have")
    value = re.compile(pattern, flags)
    require(value.flags == flags, "the flags of the pattern")
    return value


CODECS: Final[dict[type, Codec]] = {re.Pattern: Codec("re.Pattern", _taken, _made)}
