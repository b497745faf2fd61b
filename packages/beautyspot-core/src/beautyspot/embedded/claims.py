"""Claims of calls between the processes of one machine, as locks of the kernel.

Every call is one byte of an empty lock file, far beyond its end: the byte at the offset that the
cache key says. Locking it writes nothing, and the kernel frees it when its process ends, however
that ends. The locks of POSIX belong to the process: a child does not inherit them, threads share
them (so the process keeps a table of its own), and closing *any* descriptor of the file frees them
all (so there is one descriptor for each file and process, and it stays open while anything is
claimed). On Windows the same bytes are locked with ``LockFile``, through ``msvcrt``.
"""

import os
import sys
from hashlib import sha256
from threading import RLock
from typing import Final
from weakref import WeakValueDictionary

from beautyspot.core.errors import StoreUnavailable

__all__ = ["KernelClaims"]

#: Bits of an offset: two calls that meet on one byte (one pair in 2**62) take turns, no more.
_OFFSET_BITS: Final = 62

if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int, offset: int) -> None:
        os.lseek(fd, offset, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)

    def _unlock(fd: int, offset: int) -> None:
        os.lseek(fd, offset, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(fd: int, offset: int) -> None:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)

    def _unlock(fd: int, offset: int) -> None:
        fcntl.lockf(fd, fcntl.LOCK_UN, 1, offset)


class _Claim:
    """One call that this process may run, once its file has taken it."""

    __slots__ = ("file", "mark", "offset")

    def __init__(self, file: "_LockFile", offset: int) -> None:
        self.file = file
        self.offset = offset
        self.mark = object()  #: what the file knows it by, without keeping it


class _LockFile:
    """A lock file, and what this process has locked of it."""

    def __init__(self, path: str) -> None:
        self.lock = RLock()
        self._path = path
        self._fd: int | None = None
        self._held: dict[int, object] = {}  #: the marks of claims

    def take(self, claim: _Claim) -> bool:
        """Lock the byte of a claim; answer whether it was free.

        Who is interrupted has to give the claim, whether it was taken or not.
        """
        with self.lock:
            if claim.offset in self._held:
                return False
            fd = self._opened()
            self._held[claim.offset] = claim.mark
            try:
                _lock(fd, claim.offset)
            except OSError as error:
                del self._held[claim.offset]
                if isinstance(error, BlockingIOError | PermissionError):
                    return False
                msg = f"the lock file {self._path!r} cannot be locked: {error}"
                raise StoreUnavailable(msg) from error
            return True

    def give(self, claim: _Claim) -> None:
        """Unlock the byte of a claim, if it is taken."""
        with self.lock:
            if self._held.get(claim.offset) is not claim.mark:
                return
            if self._fd is not None:
                _unlock(self._fd, claim.offset)
            del self._held[claim.offset]

    def holds(self, offset: int) -> bool:
        """Tell whether this process has locked a byte."""
        return offset in self._held

    def close(self) -> None:
        """Close the file, unless something is claimed."""
        with self.lock:
            fd = self._fd
            if fd is not None and not self._held:
                self._fd = None
                os.close(fd)

    def start_over_in_child(self) -> None:
        """Hold nothing, after a fork: the locks are the parent's."""
        self.lock = RLock()
        self._held = {}

    def _opened(self) -> int:
        """Answer the descriptor of the file at the path; a file that was removed is made anew."""
        fd = self._fd
        if fd is not None and (self._held or os.fstat(fd).st_nlink):
            return fd
        self.close()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        try:
            self._fd = fd = os.open(self._path, flags, 0o600)
        except OSError as error:
            msg = f"the lock file {self._path!r} cannot be made: {error}. Make its folder writable"
            raise StoreUnavailable(msg) from error
        return fd

    def __del__(self) -> None:
        if getattr(self, "_fd", None) is not None:
            # Closing lets other threads run, and one may find this by its path until it is gone:
            # it must neither use the number of a closed descriptor, nor lock before it is closed.
            self._held = {}
            self.close()


class KernelClaims:
    """``Claims`` by kernel locks on a file that nobody else opens."""

    def __init__(self, path: str) -> None:
        """Take the path of the lock file. It is made on first use, stays empty, and stays."""
        self._path: Final = path
        self._file: _LockFile | None = None

    def claim(self, cache_key: str) -> _Claim | None:
        """Answer the claim to run a call; None while somebody else has it. It never waits.

        Raises:
            StoreUnavailable: the lock file cannot be made or locked.
        """
        file = self._file or self._shared()
        claim = _Claim(file, _offset(cache_key))
        try:
            return claim if file.take(claim) else None
        except BaseException:  # Ctrl-C, which may come when it is taken already
            file.give(claim)
            raise

    def holds(self, cache_key: str) -> bool:
        """Tell whether this process has claimed a call."""
        file = self._file
        return file is not None and file.holds(_offset(cache_key))

    def release(self, claim: object) -> None:
        """Give a claim back. Giving back twice is the same as once."""
        if isinstance(claim, _Claim):
            claim.file.give(claim)

    def close(self) -> None:
        """Close the lock file, unless this process has claimed something."""
        if self._file is not None:
            self._file.close()

    def _shared(self) -> _LockFile:
        """Answer the lock file of this process: one for all that have the same path."""
        path = os.path.realpath(self._path)
        with _files_lock:
            file = _FILES.get(path)
            if file is None:
                file = _FILES[path] = _LockFile(path)
        self._file = file
        return file


def _offset(cache_key: str) -> int:
    try:
        number = int(cache_key[:16], 16)
    except ValueError:  # not a key of ours
        number = int.from_bytes(sha256(cache_key.encode("utf-8", "surrogatepass")).digest()[:8])
    return number >> (64 - _OFFSET_BITS)


_FILES: Final[WeakValueDictionary[str, _LockFile]] = WeakValueDictionary()
_files_lock = RLock()


def _start_over() -> None:
    global _files_lock  # noqa: PLW0603  # a new one: the old one may be held by the parent's thread
    _files_lock = RLock()
    for file in list(_FILES.values()):
        file.start_over_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
