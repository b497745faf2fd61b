"""Stamps of blobs as files: a file that was changed, by whatever way, has another one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from beautyspot.embedded.files import FileBlobStore
from beautyspot.embedded.files import stamps as adapter
from beautyspot.testing import StampedBlobsContract


class TestStampedFileBlobStore(StampedBlobsContract):
    @pytest.fixture(autouse=True)
    def at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Do without the time that a file has to be old for a stamp."""
        monkeypatch.setattr(adapter, "_SETTLED", 0)

    @pytest.fixture
    def store(self, tmp_path: Path) -> FileBlobStore:
        return FileBlobStore(tmp_path / "blobs")


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    with path.open("r+b") as file:
        file.write(data)


def flipped_unnoticed(path: Path) -> None:
    """Flip a bit, and set the time back that programs can set."""
    about = path.stat()
    flipped(path)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def replaced(path: Path) -> None:
    other = path.with_suffix(".other")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize("change", [flipped, flipped_unnoticed, replaced])
def test_a_changed_file_has_another_stamp(
    change: Callable[[Path], None],
    root: Path,
    store: FileBlobStore,
    monkeypatch: pytest.MonkeyPatch,
):
    """Whoever changed it, by whatever way, and even when it looks as before."""
    monkeypatch.setattr(adapter, "_SETTLED", 0)
    location = store.save("key", b"content")
    with store.open(location) as file:
        before = store.stamp(file)
    while (root / location).stat().st_ctime_ns == before[-1]:  # until the clock of files has moved
        change(root / location)
    with store.open(location) as file:
        after = store.stamp(file)

    assert before != after


def test_a_file_that_was_changed_a_moment_ago_has_no_stamp(store: FileBlobStore):
    """In the same step of its clock it could be changed once more, and nobody would see it."""
    with store.open(store.save("key", b"content")) as file:
        assert store.stamp(file) is None
