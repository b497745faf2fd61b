"""One bucket of Google Cloud Storage, as stores of objects want it."""

import base64
import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Final

from beautyspot.core.errors import (
    BeautySpotError,
    BlobNotFound,
    BlobRefused,
    BlobUnavailable,
)
from beautyspot.objects.bucket import Body, Held, Listed, Page
from beautyspot.objects.content import Content
from beautyspot.objects.deadline import Deadline
from beautyspot_gcs.clients import Clients
from beautyspot_gcs.exchange import TIMEOUT, exchange
from beautyspot_gcs.failures import Refused, translated
from beautyspot_gcs.retrying import few_failures
from beautyspot_gcs.sdk import Listing, SdkBlob, SdkBucket, module

__all__ = ["GCSBucket", "Writing"]

_SHA256: Final = "bs-sha256"  #: our metadata: hexadecimal, of the bytes
_CRC32C: Final = "bs-crc32c"  #: the same of what the service computes by itself
_PIECE: Final = 16 << 20  #: bytes of one request: what a thread needs in memory, about twice
_PAGE: Final = 1000  #: objects in one page of a listing, the most there are
_TAKEN: Final = 412  #: the object is there already, or is another one
_EMPTY: Final = 416  #: there are no bytes in that range
_HEAD: Final = "items(name,size,timeCreated),nextPageToken"


class Writing:
    """How new objects are written; each as the SDK takes it."""

    def __init__(self, storage_class: str | None, kms_key_name: str | None) -> None:
        self.storage_class: Final = storage_class
        self.kms_key_name: Final = kms_key_name


class GCSBucket:
    """The objects of a bucket below a prefix, asked for with google-cloud-storage."""

    def __init__(
        self,
        clients: Clients,
        bucket: str,
        prefix: str,
        writing: Writing,
        user_project: str | None,
    ) -> None:
        """Take where it is; ``prefix`` is empty, or has no slash at its ends."""
        self._clients = clients
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._writing = writing
        self._user_project = user_project

    @property
    def place(self) -> str:
        """The URL of the bucket and prefix, without options."""
        return f"gs://{self._bucket}/{self._prefix}".removesuffix("/")

    def put(self, name: str, content: Content, deadline: Deadline, *, only_new: bool) -> bool:
        """Upload an object; answer whether it is there by this call.

        The service compares what arrives with its CRC32C. Large objects are uploaded in parts, and
        go on where they were when a part fails.
        """
        checksum = _crc32c(content, deadline)
        try:
            with self._asking(f"keep {content.size} bytes", deadline):
                blob = self._blob(name, chunk_size=_PIECE, kms_key_name=self._writing.kms_key_name)
                blob.crc32c = checksum
                blob.metadata = {_SHA256: content.name, _CRC32C: checksum}
                blob.storage_class = self._writing.storage_class
                blob.upload_from_file(
                    content.file(deadline),
                    size=content.size,
                    content_type="application/octet-stream",
                    if_generation_match=0 if only_new else None,
                    checksum=None,  # it is among the properties
                    timeout=TIMEOUT,
                    retry=few_failures(deadline) if content.size > _PIECE else None,
                )
        except Refused as error:
            if only_new and error.code == _TAKEN:
                return False
            raise
        except BlobNotFound as error:
            self._ask_for_bucket(deadline)
            msg = f"an upload to {self.place!r} was given up by the service: begin it again"
            raise BlobUnavailable(msg) from error.__cause__
        return True

    def look(self, name: str, deadline: Deadline) -> Held:
        """Answer size, age and digest of an object.

        The digest is what our metadata say, as long as the bytes have the checksum that they had
        then.
        """
        blob = self._reloaded(name, deadline)
        return Held(blob.size or 0, exchange.age(blob.time_created), _digest(blob))

    def get(self, name: str, deadline: Deadline, start: int = 0) -> Body:
        """Begin to download an object, in ranges."""
        first = self._piece(name, deadline, start)
        size, generation = _whole(exchange.content_range), exchange.generation
        if size is None:  # nothing is in this range, or the service takes no ranges
            size = self._reloaded(name, deadline).size or 0
        pieces = self._pieces(name, deadline, start, size, first)
        # A large object could change between two pieces: nobody would know which one is meant.
        stamp = generation if len(first) == size else None
        return Body(size, pieces, lambda: None, stamp)

    def delete(self, name: str, deadline: Deadline) -> None:
        """Delete an object as it is now; one that is written anew meanwhile stays."""
        try:
            generation = self._reloaded(name, deadline).generation
            with self._asking(f"delete {name!r}", deadline):
                blob = self._blob(name)
                blob.delete(if_generation_match=generation, timeout=TIMEOUT, retry=None)
        except BlobNotFound:
            return
        except Refused as error:
            if error.code != _TAKEN:
                raise

    def listed(self, folder: str, deadline: Deadline, after: str | None = None) -> Page:
        """Answer a page of the objects below a folder."""
        try:
            with self._asking("list the blobs", deadline):
                listing = self._list(f"{self._prefix}{folder}/", _PAGE, after)
                found = tuple(self._seen(blob) for blob in next(listing.pages, ()))
                return Page(found, listing.next_page_token)
        except BlobNotFound as error:
            raise self._no_bucket() from error.__cause__

    def _seen(self, blob: SdkBlob) -> Listed:
        name = blob.name.removeprefix(self._prefix)
        return Listed(name, blob.size or 0, exchange.age(blob.time_created))

    def _blob(self, name: str, **options: object) -> SdkBlob:
        return self._handle().blob(f"{self._prefix}{name}", **options)

    def _handle(self) -> SdkBucket:
        return self._clients.client().bucket(self._bucket, user_project=self._user_project)

    def _reloaded(self, name: str, deadline: Deadline) -> SdkBlob:
        try:
            with self._asking(f"look at {name!r}", deadline):
                blob = self._blob(name)
                blob.reload(timeout=TIMEOUT, retry=None)
                # An answer that ends within its head looks like an empty one.
                if blob.time_created is None:
                    raise ValueError("the answer says nothing of the object")
                return blob
        except BlobNotFound:
            self._ask_for_bucket(deadline)
            raise

    def _pieces(
        self, name: str, deadline: Deadline, start: int, size: int, first: bytes
    ) -> Iterator[bytes]:
        """Yield the bytes of an object from ``start`` on; it ends early where the object does."""
        piece, at = first, start
        while piece:
            yield piece
            at += len(piece)
            piece = self._piece(name, deadline, at) if at < size else b""

    def _piece(self, name: str, deadline: Deadline, start: int) -> bytes:
        sink = _Sink(deadline)
        try:
            with self._asking(f"load {name!r}", deadline):
                self._blob(name).download_to_file(
                    sink,
                    start=start,
                    end=start + _PIECE - 1,
                    raw_download=True,  # as it is stored, whatever is said of its encoding
                    checksum=None,  # ours is verified
                    timeout=TIMEOUT,
                    retry=None,
                )
        except BlobNotFound:
            self._ask_for_bucket(deadline)
            raise
        except Refused as error:
            if error.code != _EMPTY:
                raise
            exchange.content_range = None
            return b""
        return sink.getvalue()

    def _list(self, prefix: str, limit: int, after: str | None) -> Listing:
        return self._clients.client().list_blobs(
            self._handle(),
            prefix=prefix,
            page_size=limit,
            page_token=after,
            fields=_HEAD,
            timeout=TIMEOUT,
            retry=None,
        )

    def _ask_for_bucket(self, deadline: Deadline) -> None:
        """Do nothing when there is a bucket: a missing one is no missing object.

        Raises:
            BlobRefused: it is not there.
            BlobUnavailable: it cannot be asked for.
        """
        try:
            with self._asking("find the bucket", deadline):
                next(self._list(self._prefix, 1, None).pages, None)
        except BlobNotFound as error:
            raise self._no_bucket() from error.__cause__
        except BlobRefused:  # who may not list is told what is known
            return

    def _no_bucket(self) -> BlobRefused:
        return BlobRefused(f"there is no bucket {self._bucket!r}: make it, or name another")

    @contextmanager
    def _asking(self, what: str, deadline: Deadline) -> Generator[None, None, None]:
        try:
            with exchange.under(deadline):
                yield
        except BeautySpotError:
            raise
        # The SDK raises its own, and those of everything that is below it.
        except Exception as error:  # noqa: BLE001
            found = translated(what, self.place, error)
            raise found from found.__cause__


class _Sink(io.BytesIO):
    """Takes what is downloaded, as long as there is time."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._deadline.check()
        return super().write(data)


def _digest(blob: SdkBlob) -> bytes | None:
    """Answer what the metadata say, unless they speak of other bytes than those that are there."""
    told = blob.metadata or {}
    if _SHA256 not in told or told.get(_CRC32C) != blob.crc32c:
        return None
    try:
        return bytes.fromhex(told[_SHA256])
    except ValueError:
        return None


def _whole(content_range: str | None) -> int | None:
    """Answer the size of the object that a range is of: ``bytes 0-9/10``."""
    _, _, size = (content_range or "").rpartition("/")
    return int(size) if size.isdecimal() else None


def _crc32c(content: Content, deadline: Deadline) -> str:
    """Answer the checksum that the service computes too, as it writes it."""
    extend = module("google_crc32c").extend
    value, at = 0, 0
    while at < content.size:
        deadline.check()
        piece = content.read(at, _PIECE)
        if not piece:
            raise BlobUnavailable(f"{at} of {content.size} bytes can be read of what is to be kept")
        value, at = extend(value, piece), at + len(piece)
    return base64.b64encode(value.to_bytes(4, "big")).decode()
