"""A store with copies near at hand keeps every contract, and is only ever as wrong as the store."""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

import pytest

from beautyspot.core.errors import BlobNotFound, BlobUnavailable
from beautyspot.core.ports import (
    BlobCatalog,
    BlobStore,
    BlobStreams,
    Closable,
    ScopedBlobs,
    StampedBlobs,
)
from beautyspot.embedded.copies import FileBlobCache, chained
from beautyspot.embedded.files import FileBlobStore, stamps
from beautyspot.objects import ObjectBlobStore
from beautyspot.testing import (
    BlobCatalogContract,
    BlobStoreContract,
    BlobStreamsContract,
    MemoryBlobStore,
    MemoryBucket,
    MemoryCloud,
    ScopedBlobsContract,
    StampedBlobsContract,
    UnreachableBlobStoreContract,
)

ABILITIES = (BlobCatalog, BlobStreams, ScopedBlobs, StampedBlobs, Closable)


class TestBeforeFiles(BlobStreamsContract, BlobCatalogContract):
    @pytest.fixture
    def store(self, tmp_path):
        return chained(FileBlobCache(tmp_path / "cache"), FileBlobStore(tmp_path / "blobs"))

    @pytest.fixture
    def reopen(self, tmp_path):
        return lambda: chained(FileBlobCache(tmp_path / "cache"), FileBlobStore(tmp_path / "blobs"))


class TestBeforeACloud(BlobStreamsContract, BlobCatalogContract, ScopedBlobsContract):
    @pytest.fixture
    def store(self, tmp_path):
        return chained(FileBlobCache(tmp_path / "cache"), MemoryCloud())


class TestBeforeABucket(BlobStreamsContract, BlobCatalogContract, ScopedBlobsContract):
    @pytest.fixture
    def store(self, tmp_path):
        return chained(FileBlobCache(tmp_path / "cache"), ObjectBlobStore(MemoryBucket()))


class TestTwoCaches(BlobStreamsContract, BlobCatalogContract, ScopedBlobsContract):
    @pytest.fixture
    def store(self, tmp_path):
        near, far = FileBlobCache(tmp_path / "near"), FileBlobCache(tmp_path / "far")
        return chained(near, chained(far, MemoryCloud()))


class TestTooSmallForAnything(BlobStreamsContract, BlobCatalogContract):
    """A cache in which nothing has room: everything comes from the store."""

    @pytest.fixture
    def store(self, tmp_path):
        return chained(FileBlobCache(tmp_path / "cache", max_size=1), MemoryCloud())


class TestStamps(StampedBlobsContract):
    @pytest.fixture
    def store(self, tmp_path, monkeypatch):
        monkeypatch.setattr(stamps, "_SETTLED", 0)
        return chained(FileBlobCache(tmp_path / "cache"), MemoryCloud())


class TestUnreachable(UnreachableBlobStoreContract):
    """Without a copy, it is the store that cannot be asked."""

    @pytest.fixture
    def store(self, tmp_path):
        cloud = MemoryCloud()
        cloud.reachable = False
        return chained(FileBlobCache(tmp_path / "cache"), cloud)


class Plain:
    """A store with the required methods alone, whose locations are those of another."""

    def __init__(self) -> None:
        store = MemoryBlobStore()
        self.save, self.load, self.delete = store.save, store.load, store.delete


class TestBeforeAPlainStore(BlobStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        return chained(FileBlobCache(tmp_path / "cache"), Plain())

    def test_it_opens_what_the_store_only_loads(self, store):
        location = store.save("key", b"content")

        for _ in range(2):
            with store.open(location) as file:
                assert b"content" == file.read()
        store.delete(location)
        with pytest.raises(BlobNotFound):
            store.open(location)


class Broken:
    """A cache that breaks every promise."""

    def find(self, location: str) -> BinaryIO | None:
        raise RuntimeError("find")

    def keep(self, location: str, size: int, chunks: Iterable[bytes]) -> None:
        raise RuntimeError("keep")

    def forget(self, location: str) -> None:
        raise RuntimeError("forget")

    def stamp(self, file: BinaryIO) -> object:
        raise RuntimeError("stamp")


class TestBehindABrokenCache(BlobStreamsContract, BlobCatalogContract, ScopedBlobsContract):
    """Nobody notices, but by the time that it takes."""

    @pytest.fixture
    def store(self):
        return chained(Broken(), MemoryCloud())

    def test_nothing_has_a_stamp(self, store):
        with store.open(store.save("key", b"content")) as file:
            assert store.stamp(file) is None


@pytest.fixture
def cloud() -> MemoryCloud:
    return MemoryCloud()


@pytest.fixture
def chain(cache: FileBlobCache, cloud: MemoryCloud) -> BlobStore:
    return chained(cache, cloud)


@pytest.mark.parametrize(
    ("store", "abilities"),
    [
        (MemoryCloud(), {BlobCatalog, BlobStreams, ScopedBlobs}),
        (MemoryBlobStore(), {BlobCatalog, BlobStreams}),
        (Plain(), set()),
    ],
    ids=["cloud", "memory", "plain"],
)
def test_it_can_do_what_the_store_can_do(cache, store, abilities):
    """A driver asks by ``isinstance``; copies have stamps whatever the store is."""
    chain = chained(cache, store)

    assert {*abilities, StampedBlobs, Closable} == {a for a in ABILITIES if isinstance(chain, a)}
    assert f"<{cache!r} before {store!r}>" == repr(chain)


class TestUnreachableTruth:
    def test_a_copy_still_answers(self, chain, cloud):
        saved = chain.save("key", b"saved")
        writer = chain.writer("key")
        writer.write(b"writ")
        writer.write(b"ten")
        written = writer.commit()
        writer.close()
        cloud.reachable = False

        assert b"saved" == chain.load(saved)
        assert b"written" == chain.load(written)
        with chain.open(written) as file:
            assert b"written" == file.read()

    def test_what_was_read_once_still_answers(self, chain, cloud):
        """By whatever way it was read."""
        loaded, opened = cloud.save("key", b"loaded"), cloud.save("key", b"opened")
        chain.load(loaded)
        chain.open(opened).close()
        cloud.reachable = False

        assert [b"loaded", b"opened"] == [chain.load(loaded), chain.load(opened)]

    def test_without_a_copy_nothing_is_known(self, chain, cloud):
        """It is not "not found": the blob may well exist."""
        location = cloud.save("key", b"content")
        cloud.reachable = False

        for ask in (chain.load, chain.open):
            with pytest.raises(BlobUnavailable):
                ask(location)

    def test_nothing_is_saved_here_alone(self, chain, cloud, looking):
        """A result that others cannot read is not stored, and there is no copy of it."""
        writer = chain.writer("key")
        writer.write(b"content")
        cloud.reachable = False

        with pytest.raises(BlobUnavailable):
            chain.save("key", b"content")
        with pytest.raises(BlobUnavailable):
            writer.commit()
        assert [] == list(looking.copies())

    def test_deleting_fails_and_the_copy_is_gone(self, chain, cloud, looking):
        location = chain.save("key", b"content")
        cloud.reachable = False

        with pytest.raises(BlobUnavailable):
            chain.delete(location)
        assert [] == list(looking.copies())


class TestCopies:
    def test_a_damaged_copy_is_replaced_from_the_store(self, chain, looking):
        location = chain.save("key", b"content")
        for damage in (b"", b"x", looking.copy().read_bytes()[:-1] + b"!"):
            looking.copy().write_bytes(damage)

            assert b"content" == chain.load(location)
            looking.copy().write_bytes(damage)
            with chain.open(location) as file:
                assert b"content" == file.read()
            assert looking.copy().read_bytes().endswith(b"content")

    def test_a_damaged_copy_of_an_unreachable_blob_is_none(self, chain, cloud, looking):
        location = chain.save("key", b"content")
        looking.copy().write_bytes(b"damage")
        cloud.reachable = False

        with pytest.raises(BlobUnavailable):
            chain.load(location)

    def test_deleting_takes_both(self, chain, cloud, looking):
        location = chain.save("key", b"content")
        chain.delete(location)

        assert [] == list(looking.copies())
        with pytest.raises(BlobNotFound):
            cloud.load(location)

    def test_scopes_share_the_copies(self, chain, cloud, looking):
        """Locations tell them apart."""
        one, two = (chain.within(lambda scope=scope: scope * 32) for scope in "12")
        first, second = one.save("key", b"same"), two.save("key", b"same")
        one.delete(first)
        cloud.reachable = False

        assert b"same" == one.load(second)
        assert 1 == len(list(looking.copies()))

    def test_equal_content_is_copied_once(self, chain, looking):
        """Where the store keeps it once."""
        assert chain.save("one", b"same") == chain.save("two", b"same")
        assert looking.copy().read_bytes().endswith(b"same")

    def test_the_nearer_of_two_caches_is_filled_from_the_other(self, tmp_path, cloud):
        near, far = FileBlobCache(tmp_path / "near"), FileBlobCache(tmp_path / "far")
        location = chained(far, cloud).save("key", b"content")
        cloud.reachable = False
        chain = chained(near, chained(far, cloud))

        assert b"content" == chain.load(location)
        assert b"content" == chained(near, cloud).load(location)

    def test_a_file_of_the_store_is_read_from_its_start(self, chain, cloud):
        """It has been read to its end, for the copy."""
        location = cloud.save("key", b"content")
        with chain.open(location) as file:
            assert b"content" == file.read()

    def test_what_cannot_be_copied_comes_from_the_store(self, tmp_path, cloud):
        """A file stands where the folder would be made."""
        cache = FileBlobCache(tmp_path / "a" / "cache")
        (tmp_path / "a").write_bytes(b"")
        chain = chained(cache, cloud)
        location = chain.save("key", b"content")

        assert b"content" == chain.load(location)
        with chain.open(location) as file:
            assert b"content" == file.read()

    def test_a_large_stream_is_copied_in_pieces(self, cache, cloud, monkeypatch):
        """However large it is, a megabyte of it is in memory for the copy."""
        asked: list[int] = []
        writer_of = cloud.writer

        def writer(key):
            writer = writer_of(key)
            read = writer.read
            monkeypatch.setattr(
                writer, "read", lambda offset, size: asked.append(size) or read(offset, size)
            )
            return writer

        monkeypatch.setattr(cloud, "writer", writer)
        chain = chained(cache, cloud)
        writing = chain.writer("key")
        for _ in range(5):
            writing.write(bytes(1_000_000))
        location = writing.commit()
        writing.close()

        assert {1024 * 1024} == set(asked)
        assert bytes(5_000_000) == chain.load(location)

    def test_closing_closes_the_store(self, cache):
        closed: list[str] = []

        class Closing(MemoryBlobStore):
            def close(self) -> None:
                closed.append("store")

        chained(cache, Closing()).close()
        chained(cache, MemoryBlobStore()).close()

        assert ["store"] == closed

    def test_a_copy_that_cannot_be_read_to_its_end(self, chain, cache, monkeypatch):
        """It was whole when it was opened, and then the disk failed: the store answers."""

        class Failing(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                raise OSError("the disk failed")

        location = chain.save("key", b"content")
        monkeypatch.setattr(cache, "find", lambda location: Failing())

        assert b"content" == chain.load(location)


def test_the_folder_of_a_cache_is_not_that_of_the_store(tmp_path: Path):
    """Whoever comes second is refused, and nothing is lost: results stay results."""
    chain = chained(FileBlobCache(tmp_path / "x"), FileBlobStore(tmp_path / "x"))
    location = chain.save("key", b"content")

    assert b"content" == chain.load(location)
    assert b"content" == FileBlobStore(tmp_path / "x").load(location)
