"""A database that is deleted, moved or replaced while it is open."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, suppress
from pathlib import Path

import pytest

from beautyspot.core.errors import ConfigurationError, StoreBusy, StoreError
from beautyspot.embedded.sqlite import SQLiteTaskDB, opening
from beautyspot.testing.samples import record

from .children import KEY, keys, script


class TestFileComesAndGoes:
    @pytest.mark.parametrize("suffixes", [("",), ("", "-wal"), ("", "-wal", "-shm")])
    def test_deleted(self, db, path, suffixes):
        """The next save makes a new file; it holds what is saved from then on."""
        for suffix in suffixes:
            os.remove(f"{path}{suffix}")
        db.save(record(1))

        assert {record(1).cache_key} == keys(path)
        assert db.get(KEY) is None
        assert record(1).entry == db.entry(record(1).cache_key, wait=False)
        db.close()
        assert ["x.db"] == os.listdir(path.parent)

    def test_deleted_and_read(self, db, path):
        """Who needs a new connection finds an empty database; others until the next save."""
        os.remove(path)
        with db._connections.read():
            assert db.get(KEY) is None
        with pytest.raises(StoreBusy, match="Ask once with wait=True"):
            SQLiteTaskDB(path).entry(KEY, wait=False)

        assert db.get(KEY) is None
        assert set() == keys(path)

    def test_replaced_by_a_foreign_database_and_read(self, db, path, tmp_path):
        """New connections do not touch it, nor what lies beside it."""
        with closing(sqlite3.connect(tmp_path / "theirs.db", isolation_level=None)) as theirs:
            theirs.execute("PRAGMA journal_mode = WAL")
            theirs.execute("CREATE TABLE tasks (cache_key)")
            db.close()
            for suffix in ("", "-wal", "-shm"):
                shutil.copy(tmp_path / f"theirs.db{suffix}", tmp_path / f"copy{suffix}")
        db.init_schema()
        for suffix in ("-wal", "-shm", ""):
            os.replace(tmp_path / f"copy{suffix}", f"{path}{suffix}")
        before = {file: file.read_bytes() for file in sorted(tmp_path.iterdir())}
        with db._connections.read():  # the one that is open leads to the old file
            for _ in range(2):
                with pytest.raises(StoreBusy):
                    db.entry(KEY, wait=False)
                with pytest.raises(ConfigurationError, match="another program's"):
                    db.get(KEY)

        assert before == {file: file.read_bytes() for file in sorted(tmp_path.iterdir())}

    def test_its_folder_is_deleted(self, tmp_path):
        path = tmp_path / "folder" / "x.db"
        with closing(SQLiteTaskDB(path)) as db:
            db.save(record())
            shutil.rmtree(path.parent)
            db.save(record(1))

        assert {record(1).cache_key} == keys(path)

    def test_init_schema_notices(self, db, path):
        """It makes the database ready, which one without a file is not."""
        os.remove(path)
        db.init_schema()

        assert set() == keys(path)

    def test_replaced(self, db, path, tmp_path):
        """By another one of ours, as ``mv`` does: from then on it is that one, unharmed."""
        with closing(SQLiteTaskDB(tmp_path / "new.db")) as new:
            new.save_many(record(n) for n in range(100, 200))
        db.save_many(record(n) for n in range(50))
        os.replace(tmp_path / "new.db", path)
        db.save(record(99))

        assert {record(n).cache_key for n in range(99, 200)} == keys(path)
        assert db.get(KEY) is None

    def test_moved_away(self, db, path, tmp_path):
        """Its file is whole under the new name, without the -wal that stayed behind."""
        db.save_many(record(n) for n in range(50))
        os.rename(path, tmp_path / "old.db")
        db.save(record(99))

        assert {record(n).cache_key for n in range(50)} == keys(tmp_path / "old.db")
        assert {record(99).cache_key} == keys(path)

    def test_replaced_by_something_foreign(self, db, path):
        """Then nothing is saved, and nothing of it is touched."""
        os.remove(path)
        path.write_text("Dear diary")
        with pytest.raises(Exception, match="no SQLite database"):
            db.save(record(1))

        assert "Dear diary" == path.read_text()

    @pytest.mark.parametrize("first", [True, False])
    def test_replaced_while_a_connection_is_opened(self, path, monkeypatch, first):
        """Between opening the file and its -wal: never are two databases taken for one."""
        with closing(SQLiteTaskDB(path)) as old:
            old.save_many(record(n) for n in range(50))
        db, theirs = SQLiteTaskDB(path), SQLiteTaskDB(path)
        if not first:
            db.get(KEY)

        def connect(target, **options):
            """As slow as a process that the machine leaves alone at this very moment."""
            connection = sqlite3.connect(target, uri=True, isolation_level=None)
            monkeypatch.undo()
            for suffix in ("-wal", "-shm", ""):
                if os.path.exists(f"{path}{suffix}"):
                    os.rename(f"{path}{suffix}", f"{path}.old{suffix}")
            theirs.save(record(200))
            return connection

        monkeypatch.setattr(opening, "connect", connect)
        with suppress(StoreError):  # to the first one it may look like damage
            db.save(record(201))
        db.save(record(201))
        theirs.save(record(202))
        db.close()
        theirs.close()

        assert {record(n).cache_key for n in (200, 201, 202)} == keys(path)
        assert {record(n).cache_key for n in range(50)} == keys(Path(f"{path}.old"))

    @pytest.mark.parametrize("how", ["deleted", "deleted, new instance", "replaced"])
    def test_while_two_processes_use_it(self, db, path, tmp_path, how):
        """Both come to the new file, whoever made it, and nothing saved since is lost."""
        code = """
db = SQLiteTaskDB(path)
for line in sys.stdin:
    db.save(rec(line.strip())); print("saved", flush=True)
"""
        with closing(SQLiteTaskDB(tmp_path / "new.db")) as new:
            new.save(record(1, cache_key="new"))
        with subprocess.Popen(
            [*script(code), path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:

            def theirs(key: str) -> None:
                child.stdin.write(f"{key}\n")
                child.stdin.flush()
                assert "saved\n" == child.stdout.readline()

            theirs("b1")
            db.save(record(1, cache_key="a1"))
            if how == "replaced":
                os.replace(tmp_path / "new.db", path)
            else:
                os.remove(path)
            if how == "deleted, new instance":  # which never saw the old one
                db.close()
                db = SQLiteTaskDB(path)
            db.save(record(1, cache_key="a2"))
            theirs("b2")
            db.save(record(1, cache_key="a3"))
            db.close()
            theirs("b3")
            child.stdin.close()
        assert 0 == child.returncode
        assert {"a2", "a3", "b2", "b3"} == keys(path) - {"new"}
        assert (how == "replaced") == ("new" in keys(path))
