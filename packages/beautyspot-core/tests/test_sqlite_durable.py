"""``durable=True``: what is waited for, so that a power cut takes nothing that was acknowledged."""

import errno
import os
from contextlib import closing
from pathlib import Path

import pytest

from beautyspot.core.errors import StoreUnavailable
from beautyspot.core.model import TaskRecord
from beautyspot.embedded.sqlite import SQLiteTaskDB

RECORD = TaskRecord(cache_key="k", func_name="f", input_id="", updated_at=1)


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is synced by us, by path and in order; the calls themselves are made."""
    seen: list[str] = []
    fsync = os.fsync

    def spy(fd: int) -> None:
        seen.append(os.readlink(f"/proc/self/fd/{fd}"))
        fsync(fd)

    monkeypatch.setattr(os, "fsync", spy)
    return seen


def test_folders_that_are_made_are_waited_for(tmp_path: Path, synced: list[str]):
    """Else a power cut could take the folder with everything in it."""
    with closing(SQLiteTaskDB(tmp_path / "a" / "b" / "x.db", durable=True)) as db:
        db.save(RECORD)

    assert [str(tmp_path), f"{tmp_path}/a", f"{tmp_path}/a/b"] == synced


def test_a_file_that_is_there_is_waited_for_once(tmp_path: Path, synced: list[str]):
    """Who has made it a moment ago may not have waited."""
    path = tmp_path / "x.db"
    with closing(SQLiteTaskDB(path)) as quick, closing(SQLiteTaskDB(path, durable=True)) as db:
        quick.save(RECORD)
        assert [] == synced
        db.save(RECORD)
        db.save(RECORD)

    assert [str(tmp_path)] == synced


def test_a_folder_that_cannot_be_synced_is_a_save_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It is not acknowledged, and works again when the disk does."""
    db = SQLiteTaskDB(tmp_path / "x.db", durable=True)

    def fail(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StoreUnavailable, match=r"Input/output error.*good health"):
            db.save(RECORD)
    with closing(db):
        db.save(RECORD)
        assert RECORD == db.get("k")


def test_a_file_system_that_syncs_no_folders_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Some network file systems; SQLite does the same."""

    def unknown(fd: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", unknown)
    with closing(SQLiteTaskDB(tmp_path / "a" / "x.db", durable=True)) as db:
        db.save(RECORD)
        assert RECORD == db.get("k")
