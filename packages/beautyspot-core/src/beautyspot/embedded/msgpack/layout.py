"""The layout in short: the ext codes of the markers, and the limits of what is written and read."""

from enum import IntEnum
from typing import Any, Final

import msgpack  # type: ignore[import-untyped]

__all__ = ["BUFFERS", "CLASS_LIMIT", "DEPTH_LIMIT", "INLINE_LIMIT", "MARKERS", "SCARCE", "Code"]

#: Containers within each other. The C reader stops at 1024 arrays and maps, and a bytearray, a
#: complex, a large int, a buffer or the description of a class in the innermost takes one of them.
DEPTH_LIMIT: Final = 1023
#: Classes whose instances one value holds: hostile bytes name more, and each is looked for.
CLASS_LIMIT: Final = 1000
#: How many values of a name, by default any number, one value holds: reading each takes long.
SCARCE: Final = {"re.Pattern": 32}
#: Bytes from which on a buffer stands behind the rest, where nobody has to copy it.
INLINE_LIMIT: Final = 4096
#: The first byte of what has buffers behind it; MessagePack promises never to use it.
BUFFERS: Final = b"\xc1"


class Code(IntEnum):
    """The ext code of the marker that begins an array, and says what the array is."""

    INT = 1
    COMPLEX = 2
    BYTEARRAY = 3
    BUFFER = 4
    TUPLE = 16
    SET = 17
    FROZENSET = 18
    KNOWN = 32
    INSTANCE = 33
    CLASS = 34
    ABSENT = 35
    REGISTERED = 64


_new_ext: Final[Any] = msgpack.ExtType
#: What the packer writes as a marker.
MARKERS: Final[dict[Code, object]] = {code: _new_ext(code, b"") for code in Code}
