"""A store with copies of its blobs near at hand: a copy first, else the store, which is the truth.

The store alone decides what is stored. A cache is asked first, and given what the store has
answered or taken; nothing that goes wrong there is ever more than a copy that is missing.
"""

import io
from collections.abc import Callable, Generator, Hashable, Iterator
from contextlib import contextmanager
from functools import cache as remembered
from typing import Any, BinaryIO, Final, cast

from beautyspot.core.model import BlobInfo
from beautyspot.core.ports import (
    BlobCache,
    BlobCatalog,
    BlobStore,
    BlobStreams,
    BlobWriter,
    Closable,
    ScopedBlobs,
)

__all__ = ["ReadThrough", "chained"]

_CHUNK: Final = 1024 * 1024


class ReadThrough:
    """A ``BlobStore`` that keeps copies in a cache, with ``StampedBlobs``. See ``chained``."""

    def __init__(self, cache: BlobCache, store: BlobStore) -> None:
        """Take where copies are, and the store that they are of."""
        self._cache: Final = cache
        self._store: Final = store

    def __repr__(self) -> str:
        return f"<{self._cache!r} before {self._store!r}>"

    def save(self, key: str, data: bytes) -> str:
        """Keep bytes in the store, and a copy of them; answer their location.

        Raises:
            BlobUnavailable: the store does not keep them. There is no copy then.
        """
        location = self._store.save(key, data)
        with _quietly():
            self._cache.keep(location, len(data), (data,))
        return location

    def load(self, location: str) -> bytes:
        """Answer the bytes of the copy, else those of the store, of which a copy is kept.

        Raises:
            BlobNotFound: there is no copy, and nothing in the store.
            BlobUnavailable: there is no copy, and the store could not be asked.
        """
        file = self._found(location)
        if file is not None:
            with _quietly(), file:
                return file.read()
        data = self._store.load(location)
        with _quietly():
            self._cache.keep(location, len(data), (data,))
        return data

    def delete(self, location: str) -> None:
        """Forget the bytes at a location, here and there.

        Raises:
            BlobUnavailable: the store could not be asked. The copy is gone all the same.
        """
        with _quietly():
            self._cache.forget(location)
        self._store.delete(location)

    def open(self, location: str) -> BinaryIO:
        """Answer the bytes at a location as a file: a copy, else that of the store.

        Raises:
            BlobNotFound: as for ``load``.
            BlobUnavailable: as for ``load``.
        """
        file = self._found(location)
        if file is not None:
            return file
        if not isinstance(self._store, BlobStreams):
            return io.BytesIO(self.load(location))
        file = self._store.open(location)
        try:
            with _quietly():
                self._cache.keep(location, file.seek(0, io.SEEK_END), _read(file))
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file

    def stamp(self, file: BinaryIO) -> Hashable:
        """Answer what stands for the bytes of an open copy; None for a file of the store."""
        with _quietly():
            return self._cache.stamp(file)
        return None

    def close(self) -> None:
        """Give back what the store holds."""
        if isinstance(self._store, Closable):
            self._store.close()

    def _found(self, location: str) -> BinaryIO | None:
        with _quietly():
            return self._cache.find(location)
        return None


class _Listed(ReadThrough):
    """With ``BlobCatalog``: a copy is no blob of its own."""

    def blobs(self) -> Iterator[BlobInfo]:
        return cast("BlobCatalog", self._store).blobs()


class _Streamed(ReadThrough):
    """With ``BlobStreams``."""

    def writer(self, key: str) -> BlobWriter:
        return _CopyingWriter(self._cache, cast("BlobStreams", self._store).writer(key))


class _Scoped(ReadThrough):
    """With ``ScopedBlobs``: copies are known by locations, which tell the scopes apart."""

    def within(self, scope: Callable[[], str]) -> BlobStore:
        return chained(self._cache, cast("ScopedBlobs", self._store).within(scope))


class _CopyingWriter:
    """A blob of the store that is copied when it is committed."""

    def __init__(self, cache: BlobCache, writer: BlobWriter) -> None:
        self._cache: Final = cache
        self._writer: Final = writer
        self._size = 0

    def write(self, data: bytes) -> None:
        self._writer.write(data)
        self._size += len(data)

    def read(self, offset: int, size: int) -> bytes:
        return self._writer.read(offset, size)

    def commit(self) -> str:
        location = self._writer.commit()
        with _quietly():
            self._cache.keep(location, self._size, self._written())
        return location

    def close(self) -> None:
        self._writer.close()

    def _written(self) -> Iterator[bytes]:
        offset = 0
        while offset < self._size and (some := self._writer.read(offset, _CHUNK)):
            offset += len(some)
            yield some


_ABILITIES: Final[tuple[tuple[Any, type[ReadThrough]], ...]] = (
    (BlobCatalog, _Listed),
    (BlobStreams, _Streamed),
    (ScopedBlobs, _Scoped),
)


def chained(cache: BlobCache, store: BlobStore) -> ReadThrough:
    """Answer a store that asks a cache first, with those abilities of the store that it has.

    Args:
        cache: where copies are kept.
        store: which decides what is stored; itself with a cache, perhaps.
    """
    parts = tuple(part for ability, part in _ABILITIES if isinstance(store, ability))
    return _with(parts)(cache, store)


@remembered
def _with(parts: tuple[type[ReadThrough], ...]) -> type[ReadThrough]:
    return cast("type[ReadThrough]", type("ReadThrough", parts or (ReadThrough,), {}))


def _read(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while some := file.read(_CHUNK):
        yield some


@contextmanager
def _quietly() -> Generator[None]:
    """Go on without a copy, whatever goes wrong with it."""
    try:
        yield
    except Exception:  # noqa: BLE001  # foreign code may raise anything, and a copy is no matter
        return
