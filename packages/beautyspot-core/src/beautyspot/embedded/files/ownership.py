"""Whose a blob folder is: a marker file in it says that it is ours. Nobody else's is touched."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from beautyspot.core.errors import ConfigurationError
from beautyspot.embedded.files.folders import Folder, opened, write_whole

__all__ = ["BLOBS", "COPIES", "MARKER", "Kind", "adopt", "is_ours"]

MARKER: Final = ".beautyspot"
_FORMAT: Final = 1
_FIRST_LINE: Final = re.compile(rb"beautyspot ([a-z]{1,20}), format (\d{1,9})\r?\n")
_WRITABLE_BY_OTHERS: Final = 0o022
_STICKY: Final = 0o1000


@dataclass(frozen=True, slots=True)
class Kind:
    """What a folder of ours is for: one kind is never used as another."""

    word: str  #: in the marker
    about: str  #: a sentence for whoever finds the folder

    @property
    def text(self) -> bytes:
        """What the marker file holds."""
        lines = (f"beautyspot {self.word}, format {_FORMAT}", self.about)
        return "\n".join((*lines, "Do not put anything else here.\n")).encode()


BLOBS: Final = Kind(
    "blobs", "Large results are kept here. They belong to a database, which knows their names."
)
COPIES: Final = Kind("copies", "Copies of results that are kept elsewhere. They may be deleted.")


def is_ours(path: str, folder: Folder, kind: Kind = BLOBS) -> bool:
    """Answer True for a folder with our marker, False for an empty one, which may become ours.

    Raises:
        ConfigurationError: it is somebody else's, of a newer beautyspot, or not safe to use.
        OSError: it cannot be read.
    """
    _refuse_unsafe(path, folder.own())
    while True:
        try:
            text = folder.read(MARKER)
        except FileNotFoundError:
            # A marker that is being written by another process has a longer name.
            names = [name for name in folder.names() if not name.startswith(f"{MARKER}-")]
            if not names:
                return False
            if _is_marked(folder):  # by another process, since we read
                continue
            raise _foreign(path, f"it holds {_some(names)} and no {MARKER!r}") from None
        _refuse_other_format(path, text, kind)
        return True


def adopt(path: str, *, durable: bool, kind: Kind = BLOBS) -> None:
    """Make a folder ours: make it where it is missing, mark it where it is empty.

    Any number of processes may do so at once. The marker is on the disk when this returns: half of
    it after a power cut would be none of ours. With ``durable`` the folders are, too.

    Raises:
        ConfigurationError: it is somebody else's, of a newer beautyspot, or not safe to use.
        OSError: it cannot be made or marked.
    """
    for missing in reversed(list(_missing(path))):
        with suppress(FileExistsError):  # another process was faster
            os.mkdir(missing, 0o700 if missing == path else 0o777)
        if durable:
            with opened(os.path.dirname(missing)) as parent:
                parent.sync()
    with opened(path) as folder:
        if not is_ours(path, folder, kind):
            _mark(folder, kind)


def _missing(path: str) -> Iterator[str]:
    while not os.path.lexists(path):
        yield path
        path = os.path.dirname(path)


def _is_marked(folder: Folder) -> bool:
    try:
        folder.look(MARKER)
    except FileNotFoundError:
        return False
    return True


def _mark(folder: Folder, kind: Kind) -> None:
    name = f"{MARKER}-{os.urandom(8).hex()}"
    try:
        fd = folder.create(name)
        try:
            write_whole(fd, kind.text)
            os.fsync(fd)
        finally:
            os.close(fd)
        folder.move(name, folder, MARKER)
    except BaseException:  # an interrupt too leaves nothing behind
        with suppress(OSError):
            folder.remove(name)
        raise
    folder.sync()


def _refuse_unsafe(path: str, own: os.stat_result) -> None:
    """Refuse a folder in which another user can exchange what we wrote."""
    if not hasattr(os, "geteuid"):  # Windows: access is not told by mode and owner
        return
    if own.st_uid != os.geteuid():
        raise _foreign(path, f"it belongs to the user number {own.st_uid}, not {os.geteuid()}")
    if own.st_mode & _WRITABLE_BY_OTHERS and not own.st_mode & _STICKY:
        msg = (
            f"the folder {path!r} cannot keep blobs: other users can write there "
            f"(mode {own.st_mode & 0o7777:04o}). Try: chmod 700 {path!r}"
        )
        raise ConfigurationError(msg)


def _refuse_other_format(path: str, text: bytes | None, kind: Kind) -> None:
    found = _FIRST_LINE.match(text or b"")
    if found is None:
        raise _foreign(path, f"its {MARKER!r} is none of ours")
    word = found[1].decode()
    if word != kind.word:
        msg = (
            f"the folder {path!r} holds {word} of beautyspot, and cannot hold {kind.word} as well: "
            "name another folder"
        )
        raise ConfigurationError(msg)
    if int(found[2]) > _FORMAT:
        msg = (
            f"the folder {path!r} is of a newer beautyspot (format {int(found[2])}, known: "
            f"{_FORMAT}). Try: pip install --upgrade beautyspot-core"
        )
        raise ConfigurationError(msg)


def _foreign(path: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"the folder {path!r} cannot keep blobs: {why}. Name an empty folder of your own, or one "
        f"that does not exist yet; if it has to be this one, hand it over with chown and chmod 700"
    )


def _some(names: list[str]) -> str:
    shown = ", ".join(repr(name) for name in sorted(names)[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
