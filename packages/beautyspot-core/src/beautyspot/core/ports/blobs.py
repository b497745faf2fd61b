"""Blobs: what a store of large results has to be able to do, and what it may be able to do."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import BinaryIO, Protocol, runtime_checkable

from beautyspot.core.model import (
    BlobInfo,
)

__all__ = [
    "BlobCache",
    "BlobCatalog",
    "BlobStore",
    "BlobStreams",
    "BlobWriter",
    "ScopedBlobs",
    "StampedBlobs",
]


class BlobStore(Protocol):
    """Keeps bytes at a location that it chooses.

    A location is opaque, relative to the store and survives the process. It never leads out of
    the store, whatever a database says that it is.
    """

    def save(self, key: str, data: bytes) -> str:
        """Keep bytes and answer their location.

        Args:
            key: of the record, any text; a hint for the name, and no promise about it.
            data: any bytes, also none.

        When this returns the bytes can be loaded, whole, by every process; before that, not at
        all. Bytes at a location never change.

        Raises:
            BlobUnavailable: the bytes are not kept.
        """
        ...

    def load(self, location: str) -> bytes:
        """Answer the bytes at a location.

        Raises:
            BlobNotFound: nothing is stored at ``location``, or it is no location of this store.
            BlobUnavailable: the store could not be asked; the blob may well exist.
        """
        ...

    def delete(self, location: str) -> None:
        """Forget the bytes at a location. Deleting what is not there is quiet.

        Raises:
            BlobUnavailable: the store could not be asked; the blob may well exist still.
        """
        ...


@runtime_checkable
class BlobCatalog(Protocol):
    """Ability of a ``BlobStore``: to list what it keeps."""

    def blobs(self) -> Iterator[BlobInfo]:
        """Yield every finished blob, in no order; each with its age by the store's own clock.

        Raises:
            BlobUnavailable: the store could not be asked; what was yielded before is right.
        """
        ...


@runtime_checkable
class ScopedBlobs(Protocol):
    """Ability of a ``BlobStore``: several databases may share it, and equal content is kept once.

    Several records may point to one blob, and a save that is going on may be about to. So a result
    that is forgotten leaves its blob to the clean-up; ``delete`` does delete.
    """

    def within(self, scope: Callable[[], str]) -> BlobStore:
        """Answer the same store for one database; it never asks for the scope itself.

        Args:
            scope: answers the id of the database, 32 hexadecimal digits in lower case. It may do
                I/O, so it is called by what needs it alone: each ``save``, ``commit`` and
                ``blobs``. A ``StoreError`` that it raises is passed on.

        New blobs belong to that database, and ``blobs`` yields those alone. ``load``, ``open`` and
        ``delete`` take locations of every scope: a database may be a copy of another one.
        """
        ...


class BlobWriter(Protocol):
    """One blob that is written bit by bit. Nobody finds it before ``commit``.

    Raises, in every method but ``close``:
        BlobUnavailable: the bytes are not kept, or cannot be read back.
    """

    def write(self, data: bytes) -> None:
        """Put bytes, any number of them, behind those that were written before."""
        ...

    def read(self, offset: int, size: int) -> bytes:
        """Answer bytes that were written, whether they are committed or not.

        Args:
            offset: of the first one, at least 0.
            size: at most so many; fewer only where no more were written.
        """
        ...

    def commit(self) -> str:
        """Answer the location at which every process can now load what was written, whole.

        It is asked for once, and nothing is written after it.
        """
        ...

    def close(self) -> None:
        """Give back what the writer holds; what is not committed is gone, and leaves nothing.

        It raises nothing. Closing twice, or after ``commit``, is quiet.
        """
        ...


@runtime_checkable
class BlobStreams(Protocol):
    """Ability of a ``BlobStore``: to write and read blobs that are larger than the memory."""

    def writer(self, key: str) -> BlobWriter:
        """Answer what writes a new blob; ``key`` is a hint, as for ``BlobStore.save``.

        Raises:
            BlobUnavailable: nothing can be kept.
        """
        ...

    def open(self, location: str) -> BinaryIO:
        """Answer a file with the bytes at a location, to be read from any place in it.

        It can be read to its end whatever happens to the blob meanwhile. The caller closes it.

        Raises:
            BlobNotFound: nothing is stored at ``location``, or it is no location of this store.
            BlobUnavailable: the store could not be asked; the blob may well exist.
        """
        ...


@runtime_checkable
class StampedBlobs(Protocol):
    """Ability of a ``BlobStore``: it can tell that a blob is as it was when it was read before.

    The drivers verify such a blob at its first read in a process, and others at every read.
    """

    def open(self, location: str) -> BinaryIO:
        """Answer the bytes at a location as a file, open for reading, with ``readinto``.

        What its methods raise is an OSError.

        Raises:
            BlobNotFound: as ``BlobStore.load``.
            BlobUnavailable: as ``BlobStore.load``.
        """
        ...

    def stamp(self, file: BinaryIO) -> Hashable:
        """Answer what stands for the bytes that an open blob has now.

        After any change of them, by whomever and however, it is another one. None is never equal
        to anything: at this moment it cannot be told.
        """
        ...


@runtime_checkable
class BlobCache(Protocol):
    """Keeps copies of the blobs of a store, near at hand, and may lose any of them at any time.

    A copy is whole or it is none: what was cut or changed is noticed, and never answered. Nobody
    waits for a cache that is in trouble: none of its methods raises anything of its own.
    """

    def find(self, location: str) -> BinaryIO | None:
        """Answer a copy as a file, to be read from any place in it; None when there is none.

        It can be read to its end whatever happens to the copy meanwhile. The caller closes it.
        What the methods of the file raise is an OSError.
        """
        ...

    def keep(self, location: str, size: int, chunks: Iterable[bytes]) -> None:
        """Keep a copy, if that is possible; one that is there already is as good.

        Args:
            location: in the store, any text.
            size: of the blob, in bytes.
            chunks: the blob, piece by piece. What it raises is passed on, and nothing is kept; nor
                is anything when it has another size.
        """
        ...

    def forget(self, location: str) -> None:
        """Keep no copy of a blob. Forgetting what is not there is quiet."""
        ...

    def stamp(self, file: BinaryIO) -> Hashable:
        """Answer as ``StampedBlobs.stamp``; None for a file of anybody else."""
        ...
