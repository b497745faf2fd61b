"""Uploads a large content in parts: bounded memory, and nothing is seen before it is complete."""

import base64
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from beautyspot.core.errors import BlobUnavailable
from beautyspot.objects import Content, Deadline
from beautyspot_s3.client import arguments

__all__ = ["upload_in_parts"]

_PART: Final = 8 << 20  #: bytes; the service takes 5 MiB and more
_READ: Final = 1 << 20  #: bytes at a time
_MOST_PARTS: Final = 10_000


def upload_in_parts(  # noqa: PLR0913, PLR0917  # one call of the SDK after another
    client: Any,
    at: Mapping[str, str],
    content: Content,
    deadline: Deadline,
    begin: Mapping[str, Any],
    only: Mapping[str, Any],
    extra: Mapping[str, object],
) -> None:
    """Upload a content; what fails is given up, so that no part of it stays.

    Args:
        client: of boto3.
        at: bucket and key.
        content: what is uploaded.
        deadline: checked with each part.
        begin: further arguments of the beginning.
        only: the condition under which it is completed.
        extra: arguments that the user gave, for the operations that know them.

    Raises what the SDK does, and ``BlobUnavailable`` when the time is over.
    """
    begun = client.create_multipart_upload(**at, ChecksumAlgorithm="CRC32", **begin)
    upload = {**at, "UploadId": begun["UploadId"]}
    try:
        of_part = arguments(client, "UploadPart", extra)
        size = max(_PART, -(-content.size // _MOST_PARTS))
        parts = [
            _part(client, {**upload, **of_part}, content, deadline, (number, size))
            for number in range(1, -(-content.size // size) + 1)
        ]
        done = client.complete_multipart_upload(
            **upload,
            **only,
            **arguments(client, "CompleteMultipartUpload", extra),
            MultipartUpload={"Parts": parts},
        )
        if not done.get("ETag"):
            raise BlobUnavailable("the upload was not completed: the answer is none of S3")
    except BaseException:
        with suppress(Exception):  # the first error is the one to tell
            of_end = arguments(client, "AbortMultipartUpload", extra)
            client.abort_multipart_upload(**upload, **of_end)
        raise


def _part(
    client: Any,
    upload: Mapping[str, Any],
    content: Content,
    deadline: Deadline,
    place: tuple[int, int],
) -> dict[str, Any]:
    number, size = place
    deadline.check()
    start = (number - 1) * size
    length = min(size, content.size - start)
    crc = base64.b64encode(_crc(content, start, length).to_bytes(4, "big")).decode()
    sent = client.upload_part(
        **upload,
        PartNumber=number,
        # A file, not bytes: what is sent in one piece has to be on its way within the timeout.
        Body=content.file(deadline, start, length),
        ContentLength=length,
        ChecksumCRC32=crc,
    )
    return {"PartNumber": number, "ETag": sent["ETag"], "ChecksumCRC32": crc}


def _crc(content: Content, start: int, length: int) -> int:
    found = 0
    for at in range(start, start + length, _READ):
        found = zlib.crc32(content.read(at, min(_READ, start + length - at)), found)
    return found
