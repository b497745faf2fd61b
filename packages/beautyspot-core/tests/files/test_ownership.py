"""Files and folders of others are never adopted, changed or followed through a link."""

import fcntl
import os
import shutil
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from beautyspot.core.errors import BlobNotFound, BlobUnavailable, ConfigurationError
from beautyspot.embedded.files import FileBlobStore

from .looking import MARKER, NOBODY, everything, parts, run, use_paths


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
