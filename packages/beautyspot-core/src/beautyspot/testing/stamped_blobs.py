"""What a blob store has to do that can tell whether a blob is as it was.

Subclass the suite and supply the fixture ``store``, whose blobs have stamps as soon as they are
saved: for a store that cannot tell so early, let the fixture ``settled`` wait for it.
"""

import io
from collections.abc import Callable, Hashable
from typing import Protocol, cast

import pytest

from beautyspot.core.errors import BlobNotFound
from beautyspot.core.ports import BlobStore, StampedBlobs
from beautyspot.testing.blobs import HOSTILE

__all__ = ["StampedBlobsContract"]


class _Store(BlobStore, StampedBlobs, Protocol):
    """A blob store with the ability."""


class StampedBlobsContract:
    """The rules of ``beautyspot.core.ports.StampedBlobs``."""

    @pytest.fixture
    def store(self) -> _Store:
        """Answer an empty store, which is a ``BlobStore`` too."""
        raise NotImplementedError("a subclass supplies the fixture 'store'")

    @pytest.fixture
    def settled(self) -> Callable[[], None]:
        """Answer what waits until the blobs saved before have stamps."""
        return lambda: None

    def test_a_blob_is_read_at_any_place(self, store: _Store) -> None:
        """As a file: in pieces, into a buffer, from any place on, and no further than its end."""
        buffer = bytearray(4)
        with store.open(store.save("key", b"0123456789")) as file:
            file.seek(7)
            filled = cast("io.RawIOBase", file).readinto(memoryview(buffer))
            file.seek(-2, io.SEEK_END)
            end = file.read()
            place = file.seek(0)

            assert filled == 3
            assert bytes(buffer) == b"789\0"
            assert end == b"89"
            assert place == 0
            assert file.read() == b"0123456789"
            assert file.read() == b""

    def test_a_blob_that_stays_keeps_its_stamp(
        self, store: _Store, settled: Callable[[], None]
    ) -> None:
        """However often it is opened and read."""
        location = store.save("key", b"content")
        settled()
        stamps: list[Hashable] = []
        for _ in range(2):
            with store.open(location) as file:
                stamps.append(store.stamp(file))
                file.read()
                stamps.append(store.stamp(file))

        assert None not in stamps
        assert len(set(stamps)) == 1

    def test_other_bytes_have_another_stamp(
        self, store: _Store, settled: Callable[[], None]
    ) -> None:
        """Those of another blob, of the same size and saved in the same moment."""
        locations = [store.save("key", content) for content in (b"one", b"two")]
        settled()
        stamps: set[Hashable] = set()
        for location in locations:
            with store.open(location) as file:
                stamps.add(store.stamp(file))

        assert len(stamps) == 2

    def test_what_is_not_there_is_not_opened(self, store: _Store) -> None:
        """It is no blob any more."""
        location = store.save("key", b"content")
        store.delete(location)

        with pytest.raises(BlobNotFound):
            store.open(location)

    @pytest.mark.parametrize("location", HOSTILE)
    def test_a_hostile_location_leads_nowhere(self, store: _Store, location: str) -> None:
        """Nothing outside of the store is opened, whatever a database says."""
        store.save("key", b"content")

        with pytest.raises(BlobNotFound):
            store.open(HOSTILE[location])
