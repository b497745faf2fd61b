"""A blob that is written bit by bit: on this machine's disk, until it is whole."""

import shutil
from collections.abc import Callable
from tempfile import TemporaryFile
from threading import Lock
from typing import BinaryIO

from beautyspot import BlobUnavailable

__all__ = ["SpooledWriter", "copied"]


class SpooledWriter:
    """Collects bytes in a temporary file and hands it over when it is committed."""

    def __init__(self, upload: Callable[[BinaryIO], str]) -> None:
        """Take what uploads the file, from where it stands, and answers the location."""
        self._upload = upload
        self._lock = Lock()
        self._file: BinaryIO | None
        try:
            self._file = TemporaryFile()  # noqa: SIM115  # closed by close()
        except OSError as error:
            msg = f"a blob cannot be begun: no temporary file ({error}); see the variable TMPDIR"
            raise BlobUnavailable(msg) from error

    def write(self, data: bytes) -> None:
        """Put bytes behind those that were written before."""
        with self._lock:
            file = self._open()
            try:
                file.seek(0, 2)
                file.write(data)
            except OSError as error:
                raise BlobUnavailable(f"{len(data)} bytes cannot be spooled: {error}") from error

    def read(self, offset: int, size: int) -> bytes:
        """Answer bytes that were written, whether they are committed or not."""
        with self._lock:
            file = self._open()
            try:
                file.seek(offset)
                return file.read(size)
            except OSError as error:
                raise BlobUnavailable(f"the spool cannot be read: {error}") from error

    def commit(self) -> str:
        """Answer the location at which every process can now load what was written, whole."""
        with self._lock:
            file = self._open()
            file.seek(0)
            return self._upload(file)

    def close(self) -> None:
        """Give the temporary file back. Closing twice is quiet."""
        with self._lock:
            file, self._file = self._file, None
            if file is not None:
                file.close()

    def _open(self) -> BinaryIO:
        if self._file is None:
            raise BlobUnavailable("this blob was given up: its writer is closed")
        return self._file


def copied(source: BinaryIO) -> BinaryIO:
    """Answer a temporary file with the bytes of another, which may then vanish."""
    copy = TemporaryFile()  # noqa: SIM115  # the caller closes it
    try:
        shutil.copyfileobj(source, copy, 1 << 20)
        copy.seek(0)
    except BaseException:
        copy.close()
        raise
    return copy
