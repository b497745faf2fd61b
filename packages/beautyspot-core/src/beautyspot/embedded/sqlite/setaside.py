"""What is done with a damaged database: it is renamed, never deleted, and a new one begun."""

import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Final

from beautyspot.embedded.locks import file_lock
from beautyspot.embedded.sqlite.adoption import uri
from beautyspot.embedded.sqlite.faults import is_doubtful
from beautyspot.embedded.sqlite.file import Identity, identity_of
from beautyspot.embedded.sqlite.opening import lock_of
from beautyspot.embedded.sqlite.schema import is_whole

__all__ = ["set_aside"]

#: The -wal first: killed between two renames, the damaged file is found again, and nothing is lost.
_SUFFIXES: Final = ("-wal", "-shm", "")


def set_aside(
    path: str, seen: Identity, close: Callable[[], None], *, timeout: float
) -> str | None:
    """Rename a database that two fresh connections find damaged, with its -wal and -shm file.

    Args:
        path: of the database, which is known to be ours.
        seen: which file was found damaged. Another one by now at that path is left alone.
        close: lets go of the connections to the file.
        timeout: seconds to wait for another process that does the same.

    Answers the new path, or None when the file is sound, or is another one.

    Raises:
        OSError: it cannot be renamed.
        StoreBusy: another process is at it.
    """
    real = os.path.realpath(path)
    with file_lock(lock_of(path), timeout=timeout):
        if identity_of(path) != seen or not _is_damaged(real) or not _is_damaged(real):
            return None
        if identity_of(path) != seen:
            return None
        # The last connection that closes copies the -wal into the file, unless the file is moved:
        # so first move, then close. Windows does not rename what is open.
        if sys.platform == "win32":
            close()
        moved = _free_name(real)
        for suffix in _SUFFIXES:
            if os.path.exists(real + suffix):
                os.rename(real + suffix, moved + suffix)
        close()
        return moved


def _is_damaged(path: str) -> bool:
    """Tell whether a fresh connection proves damage. Not being able to tell is no proof."""
    # mode=ro: closing it changes nothing, not even the -wal.
    try:
        connection = sqlite3.connect(uri(path, "mode=ro"), uri=True, isolation_level=None)
        with closing(connection):
            # Not quick_check, which does not see that a table and its index differ.
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            return bool(verdict != "ok") or not is_whole(connection)
    # Doubtful is enough: nothing is wrong with these statements. The second, when SQLite quotes the
    # damaged name of a table or index.
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return is_doubtful(error)


def _free_name(path: str) -> str:
    stem = f"{path}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    names = (stem if n == 1 else f"{stem}-{n}" for n in range(1, sys.maxsize))
    return next(n for n in names if not any(os.path.lexists(n + s) for s in _SUFFIXES))
