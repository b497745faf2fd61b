"""Downloads an object, goes on where it was cut, and makes sure that it is what was uploaded."""

import hashlib
from collections.abc import Callable
from contextlib import closing
from typing import Final

from beautyspot.core.errors import BlobUnavailable, CacheCorruptedError
from beautyspot.objects.bucket import Body, Bucket
from beautyspot.objects.deadline import Deadline

__all__ = ["Download"]


class Download:
    """One object on its way to us, in as many attempts as it takes."""

    def __init__(self, bucket: Bucket, name: str, take: Callable[[bytes], object]) -> None:
        """Take what is to be downloaded; ``take`` is given its bytes, each once and in order."""
        self._bucket: Final = bucket
        self._name: Final = name
        self._take: Final = take
        self._digest = hashlib.sha256()
        self._received = 0
        self._size: int | None = None

    def attempt(self, deadline: Deadline) -> None:
        """Fetch what is missing.

        Raises:
            BlobNotFound: the object is not there.
            BlobUnavailable: it was cut; another attempt goes on from there.
            CacheCorruptedError: it is complete, and not what its name says.
        """
        if self._size is None or self._received < self._size:
            body = self._bucket.get(self._name, deadline, self._received)
            with closing(body):
                self._fetch(body, deadline)
        if self._digest.hexdigest() != self._name[-64:]:
            msg = (
                f"the {self._received} bytes at {self._name!r} in {self._bucket.place} are not "
                "those that were stored there: the name is their SHA-256"
            )
            raise CacheCorruptedError(msg)

    def _fetch(self, body: Body, deadline: Deadline) -> None:
        if self._size is not None and body.size != self._size:
            msg = f"{self._name!r} in {self._bucket.place} was changed while it was downloaded"
            raise CacheCorruptedError(msg)
        self._size = body.size
        for chunk in body.chunks:
            self._digest.update(chunk)
            self._take(chunk)
            self._received += len(chunk)
            deadline.allow(len(chunk))
            deadline.check()
        if self._received < body.size:
            msg = f"{self._name!r} was cut after {self._received} of {body.size} bytes"
            raise BlobUnavailable(msg)
