"""Blobs as files keep the contract of blob stores, whatever the system offers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from beautyspot.core.ports import BlobStore
from beautyspot.embedded.files import FileBlobStore
from beautyspot.testing import (
    BlobCatalogContract,
    BlobStreamsContract,
    UnreachableBlobStoreContract,
)

from .looking import use_paths


class TestFileBlobStore(BlobStreamsContract, BlobCatalogContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> BlobStore:
        return FileBlobStore(tmp_path / "blobs")

    @pytest.fixture
    def reopen(self, tmp_path: Path) -> Callable[[], BlobStore]:
        return lambda: FileBlobStore(tmp_path / "blobs")


class TestDurableFileBlobStore(TestFileBlobStore):
    @pytest.fixture
    def store(self, tmp_path: Path) -> BlobStore:
        return FileBlobStore(tmp_path / "blobs", durable=True)


class TestFileBlobStoreByPaths(TestFileBlobStore):
    """As on Windows, which cannot name a file relative to an open folder."""

    @pytest.fixture(autouse=True)
    def by_paths(self, monkeypatch: pytest.MonkeyPatch) -> None:
        use_paths(monkeypatch)


class TestUnreachableFileBlobStore(UnreachableBlobStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> BlobStore:
        """Its path is a link to itself: that stops root as well."""
        store = FileBlobStore(tmp_path / "blobs")
        (tmp_path / "blobs").symlink_to(tmp_path / "blobs")
        return store
