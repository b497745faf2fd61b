"""Blobs as objects of a bucket: named by their content, and checked whenever they are read.

A blob is called ``<scope>/<SHA-256 of its bytes>``, the scope being the id of the database that it
belongs to. So the same bytes are kept once, whoever writes them and however often an answer of the
service is lost; and whatever comes back is known to be what was stored. Several records may point
to one blob: nobody deletes a blob because he deletes a record, a clean-up takes those that are
older than ``grace`` and that no record points to. Therefore a save that meets an older object
writes it anew.
"""

import copy
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO, Final, Self

from beautyspot.core.errors import (
    BlobNotFound,
    BlobUnavailable,
    CacheCorruptedError,
    ValidationError,
)
from beautyspot.core.model import BlobInfo
from beautyspot.objects.bucket import Bucket, Page
from beautyspot.objects.content import Content
from beautyspot.objects.deadline import Deadline
from beautyspot.objects.download import Download, Seal
from beautyspot.objects.guard import Guard
from beautyspot.objects.writer import ObjectBlobWriter, temporary_file

__all__ = ["BUDGET", "GRACE", "ObjectBlobStore"]

#: Seconds that one operation may take; objects get a second more for each MiB.
BUDGET: Final = 15.0
#: Seconds for which a clean-up leaves a blob alone that no record points to yet.
GRACE: Final = 86_400.0

_SCOPE: Final = re.compile(r"[0-9a-f]{32}")
_LOCATION: Final = re.compile(r"[0-9a-f]{32}/[0-9a-f]{64}")
_NO_SCOPE: Final = "0" * 32
#: Bytes from which on it is asked first whether an object is there, before all is sent in vain.
_ASKED_FIRST: Final = 16 << 20
_SHOWN: Final = 80  #: characters of a location in a message: a hostile one may be very long
#: Names of damaged objects that are remembered; then all are forgotten.
_MOST_DAMAGED: Final = 4096
#: Objects of which it is remembered that they were verified; then all are forgotten.
_MOST_SEALS: Final = 10_000


class ObjectBlobStore:
    """Keeps blobs in a bucket below a prefix. Adapters give it the bucket."""

    def __init__(
        self,
        bucket: Bucket,
        *,
        budget: float = BUDGET,
        grace: float = GRACE,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Take the bucket; nothing is asked of it before the first use.

        Args:
            bucket: what the SDK can do.
            budget: seconds that one operation may take, attempts and all; above 0. A large object
                gets a second more for each MiB.
            grace: seconds for which a clean-up leaves alone what no record points to, above 0: an
                object that is older than half of it is written anew when it is used again.
            monotonic_ns: the clock by which a service that is down is left alone for 30 s.

        Raises:
            ValidationError: a number is out of its range.
        """
        if not 0 < grace < float("inf"):
            raise ValidationError(f"grace={grace!r} is out of range: expected seconds above 0")
        self._bucket: Final = bucket
        self._grace: Final = grace
        self._guard: Final = Guard(bucket.place, budget, monotonic_ns)
        self._damaged: Final[set[str]] = set()
        self._seals: Final[dict[str, Seal]] = {}
        self._scope: Callable[[], str] = lambda: _NO_SCOPE

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._bucket.place!r})"

    @property
    def grace(self) -> float:
        """Seconds for which a clean-up has to leave alone what no record points to."""
        return self._grace

    def within(self, scope: Callable[[], str]) -> Self:
        """Answer the same store for one database: what it saves and lists is that database's.

        Args:
            scope: answers the id of the database, 32 hexadecimal digits; asked for by each save
                and each listing. What it raises is passed on.
        """
        other = copy.copy(self)
        other._scope = scope  # noqa: SLF001  # a copy of this one
        return other

    def save(self, key: str, data: bytes) -> str:  # noqa: ARG002  # the content is the name
        """Keep bytes and answer their location. The key is not used.

        Raises:
            BlobUnavailable: the bytes are not kept, as far as is known.
        """
        return self._keep(Content.of(data))

    def load(self, location: str) -> bytes:
        """Answer the bytes at a location.

        Raises:
            BlobNotFound: nothing is stored at ``location``, or it is no location of this store.
            BlobUnavailable: the service gave no answer; the blob may well exist.
            CacheCorruptedError: what is there is not what was stored.
        """
        chunks: list[bytes] = []
        self._download(location, chunks.append)
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def delete(self, location: str) -> None:
        """Forget the bytes at a location. Deleting what is not there is quiet.

        Raises:
            BlobUnavailable: the service gave no answer; the blob may well exist still.
        """
        if _LOCATION.fullmatch(location):
            self._guard.run(partial(self._bucket.delete, location))

    def blobs(self) -> Iterator[BlobInfo]:
        """Yield the blobs of this database, in no order; each with its age by the service's clock.

        Raises:
            BlobUnavailable: the service gave no answer; what was yielded before is right.
        """
        scope = self._told()
        after: str | None = None
        while True:
            page = self._guard.run(partial(self._page, scope, after))
            for found in page.objects:
                if _LOCATION.fullmatch(found.name):
                    yield BlobInfo(found.name, found.size, float(found.age))
            after = page.next
            if after is None:
                return

    def writer(self, key: str) -> ObjectBlobWriter:  # noqa: ARG002  # as for save
        """Answer what writes a blob bit by bit: into a temporary file, uploaded by the commit.

        Raises:
            BlobUnavailable: there is no place for a temporary file.
        """
        return ObjectBlobWriter(self._keep)

    def open(self, location: str) -> BinaryIO:
        """Answer the bytes at a location as a temporary file, downloaded and checked.

        Raises:
            BlobNotFound: as for ``load``.
            BlobUnavailable: as for ``load``; or there is no place for a temporary file.
            CacheCorruptedError: as for ``load``.
        """
        file = temporary_file()
        try:
            self._download(location, partial(_write_whole, file))
            file.seek(0)
        except BaseException as error:
            file.close()
            if isinstance(error, OSError):
                msg = f"no place to download {location!r} to ({error}): make room, or set TMPDIR"
                raise BlobUnavailable(msg) from error
            raise
        return file

    def _download(self, location: str, take: Callable[[bytes], object]) -> None:
        if not _LOCATION.fullmatch(location):
            msg = f"{location[:_SHOWN]!r} is no location in {self._bucket.place}: expected 0a.../0b"
            raise BlobNotFound(f"{msg}..., 32 and 64 hexadecimal digits")
        download = Download(self._bucket, location, take, self._seals.get(location))
        try:
            self._guard.run(download.attempt)
        except CacheCorruptedError:
            self._seals.pop(location, None)
            if len(self._damaged) >= _MOST_DAMAGED:
                self._damaged.clear()
            self._damaged.add(location)
            raise
        if (seal := download.seal) is not None:
            if len(self._seals) >= _MOST_SEALS:
                self._seals.clear()
            self._seals[location] = seal

    def _page(self, scope: str, after: str | None, deadline: Deadline) -> Page:
        return self._bucket.listed(scope, deadline, after)

    def _told(self) -> str:
        scope = self._scope()
        if _SCOPE.fullmatch(scope) is None:
            msg = f"{scope!r} is no id of a database: expected 32 hexadecimal digits"
            raise BlobUnavailable(msg)
        return scope

    def _keep(self, content: Content) -> str:
        location = f"{self._told()}/{content.name}"
        self._guard.run(partial(self._put, location, content), content.size)
        return location

    def _put(self, name: str, content: Content, deadline: Deadline) -> None:
        """Upload a content unless it is there; whatever else is there by its name is replaced."""
        if name not in self._damaged:
            if content.size >= _ASKED_FIRST and self._is_there(name, content, deadline):
                return
            if self._bucket.put(name, content, deadline, only_new=True):
                return
            if self._is_there(name, content, deadline):
                return
        self._bucket.put(name, content, deadline, only_new=False)
        self._damaged.discard(name)

    def _is_there(self, name: str, content: Content, deadline: Deadline) -> bool:
        """Answer whether an object is what it should be, and young enough to be used."""
        try:
            held = self._bucket.look(name, deadline)
        except BlobNotFound:  # deleted meanwhile
            return False
        same = held.size == content.size and held.sha256 == content.sha256
        return same and held.age < self._grace / 2


def _write_whole(file: BinaryIO, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
