"""A blob that is written bit by bit, and can be read back meanwhile."""

import os
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import Final

from beautyspot.core.errors import BlobUnavailable
from beautyspot.embedded.files import folders
from beautyspot.embedded.files.folders import opened, write_whole
from beautyspot.embedded.files.parts import TMP, part_name, publish

__all__ = ["FileBlobWriter"]


class FileBlobWriter:
    """A file under ``tmp/`` that moves to its place when it is committed.

    It belongs to the process that began it: a child writes nothing into it, and removes nothing.
    """

    def __init__(
        self, root: str, *, durable: bool, error: Callable[[str, Exception], BlobUnavailable]
    ) -> None:
        """Make the file.

        Args:
            root: the folder for blobs, which is ours.
            durable: True waits until the blob is on the disk before it is committed.
            error: answers what to raise: given what failed, and why.

        Raises:
            OSError: it cannot be made.
        """
        self._lock = RLock()
        self._root: Final = root
        self._durable: Final = durable
        self._error: Final = error
        self._process: Final = os.getpid()
        self._part: str | None = part_name()  # None: it is not under tmp/ any more
        self._fd: int | None = None
        with opened(root) as folder:
            folder.make(TMP)
            with folder.enter(TMP) as tmp:
                self._fd = tmp.create(self._part)

    def write(self, data: bytes) -> None:
        """Put bytes behind those that were written before.

        Raises:
            BlobUnavailable: they are not kept; or the writer is closed or another process's.
        """
        with self._lock:
            fd = self._own("keep a blob")
            try:
                write_whole(fd, data)
            except OSError as error:
                raise self._error(f"keep {len(data)} bytes of a blob", error) from error

    def read(self, offset: int, size: int) -> bytes:
        """Answer bytes that were written; fewer only where no more were.

        Raises:
            BlobUnavailable: they cannot be read; or the writer is closed.
        """
        with self._lock:
            if self._fd is None:
                raise BlobUnavailable("a blob cannot be read back: its writer is closed")
            try:
                return _read(self._fd, offset, size)
            except OSError as error:
                raise self._error("read back a blob", error) from error

    def commit(self) -> str:
        """Move the file to its place, and answer the location.

        Raises:
            BlobUnavailable: nothing is kept; or the writer is closed or another process's.
        """
        with self._lock:
            fd = self._own("keep a blob")
            part = self._part
            if part is None:
                raise BlobUnavailable("a blob cannot be committed twice")
            try:
                if self._durable:
                    os.fsync(fd)
                if not folders.HELD:  # Windows moves no file that is open
                    self._fd = None
                    os.close(fd)
                with opened(self._root) as root, root.enter(TMP) as tmp:
                    location = publish(root, tmp, part, durable=self._durable)
            except OSError as error:
                raise self._error("keep a blob", error) from error
            self._part = None
            if not folders.HELD:
                with suppress(OSError):  # what it is needed for says that it is closed
                    path = os.path.join(self._root, *location.split("/"))
                    self._fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
            return location

    def close(self) -> None:
        """Close the file, and remove it unless it is committed. Closing twice is quiet."""
        with self._lock:
            fd, self._fd = self._fd, None
            part, self._part = self._part, None
            if fd is not None:
                with suppress(OSError):
                    os.close(fd)
            if part is not None and self._process == os.getpid():
                with suppress(OSError), opened(self._root) as root, root.enter(TMP) as tmp:
                    tmp.remove(part)

    def _own(self, what: str) -> int:
        if self._fd is not None and self._process == os.getpid():
            return self._fd
        whose = "closed" if self._fd is None else f"of the process {self._process}"
        raise BlobUnavailable(f"cannot {what} in {self._root!r}: its writer is {whose}")


def _read(fd: int, offset: int, size: int) -> bytes:
    """Answer bytes of a file; one call to the system may give only a part of them."""
    found: list[bytes] = []
    while size > 0 and (some := _read_some(fd, offset, size)):
        found.append(some)
        offset += len(some)
        size -= len(some)
    return found[0] if len(found) == 1 else b"".join(found)


if hasattr(os, "pread"):

    def _read_some(fd: int, offset: int, size: int) -> bytes:
        return os.pread(fd, size, offset)

else:

    def _read_some(fd: int, offset: int, size: int) -> bytes:
        end = os.lseek(fd, 0, os.SEEK_CUR)
        try:
            os.lseek(fd, offset, os.SEEK_SET)
            return os.read(fd, size)
        finally:
            os.lseek(fd, end, os.SEEK_SET)
