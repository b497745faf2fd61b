"""What counts of a file when a path stands for it."""

import os
from collections.abc import Callable
from hashlib import file_digest
from pathlib import PurePath
from stat import S_ISREG
from typing import Final, cast

from beautyspot.core.content import Content

__all__ = ["content_of", "stat_of"]

_PATH: Final = (str, bytes, os.PathLike)


def content_of(path: object) -> object:
    """Answer the content of a file, or of each one of a list or tuple of paths.

    The suffix belongs to it: functions look at it to know what they read.

    Raises:
        OSError: a file cannot be read; ``FileNotFoundError`` when there is none.
        TypeError: it is no path.
    """
    return _each(path, _content)


def stat_of(path: object) -> object:
    """Answer where a file is and what the file system says of it, or of each one of several.

    Raises:
        OSError: a file cannot be asked; ``FileNotFoundError`` when there is none.
        TypeError: it is no path.
    """
    return _each(path, _stat)


def _each(path: object, one: Callable[[str], Content]) -> object:
    if isinstance(path, list | tuple):
        return [_each(item, one) for item in cast("list[object] | tuple[object, ...]", path)]
    if isinstance(path, _PATH):
        return one(os.fsdecode(cast("str | bytes | os.PathLike[str]", path)))
    msg = f"{path!r} is no path: expected a str, bytes or path object, or a list of them"
    raise TypeError(msg)


def _content(path: str) -> Content:
    if not S_ISREG(os.stat(path).st_mode):  # a pipe would be waited for
        msg = f"{path!r} is no regular file: expected one whose content can be read"
        raise OSError(msg)
    with open(path, "rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return Content("file", {"suffix": PurePath(path).suffix, "sha256": digest})


def _stat(path: str) -> Content:
    found = os.stat(path)
    return Content(
        "stat",
        {
            "path": os.path.abspath(path),
            "size": found.st_size,
            "mtime_ns": found.st_mtime_ns,
            "ino": found.st_ino,
        },
    )
