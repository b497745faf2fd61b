"""What beautyspot asks of every blob store, and what this one promises besides."""

import subprocess
import sys

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from beautyspot import BlobUnavailable, ConfigurationError, Spot
from beautyspot.testing import (
    BlobCatalogContract,
    BlobStreamsContract,
    UnreachableBlobStoreContract,
)
from spot_fsspec import FsspecBlobStore


@pytest.fixture
def memory():
    """Answer a URL in fsspec's memory, which is one for the whole process."""
    yield "memory://results/of/tests"
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


class TestInMemory(BlobCatalogContract, BlobStreamsContract):
    @pytest.fixture
    def store(self, memory):
        return FsspecBlobStore(memory)

    @pytest.fixture
    def reopen(self, memory):
        return lambda: FsspecBlobStore(memory)


class TestOnDisk(BlobCatalogContract, BlobStreamsContract):
    @pytest.fixture
    def store(self, tmp_path):
        return FsspecBlobStore(f"local://{tmp_path}/blobs")

    @pytest.fixture
    def reopen(self, tmp_path):
        return lambda: FsspecBlobStore(f"file://{tmp_path}/blobs")


class TestUnreachable(UnreachableBlobStoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        (tmp_path / "file").write_text("no folder")
        return FsspecBlobStore(f"file://{tmp_path}/file/blobs")


def test_a_blob_is_a_file_of_that_name(tmp_path):
    """Behind the adapter's back: the very bytes, and nothing else."""
    location = FsspecBlobStore(f"file://{tmp_path}/blobs").save("key", b"content")

    files = [file for file in (tmp_path / "blobs").rglob("*") if file.is_file()]
    assert [tmp_path / "blobs" / location] == files
    assert b"content" == files[0].read_bytes()


def test_a_save_that_fails_leaves_nothing(tmp_path):
    """Not under the name of a blob, and not under that of a part of one."""
    store = FsspecBlobStore(f"file://{tmp_path}/blobs")
    store.save("key", b"content")

    with pytest.raises(BlobUnavailable):
        store.save("key", "no bytes")

    assert 1 == len([file for file in tmp_path.rglob("*") if file.is_file()])


def test_foreign_files_are_no_blobs(tmp_path):
    (tmp_path / "blobs" / "ab").mkdir(parents=True)
    (tmp_path / "blobs" / "ab" / "notes.txt").write_text("mine")
    (tmp_path / "blobs" / "README").write_text("mine")

    assert [] == list(FsspecBlobStore(f"file://{tmp_path}/blobs").blobs())


@pytest.mark.parametrize("url", ["results", "memory://", "memory:", "/tmp/x", "", "nosuch://x/y"])
def test_a_url_that_cannot_be_opened_is_refused_at_once(url):
    with pytest.raises(ConfigurationError):
        FsspecBlobStore.from_url(f"fsspec:{url}")


def test_an_option_is_refused():
    with pytest.raises(ConfigurationError, match="cannot promise durable"):
        FsspecBlobStore.from_url("fsspec:memory://x", durable=True)


def test_no_secret_is_shown(tmp_path):
    """Neither by its repr nor by its errors."""
    (tmp_path / "secret").write_text("no folder")
    store = FsspecBlobStore.from_url(f"fsspec:file://{tmp_path}/secret/blobs")

    with pytest.raises(BlobUnavailable) as caught:
        store.save("key", b"content")

    assert "secret" not in repr(store) + str(caught.value)


def test_importing_it_loads_no_fsspec():
    code = "import spot_fsspec, sys; print('fsspec' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False\n" == said.stdout


def test_a_spot_uses_it_by_url_only(tmp_path, memory):
    """Plain results and streams."""
    with Spot("s", db=tmp_path / "s.db", storage=f"fsspec:{memory}", save_blob=True) as spot:

        @spot.mark
        def square(x):
            return x * x

        @spot.mark
        def count(n):
            yield from range(n)

        assert 9 == square(3) == square(3)
        assert [0, 1, 2] == list(count(3)) == list(count(3))
        assert (1, 1) == (square.counts.runs, square.counts.hits)
        assert (1, 1) == (count.counts.runs, count.counts.hits)
    assert 2 == len(list(FsspecBlobStore(memory).blobs()))
