"""A cache in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from beautyspot.embedded.copies import FileBlobCache


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def cache(root: Path) -> FileBlobCache:
    return FileBlobCache(root)


class Looking:
    """What stands in the folder of a cache, seen behind its back."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def copies(self) -> Iterator[Path]:
        return self.root.glob("[0-9a-f][0-9a-f]/*")

    def copy(self) -> Path:
        (only,) = self.copies()
        return only

    def size(self) -> int:
        """Answer the bytes of the disk that copies take."""
        return sum(-(-path.stat().st_size // 4096) * 4096 for path in self.copies())


@pytest.fixture
def looking(root: Path) -> Looking:
    return Looking(root)
