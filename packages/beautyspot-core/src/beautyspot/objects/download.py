"""Downloads an object, goes on where it was cut, and makes sure that it is what was uploaded.

An object that the service says is unchanged since it was verified is compared by CRC-32 alone, in
a third of the time: what it is protected from then is the way to us.
"""

import hashlib
import zlib
from collections.abc import Callable, Hashable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from beautyspot.core.errors import BlobUnavailable, CacheCorruptedError
from beautyspot.objects.bucket import Body, Bucket
from beautyspot.objects.deadline import Deadline

__all__ = ["Download", "Seal"]


@dataclass(frozen=True, slots=True)
class Seal:
    """What stands for an object whose SHA-256 was right."""

    stamp: Hashable  #: of the object, as the service has it; not None
    crc: int  #: CRC-32 of its bytes


class Download:
    """One object on its way to us, in as many attempts as it takes."""

    def __init__(
        self,
        bucket: Bucket,
        name: str,
        take: Callable[[bytes], object],
        seal: Seal | None = None,
    ) -> None:
        """Take what is to be downloaded.

        Args:
            bucket: where it is.
            name: of the object.
            take: is given its bytes, each once and in order.
            seal: of an earlier download; None: there was none.
        """
        self._bucket: Final = bucket
        self._name: Final = name
        self._take: Final = take
        self._seal: Final = seal
        self._digest = hashlib.sha256()
        self._crc = 0
        self._stamp: Hashable = None
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
        if not self._is_right():
            msg = (
                f"the {self._received} bytes at {self._name!r} in {self._bucket.place} are not "
                "those that were stored there: the name is their SHA-256"
            )
            raise CacheCorruptedError(msg)

    @property
    def seal(self) -> Seal | None:
        """What stands for the object once it is here; None: the service tells of no changes."""
        return None if self._stamp is None else Seal(self._stamp, self._crc)

    def _is_sealed(self) -> bool:
        return self._seal is not None and self._seal.stamp == self._stamp

    def _is_right(self) -> bool:
        if self._is_sealed():
            return self.seal == self._seal
        return self._digest.hexdigest() == self._name[-64:]

    def _fetch(self, body: Body, deadline: Deadline) -> None:
        is_same = self._size is None or body.stamp == self._stamp
        # Written anew by a save it has another stamp and the same bytes, which SHA-256 tells.
        if self._size not in {None, body.size} or (self._is_sealed() and not is_same):
            msg = f"{self._name!r} in {self._bucket.place} was changed while it was downloaded"
            raise CacheCorruptedError(msg)
        self._size, self._stamp = body.size, body.stamp if is_same else None
        is_sealed = self._is_sealed()
        for chunk in body.chunks:
            self._crc = zlib.crc32(chunk, self._crc)
            if not is_sealed:
                self._digest.update(chunk)
            self._take(chunk)
            self._received += len(chunk)
            deadline.allow(len(chunk))
            deadline.check()
        if self._received < body.size:
            msg = f"{self._name!r} was cut after {self._received} of {body.size} bytes"
            raise BlobUnavailable(msg)
