"""A damaged database of ours is renamed byte for byte, and a new one begun; no other file is."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from beautyspot.core.errors import (
    BeautySpotError,
    CacheCorruptedError,
    ConfigurationError,
    StoreBusy,
    StoreError,
)
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.embedded.sqlite.file import identity_of
from beautyspot.embedded.sqlite.setaside import set_aside
from beautyspot.testing.samples import record

PAGE = 4096


@pytest.fixture
def path(tmp_path):
    """A database of a few hundred pages that nobody has open."""
    path = tmp_path / "x.db"
    with closing(SQLiteTaskDB(path)) as db:
        db.save_many(record(n, result_data=bytes(1000)) for n in range(1000))
    return path


@pytest.fixture
def db(path):
    db = SQLiteTaskDB(path)
    yield db
    db.close()


@pytest.fixture
def public():
    """A folder that every user may enter: pytest closes its own to all but one."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        os.chmod(folder, 0o755)


def damage(path: Path, *, first: int = 1) -> bytes:
    """Overwrite all pages from one on with noise; answer the whole file."""
    data = bytearray(path.read_bytes())
    data[first * PAGE :] = os.urandom(len(data) - first * PAGE)
    path.write_bytes(data)
    return bytes(data)


def aside(path: Path) -> list[str]:
    return sorted(name for name in os.listdir(path.parent) if "corrupt" in name)


def moved(path: Path) -> list[Path]:
    """Answer the files that were databases, without their -wal and -shm."""
    names = [name for name in aside(path) if not name.endswith(("-wal", "-shm"))]
    return [path.parent / name for name in names]


def a_corruption(folder: Path) -> sqlite3.DatabaseError:
    """Answer the error that SQLite itself raises for a damaged file."""
    other = folder / "other.db"
    with closing(sqlite3.connect(other)) as raw:
        raw.execute("CREATE TABLE t (x)")
    damage(other)
    with closing(sqlite3.connect(other)) as raw, pytest.raises(sqlite3.DatabaseError) as error:
        raw.execute("SELECT * FROM t").fetchall()
    return error.value


USES = {
    "get": lambda db: db.get(record(500).cache_key),
    "entry": lambda db: db.entry(record(500).cache_key, wait=True),
    "save": lambda db: db.save(record(500)),
    "delete": lambda db: db.delete(record(500).cache_key),
    "save_many": lambda db: db.save_many([record(500)]),
    "summary": lambda db: db.summary(),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
class TestSetAside:
    def test_damaged_pages(self, db, path, use):
        """The use that meets the damage says where the old file went; the next one works."""
        data = damage(path)
        with pytest.raises(CacheCorruptedError) as error:
            use(db)
        (kept,) = moved(path)

        assert repr(str(kept)) in str(error.value)
        assert data == kept.read_bytes()
        assert re.fullmatch(r"x\.db\.corrupt-\d{8}T\d{6}", kept.name)
        assert db.get(record(500).cache_key) is None
        db.save(record(1))
        assert record(1) == db.get(record(1).cache_key)

    def test_a_header_overwritten_while_it_is_used(self, db, path, use):
        """The file no longer says whose it is, but it was seen to be ours."""
        with db._connections.read():  # so every other one has to be opened
            data = os.urandom(PAGE) + path.read_bytes()[PAGE:]
            path.write_bytes(data)
            with pytest.raises(CacheCorruptedError):
                use(db)

        assert [data] == [kept.read_bytes() for kept in moved(path)]
        db.save(record(1))
        assert record(1) == db.get(record(1).cache_key)


class TestWhole:
    def test_the_wal_goes_along_unchanged(self, db, path):
        """What was committed but not yet in the file is part of what can be recovered."""
        db.save_many(record(n) for n in range(2000, 2010))
        data = damage(path)
        wal = Path(f"{path}-wal").read_bytes()
        forget_pages(db)
        with pytest.raises(CacheCorruptedError):
            db.get(record(500).cache_key)
        (kept,) = moved(path)

        assert [kept.name, f"{kept.name}-shm", f"{kept.name}-wal"] == aside(path)
        assert wal
        assert (data, wal) == (kept.read_bytes(), Path(f"{kept}-wal").read_bytes())

    def test_others_leave_it_unchanged(self, db, path):
        """Another instance, which used the file as well, comes to the new one."""
        db.save_many(record(n) for n in range(2000, 2010))
        with closing(SQLiteTaskDB(path)) as other:
            other.save(record(3000))
            data = damage(path)
            wal = Path(f"{path}-wal").read_bytes()
            forget_pages(db)
            with pytest.raises(CacheCorruptedError):
                db.get(record(500).cache_key)
            other.save(record(1))
            assert record(1) == db.get(record(1).cache_key)
        (kept,) = moved(path)

        assert (data, wal) == (kept.read_bytes(), Path(f"{kept}-wal").read_bytes())

    def test_twice_in_a_second(self, db, path):
        """The second one does not take the place of the first."""
        for n in range(1, 4):
            db.save_many(record(i, result_data=bytes(1000)) for i in range(100))
            db.close()
            damage(path)
            with pytest.raises(CacheCorruptedError):
                db.get(record(50).cache_key)

            assert n == len(moved(path))

    def test_prompt_readers_leave_it_to_others(self, db, path):
        """Looking for damage takes time, which the event loop has not."""
        with db._connections.read():
            damage(path)
            with pytest.raises(StoreBusy, match="damage"):
                db.entry(record(400).cache_key, wait=False)

        assert [] == aside(path)

    def test_by_a_link(self, path, tmp_path):
        """The real file is renamed, where it is; the link leads to the new one."""
        (tmp_path / "links").mkdir()
        link = tmp_path / "links" / "link.db"
        link.symlink_to(path)
        data = damage(path)
        with closing(SQLiteTaskDB(link)) as db, pytest.raises(CacheCorruptedError):
            db.get(record(500).cache_key)

        assert [data] == [kept.read_bytes() for kept in moved(path)]
        assert ["link.db"] == os.listdir(link.parent)


class TestNever:
    def test_an_error_that_does_not_come_back(self, db, path, tmp_path):
        """One failure is a bad cable, not a bad file: two fresh looks find nothing wrong."""
        db.init_schema()
        answer = db._connections.failure(a_corruption(tmp_path))

        assert StoreError is type(answer)
        assert "found nothing wrong" in str(answer)
        assert [] == aside(path)
        assert db.get(record(500).cache_key) is not None

    def test_another_file_by_now(self, path):
        """Somebody else has set it aside already: the fresh one is left alone."""
        seen = identity_of(str(path))
        assert seen is not None
        damage(path)
        os.rename(path, f"{path}.old")
        fresh = damage(Path(f"{path}.old"))
        path.write_bytes(fresh)

        assert set_aside(str(path), seen, lambda: None, timeout=1) is None
        assert (fresh, []) == (path.read_bytes(), aside(path))

    def test_a_foreign_file(self, db, path):
        """Garbage that came to the path while we used another file is not ours."""
        db.init_schema()
        os.remove(path)
        path.write_bytes(b"Dear diary, " * 1000)
        for lane in db._connections._lanes:
            lane.renew()
        for use in USES.values():
            with pytest.raises(BeautySpotError):
                use(db)

        assert b"Dear diary, " * 1000 == path.read_bytes()
        assert [] == aside(path)

    @pytest.mark.parametrize(
        ("text", "damaged"),
        [
            (b"func_name    TEXT", b"func_namf    TEXT"),
            (b"func_name    TEXT", b"func_nam\xff    TEXT"),
            (b"indextasks_by_time", b"indextasks_by_tim\xff"),
        ],
    )
    def test_text_of_the_schema(self, path, text, damaged):
        """SQLite takes some of it for what was meant: that it does not complain is no proof."""
        content = path.read_bytes().replace(text, damaged)
        path.write_bytes(content)
        with closing(SQLiteTaskDB(path)) as db:
            with pytest.raises(CacheCorruptedError):
                db.save(record(1))
            db.save(record(1))

        assert content == moved(path)[0].read_bytes()

    def test_a_format_that_does_not_exist(self, path):
        """The header says so in its bytes 44 to 47; SQLite answers with no more than an error."""
        content = path.read_bytes()
        content = content[:47] + b"\x84" + content[48:]
        path.write_bytes(content)
        with closing(SQLiteTaskDB(path)) as db:
            with pytest.raises(CacheCorruptedError):
                db.save(record(1))
            db.save(record(1))

        assert content == moved(path)[0].read_bytes()

    def test_a_table_and_its_index_that_differ(self, db, path):
        """A quick look does not see it, and yet nothing can be saved in place of that record."""
        db.save(record(1, func_name="one.of.a.kind"))
        db.close()
        content = path.read_bytes()
        assert 2 == content.count(b"one.of.a.kind")
        content = content.replace(b"one.of.a.kind", b"two.of.a.kind", 1)
        path.write_bytes(content)
        with pytest.raises(CacheCorruptedError):
            db.save(record(1))

        assert content == moved(path)[0].read_bytes()
        db.save(record(1))

    def test_garbage_from_the_start(self, path):
        """A new process cannot know that it was ours once."""
        path.write_bytes(os.urandom(5000))
        with pytest.raises(ConfigurationError):
            SQLiteTaskDB(path)

        assert [] == aside(path)

    def test_a_damaged_seed(self, tmp_path):
        """It has no id of ours: it stays where it is, as it is."""
        path = tmp_path / "x.db"
        with closing(sqlite3.connect(path)) as raw:
            raw.execute(
                "CREATE TABLE tasks (cache_key TEXT PRIMARY KEY, func_name, input_id, version, "
                "result_type, content_type, result_value, result_data, updated_at)"
            )
            for n in range(500):
                raw.execute(
                    "INSERT INTO tasks (cache_key, result_data) VALUES (?, ?)", (n, "x" * 99)
                )
            raw.commit()
        data = damage(path)
        with closing(SQLiteTaskDB(path)) as db, pytest.raises(StoreError, match="not ours"):
            db.get("1")

        assert [] == aside(path)
        assert data[100:] == path.read_bytes()[100:]

    def test_a_folder_that_cannot_be_written(self, path, public):
        """It cannot be renamed: said, and nothing is changed."""
        path = Path(shutil.copy(path, public))
        data = damage(path)
        path.chmod(0o444)
        path.parent.chmod(0o555)
        code = (
            "import os, sys\n"
            "from beautyspot.embedded.sqlite import SQLiteTaskDB\n"
            "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "try: SQLiteTaskDB(sys.argv[1]).summary()\n"
            "except Exception as error: print(type(error).__name__)"
        )
        out = subprocess.run([sys.executable, "-c", code, path], capture_output=True, check=True)

        assert (b"StoreUnavailable\n", data) == (out.stdout, path.read_bytes())


def test_processes_meet_the_damage_at_once(path):
    """One sets it aside, once; no fresh database is moved, and what is saved then is kept."""
    data = damage(path)
    code = """
import sys
from beautyspot.core.errors import BeautySpotError
from beautyspot.core.model import TaskRecord
from beautyspot.embedded.sqlite import SQLiteTaskDB
db, me = SQLiteTaskDB(sys.argv[1], timeout=30), sys.argv[2]
print("ready", flush=True); sys.stdin.readline()
for n in range(50):
    try:
        db.get("%032x" % 500)
        db.save(TaskRecord(cache_key=f"{me} {n}", func_name="f", input_id="", updated_at=1))
    except BeautySpotError as error: print(type(error).__name__)
    else: print("saved", f"{me} {n}")
"""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", code, path, str(n)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    for child in children:
        assert "ready\n" == child.stdout.readline()
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    lines = [line for child in children for line in child.communicate()[0].splitlines()]
    saved = {line.removeprefix("saved ") for line in lines if line.startswith("saved ")}

    assert [0] * 4 == [child.returncode for child in children]
    assert 1 == lines.count("CacheCorruptedError")
    assert len(saved) >= 4 * 45
    assert [data] == [kept.read_bytes() for kept in moved(path)]
    with closing(SQLiteTaskDB(path)) as db:
        assert saved <= set(db.get_many(saved))


def forget_pages(db: SQLiteTaskDB) -> None:
    """Close the readers; the writer keeps the -wal from being copied and removed."""
    for lane in (db._connections.reading, db._connections.prompt):
        lane.renew()
