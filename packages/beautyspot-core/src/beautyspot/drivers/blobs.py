"""Reading results from blobs; a blob that has not changed is verified once in a process.

SHA-256 takes several times as long as reading: so a payload's checksum is verified at the first
read, and again as soon as the store says that the blob may be another one. What is trusted is read
right into the memory of the value, and nothing of it is kept: a map of the file would be faster
still, but who changes or cuts the file would change the value, or end the process.
"""

import io
from collections.abc import Hashable
from contextlib import closing, suppress
from typing import BinaryIO, Final

from beautyspot.core.ports import BlobStore, FileSerializer, StampedBlobs
from beautyspot.drivers.payloads import Payloads

__all__ = ["BlobResults"]

#: Blobs of one function of which it is known that they were whole; then all is forgotten.
_MOST: Final = 4096


class BlobResults:
    """Reads the results of one function from a blob store. Any thread may do so at any time."""

    def __init__(self, blobs: BlobStore, payloads: Payloads) -> None:
        """Take where blobs are, and what reads them."""
        serializer = payloads.serializer
        self._blobs = blobs
        self._stamped = blobs if isinstance(blobs, StampedBlobs) else None
        self._files = serializer if isinstance(serializer, FileSerializer) else None
        self._envelope = payloads.envelope
        self._decode = payloads.decode
        #: By location, the stamp that a blob had when it was verified, and against which checksum.
        self._seen: dict[str, tuple[Hashable, bytes | None]] = {}

    def read(self, location: str, checksum: bytes | None) -> tuple[object, int]:
        """Answer the value at a location, and how many bytes its payload has.

        Raises:
            BlobNotFound: nothing is there.
            DataError: what is there cannot be read back, or is not this record's.
            StoreError: the store could not be asked, or failed.
        """
        if self._stamped is not None and self._files is not None:
            with suppress(OSError), closing(self._stamped.open(location)) as file:
                return self._read(file, location, checksum)
        # Also when the file could not be read: the store says it in its own words, or can do it.
        data = self._blobs.load(location)
        return self._decode(data, checksum), len(data)

    def _read(self, file: BinaryIO, location: str, checksum: bytes | None) -> tuple[object, int]:
        stamp = self._stamp(file)
        if stamp is not None and self._seen.get(location) == (stamp, checksum):
            found = self._trusted(file, checksum)
            # Changed while it was read, it may be half of each.
            if found is not None and self._stamp(file) == stamp:
                return found
            file.seek(0)
        data = file.read()
        value = self._decode(data, checksum)
        if stamp is not None and self._stamp(file) == stamp:
            if len(self._seen) >= _MOST:
                self._seen = {}
            self._seen[location] = (stamp, checksum)
        return value, len(data)

    def _trusted(self, file: BinaryIO, checksum: bytes | None) -> tuple[object, int] | None:
        head = file.read(self._envelope.head_bytes)
        if self._files is None or not self._envelope.is_head(head, checksum):
            return None
        try:
            value = self._files.loads_file(file)
        except Exception:  # noqa: BLE001  # foreign code; the verified read tells what is wrong
            return None
        return value, file.seek(0, io.SEEK_END)

    def _stamp(self, file: BinaryIO) -> Hashable:
        return None if self._stamped is None else self._stamped.stamp(file)
