"""Where blobs stand, who may read them, and how a URL names their folder."""

import os
import shutil
import stat
from pathlib import Path

import pytest

from beautyspot.core.errors import BlobNotFound, BlobUnavailable, ConfigurationError
from beautyspot.embedded.files import FileBlobStore

from .looking import MARKER, parts, run


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


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
