"""What SQLite's errors mean to a caller: busy, out of reach, or failed."""

import sqlite3
from typing import Final

from beautyspot.core.errors import StoreBusy, StoreError, StoreUnavailable

__all__ = ["FOREIGN", "is_corruption", "is_doubtful", "is_read_only", "translate"]

#: What a statement may raise. The last two come from values that SQLite has no room for: integers
#: beyond 64 bits, and text with lone surrogates.
FOREIGN: Final = (sqlite3.Error, OverflowError, UnicodeError)

_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_CORRUPT: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
#: Our statements never change and our records keep the rules of the table.
_DOUBTFUL: Final = _CORRUPT | {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT}
_READ_ONLY: Final = frozenset(
    {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}
)
_OUT_OF_REACH: Final = {
    sqlite3.SQLITE_FULL: "Free space on the disk; results are stored again as soon as there is",
    sqlite3.SQLITE_IOERR: "Look whether the disk is full or failing",
    sqlite3.SQLITE_READONLY: "Make the file and its folder writable, or choose another db=",
    sqlite3.SQLITE_CANTOPEN: "Make the file and its folder readable and writable",
    sqlite3.SQLITE_PERM: "Make the file and its folder readable and writable",
    sqlite3.SQLITE_AUTH: "Make the file and its folder readable and writable",
    sqlite3.SQLITE_NOLFS: "Choose a db= on another file system: this one limits the size of files",
}


def is_corruption(error: Exception) -> bool:
    """Tell whether SQLite met bytes that it cannot have written."""
    return _code(error) in _CORRUPT


def is_doubtful(error: Exception) -> bool:
    """Tell whether damage may be the cause: the text of the schema can be damaged as well."""
    return _code(error) in _DOUBTFUL or isinstance(error, UnicodeDecodeError)


def is_read_only(error: Exception) -> bool:
    """Tell whether reading alone may still be possible."""
    return _code(error) in _READ_ONLY


def translate(error: Exception, path: str) -> StoreError:
    """Answer one of ours for an error in ``FOREIGN``; raise it ``from`` the error."""
    code = _code(error)
    name = getattr(error, "sqlite_errorname", type(error).__name__)
    what = f"the database {path!r} failed: {error} ({name})"
    if code in _BUSY:
        return StoreBusy(
            f"the database {path!r} is held by another connection: {error} ({name}). "
            "Try again, or give SQLiteTaskDB a longer timeout="
        )
    if code in _OUT_OF_REACH:
        return StoreUnavailable(f"{what}. {_OUT_OF_REACH[code]}")
    if isinstance(error, OverflowError | UnicodeError):
        return StoreError(
            f"SQLite cannot keep a value exactly: {error}. Expected integers of 64 bits and text "
            "without lone surrogates"
        )
    return StoreError(what)


def _code(error: Exception) -> int:
    """Answer the primary result code: the extended ones carry theirs in the upper bytes."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF
