"""What is done with a file that no longer is at its path: deleted, moved away, or replaced."""

import os
import sqlite3
from contextlib import suppress
from glob import escape, glob

from beautyspot.embedded.locks import file_lock
from beautyspot.embedded.sqlite.file import identity_of
from beautyspot.embedded.sqlite.lane import Kept
from beautyspot.embedded.sqlite.opening import lock_of

__all__ = ["settle"]


def settle(kept: Kept, path: str, timeout: float) -> None:
    """Finish such a file, through one of the connections that still lead to it.

    What its -wal still holds goes into the file itself, which may live on under another name, and
    what stays at the path of the -wal and -shm files is removed: a new database that finds the
    -wal of another one takes it for its own.

    Args:
        kept: the connection.
        path: where the file was.
        timeout: seconds to wait for another process that does the same.

    Raises:
        StoreUnavailable: what stayed cannot be removed now.
    """
    # What was set aside as damaged is to stay byte for byte.
    real = os.path.realpath(path)
    if all(identity_of(name) != kept.opened.identity for name in glob(f"{escape(real)}.corrupt-*")):
        # When it fails (the disk is full) its content goes the way of the file.
        with suppress(sqlite3.Error):
            kept.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    stale = [name for name, seen in kept.opened.neighbours.items() if identity_of(name) == seen]
    if stale:
        with file_lock(lock_of(path), timeout=timeout):
            for name in stale:
                with suppress(FileNotFoundError):
                    os.unlink(name)
