"""How many bytes a cache holds, told by all its processes to each other, without a lock.

A file of numbers, each of which was put behind the others in one step: their sum is what there is.
Whoever makes room counts anew, and begins another file. What others add to the old one meanwhile
is not counted until somebody counts again; nor is what a killed process has added and not written.
"""

import os
import stat
from array import array
from contextlib import suppress
from typing import Final

from beautyspot.embedded.files.folders import Folder, write_whole
from beautyspot.embedded.files.parts import TMP, part_name

__all__ = ["USAGE", "add", "begin"]

USAGE: Final = "usage"
_WIDTH: Final = 8
#: Numbers after which one counts anew. Reading them takes 30 us.
_MOST: Final = 4096
_APPEND: Final[int] = (
    os.O_RDWR
    | os.O_APPEND
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)


def add(root: Folder, size: int) -> int | None:
    """Add bytes, or take some away, and answer how many there are; None: one has to count.

    Raises:
        OSError: the file cannot be written.
    """
    try:
        fd = os.open(root.named(USAGE), _APPEND, dir_fd=root.fd)
    except FileNotFoundError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(f"{USAGE!r} is no regular file")
        write_whole(fd, array("q", [size]).tobytes())
        os.lseek(fd, 0, os.SEEK_SET)
        found = os.read(fd, (_MOST + 1) * _WIDTH)
    finally:
        os.close(fd)
    if len(found) > _MOST * _WIDTH or len(found) % _WIDTH:
        return None
    total = sum(array("q", found))
    return total if total >= 0 else None


def begin(root: Folder, total: int) -> None:
    """Say how many bytes there are, whatever was said before.

    Raises:
        OSError: it cannot be said.
    """
    part = part_name()
    root.make(TMP)
    with root.enter(TMP) as tmp:
        fd = tmp.create(part)
        try:
            try:
                write_whole(fd, array("q", [total]).tobytes())
            finally:
                os.close(fd)
            tmp.move(part, root, USAGE)
        except BaseException:  # an interrupt too leaves nothing behind
            with suppress(OSError):
                tmp.remove(part)
            raise
