"""What is uploaded: bytes in memory or in a file, with their digest."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast

from beautyspot.objects.deadline import Deadline

__all__ = ["Content"]


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes that are read as often as an upload needs them."""

    size: int  #: bytes
    sha256: bytes  #: of the bytes, 32 of them
    read: Callable[[int, int], bytes]  #: (offset, size): fewer only where there are no more

    @classmethod
    def of(cls, data: bytes) -> "Content":
        """Answer bytes as a content."""
        view = memoryview(data)

        def read(offset: int, size: int) -> bytes:
            whole = offset == 0 and size >= len(data)
            return data if whole else bytes(view[offset : offset + size])

        return cls(len(data), hashlib.sha256(data).digest(), read)

    @property
    def name(self) -> str:
        """The digest as 64 hexadecimal digits."""
        return self.sha256.hex()

    def whole(self) -> bytes:
        """Answer all bytes."""
        return self.read(0, self.size)

    def file(self, deadline: Deadline, start: int = 0, size: int | None = None) -> BinaryIO:
        """Answer the bytes, or ``size`` of them from ``start`` on, as a file to be uploaded.

        Reading from it raises ``BlobUnavailable`` when the deadline is over.
        """
        length = self.size - start if size is None else size
        return cast("BinaryIO", _Reader(self, deadline, start, length))


class _Reader(io.RawIOBase):
    """A part of a content as a file. Every upload has its own, so it need not be shared."""

    def __init__(self, content: Content, deadline: Deadline, start: int, length: int) -> None:
        self._content = content
        self._deadline = deadline
        self._start = start
        self._length = length
        self._at = 0

    def __len__(self) -> int:
        return self._length

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        self._deadline.check()
        left = max(0, self._length - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        if wanted == 0:
            return b""
        some = self._content.read(self._start + self._at, wanted)
        self._at += len(some)
        return some

    def readall(self) -> bytes:
        return self.read()
