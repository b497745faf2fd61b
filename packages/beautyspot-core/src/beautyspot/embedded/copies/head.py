"""What stands before the bytes of a copy, so that it can be verified by itself."""

import struct
from hashlib import file_digest
from typing import Final, cast

from beautyspot.embedded.copies.contents import HEAD, CopyFile

__all__ = ["head_of", "is_whole"]

#: Whose copy it is, and its size; the digest of the content stands last, for it is known last.
_LAYOUT: Final = struct.Struct("<4s32sQ32s")
_MAGIC: Final = b"BSC\1"

assert _LAYOUT.size == HEAD  # noqa: S101  # one number in two forms


def head_of(name: str, size: int, digest: bytes) -> bytes:
    """Answer the head of a copy.

    Args:
        name: of the file, 64 hexadecimal digits.
        size: bytes of the content.
        digest: SHA-256 of the content.
    """
    return _LAYOUT.pack(_MAGIC, bytes.fromhex(name), size, digest)


def is_whole(name: str, file: CopyFile) -> bool:
    """Tell whether a file is the copy of that name, whole; read it all for that.

    Raises:
        OSError: it cannot be read.
    """
    head = file.head()
    if len(head) != HEAD:
        return False
    magic, owner, size, digest = cast("tuple[bytes, bytes, int, bytes]", _LAYOUT.unpack(head))
    if (magic, owner, size) != (_MAGIC, bytes.fromhex(name), file.seek(0, 2)):
        return False
    file.seek(0)
    found = file_digest(file, "sha256").digest()
    file.seek(0)
    return found == digest
