"""What the shim does, for the process that it is loaded into (see ``shim.c``)."""

import ctypes
import errno

__all__ = ["arm", "disarm", "note"]

_shim = ctypes.CDLL(None)


def arm(call: str, path: str, nth: int, *, span: int, error: str, torn: bool) -> None:
    """Let calls fail, from the n-th on, so many of them.

    Args:
        call: write, read, sync, truncate, create, open, mkdir, rename or unlink.
        path: a pattern as in ``fnmatch``; a star stands for slashes too.
        nth: counted from 1.
        span: how many in a row.
        error: such as ``EIO``; with "" a write is short, which is no error.
        torn: whether half of what is to be written is written.
    """
    number = getattr(errno, error) if error else 0
    _shim.lab_arm(
        call.encode(), path.encode(), ctypes.c_long(nth), ctypes.c_long(span), number, torn
    )


def disarm() -> int:
    """Let all calls succeed again; answer how many failed."""
    return _shim.lab_disarm()


def note(text: str) -> None:
    """Write down in the log of events that something is acknowledged."""
    _shim.lab_note(text.encode())
