"""Folders that are held open while they are used, so that no link leads out of them.

A path is looked up anew each time it is used, and every part of it may have become a link since. A
name relative to an open folder cannot lead anywhere else. Where the system has no such calls
(Windows) the same steps are done with whole paths, each part being looked at first.
"""

import errno
import os
import stat
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final, cast

__all__ = ["Folder", "opened", "write_whole"]

#: Whether a file can be named relative to an open folder.
HELD: Final = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")

# Flags that not every system has. O_NONBLOCK: opening a FIFO must not wait for its other end.
_FOLDER: Final[int] = getattr(os, "O_DIRECTORY", 0)
_NO_LINK: Final[int] = getattr(os, "O_NOFOLLOW", 0)
_READ: Final[int] = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_CREATE: Final[int] = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Folder:
    """A folder; it is made by ``opened`` and used inside its ``with`` block."""

    __slots__ = ("_path", "fd")

    def __init__(self, path: str, fd: int | None) -> None:
        self._path = path
        self.fd = fd  #: None where whole paths have to be used

    @contextmanager
    def enter(self, name: str) -> Generator["Folder", None, None]:
        """Open a folder inside, which must not be a link.

        Raises:
            NotADirectoryError: it is something else, or a link.
        """
        if self.fd is None:
            if not stat.S_ISDIR(self.look(name).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, "is no folder", name)
            yield Folder(self._at(name), None)
            return
        try:
            fd = os.open(name, os.O_RDONLY | _FOLDER | _NO_LINK, dir_fd=self.fd)
        except OSError as error:
            if error.errno == errno.ELOOP:  # what some systems say of a link, others ENOTDIR
                raise NotADirectoryError(errno.ENOTDIR, "is a link", name) from error
            raise
        try:
            yield Folder(self._at(name), fd)
        finally:
            os.close(fd)

    def make(self, name: str) -> None:
        """Make a folder inside, for the owner alone; one that is there is left as it is."""
        with suppress(FileExistsError):
            os.mkdir(self.named(name), 0o700, dir_fd=self.fd)

    def create(self, name: str) -> int:
        """Make a file inside, for the owner alone; answer its descriptor, to write and read."""
        return os.open(self.named(name), _CREATE | _NO_LINK, 0o600, dir_fd=self.fd)

    def read(self, name: str) -> bytes | None:
        """Answer what a file inside holds; None when it is no regular file, which is not read."""
        file = self.open(name)
        if file is None:
            return None
        with file:
            return file.read()

    def open(self, name: str) -> BinaryIO | None:
        """Open a file inside for reading; None when it is no regular file."""
        if self.fd is None and not stat.S_ISREG(self.look(name).st_mode):
            return None
        fd = os.open(self.named(name), _READ | _NO_LINK, dir_fd=self.fd)
        try:
            if stat.S_ISREG(os.fstat(fd).st_mode):
                return cast("BinaryIO", open(fd, "rb", buffering=0))
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        return None

    def look(self, name: str) -> os.stat_result:
        """Answer what is known of an entry; of a link itself, not of where it leads."""
        return os.stat(self.named(name), dir_fd=self.fd, follow_symlinks=False)

    def move(self, name: str, to: "Folder", new_name: str) -> None:
        """Give a file inside another place, at once for all who look."""
        os.replace(self.named(name), to.named(new_name), src_dir_fd=self.fd, dst_dir_fd=to.fd)

    def remove(self, name: str) -> None:
        """Remove a file inside."""
        os.unlink(self.named(name), dir_fd=self.fd)

    def names(self) -> list[str]:
        """Answer the names of all entries, in no order."""
        return os.listdir(self._path if self.fd is None else self.fd)

    def own(self) -> os.stat_result:
        """Answer what is known of the folder itself."""
        return os.stat(self._path if self.fd is None else self.fd)

    def sync(self) -> None:
        """Wait until the names in the folder are on the disk; nothing where that is impossible."""
        if self.fd is not None:
            os.fsync(self.fd)

    def _at(self, name: str) -> str:
        return os.path.join(self._path, name)

    def named(self, name: str) -> str:
        """Answer how to name an entry in a call that is given ``fd`` too."""
        return self._at(name) if self.fd is None else name


@contextmanager
def opened(path: str) -> Generator[Folder, None, None]:
    """Open a folder by its path; the path itself may lead through links.

    Raises:
        OSError: it cannot be opened, or is no folder.
    """
    if not HELD:
        if not stat.S_ISDIR(os.stat(path).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, "is no folder", path)
        yield Folder(path, None)
        return
    fd = os.open(path, os.O_RDONLY | _FOLDER)
    try:
        yield Folder(path, fd)
    finally:
        os.close(fd)


def write_whole(fd: int, data: bytes) -> None:
    """Write all bytes: one call to the system may take only a part of them."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]
