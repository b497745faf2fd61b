"""A copy that is open: the file without its head."""

import errno
import io
import os
from typing import BinaryIO, Final

from beautyspot.embedded.files.stamps import stamp_of

__all__ = ["HEAD", "CopyFile"]

HEAD: Final = 76  #: bytes before the content


class CopyFile(io.RawIOBase):
    """The content of a copy, to be read from any place. It belongs to whoever was given it."""

    def __init__(self, file: BinaryIO) -> None:
        """Take the file, which is not buffered, and the duty to close it."""
        super().__init__()
        self._file: Final = file

    def head(self) -> bytes:
        """Answer what stands before the content; stand at the content's start after it."""
        self._file.seek(0)
        head = self._file.read(HEAD)
        self.seek(0)
        return head

    def about(self) -> os.stat_result:
        """Answer what is known of the whole file."""
        return os.fstat(self.fileno())

    def stamp(self) -> tuple[int, ...] | None:
        """Answer what is another one after every change of the file."""
        return stamp_of(self.about())

    def readable(self) -> bool:
        """Answer True."""
        return True

    def seekable(self) -> bool:
        """Answer True."""
        return True

    def fileno(self) -> int:
        """Answer the descriptor of the whole file."""
        return self._file.fileno()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the content, and answer it."""
        if whence == io.SEEK_CUR:
            offset += self.tell()
        elif whence == io.SEEK_END:
            offset += max(0, self._file.seek(0, io.SEEK_END) - HEAD)
        if offset < 0:
            raise OSError(errno.EINVAL, "is before the start of the file", offset)
        return self._file.seek(HEAD + offset) - HEAD

    def tell(self) -> int:
        """Answer the place in the content."""
        return self._file.tell() - HEAD

    def read(self, size: int | None = -1, /) -> bytes:
        """Answer up to so many bytes; all that is left for -1 and None."""
        return self._file.read(-1 if size is None else size)

    def readall(self) -> bytes:
        """Answer all that is left."""
        return self._file.read()

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer as far as there are bytes, and answer how many there were."""
        return self._file.readinto(buffer)  # type: ignore[attr-defined,no-any-return]

    def close(self) -> None:
        """Close the file. Closing twice is quiet."""
        self._file.close()
        super().close()
