"""The blob store in a folder: whole or not at all, never outside, and nobody else's folder."""

import errno
import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from beautyspot.core.errors import BlobNotFound, BlobUnavailable, ConfigurationError
from beautyspot.core.ports import BlobStore
from beautyspot.embedded.files import FileBlobStore, folders
from beautyspot.testing import BlobCatalogContract, UnreachableBlobStoreContract

MARKER = ".beautyspot"
#: Whom the tests become to meet folders that they may not touch; root may touch everything.
NOBODY = 65534


def use_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do without what Windows has not: open folders, and flags against links and FIFOs."""
    monkeypatch.setattr(folders, "HELD", False)
    monkeypatch.setattr(folders, "_NO_LINK", 0)
    monkeypatch.setattr(folders, "_READ", os.O_RDONLY)


class TestFileBlobStore(BlobCatalogContract):
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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(root: Path) -> FileBlobStore:
    return FileBlobStore(root)


@pytest.fixture
def common() -> Iterator[Path]:
    """A folder that ``NOBODY`` can reach, which ``tmp_path`` is not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def run(code: str, *args: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *map(str, args)],
        capture_output=True, text=True, timeout=60, check=False, **options,
    )  # fmt: skip


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def everything(folder: Path) -> dict[str, bytes | None]:
    """Answer what stands in a folder: files with their content, and all else."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def parts(root: Path) -> list[str]:
    return os.listdir(root / "tmp")


def test_nothing_is_made_before_the_first_save(store: FileBlobStore, root: Path):
    with pytest.raises(BlobNotFound):
        store.load("ab/" + "ab" * 16)
    store.delete("ab/" + "ab" * 16)
    assert list(store.blobs()) == []
    assert list(store.leftovers()) == []

    assert not root.exists()


def test_a_blob_is_a_file_with_a_random_name(store: FileBlobStore, root: Path):
    """Behind the adapter's back: the file holds the bytes and nothing else."""
    locations = {store.save("key", b"content") for _ in range(20)}

    assert len(locations) == 20
    for location in locations:
        folder, name = location.split("/")
        assert len(name) == 32
        assert folder == name[:2]
        assert int(name, 16) >= 0
        assert (root / folder / name).read_bytes() == b"content"
    assert parts(root) == []


def test_the_marker_says_what_the_folder_is(store: FileBlobStore, root: Path):
    store.save("key", b"content")

    first, *rest = (root / MARKER).read_text().splitlines()
    assert first == "beautyspot blobs, format 1"
    assert any("Do not put anything else here" in line for line in rest)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_files_and_folders_are_the_owners_alone(root: Path, umask: int):
    done = run(
        """
        import os, sys
        os.umask(int(sys.argv[2]))
        from beautyspot.embedded.files import FileBlobStore
        FileBlobStore(sys.argv[1], durable=True).save("key", b"content")
        """,
        root / "inner", umask,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    found = [root / "inner", *(root / "inner").rglob("*")]
    assert {mode(path) for path in found if path.is_dir()} == {0o700}
    assert {mode(path) for path in found if path.is_file()} == {0o600}
    assert len(found) == 5


def test_the_path_is_fixed_when_the_store_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    store = FileBlobStore("blobs")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    store.save("key", b"content")

    assert store.root == str(tmp_path / "blobs")
    assert repr(store) == f"FileBlobStore({str(tmp_path / 'blobs')!r})"
    assert repr(FileBlobStore("x", durable=True)).endswith("x', durable=True)")
    assert os.listdir() == []


def test_no_descriptor_stays_open(store: FileBlobStore, root: Path):
    location = store.save("key", b"content")
    before = os.listdir("/dev/fd")
    store.load(store.save("key", b"content"))
    list(store.blobs())
    listing = store.blobs()
    next(listing)
    store.delete(location)
    for hostile in ("../..", "ab/" + "ab" * 16):
        with pytest.raises(BlobNotFound):
            store.load(hostile)
    os.rename(root, root.with_name("moved"))
    root.write_bytes(b"")
    for work in (lambda: store.save("key", b""), lambda: store.load(location)):
        with pytest.raises(BlobUnavailable):
            work()

    assert len(os.listdir("/dev/fd")) == len(before)


def test_a_forked_child_uses_the_store(store: FileBlobStore):
    location = store.save("key", b"parent")
    pid = os.fork()
    if pid == 0:
        kept = (
            store.load(location) == b"parent" and store.load(store.save("", b"child")) == b"child"
        )
        os._exit(0 if kept else 1)

    assert os.waitpid(pid, 0)[1] == 0
    assert len(list(store.blobs())) == 2


def test_the_folder_is_made_again_when_it_was_deleted(store: FileBlobStore, root: Path):
    lost = store.save("key", b"lost")
    shutil.rmtree(root)

    with pytest.raises(BlobNotFound):
        store.load(lost)
    assert list(store.blobs()) == []
    assert store.load(store.save("key", b"new")) == b"new"
    assert (root / MARKER).exists()


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


def test_leftovers_are_listed_with_size_and_age(store: FileBlobStore, root: Path):
    """A sweep can take those that are old: their writers are gone."""
    store.save("key", b"content")
    left = root / "tmp" / "4711-0123456789abcdef"
    left.write_bytes(b"half")
    os.utime(left, (0, 0))
    (root / "tmp" / "not ours").write_bytes(b"")

    (found,) = store.leftovers()

    assert (found.location, found.size) == ("tmp/4711-0123456789abcdef", 4)
    assert found.age > 1e9
    assert len(list(store.blobs())) == 1
    with pytest.raises(BlobNotFound):
        store.load(found.location)


def test_an_age_is_by_the_clock_of_the_file_system(store: FileBlobStore, root: Path):
    """Not below 0, though the file says that it is of tomorrow."""
    old, new = store.save("key", b"old"), store.save("key", b"new")
    now = (root / new).stat().st_mtime
    os.utime(root / old, (now - 3600, now - 3600))
    os.utime(root / new, (now + 86400, now + 86400))

    ages = {blob.location: blob.age for blob in store.blobs()}

    assert 3600 <= ages[old] < 3700
    assert ages[new] == 0


def test_only_blobs_are_listed(store: FileBlobStore, root: Path, tmp_path: Path):
    """Whatever else stands there: it is not ours, and a sweep must not see it."""
    location = store.save("key", b"content")
    home = root / location[:2]
    other = "00" if location[:2] != "00" else "01"
    name = location[3:]
    (home / "notes.txt").write_bytes(b"")
    (home / name[:-1]).write_bytes(b"")
    (home / name.upper().replace(name[0], "F", 1)).write_bytes(b"")
    (home / (name[:2] + "f" * 30)).mkdir()
    (home / (name[:2] + "e" * 30)).symlink_to(home / name)
    os.mkfifo(home / (name[:2] + "d" * 30))
    (root / other).symlink_to(home)
    (root / "zz").mkdir()
    (root / "zz" / ("zz" + "0" * 30)).write_bytes(b"")
    (root / "fe").write_bytes(b"") if home.name != "fe" else None
    wrong = "ee" if location[:2] != "ee" else "ed"
    (root / wrong).mkdir()
    (root / wrong / ("00" + "0" * 30)).write_bytes(b"a name of another folder")

    assert [blob.location for blob in store.blobs()] == [location]


def test_a_folder_that_lost_its_marker_lists_nothing(store: FileBlobStore, root: Path):
    """Nobody knows any more whose it is: a sweep must keep its hands off, and a save says so."""
    location = store.save("key", b"content")
    (root / MARKER).unlink()

    assert list(store.blobs()) == []
    with pytest.raises(BlobUnavailable, match=r"holds .* and no '.beautyspot'") as caught:
        store.save("key", b"more")
    assert isinstance(caught.value.__cause__, ConfigurationError)
    assert store.load(location) == b"content"


@pytest.fixture(params=[True, False], ids=["by descriptor", "by path"])
def both(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        use_paths(monkeypatch)


@pytest.mark.usefixtures("both")
class TestLinks:
    def test_a_linked_shard_leads_nowhere(self, store: FileBlobStore, root: Path, tmp_path: Path):
        """Else whoever can write to the database reads and deletes files of the same name."""
        location = store.save("key", b"content")
        outside = tmp_path / "outside"
        (root / location[:2]).rename(outside)
        (root / location[:2]).symlink_to(outside)

        with pytest.raises(BlobUnavailable, match="move it away"):
            store.load(location)
        with pytest.raises(BlobUnavailable):
            store.delete(location)
        assert list(store.blobs()) == []
        assert [path.read_bytes() for path in outside.iterdir()] == [b"content"]

    def test_nothing_is_written_through_a_linked_shard(
        self, store: FileBlobStore, root: Path, tmp_path: Path
    ):
        store.save("key", b"content")
        outside = tmp_path / "outside"
        outside.mkdir()
        for number in range(256):
            shutil.rmtree(root / f"{number:02x}", ignore_errors=True)
            (root / f"{number:02x}").symlink_to(outside)

        with pytest.raises(BlobUnavailable):
            store.save("key", b"content")
        assert list(outside.iterdir()) == []
        assert parts(root) == []

    def test_nothing_is_written_through_a_linked_tmp(
        self, store: FileBlobStore, root: Path, tmp_path: Path
    ):
        store.save("key", b"content")
        outside = tmp_path / "outside"
        outside.mkdir()
        (root / "tmp").rmdir()
        (root / "tmp").symlink_to(outside)

        with pytest.raises(BlobUnavailable):
            store.save("key", b"content")
        assert list(outside.iterdir()) == []

    def test_a_linked_file_is_not_read_and_its_target_not_deleted(
        self, store: FileBlobStore, root: Path, tmp_path: Path
    ):
        location = store.save("key", b"content")
        secret = tmp_path / "secret"
        secret.write_bytes(b"secret")
        (root / location).unlink()
        (root / location).symlink_to(secret)

        with pytest.raises((BlobUnavailable, BlobNotFound)):
            store.load(location)
        store.delete(location)
        assert secret.read_bytes() == b"secret"
        assert (root / location).is_symlink(), "what is no blob is not ours to remove"

    @pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
    def test_what_is_no_file_is_no_blob(
        self, store: FileBlobStore, root: Path, make: Callable[[Path], None]
    ):
        """Opening a FIFO would wait for a writer, for ever."""
        location = store.save("key", b"content")
        (root / location).unlink()
        make(root / location)

        with pytest.raises(BlobNotFound, match="not a regular file"):
            store.load(location)
        store.delete(location)
        assert (root / location).exists()

    def test_a_root_behind_a_link_is_the_users_own_choice(self, tmp_path: Path):
        """Large folders are often moved to another disk; the target has to be safe itself."""
        (tmp_path / "disk").mkdir(mode=0o700)
        (tmp_path / "link").symlink_to(tmp_path / "disk")
        store = FileBlobStore(tmp_path / "link")
        location = store.save("key", b"content")

        assert (tmp_path / "disk" / location).read_bytes() == b"content"
        assert store.load(location) == b"content"


def test_a_folder_of_somebody_else_is_refused_and_stays_untouched(root: Path):
    (root / "sub").mkdir(parents=True)
    (root / "thesis.tex").write_bytes(b"years of work")
    before = everything(root)

    with pytest.raises(ConfigurationError, match=r"'sub', 'thesis.tex' and no '.beautyspot'"):
        FileBlobStore(root)
    assert everything(root) == before


def test_a_folder_that_became_somebody_elses_is_not_written_to(root: Path):
    """It was not there yet when the store was made."""
    store = FileBlobStore(root)
    root.mkdir()
    (root / "thesis.tex").write_bytes(b"years of work")

    with pytest.raises(BlobUnavailable, match=r"thesis.tex"):
        store.save("key", b"content")
    assert os.listdir(root) == ["thesis.tex"]


def test_an_empty_folder_becomes_ours(root: Path):
    root.mkdir(mode=0o700)

    assert FileBlobStore(root).load(FileBlobStore(root).save("key", b"x" * 9)) == b"x" * 9


@pytest.mark.parametrize("content", [b"", b"beautyspot blobs", b"something else\n", b"\xff" * 99])
def test_a_marker_that_is_none_of_ours_is_refused(root: Path, content: bytes):
    root.mkdir(mode=0o700)
    (root / MARKER).write_bytes(content)

    with pytest.raises(ConfigurationError, match="none of ours"):
        FileBlobStore(root)
    assert (root / MARKER).read_bytes() == content


def test_a_folder_of_a_newer_beautyspot_is_refused(root: Path):
    root.mkdir(mode=0o700)
    (root / MARKER).write_text("beautyspot blobs, format 2\nand more\n")

    with pytest.raises(ConfigurationError, match=r"format 2, known: 1.*--upgrade"):
        FileBlobStore(root)


@pytest.mark.parametrize("bits", [0o770, 0o707, 0o722])
def test_a_folder_in_which_others_can_write_is_refused(root: Path, bits: int):
    """They could put results of theirs in the place of ours."""
    root.mkdir()
    root.chmod(bits)

    with pytest.raises(ConfigurationError, match=rf"mode 0{bits:o}\). Try: chmod 700 '{root}'"):
        FileBlobStore(root)
    root.chmod(bits | stat.S_ISVTX)
    FileBlobStore(root).save("key", b"content")


def test_a_folder_of_another_user_is_refused(common: Path):
    """Looked at as another user when we are root, and else in a folder of root."""
    done = run(
        """
        import os, sys
        from beautyspot.core.errors import ConfigurationError
        from beautyspot.embedded.files import FileBlobStore
        root = "/" if os.geteuid() else sys.argv[1]
        if os.geteuid() == 0:
            os.setuid(int(sys.argv[2]))
        try:
            FileBlobStore(root)
        except ConfigurationError as error:
            print(error)
        """,
        common, NOBODY,
    )  # fmt: skip

    assert "it belongs to the user number" in done.stdout, done.stderr
    assert os.listdir(common) == []


def test_a_file_is_no_folder(root: Path):
    root.write_bytes(b"mine")

    for path in (root, root / "below"):
        with pytest.raises(ConfigurationError, match="cannot be a folder for blobs"):
            FileBlobStore(path)
    assert root.read_bytes() == b"mine"


@pytest.mark.parametrize("durable", [False, True])
def test_processes_that_start_at_once_all_succeed(root: Path, durable: bool):
    """They wait for the same lock, so that they begin together."""
    code = """
        import fcntl, sys
        from beautyspot.embedded.files import FileBlobStore
        with open(sys.argv[1]) as gate:
            print("ready", flush=True)
            fcntl.flock(gate, fcntl.LOCK_SH)
            for n in range(30):
                store = FileBlobStore(f"{sys.argv[2]}/{n}/blobs", durable=sys.argv[3] == "True")
                assert store.load(store.save("key", b"content")) == b"content"
    """
    root.mkdir()
    gate = root / "gate"
    with gate.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        args = [str(gate), str(root), str(durable)]
        starting = [
            subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(code), *args],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )
            for _ in range(4)
        ]  # fmt: skip
        for process in starting:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
    for process in starting:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    for number in range(30):
        assert len(list(FileBlobStore(root / str(number) / "blobs").blobs())) == 4
        names = os.listdir(root / str(number) / "blobs")
        assert [name for name in names if name.startswith(f"{MARKER}-")] == []


def test_threads_that_start_at_once_all_succeed(root: Path):
    store, gate, failed = FileBlobStore(root), threading.Barrier(8), list[Exception]()

    def first_save() -> None:
        gate.wait(10)
        try:
            store.save("key", b"content")
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=first_save) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert failed == []
    assert len(list(store.blobs())) == 8


@pytest.mark.parametrize(
    ("url", "path", "durable"),
    [
        ("file:blobs", "{cwd}/blobs", False),
        ("file:./a/b", "{cwd}/a/b", False),
        ("file:../c", "{up}/c", False),
        ("file:///{cwd}/abs", "{cwd}/abs", False),
        ("FILE:x", "{cwd}/x", False),
        ("file:with%20space%23%3F", "{cwd}/with space#?", False),
        ("file:%E9%C3%A9", "{cwd}/\udce9é", False),
        ("file:x?durable=true", "{cwd}/x", True),
        ("file:x?durable=false", "{cwd}/x", False),
    ],
)
def test_a_url_names_a_folder(
    url: str, path: str, durable: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    places = {"cwd": str(tmp_path), "up": str(tmp_path.parent)}
    store = FileBlobStore.from_url(url.format(cwd=str(tmp_path)[1:]))

    assert store.root == path.format(**places)
    assert ("durable=True" in repr(store)) is durable


def test_an_option_counts_more_than_the_url(root: Path):
    store = FileBlobStore.from_url(f"file://{root}?durable=false", durable=True)

    assert repr(store) == f"FileBlobStore({str(root)!r}, durable=True)"


@pytest.mark.parametrize(
    ("url", "options", "says"),
    [
        ("file:", {}, "names no folder"),
        ("file://", {}, "names no folder"),
        ("file://host/x", {}, "the host 'host'"),
        ("file://localhost/x", {}, "the host 'localhost'"),
        ("file://blobs", {}, "the host 'blobs'"),
        ("s3://bucket/x", {}, "scheme is 's3'"),
        ("/x", {}, "scheme is ''"),
        ("file:x#y", {}, "%23"),
        ("file:x?durable", {}, "cannot|bad query"),
        ("file:x?durable=yes", {}, "neither 'true' nor 'false'"),
        ("file:x?sync=true", {}, "'sync' is unknown"),
        ("file:%00", {}, "cannot be a folder"),
        ("file:x", {"sync": True}, "sync=True.*durable"),
        ("file:x", {"durable": "yes"}, "durable='yes'"),
        ("file://[", {}, "cannot be opened|Invalid"),
    ],
)
def test_another_url_or_option_is_refused(url: str, options: dict[str, object], says: str):
    """The message says what is known."""
    with pytest.raises(ConfigurationError, match=says):
        FileBlobStore.from_url(url, **options)
