"""What to do about an error of the file system, in a sentence."""

import errno
from typing import Final

__all__ = ["advice"]

_FULL: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_FORBIDDEN: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_ODD: Final = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EEXIST, errno.EISDIR})


def advice(error: Exception) -> str:
    """Answer what the user can do; an error that is not of the system is about the folder."""
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        return "Give the store another folder"
    if number in _FULL:
        return "Free some space on that disk, or raise the limit of this user or process"
    if number in _FORBIDDEN:
        return "Look whether the folder belongs to this user, has mode 700 and is not read-only"
    if number in _ODD:
        return "A link or a file stands where a folder is expected: move it away"
    return "Look whether the disk is mounted and in good health"
