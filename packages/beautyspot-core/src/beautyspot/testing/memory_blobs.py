"""Blobs in memory, for tests."""

import io
import threading
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO

from beautyspot.core.errors import BlobNotFound, BlobUnavailable
from beautyspot.core.model import BlobInfo
from beautyspot.core.ports import Clock

__all__ = ["MemoryBlobStore", "MemoryBlobWriter", "MemoryFile"]


class MemoryBlobStore:
    """A ``BlobStore`` with all abilities, that forgets everything with the process.

    >>> store = MemoryBlobStore()
    >>> store.load(store.save("key", b"content"))
    b'content'
    """

    def __init__(self, clock: Clock | None = None) -> None:
        """Take the clock by which blobs age; None is the clock of this machine."""
        self._monotonic_ns = time.monotonic_ns if clock is None else clock.monotonic_ns
        self._lock = threading.Lock()
        self._blobs: dict[str, tuple[bytes, int]] = {}  # content, and when it was saved
        self._saved = 0

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._blobs)} blobs>"

    def save(self, key: str, data: bytes) -> str:  # noqa: ARG002  # a number is name enough
        """Keep bytes and answer their location."""
        now = self._monotonic_ns()
        with self._lock:
            self._saved += 1
            location = f"blob-{self._saved}"
            self._blobs[location] = (bytes(data), now)
        return location

    def load(self, location: str) -> bytes:
        """Answer the bytes at a location.

        Raises:
            BlobNotFound: nothing is stored at ``location``.
        """
        try:
            return self._blobs[location][0]
        except KeyError:
            raise BlobNotFound(f"nothing is at {location[:80]!r} in {self!r}") from None

    def writer(self, key: str) -> "MemoryBlobWriter":
        """Answer what writes a new blob."""
        return MemoryBlobWriter(lambda data: self.save(key, data))

    def open(self, location: str) -> BinaryIO:
        """Answer the bytes at a location as a file.

        Raises:
            BlobNotFound: nothing is stored at ``location``.
        """
        return MemoryFile(self.load(location), location)

    def stamp(self, file: BinaryIO) -> str | None:
        """Answer the location of an open blob: no blob here ever changes."""
        return file.location if isinstance(file, MemoryFile) else None

    def delete(self, location: str) -> None:
        """Forget the bytes at a location. Deleting what is not there is quiet."""
        with self._lock:
            self._blobs.pop(location, None)

    def blobs(self) -> Iterator[BlobInfo]:
        """Yield every blob there is at this moment."""
        with self._lock:
            now = self._monotonic_ns()
            found = list(self._blobs.items())
        for location, (data, saved) in found:
            yield BlobInfo(location, len(data), max(0, now - saved) / 1e9)


class MemoryFile(io.BytesIO):
    """A blob that is open for reading."""

    def __init__(self, data: bytes, location: str) -> None:
        super().__init__(data)
        self.location = location


class MemoryBlobWriter:
    """Collects what is written, and saves it in the end."""

    def __init__(self, save: Callable[[bytes], str]) -> None:
        self._save = save
        self._lock = threading.Lock()
        self._data: bytearray | None = bytearray()

    def write(self, data: bytes) -> None:
        """Put bytes behind those that were written before."""
        with self._lock:
            self._written().extend(data)

    def read(self, offset: int, size: int) -> bytes:
        """Answer bytes that were written."""
        with self._lock:
            return bytes(self._written()[offset : offset + size])

    def commit(self) -> str:
        """Save what was written, and answer its location."""
        with self._lock:
            return self._save(bytes(self._written()))

    def close(self) -> None:
        """Forget what was written; what is saved stays."""
        with self._lock:
            self._data = None

    def _written(self) -> bytearray:
        if self._data is None:
            raise BlobUnavailable("the writer of this blob is closed")
        return self._data
