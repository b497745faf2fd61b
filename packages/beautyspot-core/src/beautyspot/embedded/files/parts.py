"""Blobs on their way: written under ``tmp/``, and moved to their place when they are complete."""

import os
from contextlib import suppress
from typing import Final

from beautyspot.embedded.files.folders import Folder

__all__ = ["TMP", "part_name", "publish"]

TMP: Final = "tmp"


def part_name() -> str:
    """Answer a new name for what is being written, which says by which process."""
    return f"{os.getpid()}-{os.urandom(8).hex()}"


def publish(root: Folder, tmp: Folder, part: str, *, durable: bool) -> str:
    """Move a complete part to a new random place, and answer the location.

    Raises:
        OSError: it cannot be moved; then it may be in ``tmp`` still, and is nowhere else.
    """
    name = os.urandom(16).hex()
    root.make(name[:2])
    with root.enter(name[:2]) as home:
        try:
            tmp.move(part, home, name)
            if durable:
                home.sync()
                root.sync()  # always: whoever has made the folder may not have waited
        except BaseException:  # an interrupt too leaves nothing behind
            with suppress(OSError):  # the first error is the one to tell
                home.remove(name)
            raise
    return f"{name[:2]}/{name}"
