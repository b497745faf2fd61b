"""Files that are lost or exchanged behind the back of a program: a rerun, never a wrong result."""

import os
import shutil
from pathlib import Path

import pytest
from lab.work import Lab, troubles

NAMES = ["small 1", "small 2", "blob 1", "blob 2"]


def blobs_in(folder: Path) -> list[Path]:
    return sorted((folder / "lab.blobs").glob("??/*"))


def swap(one: Path, other: Path) -> None:
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


BLOBS = {
    "missing": lambda first, second: first.unlink(),
    "empty": lambda first, second: first.write_bytes(b""),
    "garbage": lambda first, second: first.write_bytes(os.urandom(first.stat().st_size)),
    "longer": lambda first, second: first.write_bytes(first.read_bytes() + b"\0"),
    "swapped": swap,
    "a folder": lambda first, second: into_a_folder(first),
    "a link": lambda first, second: (first.unlink(), first.symlink_to(second)),
    "all of them": lambda first, second: shutil.rmtree(first.parent.parent),
}


@pytest.mark.parametrize("change", BLOBS.values(), ids=BLOBS)
@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_blobs(tmp_path, change, is_open):
    lab = Lab(tmp_path)
    lab.lost(NAMES)
    change(*blobs_in(tmp_path))
    lab = lab if is_open else Lab(tmp_path)
    with troubles() as told:
        lost = lab.lost(NAMES)

    assert 1 <= len(lost) <= 2
    assert 1 == len(told)
    assert all(lab.is_kept(name) for name in NAMES)
    assert [] == Lab(tmp_path).lost(NAMES)


def wals_of_others(path: Path) -> None:
    """Put the -wal of another store there."""
    other = path.with_name("other")
    other.mkdir()
    lab = Lab(other)
    lab.lost(["small 9", *NAMES])
    shutil.copy(other / "lab.db-wal", path)


WALS = {
    "deleted": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "garbage": lambda path: path.write_bytes(os.urandom(50_000)),
    "of another": wals_of_others,
}


@pytest.mark.parametrize("change", WALS.values(), ids=WALS)
def test_the_wal_of_a_crashed_program(tmp_path, change):
    """A copy of the files as they were in use, with another -wal."""
    used, copy = tmp_path / "used", tmp_path / "copy"
    used.mkdir()
    lab = Lab(used)
    lab.lost(NAMES)
    lab.spot.shutdown()
    lab.lost(["small 3", *NAMES])
    shutil.copytree(used, copy, ignore=shutil.ignore_patterns("*-shm", "*-lock"))
    change(copy / "lab.db-wal")
    with troubles():
        found = Lab(copy)
        lost = found.lost(["small 3", *NAMES])
        assert all(found.is_kept(name) for name in ["small 3", *NAMES])

    assert "small 3" in lost
    with troubles() as told:
        assert [] == Lab(copy).lost(["small 3", *NAMES])
    assert [] == told


def replace_by_an_older_copy(folder: Path) -> None:
    for suffix in ("-wal", "-shm"):
        (folder / f"lab.db{suffix}").unlink()
    os.replace(folder / "older", folder / "lab.db")


def replace_by_garbage(folder: Path) -> None:
    (folder / "new").write_bytes(os.urandom(30_000))
    os.replace(folder / "new", folder / "lab.db")


WHOLE = {
    "unlinked": lambda folder: (folder / "lab.db").unlink(),
    "unlinked with its neighbours": lambda folder: [p.unlink() for p in folder.glob("lab.db*")],
    "everything deleted": lambda folder: shutil.rmtree(folder),
    "an older copy": replace_by_an_older_copy,
}


@pytest.mark.parametrize("change", WHOLE.values(), ids=WHOLE)
def test_a_database_exchanged_while_it_is_open(tmp_path, change):
    """Nothing is saved into a file that nobody will find again."""
    folder = tmp_path / "home"
    folder.mkdir()
    lab = Lab(folder)
    lab.lost(NAMES)
    lab.spot.shutdown()
    shutil.copy(folder / "lab.db", folder / "older")
    lab.lost([*NAMES, "small 4", "blob 4"])
    change(folder)
    with troubles():
        lab.lost(["small 5", "blob 5", *NAMES])
        new = ["small 6", "blob 6"]
        assert all(lab.is_kept(name) for name in new)

    with troubles() as told:
        assert [] == Lab(folder).lost(new)
    assert [] == told


def test_a_database_replaced_by_garbage(tmp_path):
    """It may be somebody's: it stays as it is, calls are answered, and say what to do."""
    lab = Lab(tmp_path)
    lab.lost(NAMES)
    replace_by_garbage(tmp_path)
    content = (tmp_path / "lab.db").read_bytes()
    with troubles() as told:
        lab.lost(["small 5", "blob 5"])
        assert not lab.is_kept("small 6")

    assert content == (tmp_path / "lab.db").read_bytes()
    assert all("Choose another path" in text for text in told)
    (tmp_path / "lab.db").unlink()
    assert lab.is_kept("small 6")
