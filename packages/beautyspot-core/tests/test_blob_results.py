"""Results in blobs: verified at the first read, and again as soon as they may be others."""

import io
from typing import BinaryIO

import pytest

from beautyspot import Spot
from beautyspot.core.errors import BlobNotFound, BlobUnavailable, CacheCorruptedError
from beautyspot.drivers.blobs import BlobResults
from beautyspot.drivers.payloads import Payloads
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB

VALUE = ["a value", 1]


class Recording(MsgpackSerializer):
    """A serializer that says whether it was given verified bytes, or read a file itself."""

    __slots__ = ("told",)

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def within(self, *_: object) -> "Recording":
        return self

    def loads(self, data: bytes | memoryview) -> object:
        self.told.append("verified")
        return super().loads(data)

    def loads_file(self, file: BinaryIO) -> object:
        self.told.append("trusted")
        return super().loads_file(file)


class Blobs(MemoryBlobStore):
    """Blobs that somebody changes, and that have the stamps that somebody wants."""

    stamps: list[object]

    def __init__(self, *stamps: object) -> None:
        super().__init__()
        self.stamps = [*stamps]

    def stamp(self, file: BinaryIO) -> object:
        return self.stamps.pop(0) if self.stamps else super().stamp(file)

    def put(self, location: str, data: bytes) -> None:
        self._blobs[location] = (data, 0)


class Parts:
    """A value in a blob, and what reads it."""

    def __init__(self, blobs: MemoryBlobStore) -> None:
        self.blobs = blobs
        self.serializer = Recording()
        payloads = Payloads(self.serializer)
        self.envelope = payloads.envelope
        self.results = BlobResults(blobs, payloads)
        self.sealed = self.seal(VALUE)
        self.location = blobs.save("key", self.sealed.payload)

    def seal(self, value: object):
        return self.envelope.seal([self.serializer.dumps(value)])

    def read(self) -> object:
        return self.results.read(self.location, self.sealed.checksum)


def test_a_blob_is_verified_at_the_first_read_alone():
    parts = Parts(MemoryBlobStore())
    found = [parts.read() for _ in range(3)]

    assert [(VALUE, len(parts.sealed.payload))] * 3 == found
    assert ["verified", "trusted", "trusted"] == parts.serializer.told


def test_what_is_trusted_is_a_value_of_its_own():
    parts = Parts(MemoryBlobStore())
    parts.read()
    first, _ = parts.read()
    first.append("changed")

    assert VALUE == parts.read()[0]


@pytest.mark.parametrize(
    "stamps",
    [
        pytest.param([None] * 5, id="it never has a stamp"),
        pytest.param([1, 1, 2, 2], id="it was changed after it was read"),
        pytest.param([1, 2, 2, 2], id="it was changed while it was verified"),
        pytest.param([1, None, 1, 1], id="at the end it could not be told"),
    ],
)
def test_a_blob_that_may_have_changed_is_verified_again(stamps: list[object]):
    parts = Parts(Blobs(*stamps))
    found = [parts.read()[0] for _ in range(2)]

    assert [VALUE, VALUE] == found
    assert ["verified", "verified"] == parts.serializer.told


def test_a_blob_that_changes_while_it_is_trusted_is_verified():
    """Half of it may be old and half of it new."""
    parts = Parts(Blobs(1, 1, 1, 2, 2))
    parts.read()

    assert VALUE == parts.read()[0]
    assert ["verified", "trusted", "verified"] == parts.serializer.told


def test_a_trusted_blob_is_not_trusted_for_another_record():
    """The checksum is the record's: what is whole may have been swapped."""
    parts = Parts(MemoryBlobStore())
    parts.read()
    with pytest.raises(CacheCorruptedError, match="another record"):
        parts.results.read(parts.location, parts.seal("other").checksum)


def test_damage_is_found_although_the_blob_was_read_before():
    blobs = Blobs(1, 1, 2)
    parts = Parts(blobs)
    parts.read()
    blobs.put(parts.location, parts.sealed.payload[:-1] + b"?")

    with pytest.raises(CacheCorruptedError, match="does not match"):
        parts.read()


@pytest.mark.parametrize("damage", [b"", b"BS", b"no payload at all"])
def test_damage_that_no_stamp_shows_is_no_answer_either(damage: bytes):
    """A disk may lose what no program has written."""
    blobs = Blobs(1, 1, 1)
    parts = Parts(blobs)
    parts.read()
    blobs.put(parts.location, damage)

    with pytest.raises(CacheCorruptedError):
        parts.read()


def test_a_blob_that_is_gone_is_not_found():
    parts = Parts(MemoryBlobStore())
    parts.read()
    parts.blobs.delete(parts.location)

    with pytest.raises(BlobNotFound):
        parts.read()


def test_a_file_that_cannot_be_read_is_loaded():
    """The store may have another way; and when it has none, it says what to do."""

    class Unreadable(io.BytesIO):
        def read(self, size: int = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

    class Blobs(MemoryBlobStore):
        broken = False

        def open(self, location: str) -> BinaryIO:
            return Unreadable(b"")

        def load(self, location: str) -> bytes:
            if self.broken:
                raise BlobUnavailable("look at the disk")
            return super().load(location)

    blobs = Blobs()
    parts = Parts(blobs)

    assert VALUE == parts.read()[0]

    blobs.broken = True
    with pytest.raises(BlobUnavailable, match="look at the disk"):
        parts.read()


def test_a_store_that_only_loads_is_verified_at_every_read():
    class Simple(MemoryBlobStore):
        stamp = None

    parts = Parts(Simple())
    found = [parts.read()[0] for _ in range(2)]

    assert [VALUE, VALUE] == found
    assert ["verified", "verified"] == parts.serializer.told


def test_only_so_many_blobs_are_remembered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("beautyspot.drivers.blobs._MOST", 2)
    parts = Parts(MemoryBlobStore())
    for _ in range(2):
        for location in [parts.blobs.save("key", parts.sealed.payload) for _ in range(3)]:
            parts.results.read(location, parts.sealed.checksum)
    parts.read()
    parts.read()

    assert ["verified"] * 7 + ["trusted"] == parts.serializer.told


def test_calls_trust_what_calls_have_verified():
    serializer = Recording()
    spot = Spot("test", db=MemoryTaskDB(), storage=MemoryBlobStore(), serializer=serializer)

    @spot.mark(save_blob=True)
    def function(x: int) -> list[int]:
        return [x]

    assert [[1]] * 3 == [function(1) for _ in range(3)]
    assert ["verified", "trusted"] == serializer.told
