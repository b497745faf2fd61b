"""A stored stream, given out again chunk by chunk."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import BinaryIO, Final, TypeAlias

from beautyspot.core.effects import Recalled
from beautyspot.core.errors import BlobUnavailable
from beautyspot.core.frames import Chunk, Framing, Gave, Read
from beautyspot.core.streaming import Yielded

__all__ = ["OpenBlob", "Replay", "StoredBytes"]

Decode: TypeAlias = Callable[[bytes], object]

#: Bytes up to which a stream is decoded at once: it is in memory only once then.
_AT_ONCE: Final = 1024 * 1024
#: Bytes of chunks that are decoded ahead: a hop to a thread costs as much as reading them.
_AHEAD: Final = 64 * 1024


class StoredBytes:
    """A stored stream that is in memory."""

    def __init__(self, data: bytes) -> None:
        """Take the whole stream."""
        self._data = data
        self.size: Final = len(data)

    def read(self, offset: int, size: int) -> bytes:
        """Answer up to so many bytes from an offset on."""
        return self._data[offset : offset + size]

    def close(self) -> None:
        """Do nothing."""


class OpenBlob:
    """A stored stream that is in a blob, open as long as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        """Take the file, and the duty to close it.

        Raises:
            BlobUnavailable: its size cannot be told.
        """
        self._file = file
        self._lock = RLock()
        try:
            self.size: Final = file.seek(0, 2)
        except OSError as error:
            file.close()
            raise BlobUnavailable(f"a blob cannot be read: {error}") from error

    def read(self, offset: int, size: int) -> bytes:
        """Answer up to so many bytes from an offset on; fewer only at the end.

        Raises:
            BlobUnavailable: they cannot be read.
        """
        size = min(size, self.size - offset)  # what a damaged length asks for is not there
        found: list[bytes] = []
        try:
            with self._lock:
                self._file.seek(offset)
                while size > 0 and (some := self._file.read(size)):
                    found.append(some)
                    size -= len(some)
        except (OSError, ValueError) as error:  # ValueError: it is closed
            raise BlobUnavailable(f"a blob cannot be read: {error}") from error
        return found[0] if len(found) == 1 else b"".join(found)

    def close(self) -> None:
        """Close the file."""
        with self._lock, suppress(Exception):  # foreign code
            self._file.close()

    def __del__(self) -> None:
        self.close()  # of one that was lost on its way out of a thread


class Replay:
    """The chunks of a stored stream, in order. It holds a file until it is closed."""

    def __init__(self, framing: Framing, source: StoredBytes | OpenBlob, decode: Decode) -> None:
        """Take how the stream is written, where its bytes are, and what makes chunks of them."""
        self._framing = framing
        self._source = source
        self._decode = decode
        self._reader = framing.reader(source.read)
        self._next: deque[Yielded | Recalled] = deque()
        self._gave: object = None
        self._done = False

    @property
    def size(self) -> int:
        """Bytes of the whole stream."""
        return self._source.size

    @property
    def is_ready(self) -> bool:
        """Whether the next step does not block."""
        return bool(self._next)

    def verify(self, checksum: bytes | None) -> None:
        """See that the whole stream is as it was written, and that every chunk can be decoded.

        Args:
            checksum: what the record says that the stream's is; None is not known.

        Raises:
            DataError: something of it cannot be used.
            StoreError: it cannot be read.
        """
        read: Read = self._source.read
        self._framing.verify(read, self.size, checksum)
        if self.size <= _AT_ONCE:
            self.fill(self.size)
            return
        trial = Replay(self._framing, self._source, self._decode)
        while not trial._done:
            trial.fill()
            trial._next.clear()

    def fill(self, size: int = _AHEAD) -> None:
        """Decode the next chunks, of so many bytes or one more. May block.

        Raises:
            DataError: what comes next cannot be used any more.
            StoreError: it cannot be read.
        """
        last = self._reader.offset + size
        while not self._done and (not self._next or self._reader.offset < last):
            match self._reader.frame():
                case Chunk(content):
                    self._next.append(Yielded(self._decode(content)))
                case Gave(content):
                    self._gave = self._decode(content)
                case _:
                    self._done = True
                    self._next.append(Recalled(self._gave))

    def step(self) -> Yielded | Recalled:
        """Answer the next chunk, and in the end what the generator returned. May block.

        Raises:
            DataError: what comes next cannot be used any more.
            StoreError: it cannot be read.
        """
        if not self._next:
            self.fill()
        return self._next.popleft()

    def close(self) -> None:
        """Give back the file. Closing twice is quiet."""
        self._source.close()
