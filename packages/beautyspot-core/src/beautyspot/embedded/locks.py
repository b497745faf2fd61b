"""A kernel lock between processes.

The kernel frees it when its holder dies, so that no stale lock is ever left behind. It is taken on
a file of its own, which exists only while somebody holds or wants the lock.
"""

import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from beautyspot.core.errors import StoreBusy, StoreUnavailable

__all__ = ["file_lock"]

#: Seconds between two tries. The lock is held for milliseconds; the kernel has no wait with an end.
_PAUSE = 0.01

if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def file_lock(path: str, *, timeout: float) -> Generator[None]:
    """Hold the lock of that name, alone among all threads and processes of this machine.

    Args:
        path: of the lock file. It is made when missing and removed on leaving; one that is not
            empty is somebody's, and is locked but never removed.
        timeout: seconds to wait at most.

    Raises:
        StoreBusy: somebody else held it for all that time.
        StoreUnavailable: the lock file cannot be made.
    """
    fd = _locked(path, time.monotonic() + timeout)
    try:
        yield
    finally:
        # Removed while it is held: whoever waits for this file sees that it is gone, and starts
        # anew. Windows does not remove open files; there it stays, and does no harm.
        if os.fstat(fd).st_size == 0:
            with suppress(OSError):
                os.unlink(path)
        os.close(fd)


def _locked(path: str, deadline: float) -> int:
    while True:
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError as error:
            msg = f"the lock file {path!r} cannot be made: {error}. Make its folder writable"
            raise StoreUnavailable(msg) from error
        try:
            _try_lock(fd)
            if _is_at(fd, path):
                return fd
        except (BlockingIOError, PermissionError) as error:
            if time.monotonic() >= deadline:
                os.close(fd)
                msg = f"another process holds {path!r}. Try again when it has finished"
                raise StoreBusy(msg) from error
            time.sleep(_PAUSE)
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)


def _is_at(fd: int, path: str) -> bool:
    """Tell whether the locked file is still the one of that name, and was not removed since."""
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except FileNotFoundError:
        return False
