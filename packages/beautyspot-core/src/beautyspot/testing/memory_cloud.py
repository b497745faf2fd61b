"""Blobs in memory, as a store in the cloud keeps them, for tests."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO, Final

from beautyspot.core.errors import BlobNotFound, BlobUnavailable
from beautyspot.core.model import BlobInfo
from beautyspot.core.ports import BlobWriter, Clock
from beautyspot.testing.memory_blobs import MemoryBlobStore, MemoryBlobWriter, MemoryFile

__all__ = ["MemoryCloud"]

_SCOPE: Final = re.compile(r"[0-9a-f]{32}")
_NOBODY: Final = "0" * 32


@dataclass(slots=True)
class _Bucket:
    """What all views of one store share."""

    clock: Clock | None
    #: By location, a store of one blob, which knows its age.
    kept: dict[str, tuple[MemoryBlobStore, str]] = field(
        default_factory=dict[str, tuple[MemoryBlobStore, str]]
    )
    reachable: bool = True


class MemoryCloud:
    """A ``BlobStore`` of several databases that keeps equal content once, and can be unreachable.

    >>> store = MemoryCloud()
    >>> store.save("one", b"content") == store.save("two", b"content")
    True

    It has ``ScopedBlobs``, ``BlobCatalog`` and ``BlobStreams``. After ``store.reachable = False``
    every method raises ``BlobUnavailable``, in all scopes, until it is True again.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        """Take the clock by which blobs age; None is the clock of this machine."""
        self._bucket = _Bucket(clock)
        self._scope: Callable[[], str] = lambda: _NOBODY

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._bucket.kept)} blobs>"

    @property
    def reachable(self) -> bool:
        """Whether the store answers."""
        return self._bucket.reachable

    @reachable.setter
    def reachable(self, answers: bool) -> None:
        self._bucket.reachable = answers

    def within(self, scope: Callable[[], str]) -> "MemoryCloud":
        """Answer the same store for the database with the id that ``scope`` answers."""
        scoped = MemoryCloud()
        scoped._bucket = self._bucket
        scoped._scope = scope
        return scoped

    def save(self, key: str, data: bytes) -> str:
        """Keep bytes, once for each scope, and answer their location.

        Raises:
            BlobUnavailable: the store is switched off, or the scope is none.
        """
        kept = self._asked()
        location = f"{self._told()}/{sha256(data).hexdigest()}"
        store = MemoryBlobStore(self._bucket.clock)
        kept.setdefault(location, (store, store.save(key, data)))
        return location

    def load(self, location: str) -> bytes:
        """Answer the bytes at a location, of whichever scope.

        Raises:
            BlobNotFound: nothing is stored there.
            BlobUnavailable: the store is switched off.
        """
        found = self._asked().get(location)
        if found is None:
            raise BlobNotFound(f"nothing is at {location[:80]!r} in {self!r}")
        store, place = found
        return store.load(place)

    def delete(self, location: str) -> None:
        """Forget the bytes at a location. Deleting what is not there is quiet.

        Raises:
            BlobUnavailable: the store is switched off.
        """
        self._asked().pop(location, None)

    def blobs(self) -> Iterator[BlobInfo]:
        """Yield every blob of the scope.

        Raises:
            BlobUnavailable: the store is switched off, or the scope is none.
        """
        kept = self._asked()
        scope = self._told()
        for location, (store, _) in list(kept.items()):
            if location.startswith(f"{scope}/"):
                for blob in store.blobs():
                    yield BlobInfo(location, blob.size, blob.age)

    def writer(self, key: str) -> BlobWriter:
        """Answer what writes a new blob.

        Raises:
            BlobUnavailable: the store is switched off.
        """
        self._asked()
        return MemoryBlobWriter(lambda data: self.save(key, data))

    def open(self, location: str) -> BinaryIO:
        """Answer the bytes at a location as a file.

        Raises:
            BlobNotFound: as for ``load``.
            BlobUnavailable: as for ``load``.
        """
        return MemoryFile(self.load(location), location)

    def _asked(self) -> dict[str, tuple[MemoryBlobStore, str]]:
        if not self._bucket.reachable:
            cause = ConnectionRefusedError("switched off")
            msg = f"{self!r} is switched off: set its reachable = True"
            raise BlobUnavailable(msg) from cause
        return self._bucket.kept

    def _told(self) -> str:
        scope = self._scope()
        if _SCOPE.fullmatch(scope) is None:
            msg = f"the scope {scope!r} is no id of a database: expected 32 hexadecimal digits"
            raise BlobUnavailable(msg)
        return scope
