"""Opening the database file: made when missing, migrated when old, read-only when it must be."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import Final

from beautyspot.core.errors import StoreBusy, StoreUnavailable
from beautyspot.embedded.locks import file_lock
from beautyspot.embedded.sqlite import schema
from beautyspot.embedded.sqlite.adoption import Found, check, uri
from beautyspot.embedded.sqlite.faults import is_read_only
from beautyspot.embedded.sqlite.file import Opened, identity_of
from beautyspot.embedded.sqlite.folder import make_folders, sync_folder
from beautyspot.embedded.sqlite.lane import Kept

__all__ = ["connect", "connect_again", "lock_of", "open_database", "replaced"]

_SETTINGS: Final = (
    "PRAGMA cache_size = -16000",  # 16 MB at most, as it fills
    "PRAGMA temp_store = MEMORY",
    # No memory map: a file that somebody truncates under a map kills the process (SIGBUS).
    "PRAGMA mmap_size = 0",
    # Against a file made to do harm: no functions called from its schema, no unchecked cells.
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
)

#: What SQLite puts beside the file.
_NEIGHBOURS: Final = ("-wal", "-shm")


def connect(target: str, *, timeout: float, durable: bool) -> sqlite3.Connection:
    """Open one connection.

    Args:
        target: a URI.
        timeout: seconds that a statement waits for locks of others; 0 never waits.
        durable: whether a commit waits for the disk.
    """
    connection = sqlite3.connect(
        target,
        uri=True,
        timeout=timeout,
        isolation_level=None,  # Python's own transactions begin deferred, and fail when busy
        check_same_thread=False,  # one thread at a time, but not always the same one
        cached_statements=256,
    )
    try:
        for setting in _SETTINGS:
            connection.execute(setting)
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        if sys.version_info >= (3, 12):
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DQS_DML, False)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_again(opened: Opened, path: str, *, timeout: float, durable: bool) -> Kept | None:
    """Open one more connection to a file that is open; None when it is being replaced."""
    connection = connect(opened.uri, timeout=timeout, durable=durable)
    try:
        _touch(connection)
        if opened.is_at(path):
            return Kept(connection, opened)
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def lock_of(path: str) -> str:
    """Answer the name of the lock that guards making and setting aside the file itself."""
    return f"{os.path.realpath(path)}-lock"


def replaced(path: str) -> StoreBusy:
    """Answer the error for a file that changes under those who open it."""
    return StoreBusy(f"the database {path!r} was replaced while it was opened. Try again")


def open_database(path: str, found: Found, *, timeout: float, durable: bool) -> Kept:
    """Open the file, made and migrated when needed, and answer its first connection.

    Args:
        path: absolute.
        found: what ``check`` has just found there.
        timeout: seconds to wait for others.
        durable: whether a commit waits for the disk.

    Raises:
        ConfigurationError: there is a file that is not ours.
        StoreUnavailable: it can neither be made nor be read.
        sqlite3.Error: everything else that SQLite meets.
    """
    if found is Found.NOTHING:
        _create(path, timeout, durable=durable)
    # SQLite says nothing when it opens such a file for reading only, and stays with it.
    if os.path.exists(path) and not os.access(path, os.W_OK):
        return _open_to_read(path, timeout=timeout, refused=_read_only(path))
    _let_neighbours_be_written(path)
    try:
        return _open_to_write(path, timeout=timeout, durable=durable)
    except sqlite3.Error as error:
        if not is_read_only(error):
            raise
        return _open_to_read(path, timeout=timeout, refused=error)


def _create(path: str, timeout: float, *, durable: bool) -> None:
    """Make an empty file that only its owner may read; -wal and -shm take over its mode."""
    try:
        make_folders(os.path.dirname(path), durable=durable)
        with file_lock(lock_of(path), timeout=timeout):
            if check(path) is not Found.NOTHING:
                return
            # Left behind by a database that was deleted without them. SQLite would throw the -wal
            # away, but believe the -shm, when a process that still runs has it open.
            for neighbour in _neighbours(path):
                with suppress(FileNotFoundError):
                    os.unlink(neighbour)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return  # another program was faster; what it made is looked at when it is opened
    except OSError as error:
        msg = (
            f"the database {path!r} cannot be made: {error}. Make its folder writable, or choose "
            "another path for db="
        )
        raise StoreUnavailable(msg) from error


def _neighbours(path: str) -> Iterator[str]:
    # SQLite follows symbolic links before it names them.
    real = os.path.realpath(path)
    return (real + suffix for suffix in _NEIGHBOURS)


def _let_neighbours_be_written(path: str) -> None:
    """Give -wal and -shm the mode of the file: they keep that of the day when they were made."""
    for neighbour in _neighbours(path):
        with suppress(OSError):  # there is none, or it is somebody else's
            if not os.access(neighbour, os.W_OK):
                os.chmod(neighbour, os.stat(path).st_mode & 0o777)


def _touch(connection: sqlite3.Connection) -> None:
    """Make SQLite open the -wal, which it looks for by name, and later than the file itself.

    In between the file may have been replaced: the connection would read the old file and the new
    -wal as one database. So whether it is still the same is looked at after this.
    """
    connection.execute("PRAGMA application_id").fetchall()


def _open_to_write(path: str, *, timeout: float, durable: bool) -> Kept:
    identity = identity_of(path)
    target = uri(path, "mode=rw")
    connection = connect(target, timeout=timeout, durable=durable)
    try:
        _touch(connection)
        if identity is None or identity_of(path) != identity:
            raise replaced(path)
        # First the schema, in a rollback journal, and WAL after it: so the file says that it is
        # ours from its first page on, and not only once a checkpoint has copied it there.
        schema.migrate(connection, path)
        # Where there is no shared memory SQLite stays with its rollback journal: as safe, slower.
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        _touch(connection)
        found = [(name, identity_of(name)) for name in _neighbours(path)]
        if identity_of(path) != identity:
            raise replaced(path)
        if durable:
            _sync_names(path)
    except BaseException:
        connection.close()
        raise
    neighbours = {name: seen for name, seen in found if seen is not None}
    return Kept(connection, Opened(target, identity, neighbours, writable=True))


def _sync_names(path: str) -> None:
    """Wait until the names of the files are on the disk; SQLite does so for those it makes itself.

    Another process that does not wait for the disk may have made them a moment ago.
    """
    try:
        sync_folder(os.path.dirname(os.path.realpath(path)))
    except OSError as error:
        msg = f"the folder of the database {path!r} cannot be written to the disk: {error}"
        raise StoreUnavailable(f"{msg}. Look whether the disk is in good health") from error


def _open_to_read(path: str, *, timeout: float, refused: Exception) -> Kept:
    """Open a file that cannot be written, or that lies where SQLite cannot make its -shm."""
    options = ["mode=ro"]
    # Without locks. Right only where nobody writes, which a -wal file would be a sign of.
    if not os.path.exists(next(_neighbours(path))):
        options.append("mode=ro&immutable=1")
    for option in options:
        target = uri(path, option)
        identity = identity_of(path)
        with suppress(sqlite3.Error), ExitStack() as stack:
            connection = connect(target, timeout=timeout, durable=False)
            stack.enter_context(closing(connection))
            if identity is None or not schema.is_readable(connection):
                raise _too_old(path) from refused
            stack.pop_all()
            return Kept(connection, Opened(target, identity, {}, writable=False))
    raise refused


def _read_only(path: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"the database {path!r} may not be written, and cannot be read either. Make the file "
        "and its folder readable and writable, or choose another db="
    )


def _too_old(path: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"the database {path!r} is of an older beautyspot and cannot be written, so not be "
        "brought up to date. Make it writable, or copy it to where it is"
    )
