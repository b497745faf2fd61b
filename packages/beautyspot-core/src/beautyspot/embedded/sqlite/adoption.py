"""Which file may be used as the database: a new one, or one of ours. Anything else stays as it is.

A file is looked at through SQLite and never with ``open()``: POSIX drops all locks that a process
has on a file as soon as the process closes any descriptor of it, and this process may have
connections to it. SQLite itself takes care of that.
"""

import errno
import os
import sqlite3
import stat
from contextlib import closing
from enum import Enum
from pathlib import Path
from typing import Final

from beautyspot.core.errors import ConfigurationError, StoreUnavailable
from beautyspot.embedded.sqlite import schema

__all__ = ["Found", "check", "uri"]


class Found(Enum):
    """What is at the path, of all that may be used."""

    NOTHING = "no file"
    EMPTY = "a file without a byte, or one that is about to be"
    SEED = "a database of the first beautyspot"
    OURS = "a database with our application id"


#: How a journal begins; the number of pages before the transaction is in bytes 16 to 19.
_JOURNAL: Final = bytes.fromhex("d9d505f920a163d7")
_JOURNAL_HEAD: Final = 28

_OTHER_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


#: What a path itself is to blame for. Any other error may be gone at the next look.
_NO_PATH: Final = frozenset({errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTDIR})


def check(path: str) -> Found:
    """Answer what is at an absolute path, touching nothing.

    Raises:
        ConfigurationError: it cannot be used; the message says what it is and what to do.
        StoreUnavailable: it cannot be looked at, at this moment or by this user.
    """
    try:
        status = os.stat(path)
    except FileNotFoundError as error:
        if os.path.islink(path):
            raise _refusal(path, "a symbolic link to nothing") from error
        return Found.NOTHING
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_PATH:
            raise _unavailable(path, error) from error
        raise _refusal(path, f"a path that cannot be followed ({error})") from error
    if not stat.S_ISREG(status.st_mode):
        kinds = (kind for test, kind in _OTHER_KINDS if test(status.st_mode))
        raise _refusal(path, next(kinds, "no file"))
    if status.st_size == 0:
        return Found.EMPTY
    try:
        return _inspect(path)
    except sqlite3.DatabaseError as error:
        # Reading the header meets no damage but this. A disk that fails looks like other damage.
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_NOTADB:
            raise _unavailable(path, error) from error
        if _was_empty(path):
            return Found.EMPTY
        raise _refusal(path, "a file that is no SQLite database") from error


def uri(path: str, options: str) -> str:
    """Answer how SQLite is told to open an absolute path, whatever characters it has."""
    return f"{Path(path).as_uri()}?{options}"


def _inspect(path: str) -> Found:
    # immutable: SQLite takes no lock, replays no journal and makes no -wal or -shm file.
    connection = sqlite3.connect(uri(path, "mode=ro&immutable=1"), uri=True, isolation_level=None)
    with closing(connection):
        connection.execute("PRAGMA trusted_schema = OFF")
        # A process killed within a checkpoint leaves a header that speaks of pages which are
        # still in the -wal. That is no damage, and this is how SQLite is told to look past it.
        connection.execute("PRAGMA writable_schema = ON")
        (owner,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        schema.refuse_newer(path, owner, version)
        if owner == schema.APPLICATION_ID:
            return Found.OURS
        if owner == 0 and schema.has_seed_layout(connection):
            return Found.SEED
    raise _refusal(path, "another program's SQLite database")


def _was_empty(path: str) -> bool:
    """Tell whether SQLite is about to empty the file: the power failed in its first transaction.

    Half of the first page is no database. The journal beside it says how many pages there were.
    """
    journal = f"{os.path.realpath(path)}-journal"
    try:
        with open(journal, "rb") as file:  # SQLite locks the database only, not this
            head = file.read(_JOURNAL_HEAD)
    except OSError:
        return False
    return head.startswith(_JOURNAL) and head[16:20] == bytes(4)


def _unavailable(path: str, error: Exception) -> StoreUnavailable:
    return StoreUnavailable(
        f"the database {path!r} cannot be read ({error}). Make the file and its folder readable, "
        "or choose another path for db="
    )


def _refusal(path: str, what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{path!r} is {what}; expected a beautyspot database, an empty file, or no file yet. "
        "It is left untouched. Choose another path for db=, or move it away"
    )
