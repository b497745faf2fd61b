"""Makes room in a cache: the copies that were used least recently go first.

Any number of processes may do so at once: they see the same files, and remove the same ones.
"""

import re
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from beautyspot.embedded.files.folders import Folder
from beautyspot.embedded.files.parts import TMP

__all__ = ["room_of", "shrunk"]

_SHARD: Final = re.compile(r"[0-9a-f]{2}")
_COPY: Final = re.compile(r"[0-9a-f]{64}")
_PART: Final = re.compile(r"[0-9]+-[0-9a-f]{16}")
_BLOCK: Final = 4096
#: Seconds after which nobody writes to what is under tmp/ any more: its process was killed.
_LEFT: Final = 3600


@dataclass(frozen=True, slots=True, order=True)
class _File:
    used: int  #: when it was read or written last, in nanoseconds
    folder: str
    name: str
    size: int


def room_of(size: int) -> int:
    """Answer how many bytes of the disk a file takes: whole blocks."""
    return -(-size // _BLOCK) * _BLOCK


def shrunk(root: Folder, most: int, wanted: int) -> int:
    """Answer how many bytes there are, those that are wanted among them, after making room.

    Args:
        root: the folder of the cache.
        most: bytes that there may be. When there would be more, a tenth of them becomes free too,
            so that it is not soon full again.
        wanted: bytes of what is about to be written.

    Raises:
        OSError: the folder cannot be read.
    """
    copies = sorted(_copies(root))
    total = wanted + sum(file.size for file in copies) + _parts(root)
    if total <= most:
        return total
    for file in copies:
        if total <= most - most // 10:
            break
        if _removed(root, file):
            total -= file.size
    return total


def _copies(root: Folder) -> Iterator[_File]:
    for shard in filter(_SHARD.fullmatch, root.names()):
        for file in _files(root, shard, _COPY):
            if file.name.startswith(shard):
                yield file


def _parts(root: Folder) -> int:
    """Answer how many bytes are being written; remove what killed processes have left."""
    total = 0
    for file in _files(root, TMP, _PART):
        left = time.time_ns() - file.used > _LEFT * 1_000_000_000
        if not left or not _removed(root, file):
            total += file.size
    return total


def _files(root: Folder, folder: str, pattern: re.Pattern[str]) -> Iterator[_File]:
    """Yield the files of that name in a folder; neither links nor what vanishes meanwhile."""
    with suppress(FileNotFoundError, NotADirectoryError), root.enter(folder) as home:
        for name in filter(pattern.fullmatch, home.names()):
            with suppress(FileNotFoundError):
                about = home.look(name)
                if stat.S_ISREG(about.st_mode):
                    yield _File(about.st_mtime_ns, folder, name, room_of(about.st_size))


def _removed(root: Folder, file: _File) -> bool:
    """Remove a file; answer whether it is gone. Windows removes none that somebody reads."""
    try:
        with root.enter(file.folder) as home:
            home.remove(file.name)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True
