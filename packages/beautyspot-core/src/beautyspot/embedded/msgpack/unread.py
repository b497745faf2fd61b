"""Buffers that still are in a file: they are read right into the memory of the value.

Reading a large array together with all the rest, and copying it from there, takes twice as long.
"""

import io
from typing import BinaryIO, Final, cast

__all__ = ["Unread", "UnreadBuffers"]


class Unread:
    """A buffer that is still in a file."""

    __slots__ = ("_at", "_file", "nbytes")

    def __init__(self, file: BinaryIO, at: int, nbytes: int) -> None:
        """Take the file, where the buffer begins in it, and how many bytes it has."""
        self._file = file
        self._at = at
        self.nbytes: Final = nbytes

    def read_into(self, view: memoryview) -> None:
        """Fill memory of so many bytes.

        Raises:
            OSError: the file cannot be read.
            ValueError: the file ends too early.
        """
        file = cast("io.RawIOBase", self._file)  # typing.BinaryIO leaves ``readinto`` out
        file.seek(self._at)
        while view.nbytes:
            count = file.readinto(view)
            if not count:
                raise ValueError("a file ends within a buffer")
            view = view[count:]

    def read(self) -> memoryview:
        """Answer the bytes. Raises as ``read_into``."""
        data = bytearray(self.nbytes)
        self.read_into(memoryview(data))
        return memoryview(data).toreadonly()


class UnreadBuffers:
    """The buffers that stand one behind the other at the end of a file."""

    __slots__ = ("_at", "_file", "nbytes")

    def __init__(self, file: BinaryIO, at: int) -> None:
        """Take the file, and where the first buffer begins in it."""
        self._file = file
        self._at = at
        self.nbytes: Final = file.seek(0, io.SEEK_END) - at

    def __getitem__(self, part: slice) -> Unread:
        """Answer a buffer.

        Raises:
            ValueError: it is not in the file, and no memory is to be had for it.
        """
        begin, end = part.start, part.stop
        if not 0 <= begin <= end <= self.nbytes:
            raise ValueError("a buffer ends behind the file")
        return Unread(self._file, self._at + begin, end - begin)
