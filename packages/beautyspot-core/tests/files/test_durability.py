"""A blob is there whole or not at all, also when the disk is full or the writer is killed."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from beautyspot.core.errors import BlobUnavailable
from beautyspot.embedded.files import FileBlobStore

from .looking import NOBODY, everything, parts, run


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is synced and renamed, in order, by path; the calls themselves are made."""
    seen: list[str] = []
    fsync, replace = os.fsync, os.replace

    def spy_fsync(fd: int) -> None:
        seen.append(f"sync {os.readlink(f'/proc/self/fd/{fd}')}")
        fsync(fd)

    def spy_replace(src: str, dst: str, **options: int) -> None:
        seen.append(f"rename to {os.path.basename(dst)}")
        replace(src, dst, **options)

    monkeypatch.setattr(os, "fsync", spy_fsync)
    monkeypatch.setattr(os, "replace", spy_replace)
    return seen


def test_durable_waits_for_the_file_before_and_the_folders_after_the_rename(
    root: Path, calls: list[str]
):
    """Else a power cut could leave a name without its bytes, or no name at all."""
    location = FileBlobStore(root / "a" / "b", durable=True).save("key", b"content")

    home, name = location.split("/")
    marked, saved = calls[:6], calls[6:]
    top = [str(path) for path in (root.parent, root, root / "a")]
    assert marked[:3] == [f"sync {path}" for path in top]
    assert marked[3].startswith(f"sync {root}/a/b/.beautyspot-")
    assert marked[4:] == ["rename to .beautyspot", f"sync {root}/a/b"]
    assert saved[0].startswith(f"sync {root}/a/b/tmp/{os.getpid()}-")
    assert saved[1:] == [f"rename to {name}", f"sync {root}/a/b/{home}", f"sync {root}/a/b"]


def test_without_durable_only_the_marker_is_waited_for(store: FileBlobStore, calls: list[str]):
    """Once in the life of a folder: half a marker would make it a folder of somebody else."""
    store.save("key", b"content")
    marked = len(calls)
    store.save("key", b"content")

    assert 2 == len([call for call in calls[:marked] if call.startswith("sync")])
    assert [call for call in calls[marked:] if call.startswith("sync")] == []


def test_a_sync_that_fails_is_a_save_that_failed(root: Path, monkeypatch: pytest.MonkeyPatch):
    """At each of them: nothing is kept, and nothing left behind."""
    store = FileBlobStore(root, durable=True)
    store.save("key", b"content")
    whole, fsync = everything(root), os.fsync
    for failing in range(3):
        left = iter([True] * failing + [False])

        def fail(fd: int, left: Iterator[bool] = left) -> None:
            if not next(left, True):
                raise OSError(errno.EIO, "Input/output error")
            fsync(fd)

        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(BlobUnavailable, match=r"Input/output error.*good health"):
            store.save("key", b"lost")

        now = everything(root)
        assert {name: content for name, content in now.items() if content is not None} == {
            name: content for name, content in whole.items() if content is not None
        }


def test_a_short_write_is_continued(store: FileBlobStore, monkeypatch: pytest.MonkeyPatch):
    """The system may take only a part of what it is given."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data[:7])))
    data = bytes(range(256)) * 3

    assert store.load(store.save("key", data)) == data


def test_a_write_beyond_a_limit_leaves_nothing(root: Path):
    """The limit for a file's size is one that root has to keep, too; then storing goes on."""
    done = run(
        """
        import errno, os, resource, sys
        from beautyspot.core.errors import BlobUnavailable
        from beautyspot.embedded.files import FileBlobStore
        store = FileBlobStore(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
        for _ in range(3):
            try:
                store.save("key", bytes(300_000))
            except BlobUnavailable as error:
                print(error)
                assert error.__cause__.errno == errno.EFBIG
        assert store.load(store.save("key", bytes(100_000))) == bytes(100_000)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        store.save("key", bytes(300_000))
        assert os.listdir(os.path.join(sys.argv[1], "tmp")) == []
        assert sorted(blob.size for blob in store.blobs()) == [100_000, 300_000]
        """,
        root,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("cannot keep 300000 bytes in") == 3
    assert done.stdout.count("Free some space on that disk") == 3


FULL = """
import errno, os, sys
from beautyspot.core.errors import BlobUnavailable
from beautyspot.embedded.files import FileBlobStore
root = sys.argv[1]
store = FileBlobStore(root)
kept, failed = [], 0
for _ in range(20):
    try:
        kept.append(store.save("key", bytes(100_000)))
    except BlobUnavailable as error:
        assert error.__cause__.errno == errno.ENOSPC, error
        assert "Free some space" in str(error)
        failed += 1
assert kept and failed and len(kept) + failed == 20, (kept, failed)
assert os.listdir(os.path.join(root, "tmp")) == []
assert all(store.load(location) == bytes(100_000) for location in kept)
store.delete(kept.pop())
store.save("key", bytes(100_000))
print("ok")
"""


#: A place where a disk can be mounted, by anybody on most systems.
NAMESPACE = ["unshare", "--mount", "--map-root-user"]


def test_a_full_disk_leaves_nothing_and_goes_on_when_there_is_space(tmp_path: Path):
    """On a disk of 1 MiB where one can be mounted; the limit above stands for it elsewhere."""
    mount = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" -c "$3" "$1/blobs"'
    done = subprocess.run(
        [*NAMESPACE, "sh", "-c", mount, "-", str(tmp_path), sys.executable, FULL],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    if "unshare" not in done.stderr and "mount" not in done.stderr:
        assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr


def test_a_folder_without_access_is_unavailable_and_not_lost(common: Path):
    """Nothing is "not found" in it; when access is back, everything is."""
    done = run(
        """
        import os, sys
        from beautyspot.core.errors import BlobUnavailable
        from beautyspot.embedded.files import FileBlobStore
        if os.geteuid() == 0:
            os.chown(sys.argv[1], int(sys.argv[2]), -1)
            os.setuid(int(sys.argv[2]))
        root = os.path.join(sys.argv[1], "blobs")
        store = FileBlobStore(root)
        location = store.save("key", b"content")
        home = os.path.join(root, location[:2])

        def refused(work):
            try:
                work()
            except BlobUnavailable as error:
                assert isinstance(error.__cause__, PermissionError), error
                assert "belongs to this user, has mode 700" in str(error), error
            else:
                raise AssertionError("not refused")

        os.chmod(home, 0o500)
        assert store.load(location) == b"content"
        refused(lambda: store.delete(location))
        os.chmod(home, 0o000)
        refused(lambda: store.load(location))
        refused(lambda: list(store.blobs()))
        os.chmod(home, 0o700)
        os.chmod(os.path.join(home, location[3:]), 0o000)
        refused(lambda: store.load(location))
        os.chmod(os.path.join(home, location[3:]), 0o600)
        os.chmod(os.path.join(root, "tmp"), 0o500)
        refused(lambda: store.save("key", b"more"))
        os.chmod(os.path.join(root, "tmp"), 0o700)
        os.chmod(root, 0o000)
        refused(lambda: store.save("key", b"more"))
        again = FileBlobStore(root)
        refused(lambda: again.load(location))
        os.chmod(root, 0o700)
        assert store.load(location) == again.load(location) == b"content"
        assert len(list(store.blobs())) == 1 and not os.listdir(os.path.join(root, "tmp"))
        print("ok")
        """,
        common, NOBODY,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr


@pytest.mark.parametrize("call", ["write", "close", "replace"])
def test_an_interrupt_leaves_nothing(
    store: FileBlobStore, root: Path, monkeypatch: pytest.MonkeyPatch, call: str
):
    """Ctrl-C in the middle of a save: no part of it, and no error of ours in its place."""
    store.save("key", b"content")
    real = getattr(os, call)

    def interrupted(*args: object, **options: object) -> None:
        real(*args, **options)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(os, call, interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.save("key", b"lost")

    assert parts(root) == []
    assert len(list(store.blobs())) == 1


WRITER = """
import os, sys
from hashlib import sha256
from beautyspot.embedded.files import FileBlobStore
store = FileBlobStore(sys.argv[1])
n = 0
while True:
    n += 1
    body = os.urandom(32) * (n * 5000 % 40_000)
    location = store.save("key", sha256(body).digest() + body)
    os.write(1, f"{location}\\n".encode())
"""


def test_killed_writers_leave_no_half_blob(root: Path, store: FileBlobStore):
    """What was acknowledged is whole, and so is whatever else is listed."""
    acknowledged: list[str] = []
    for _ in range(4):
        writers = [
            subprocess.Popen([sys.executable, "-c", WRITER, str(root)], stdout=subprocess.PIPE)
            for _ in range(3)
        ]
        for number, writer in enumerate(writers):
            assert writer.stdout is not None
            lines = (writer.stdout.readline() for _ in range(5 + number))
            acknowledged += [line.decode().strip() for line in lines]
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            rest, _ = writer.communicate()
            acknowledged += [line.decode() for line in rest.splitlines(keepends=False)][:-1]

    def whole(location: str) -> bool:
        data = store.load(location)
        return data[:32] == sha256(data[32:]).digest()

    assert len(acknowledged) > 60
    assert all(map(whole, acknowledged))
    listed = {blob.location for blob in store.blobs()}
    assert listed >= set(acknowledged)
    assert all(map(whole, listed))
    left = {Path(part.location).name for part in store.leftovers()}
    assert left == set(parts(root))
    assert all(part.age >= 0 for part in store.leftovers())
