"""Copies as files: verified, and never anybody else's."""

import errno
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from beautyspot.core.errors import ConfigurationError
from beautyspot.embedded.copies import FileBlobCache
from beautyspot.embedded.copies import cache as adapter
from beautyspot.embedded.files import FileBlobStore, folders, stamps
from beautyspot.testing import BlobCacheContract

DATA = bytes(range(256)) * 8


class TestFileBlobCache(BlobCacheContract):
    @pytest.fixture
    def cache(self, tmp_path):
        return FileBlobCache(tmp_path / "contract")


class TestFileBlobCacheByPath(BlobCacheContract):
    """As on Windows, where no folder can be held open."""

    @pytest.fixture
    def cache(self, tmp_path, monkeypatch):
        monkeypatch.setattr(folders, "HELD", False)
        monkeypatch.setattr(folders, "_NO_LINK", 0)
        return FileBlobCache(tmp_path / "contract")


def keep(cache: FileBlobCache, location: str, data: bytes = DATA) -> None:
    cache.keep(location, len(data), (data,))


def found(cache: FileBlobCache, location: str) -> bytes | None:
    file = cache.find(location)
    if file is None:
        return None
    with file:
        return file.read()


def test_nothing_is_made_before_the_first_copy(cache, root):
    cache.find("a")
    cache.forget("a")

    assert not root.exists()


@pytest.mark.parametrize("at", [*range(76), *range(76, 76 + len(DATA), 97), -1])
def test_a_copy_with_a_damaged_byte_is_removed(cache, looking, at):
    """Wherever it is: in the head, or in the content."""
    keep(cache, "a")
    content = bytearray(looking.copy().read_bytes())
    content[at] ^= 0x10
    looking.copy().write_bytes(content)

    assert found(cache, "a") is None
    assert [] == list(looking.copies())
    keep(cache, "a")
    assert DATA == found(cache, "a")


@pytest.mark.parametrize("size", [0, 1, 75, 76, 77, 75 + len(DATA)])
def test_a_copy_that_was_cut_is_removed(cache, looking, size):
    keep(cache, "a")
    os.truncate(looking.copy(), size)

    assert found(cache, "a") is None
    assert [] == list(looking.copies())


def test_a_copy_that_has_grown_is_removed(cache, looking):
    keep(cache, "a")
    with looking.copy().open("ab") as file:
        file.write(b"x")

    assert found(cache, "a") is None


def test_the_copy_of_another_blob_is_none(cache, looking):
    """Two whole copies that somebody has swapped."""
    keep(cache, "a", b"one")
    first = looking.copy()
    keep(cache, "b", b"two")
    (second,) = set(looking.copies()) - {first}
    shutil.copy(second, first)

    assert found(cache, "a") is None
    assert b"two" == found(cache, "b")


def test_a_copy_is_verified_once_while_it_stays(cache, looking, monkeypatch):
    """A file that has not changed since is not read anew to be verified."""
    monkeypatch.setattr(stamps, "_SETTLED", 0)
    verified: list[str] = []
    monkeypatch.setattr(
        adapter, "is_whole", lambda name, copy: bool(verified.append(name) or copy.seek(0) == 0)
    )
    keep(cache, "a")
    for _ in range(3):
        assert DATA == found(cache, "a")
    assert 1 == len(verified)

    before = looking.copy().stat().st_ctime_ns
    while looking.copy().stat().st_ctime_ns == before:  # until the clock of files has moved
        looking.copy().touch()
    found(cache, "a")
    assert 2 == len(verified)


def test_a_copy_has_a_stamp(cache, monkeypatch):
    monkeypatch.setattr(stamps, "_SETTLED", 0)
    keep(cache, "a")
    keep(cache, "b")
    told = set()
    for location in "aab":
        file = cache.find(location)
        assert file is not None
        with file:
            told.add(cache.stamp(file))

    assert 2 == len(told - {None})


class TestWhoseAFolderIs:
    def test_a_folder_of_somebody_else_is_refused(self, root):
        root.mkdir()
        (root / "thesis.tex").write_bytes(b"years of work")

        with pytest.raises(ConfigurationError, match=r"holds 'thesis.tex'"):
            FileBlobCache(root)

    def test_what_becomes_somebody_elses_stays_untouched(self, cache, root, caplog):
        """Between the first look and the first copy."""
        root.mkdir()
        (root / "thesis.tex").write_bytes(b"years of work")
        keep(cache, "a")
        cache.forget("a")

        assert ["thesis.tex"] == os.listdir(root)
        assert "no copies can be kept" in caplog.text

    def test_blobs_are_no_copies(self, root):
        """A folder of results is never emptied to make room."""
        FileBlobStore(root).save("key", b"content")

        with pytest.raises(ConfigurationError, match="holds blobs of beautyspot"):
            FileBlobCache(root)

    def test_copies_are_no_blobs(self, cache, root):
        """Results would vanish there."""
        keep(cache, "a")

        with pytest.raises(ConfigurationError, match="holds copies of beautyspot"):
            FileBlobStore(root)

    def test_a_file_is_no_folder(self, root):
        root.write_bytes(b"SQLite format 3\0")

        with pytest.raises(ConfigurationError, match="cannot be a folder for copies"):
            FileBlobCache(root)

    @pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["fifo", "folder"])
    def test_what_is_no_file_is_no_copy(self, cache, looking, make):
        """It is neither waited for nor removed."""
        keep(cache, "a")
        place = looking.copy()
        place.unlink()
        make(place)

        assert found(cache, "a") is None
        cache.forget("a")
        keep(cache, "a")
        assert place.exists()
        assert not place.is_file()

    def test_no_link_leads_out(self, cache, looking, tmp_path):
        keep(cache, "a")
        shard = looking.copy().parent
        shard.rename(tmp_path / "outside")
        shard.symlink_to(tmp_path / "outside")

        assert found(cache, "a") is None
        cache.forget("a")
        assert 1 == len(list((tmp_path / "outside").iterdir()))


class TestTrouble:
    def test_a_full_disk_keeps_no_copy(self, cache, looking, caplog, monkeypatch):
        """It is logged once, and copies are kept again when there is room."""

        def full(fd: int, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        keep(cache, "a")
        with monkeypatch.context() as patched:
            patched.setattr(os, "write", full)
            keep(cache, "b")
            keep(cache, "c")

        assert 1 == len([r for r in caplog.records if r.levelno == logging.WARNING])
        assert "Free some space" in caplog.text
        assert [] == os.listdir(looking.root / "tmp")
        assert DATA == found(cache, "a")
        keep(cache, "b")
        assert DATA == found(cache, "b")

    def test_a_deleted_folder_is_made_again(self, cache, root):
        keep(cache, "a")
        shutil.rmtree(root)

        assert found(cache, "a") is None
        keep(cache, "a")
        assert DATA == found(cache, "a")

    def test_a_folder_that_is_only_read(self):
        """Copies are found there; none is added, and nobody is stopped."""
        code = (
            "import os, sys\n"
            "from beautyspot.embedded.copies import FileBlobCache\n"
            "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "cache = FileBlobCache(sys.argv[1])\n"
            "cache.keep('a', 1, [b'a'])\n"
            "for folder, folders, _ in [*os.walk(sys.argv[1])]: os.chmod(folder, 0o500)\n"
            "cache = FileBlobCache(sys.argv[1])\n"
            "cache.keep('b', 1, [b'b'])\n"
            "print(cache.find('a').read(), cache.find('b'))\n"
        )
        with TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            child = subprocess.run(
                [sys.executable, "-c", code, f"{folder}/cache"],
                capture_output=True,
                text=True,
                check=True,
            )

        assert "b'a' None\n" == child.stdout
        assert 1 == child.stderr.count("no copies can be kept")


class TestOptions:
    @pytest.mark.parametrize(
        ("said", "size"),
        [
            ("2GB", 2_000_000_000), ("500MB", 500_000_000), ("1 GiB", 2**30), ("1.5kB", 1500),
            ("64KiB", 65536), ("1TB", 10**12), ("100", 100), ("100B", 100), (7, 7),
        ],
    )  # fmt: skip
    def test_a_size_is_text_or_bytes(self, root, said, size):
        assert size == FileBlobCache(root, max_size=said).max_size

    @pytest.mark.parametrize(
        "said", ["", "0", "0GB", "-1", "1e9", "2 gigs", "GB", "inf", 0, -5, True, 1.5, None, "0.1B"]
    )
    def test_what_is_no_size_is_refused(self, root, said):
        with pytest.raises(ConfigurationError, match="expected text such as '500MB'"):
            FileBlobCache(root, max_size=said)

    def test_a_url_says_the_folder_and_the_size(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        cache = FileBlobCache.from_url("file:./cache?max_size=1MB")

        assert (str(tmp_path / "cache"), 1_000_000) == (cache.root, cache.max_size)
        assert f"FileBlobCache({str(tmp_path / 'cache')!r}, max_size=1000000)" == repr(cache)
        assert 2_000_000_000 == FileBlobCache.from_url("file:./cache").max_size

    @pytest.mark.parametrize(
        ("url", "why"),
        [
            ("file:./cache?max_sise=1MB", "'max_sise' is unknown. .*max_size=2GB"),
            ("file:./cache?durable=true", "'durable' is unknown for copies"),
            ("file:./cache?max_size=much", "max_size='much' is no size"),
            ("s3://bucket/prefix", "its scheme is 's3'"),
        ],
    )
    def test_a_url_that_cannot_be_used(self, url, why):
        with pytest.raises(ConfigurationError, match=why):
            FileBlobCache.from_url(url)

    def test_an_unknown_option(self):
        with pytest.raises(ConfigurationError, match="the one option is max_size"):
            FileBlobCache.from_url("file:./cache", durable=True)

    def test_a_store_has_no_bound(self):
        """Results would vanish; the error says where the option belongs."""
        with pytest.raises(ConfigurationError, match="it bounds copies"):
            FileBlobStore.from_url("file:./cache?max_size=2GB")


def test_the_folder_is_for_its_owner_alone(cache, root, looking):
    keep(cache, "a")

    assert 0o700 == Path(root).stat().st_mode & 0o777
    assert 0o600 == looking.copy().stat().st_mode & 0o777
