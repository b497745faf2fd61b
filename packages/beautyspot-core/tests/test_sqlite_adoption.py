"""A file that is not ours is never adopted, renamed or changed; one that is, is found again."""

import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from beautyspot.core.errors import ConfigurationError
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.embedded.sqlite.adoption import Found, check
from beautyspot.testing.samples import record

SEED = """
CREATE TABLE tasks (cache_key TEXT PRIMARY KEY, func_name TEXT, input_id TEXT, version TEXT,
    result_type TEXT, content_type TEXT, result_value TEXT, result_data BLOB,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)
""".strip()


def snapshot(folder: Path) -> dict[str, object]:
    """Answer all that can be seen of the files in a folder, without following links."""
    seen: dict[str, object] = {}
    for entry in os.scandir(folder):
        status = entry.stat(follow_symlinks=False)
        data = Path(entry.path).read_bytes() if entry.is_file(follow_symlinks=False) else b""
        seen[entry.name] = (data, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns)
    return seen


def sqlite_file(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for statement in statements:
            raw.execute(statement)
    return path


@contextmanager
def untouched(folder: Path):
    """Whatever is done, every file in the folder stays as it was."""
    before = snapshot(folder)
    yield
    assert before == snapshot(folder)


def refused(path: Path, says: str) -> None:
    """The file is refused when the database is made, and where it comes later, when it is used."""
    with untouched(path.parent), pytest.raises(ConfigurationError, match=says) as refusal:
        SQLiteTaskDB(path)
    assert "Choose another path" in str(refusal.value)

    elsewhere = path.with_name("aside")
    os.rename(path, elsewhere)
    db = SQLiteTaskDB(path, timeout=0.2)
    os.rename(elsewhere, path)
    with untouched(path.parent):
        for use in (db.init_schema, lambda: db.save(record()), lambda: db.get("k")):
            with pytest.raises(ConfigurationError, match=says):
                use()


@pytest.fixture
def public():
    """A folder that every user may enter: pytest closes its own to all but one."""
    with TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
        os.chmod(folder, 0o755)


class TestForeignFiles:
    @pytest.mark.parametrize("size", [1, 15, 16, 99, 100, 511, 512, 513, 4096, 100_000])
    @pytest.mark.parametrize("kind", ["text", "zeros", "magic", "random"])
    def test_no_database(self, tmp_path, size, kind):
        """Text, zeros, garbage: of any length, and even when it begins as SQLite files do."""
        data = {
            "text": b"Dear diary, " * 10_000,
            "zeros": bytes(200_000),
            "magic": b"SQLite format 3\0" + b"\x10\0\x01\x01\0\x40\x20\x20" + b"x" * 200_000,
            "random": os.urandom(200_000),
        }[kind]
        path = tmp_path / "diary.db"
        path.write_bytes(data[:size])

        refused(path, "SQLite database|cannot be read")

    @pytest.mark.parametrize(
        "statements",
        [
            ["CREATE TABLE notes (text)"],
            ["CREATE TABLE notes (text)", "PRAGMA user_version = 1"],
            ["PRAGMA application_id = 17", SEED],
            ["PRAGMA user_version = 3"],
            [SEED, "CREATE TABLE notes (text)"],
            [SEED, "CREATE VIEW notes AS SELECT 1"],
            [SEED, "CREATE TRIGGER t AFTER INSERT ON tasks BEGIN SELECT 1; END"],
            [SEED.replace("content_type TEXT,", "")],
            [SEED.replace("content_type TEXT,", "content_type TEXT, extra TEXT,")],
            [SEED.replace("content_type TEXT", "content TEXT")],
            [SEED.replace("TEXT PRIMARY KEY", "TEXT")],
            [SEED.replace("version TEXT,", "version TEXT AS ('x'),")],
            [
                SEED.replace("TABLE tasks", "TABLE t"),
                "CREATE VIEW tasks AS SELECT * FROM t",
            ],
            [
                "CREATE VIEW tasks AS SELECT 1 cache_key, 2 func_name, 3 input_id, 4 version, "
                "5 result_type, 6 content_type, 7 result_value, 8 result_data, 9 updated_at"
            ],
            ["CREATE VIRTUAL TABLE tasks USING fts5(cache_key, func_name)"],
        ],
        ids=lambda statements: statements[-1][:40],
    )
    @pytest.mark.parametrize("journal", ["DELETE", "WAL"])
    def test_databases_of_others(self, tmp_path, statements, journal):
        path = sqlite_file(tmp_path / "x.db", *statements, f"PRAGMA journal_mode = {journal}")

        refused(path, "another program's SQLite database")

    def test_neighbours_of_a_foreign_database(self, tmp_path):
        """Its -wal, -shm and -journal files stay, with what was never copied into the file."""
        source = tmp_path / "source"
        source.mkdir()
        with closing(sqlite3.connect(source / "x.db", isolation_level=None)) as raw:
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("CREATE TABLE notes (text)")
            raw.execute("INSERT INTO notes VALUES ('kept in the -wal only')")
            shutil.copytree(source, tmp_path / "x")
        (tmp_path / "x" / "x.db-journal").write_bytes(b"odd")

        refused(tmp_path / "x" / "x.db", "another program's")

    def test_a_database_in_use(self, tmp_path):
        """Looking takes no lock, and drops none: who is writing goes on."""
        path = sqlite_file(tmp_path / "x.db", "CREATE TABLE notes (text)")
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as writer:
            writer.execute("BEGIN EXCLUSIVE")
            with pytest.raises(ConfigurationError):
                SQLiteTaskDB(path)
            code = (
                "import sqlite3, sys\n"
                "try: sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')\n"
                "except sqlite3.OperationalError: print('still locked')"
            )
            other = subprocess.run(
                [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
            )

            assert "still locked\n" == other.stdout

    def test_a_newer_one_of_ours(self, tmp_path):
        path = sqlite_file(
            tmp_path / "x.db", "PRAGMA application_id = 0x62737074", "PRAGMA user_version = 99"
        )
        newer = r"newer beautyspot \(schema 99\).* 2: pip"
        with untouched(tmp_path), pytest.raises(ConfigurationError, match=newer):
            SQLiteTaskDB(path)


class TestNoRegularFiles:
    def test_a_folder(self, tmp_path):
        (tmp_path / "x.db").mkdir()

        refused(tmp_path / "x.db", "is a folder")

    def test_a_named_pipe(self, tmp_path):
        """Nobody waits for somebody to write into it."""
        os.mkfifo(tmp_path / "x.db")

        refused(tmp_path / "x.db", "is a named pipe")

    def test_a_socket(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)  # names of sockets are short
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("x.db")

            refused(tmp_path / "x.db", "is a socket")

    def test_a_device(self):
        with pytest.raises(ConfigurationError, match="is a device"):
            SQLiteTaskDB("/dev/null")

    def test_a_link_to_nothing(self, tmp_path):
        (tmp_path / "x.db").symlink_to("nowhere")

        refused(tmp_path / "x.db", "a symbolic link to nothing")

    def test_a_link_to_itself(self, tmp_path):
        (tmp_path / "x.db").symlink_to("x.db")

        refused(tmp_path / "x.db", "cannot be followed")

    def test_a_file_as_folder(self, tmp_path):
        (tmp_path / "x").write_text("a file")
        with untouched(tmp_path), pytest.raises(ConfigurationError, match="cannot be followed"):
            SQLiteTaskDB(tmp_path / "x" / "y.db")

    def test_a_name_that_is_too_long(self, tmp_path):
        with pytest.raises(ConfigurationError, match="cannot be followed"):
            SQLiteTaskDB(tmp_path / ("x" * 300))

    def test_a_link_to_a_foreign_file(self, tmp_path):
        (tmp_path / "diary").write_text("Dear diary")
        (tmp_path / "x.db").symlink_to("diary")

        refused(tmp_path / "x.db", "no SQLite database")

    @pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
    def test_a_file_that_may_not_be_read(self, public):
        """Out of reach, neither missing nor broken; nor refused: it may be readable later."""
        path = sqlite_file(public / "x.db", "CREATE TABLE notes (text)")
        path.chmod(0)
        code = (
            "import os, sys\n"
            "from beautyspot.embedded.sqlite import SQLiteTaskDB\n"
            "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
            "db = SQLiteTaskDB(sys.argv[1])\n"
            "try: db.get('k')\n"
            "except Exception as error: print(type(error).__name__, error)"
        )
        with untouched(public):
            child = subprocess.run(
                [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
            )

        assert child.stdout.startswith("StoreUnavailable")
        assert "cannot be read" in child.stdout


class TestOurs:
    def test_nothing_there(self, tmp_path):
        """Making the object makes no file; using it does, with its folders."""
        path = tmp_path / "a" / "b" / "x.db"
        db = SQLiteTaskDB(path)

        assert [] == list(tmp_path.iterdir())
        db.save(record())
        assert record() == db.get(record().cache_key)
        assert [0o700, 0o700] == [f.stat().st_mode & 0o777 for f in path.parents[:2]]
        db.close()
        assert ["x.db"] == [file.name for file in path.parent.iterdir()]

    def test_an_empty_file(self, tmp_path):
        """It is filled, not replaced."""
        path = tmp_path / "x.db"
        path.touch()
        inode = path.stat().st_ino
        db = SQLiteTaskDB(path)

        assert b"" == path.read_bytes()
        db.save(record())
        db.close()
        assert inode == path.stat().st_ino

    @pytest.mark.parametrize(
        "name",
        [
            "a?b.db",
            "a#b.db",
            "a%b.db",
            "a%3fb.db",
            "with blank.db",
            "データ.db",
            "😀.db",
            "?mode=memory",
            "file:x.db",
            "a&cache=shared",
            "'; DROP TABLE tasks; --",
            "-x.db",
            "new\nline.db",
            "back\\slash.db",
            os.fsdecode(b"not-utf8-\xff.db"),
            "no ending",
            ".hidden",
        ],
    )
    def test_hostile_names(self, tmp_path, name):
        """The file has exactly that name, and is found again."""
        path = tmp_path / name
        with closing(SQLiteTaskDB(path)) as db:
            db.save(record())
            assert {name, f"{name}-wal", f"{name}-shm"} == set(os.listdir(tmp_path))

        assert [name] == os.listdir(tmp_path)
        assert Found.OURS is check(str(path))
        with closing(SQLiteTaskDB(path)) as db:
            assert record() == db.get(record().cache_key)

    def test_a_link_to_ours(self, tmp_path):
        """SQLite puts the -wal beside the real file; so does everybody who comes by the link."""
        (tmp_path / "real").mkdir()
        with closing(SQLiteTaskDB(tmp_path / "real" / "x.db")) as db:
            db.save(record())
        (tmp_path / "link.db").symlink_to("real/x.db")
        with closing(SQLiteTaskDB(tmp_path / "link.db")) as db:
            assert record() == db.get(record().cache_key)
            db.save(record(1))

        with closing(SQLiteTaskDB(tmp_path / "real" / "x.db")) as db:
            assert record(1) == db.get(record(1).cache_key)

    def test_looking_changes_nothing(self, tmp_path):
        """Neither of an idle database, nor of one whose -wal is full."""
        path = tmp_path / "x.db"
        with closing(SQLiteTaskDB(path)) as db:
            db.save_many(record(n) for n in range(100))
            with untouched(tmp_path):
                SQLiteTaskDB(path)
        with untouched(tmp_path):
            SQLiteTaskDB(path)

    def test_killed_within_a_checkpoint(self, tmp_path):
        """The header speaks of pages that only the -wal has: still ours, and nothing is lost."""
        path = tmp_path / "x.db"
        with closing(SQLiteTaskDB(path)) as db:
            db.init_schema()
            db.close()
            small = path.read_bytes()
            db.save_many(record(n) for n in range(200))
            shutil.copy(f"{path}-wal", tmp_path / "kept-wal")
        grown = path.read_bytes()
        # The checkpoint has written the first page, and then the process was killed.
        path.write_bytes(grown[:4096] + small[4096:])
        shutil.move(tmp_path / "kept-wal", f"{path}-wal")

        with closing(SQLiteTaskDB(path)) as db:
            assert 200 == len(db.get_many(record(n).cache_key for n in range(200)))

    @pytest.mark.parametrize("pages", [0, 1], ids=["was empty", "was a database"])
    def test_half_of_the_first_page(self, tmp_path, pages):
        """A power cut in the first transaction of all: SQLite is about to empty the file again."""
        path = tmp_path / "x.db"
        path.write_bytes(bytes(512) + os.urandom(3584))
        head = bytes.fromhex("d9d505f920a163d7") + struct.pack(">5I", 0, 7, pages, 512, 4096)
        (tmp_path / "x.db-journal").write_bytes(head.ljust(512, b"\0"))

        if pages:
            with pytest.raises(ConfigurationError, match="no SQLite database"):
                SQLiteTaskDB(path)
            return
        with closing(SQLiteTaskDB(path)) as db:
            db.save(record())
            assert record() == db.get(record().cache_key)

    def test_killed_while_it_was_made(self, tmp_path):
        """The first page is there, the rest is not: still ours."""
        path = tmp_path / "x.db"
        with closing(SQLiteTaskDB(path)) as db:
            db.init_schema()
        path.write_bytes(path.read_bytes()[:4096])

        assert Found.OURS is check(str(path))
