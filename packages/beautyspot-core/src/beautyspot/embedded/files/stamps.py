"""What stands for the bytes that a file has now."""

import os
import time
from typing import Final

__all__ = ["stamp_of"]

#: Nanoseconds after which a change of a file shows in its times, which move in steps of a few
#: milliseconds, on some file systems of two seconds.
_SETTLED: Final = 2_100_000_000


def stamp_of(about: os.stat_result) -> tuple[int, ...] | None:
    """Answer what is another one after every change of a file.

    None for a file that was changed a moment ago: the times of files move in steps, and within
    one of them another change would not show. Nobody but the system can set ``st_ctime``.
    """
    if time.time_ns() - about.st_ctime_ns < _SETTLED:
        return None
    return (
        about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns
    )  # fmt: skip
