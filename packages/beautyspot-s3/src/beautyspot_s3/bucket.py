"""One bucket of S3 below a prefix, by calls of boto3."""

import base64
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from beautyspot.core.errors import BeautySpotError, BlobNotFound, BlobUnavailable
from beautyspot.objects import Body, Content, Deadline, Held, Listed, Page
from beautyspot_s3.client import Clients, arguments
from beautyspot_s3.errors import harmless, is_conflict, is_forbidden, translated
from beautyspot_s3.multipart import upload_in_parts

__all__ = ["S3Bucket"]

#: Bytes that are asked for at once: fewer cost a tenth more for 10 MB.
_CHUNK: Final = 4 << 20
#: Bytes up to which a content is given to the SDK whole: its sending has a limit of time, and a
#: slow line would be out of it; a file is sent piece by piece.
_AT_ONCE: Final = 1 << 20
#: Bytes from which on an object is sent in parts.
_IN_PARTS: Final = 16 << 20
_SHA256: Final = "beautyspot-sha256"  #: in the metadata: not every service tells its checksums


class S3Bucket:
    """A ``Bucket`` of ``beautyspot.objects``."""

    def __init__(
        self, bucket: str, prefix: str, clients: Clients, extra: Mapping[str, object]
    ) -> None:
        """Take names and arguments; nothing is imported or asked before the first use."""
        self._bucket: Final = bucket
        self._prefix: Final = f"{prefix}/" if prefix else ""
        self._clients: Final = clients
        self._extra: Final = dict(extra)

    @property
    def place(self) -> str:
        """What to call it in messages."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def put(self, name: str, content: Content, deadline: Deadline, *, only_new: bool) -> bool:
        """Upload an object; answer whether it is there by this call."""
        only: dict[str, Any] = {"IfNoneMatch": "*"} if only_new else {}
        told = {"Metadata": {_SHA256: content.name}}
        with self._asking(f"store {name!r}") as client:
            try:
                if content.size > _IN_PARTS:
                    begin = {**told, **arguments(client, "CreateMultipartUpload", self._extra)}
                    upload_in_parts(
                        client, self._at(name), content, deadline, begin, only, self._extra
                    )
                else:
                    small = content.size <= _AT_ONCE
                    sent = client.put_object(
                        **self._at(name),
                        Body=content.whole() if small else content.file(deadline),
                        ContentLength=content.size,
                        ChecksumSHA256=base64.b64encode(content.sha256).decode(),
                        **only,
                        **told,
                        **self._extra,
                    )
                    _known(sent)
            except Exception as error:
                if only_new and is_conflict(error):
                    return False
                raise
        return True

    def look(self, name: str, deadline: Deadline) -> Held:
        """Answer what is said of an object."""
        deadline.check()
        try:
            with self._asking(f"find {name!r}") as client:
                extra = arguments(client, "HeadObject", self._extra)
                said = _known(client.head_object(**self._at(name), ChecksumMode="ENABLED", **extra))
                age = _age(said, said["LastModified"])
                return Held(int(said["ContentLength"]), age, _digest(said))
        except BlobNotFound:
            self._ask_for_bucket()
            raise

    def get(self, name: str, deadline: Deadline, start: int = 0) -> Body:
        """Begin to download an object."""
        deadline.check()
        with self._asking(f"load {name!r}") as client:
            rest = {"Range": f"bytes={start}-"} if start else {}
            extra = arguments(client, "GetObject", self._extra)
            said = _known(client.get_object(**self._at(name), **rest, **extra))
            stream = said["Body"]
            total = str(said.get("ContentRange", "")).rpartition("/")[2]
            size = int(total or said["ContentLength"])
        skip = 0 if total or not start else start  # the service knows no ranges
        stamp = said["ETag"], said.get("LastModified")
        return Body(size, self._chunks(name, stream, skip), stream.close, stamp)

    def delete(self, name: str, deadline: Deadline) -> None:
        """Delete an object; what is not there is quiet."""
        deadline.check()
        try:
            with self._asking(f"delete {name!r}") as client:
                extra = arguments(client, "DeleteObject", self._extra)
                client.delete_object(**self._at(name), **extra)
        except BlobNotFound:
            return

    def listed(self, folder: str, deadline: Deadline, after: str | None = None) -> Page:
        """Answer a page of the objects in a folder."""
        deadline.check()
        with self._asking("list the blobs") as client:
            more = {"ContinuationToken": after} if after else {}
            extra = arguments(client, "ListObjectsV2", self._extra)
            said = client.list_objects_v2(
                Bucket=self._bucket, Prefix=f"{self._prefix}{folder}/", **more, **extra
            )
            objects = tuple(
                Listed(
                    each["Key"][len(self._prefix) :],
                    int(each["Size"]),
                    _age(said, each["LastModified"]),
                )
                for each in said.get("Contents", ())
            )
        return Page(objects, said.get("NextContinuationToken"))

    def _ask_for_bucket(self) -> None:
        """Do nothing when there is a bucket: a missing one is no missing object."""
        with self._asking("find the bucket") as client:
            extra = arguments(client, "ListObjectsV2", self._extra)
            try:
                client.list_objects_v2(Bucket=self._bucket, MaxKeys=1, Prefix=self._prefix, **extra)
            except Exception as error:
                if not is_forbidden(error):  # who may not list is told what is known
                    raise

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}

    def _chunks(self, name: str, stream: Any, skip: int) -> Iterator[bytes]:
        while True:
            with self._asking(f"load {name!r}"):
                some: bytes = stream.read(_CHUNK)
            if not some:
                return
            if skip:
                some, skip = some[skip:], max(0, skip - len(some))
            if some:
                yield some

    @contextmanager
    def _asking(self, what: str) -> Generator[Any, None, None]:
        """Give the client, and translate what it raises."""
        try:
            yield self._clients.client()
        except BeautySpotError:
            raise
        # Foreign code: its parsers and retries raise anything.
        except Exception as error:  # noqa: BLE001
            raise translated(error, f"{what} in {self.place}") from harmless(error)


def _known(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer what the service said.

    Raises:
        BlobUnavailable: it was somebody else, who answers everything by a page of his own.
    """
    if not said.get("ETag"):
        raise BlobUnavailable("an answer without ETag is none of S3: look after proxy and endpoint")
    return said


def _age(said: Mapping[str, Any], written: datetime) -> float:
    """Answer seconds by the clock of the service, which dates its answers."""
    date = said["ResponseMetadata"]["HTTPHeaders"].get("date")
    now = parsedate_to_datetime(date) if date else datetime.now(UTC)
    now = now if now.tzinfo else now.replace(tzinfo=UTC)
    return max(0.0, (now - written).total_seconds())


def _digest(said: Mapping[str, Any]) -> bytes | None:
    """Answer the digest that the service has verified, or that whoever uploaded it told."""
    checksum = said.get("ChecksumSHA256")
    if checksum and "-" not in checksum:  # else of the parts, and not of the whole
        return base64.b64decode(checksum)
    told = said.get("Metadata", {}).get(_SHA256, "")
    try:
        return bytes.fromhex(told) or None
    except ValueError:
        return None
