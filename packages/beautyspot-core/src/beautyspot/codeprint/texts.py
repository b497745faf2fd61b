"""The source text of running code: of a file as it is now, or of what was typed in."""

import linecache
import os
import tokenize
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

__all__ = ["text_of", "typed_in"]


def text_of(filename: str, variables: Mapping[str, Any]) -> str | None:
    """Answer the text of a source; None when there is none.

    Args:
        filename: as compiled code names it.
        variables: those of the module; its loader may know the text, as that of a zip file does.
    """
    entry = linecache.cache.get(filename)
    if entry is not None and len(entry) == 4 and entry[1] is None:
        return "".join(entry[2])  # put there by who ran it, and truer than a file of that name
    try:
        state = os.stat(filename)
    except (OSError, ValueError):
        return "".join(linecache.getlines(filename, dict(variables))) or None
    return _read(filename, state.st_mtime_ns, state.st_size, state.st_ino)


def typed_in(variables: Mapping[str, Any]) -> list[str]:
    """Answer all that was typed into a notebook or prompt so far, in the order of its running."""
    cells: object = variables.get("In")  # where IPython keeps them, magic commands translated
    if isinstance(cells, list):
        return [cell for cell in cells if isinstance(cell, str)]  # pyright: ignore[reportUnknownVariableType]
    return [
        "".join(entry[2])
        for name, entry in list(linecache.cache.items())
        if name.startswith("<python-input-") and len(entry) > 2
    ]


@lru_cache(maxsize=64)
def _read(path: str, _mtime: int, _size: int, _inode: int) -> str | None:
    """Answer the text of a file; the other arguments tell one state of it from another."""
    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, SyntaxError, UnicodeError):  # gone, or in no encoding that Python reads
        return None
