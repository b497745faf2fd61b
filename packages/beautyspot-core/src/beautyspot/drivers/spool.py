"""What a stream has come to so far, as bytes that can be read again: in memory, then in a blob."""

from contextlib import suppress
from threading import RLock
from typing import Final, cast

from beautyspot.core.errors import CacheCorruptedError, StoreError
from beautyspot.core.frames import Parts
from beautyspot.core.ports import BlobStore, BlobStreams, BlobWriter

__all__ = ["Spool"]


class Spool:
    """The bytes of one stream, from the first on, until the front of it is forgotten.

    What is put in stays in memory until it is flushed. Any thread may read while another writes.
    """

    def __init__(self, blobs: BlobStore) -> None:
        """Take the store; nothing is written to it before the first ``flush``."""
        self._blobs: Final = blobs
        # Re-entrant: a stream may be closed by the garbage collector, in any thread at any time.
        self._lock = RLock()
        self._writer: BlobWriter | None = None
        self._moved = 0  # bytes that are in the blob
        self._start = 0  # where what is in memory begins
        self._memory = bytearray()
        self.may_block = False  #: whether a part of it is in a blob, or on its way there

    @property
    def size(self) -> int:
        """How many bytes were put in."""
        return self._start + len(self._memory)

    def keep(self, parts: Parts) -> None:
        """Put bytes behind what is there."""
        with self._lock:
            for part in parts:
                self._memory += part

    def flush(self, cache_key: str) -> None:
        """Move what is in memory into a blob. May block.

        Raises:
            StoreError: it cannot be moved, and stays where it is.
        """
        if not isinstance(self._blobs, BlobStreams):
            raise StoreError(f"{self._blobs!r} cannot write bit by bit: expected a BlobStreams")
        self.may_block = True
        with self._lock:
            if self._writer is None:
                self._writer = self._blobs.writer(cache_key)
            self._writer.write(bytes(self._memory))
            self._start = self._moved = self.size
            self._memory = bytearray()

    def commit(self) -> str:
        """Complete the blob, and answer its location. May block.

        Raises:
            StoreError: nothing is stored.
        """
        with self._lock:
            if self._writer is None:
                raise StoreError("a stream cannot be stored: nothing of it was moved into a blob")
            location = cast("object", self._writer.commit())  # foreign code keeps no promise
        if isinstance(location, str):
            return location
        raise StoreError(f"the blob store answered {location!r} for a location: expected a str")

    def collected(self) -> bytes:
        """Answer all that was put in, of which nothing was moved."""
        with self._lock:
            return bytes(self._memory)

    def read(self, offset: int, size: int) -> bytes:
        """Answer up to so many bytes from an offset on. May block.

        Raises:
            CacheCorruptedError: they are forgotten, or the spool is closed.
            StoreError: they cannot be read back.
        """
        with self._lock:
            if offset < self._moved and self._writer is not None:
                return self._writer.read(offset, min(size, self._moved - offset))
            if offset < self._start:
                raise CacheCorruptedError("the beginning of this stream is kept no longer")
            at = offset - self._start
            with memoryview(self._memory) as memory:
                return bytes(memory[at : at + size])

    def forget(self, before: int) -> None:
        """Keep nothing of what is before an offset, where that saves memory or a blob."""
        with self._lock:
            if before >= self._moved:
                self._close_writer()
                done = min(before - self._start, len(self._memory))
                if done > 0:
                    del self._memory[:done]
                    self._start += done

    def close(self) -> None:
        """Keep nothing. What was not committed is gone. Closing twice is quiet."""
        with self._lock:
            self._close_writer()
            self._start = self.size
            self._memory = bytearray()

    def start_over_in_child(self) -> None:
        """Have a lock that no thread of the parent holds."""
        self._lock = RLock()

    def _close_writer(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            with suppress(Exception):  # foreign code; what it holds goes with the process
                writer.close()
