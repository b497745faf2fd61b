"""The folder of a database: made when missing, and on the disk when that is asked for."""

import errno
import os
from contextlib import suppress

__all__ = ["make_folders", "sync_folder"]


def make_folders(folder: str, *, durable: bool) -> None:
    """Make the missing folders, each for its owner only; with ``durable`` they outlive a power cut.

    Raises:
        OSError: one cannot be made.
    """
    missing: list[str] = []
    while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        missing.append(folder)
        folder = os.path.dirname(folder)
    for name in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(name, 0o700)
        if durable:  # also where another process was faster: it may not wait for the disk
            sync_folder(os.path.dirname(name))


def sync_folder(folder: str) -> None:
    """Wait until the names in a folder are on the disk; nothing where that is impossible.

    Raises:
        OSError: the folder cannot be opened, or the disk fails.
    """
    if not hasattr(os, "O_DIRECTORY"):  # Windows
        return
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno != errno.EINVAL:  # what some network file systems answer
            raise
    finally:
        os.close(fd)
