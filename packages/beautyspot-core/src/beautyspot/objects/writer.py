"""A blob that is written bit by bit: into a temporary file first, and uploaded when complete."""

import hashlib
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import BinaryIO, Final

from beautyspot.core.errors import BlobUnavailable
from beautyspot.objects.content import Content

__all__ = ["ObjectBlobWriter", "temporary_file"]


def temporary_file() -> BinaryIO:
    """Answer a new file without a name, for this process alone; without a buffer.

    Raises:
        BlobUnavailable: there is no place for it.
    """
    try:
        return tempfile.TemporaryFile(buffering=0, prefix="beautyspot-")
    except OSError as error:
        msg = f"no temporary file can be made ({error}): make room, or set TMPDIR"
        raise BlobUnavailable(msg) from error


class ObjectBlobWriter:
    """Bytes in a temporary file, of this process alone; nobody finds them before the commit."""

    def __init__(self, keep: Callable[[Content], str]) -> None:
        """Take what uploads a content and answers its location.

        Raises:
            BlobUnavailable: there is no place for a temporary file.
        """
        self._lock = RLock()
        self._keep: Final = keep
        self._process: Final = os.getpid()
        self._digest = hashlib.sha256()
        self._size = 0
        self._committed = False
        self._file: BinaryIO | None = temporary_file()

    def write(self, data: bytes) -> None:
        """Put bytes behind those that were written before.

        Raises:
            BlobUnavailable: they are not kept; or the writer is closed or another process's.
        """
        with self._lock:
            file = self._own()
            try:
                file.seek(self._size)
                rest = memoryview(data)
                while rest:
                    rest = rest[file.write(rest) :]
            except OSError as error:
                msg = f"cannot keep {len(data)} bytes of a blob in a temporary file ({error})"
                raise BlobUnavailable(f"{msg}: make room, or set TMPDIR") from error
            self._digest.update(data)
            self._size += len(data)

    def read(self, offset: int, size: int) -> bytes:
        """Answer bytes that were written; fewer only where no more were.

        Raises:
            BlobUnavailable: they cannot be read; or the writer is closed or another process's.
        """
        with self._lock:
            file = self._own()
            wanted = min(size, self._size - offset)
            try:
                file.seek(offset)
                return b"" if wanted <= 0 else _read(file, wanted)
            except OSError as error:
                raise BlobUnavailable(f"cannot read back a blob ({error})") from error

    def commit(self) -> str:
        """Upload what was written, and answer its location.

        Raises:
            BlobUnavailable: nothing is kept; or the writer is closed or another process's.
        """
        with self._lock:
            self._own()
            if self._committed:
                raise BlobUnavailable("a blob cannot be committed twice")
            content = Content(self._size, self._digest.digest(), self.read)
        location = self._keep(content)  # without the lock: another thread reads what it sends
        self._committed = True
        return location

    def close(self) -> None:
        """Give the file back. Closing twice is quiet."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                with suppress(OSError):
                    file.close()

    def _own(self) -> BinaryIO:
        if self._file is not None and self._process == os.getpid():
            return self._file
        whose = "closed" if self._file is None else f"of the process {self._process}"
        raise BlobUnavailable(f"the writer of this blob is {whose}")


def _read(file: BinaryIO, size: int) -> bytes:
    """Answer ``size`` bytes; one call to the system may give only a part of them."""
    found: list[bytes] = []
    while size > 0 and (some := file.read(size)):
        found.append(some)
        size -= len(some)
    return found[0] if len(found) == 1 else b"".join(found)
