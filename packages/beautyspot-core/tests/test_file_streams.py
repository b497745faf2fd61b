"""Blobs that are written bit by bit: whole at their place, or gone without a trace."""

import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from beautyspot.core.errors import BlobNotFound, BlobUnavailable
from beautyspot.embedded.files import FileBlobStore


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(root: Path) -> FileBlobStore:
    return FileBlobStore(root)


def parts(root: Path) -> list[str]:
    return os.listdir(root / "tmp")


def test_what_is_written_stands_under_tmp_until_it_is_committed(store, root):
    """Readable by its owner alone, and listed among what is left over."""
    writer = store.writer("key")
    writer.write(b"content")

    (part,) = store.leftovers()
    assert 7 == part.size
    assert 0o600 == stat.S_IMODE((root / part.location).stat().st_mode)
    location = writer.commit()
    writer.close()
    assert [] == parts(root)
    assert b"content" == (root / location).read_bytes()
    assert 0o600 == stat.S_IMODE((root / location).stat().st_mode)


def test_what_is_given_up_leaves_nothing(store, root):
    writer = store.writer("key")
    writer.write(b"content")
    writer.close()

    assert [] == parts(root)


def test_no_descriptor_stays_open(store):
    """Neither of what is committed, nor of what is given up, nor of what was read."""
    store.save("key", b"")
    before = os.listdir("/proc/self/fd")
    for number in range(20):
        writer = store.writer("key")
        writer.write(b"content")
        if number % 2:
            with store.open(writer.commit()) as file:
                file.read()
        writer.close()

    assert before == os.listdir("/proc/self/fd")


def test_a_child_leaves_what_its_parent_writes(store, root):
    """It can neither write into it nor remove it; the parent goes on as if there was no child."""
    writer = store.writer("key")
    writer.write(b"parent")
    child = os.fork()
    if child == 0:
        try:
            for use in (lambda: writer.write(b"child"), writer.commit):
                try:
                    use()
                except BlobUnavailable:
                    continue
                os._exit(1)
            writer.close()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    writer.write(b" goes on")

    assert 0 == os.waitstatus_to_exitcode(status)
    assert b"parent goes on" == store.load(writer.commit())
    writer.close()


def test_a_folder_that_vanishes_meanwhile_is_told_of(store, root):
    """The commit says that nothing is kept; the store goes on with a new folder."""
    writer = store.writer("key")
    writer.write(b"content")
    shutil.rmtree(root)

    with pytest.raises(BlobUnavailable) as caught:
        writer.commit()
    writer.close()

    assert isinstance(caught.value.__cause__, OSError)
    assert b"new" == store.load(store.save("key", b"new"))


def test_a_file_in_place_of_the_folder_keeps_nothing(root):
    store = FileBlobStore(root)
    root.write_bytes(b"")

    with pytest.raises(BlobUnavailable):
        store.writer("key")


FULL = """
import resource, signal, sys
from beautyspot.core.errors import BlobUnavailable
from beautyspot.embedded.files import FileBlobStore

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = FileBlobStore(sys.argv[1])
writer = store.writer("key")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
writer.write(b"x" * 90_000)
try:
    writer.write(b"x" * 90_000)
except BlobUnavailable as error:
    print(error)
assert writer.read(89_999, 1) == b"x"
writer.close()
"""


def test_a_full_disk_is_told_of_and_leaves_nothing(root):
    """With what to do; what was written before can be read until the writer is closed."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), str(root)],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert "Free some space on that disk" in done.stdout
    assert [] == parts(root)


KILLED = """
import os, signal, sys
from beautyspot.embedded.files import FileBlobStore
writer = FileBlobStore(sys.argv[1]).writer("key")
writer.write(b"content")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_writer_leaves_no_blob(store, root):
    """What it has written is listed, to be swept away."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(root)], timeout=60, check=False)

    assert -signal.SIGKILL == done.returncode
    assert [] == list(store.blobs())
    assert [7] == [part.size for part in store.leftovers()]


@pytest.mark.parametrize("durable", [False, True])
def test_a_durable_blob_is_on_the_disk_when_it_is_committed(root, monkeypatch, durable):
    """File first, then the folders that name it; otherwise that is left to the system."""
    store = FileBlobStore(root, durable=durable)
    store.save("key", b"")
    writer = store.writer("key")
    writer.write(b"content")
    synced = []
    fsync = os.fsync

    def watched(fd):
        synced.append(stat.S_IFMT(os.fstat(fd).st_mode))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", watched)
    writer.commit()
    writer.close()

    assert ([stat.S_IFREG, stat.S_IFDIR, stat.S_IFDIR] if durable else []) == synced


def test_a_link_is_not_opened(store, root, tmp_path):
    location = store.save("key", b"content")
    (tmp_path / "secret").write_bytes(b"secret")
    (root / location).unlink()
    (root / location).symlink_to(tmp_path / "secret")

    with pytest.raises(BlobUnavailable):
        store.open(location)


def test_a_fifo_is_not_waited_for(store, root):
    location = store.save("key", b"content")
    (root / location).unlink()
    os.mkfifo(root / location)

    with pytest.raises(BlobNotFound):
        store.open(location)


def test_the_limit_of_files_is_told_of(store):
    """No descriptor is free: nothing can be kept, and nothing breaks."""
    store.save("key", b"")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        with pytest.raises(BlobUnavailable):
            store.writer("key")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
