"""Copies of blobs as files in a folder, bounded in size.

A copy is ``ab/ab0123...``, the SHA-256 of the location that it is of, so that no location leads
anywhere else. It is written under ``tmp/`` and renamed. Its head has the digest of its content: it
is verified when it is opened, and not again while its stamp stays the same. The time of its last
change is that of its last use, to the minute.
"""

import logging
import os
import stat
import time
from collections.abc import Hashable, Iterable
from contextlib import suppress
from hashlib import sha256
from typing import BinaryIO, Final, cast

from beautyspot.core.errors import ConfigurationError
from beautyspot.embedded.copies import usage
from beautyspot.embedded.copies.contents import HEAD, CopyFile
from beautyspot.embedded.copies.eviction import room_of, shrunk
from beautyspot.embedded.copies.head import head_of, is_whole
from beautyspot.embedded.copies.sizes import bytes_of
from beautyspot.embedded.files.advice import advice
from beautyspot.embedded.files.folders import Folder, opened, write_whole
from beautyspot.embedded.files.ownership import COPIES, MARKER, adopt, is_ours
from beautyspot.embedded.files.parts import TMP, part_name
from beautyspot.embedded.files.urls import folder_of

__all__ = ["FileBlobCache"]

#: As much as a laptop can spare: some thousand results of half a megabyte.
_MAX_SIZE: Final = "2GB"
#: Nanoseconds for which a use counts as the last one: noting each would be a write for each read.
_RECENT: Final = 60_000_000_000
#: Copies of which it is known that they were whole; then all is forgotten.
_MOST_SEEN: Final = 4096


class FileBlobCache:
    """A ``BlobCache`` in a folder of this machine, which several processes may share."""

    def __init__(self, root: str | os.PathLike[str], *, max_size: str | int = _MAX_SIZE) -> None:
        """Take the folder; nothing is made before the first copy.

        Args:
            root: the folder. A relative path starts at the working directory of this moment.
            max_size: how much of the disk copies may take, together with what is being written at
                that moment: text such as ``"500MB"`` or ``"1GiB"``, or bytes, above 0. Each file
                counts in blocks of 4 KiB. A blob that is larger is not copied.

        Raises:
            ConfigurationError: there is something at ``root`` that is no folder for copies of this
                user; or the size is none.
        """
        given: str = os.fspath(root)
        self._root: Final = os.path.abspath(given)
        try:
            self._max_size: Final = bytes_of(max_size)
        except ValueError as error:
            raise ConfigurationError(f"max_size={max_size!r} {error}") from error
        self._seen: dict[str, Hashable] = {}
        self._told = False
        try:
            with opened(self._root) as folder:
                is_ours(self._root, folder, COPIES)
        except (ValueError, NotADirectoryError) as error:  # ValueError: a NUL in the path
            msg = f"the path {self._root!r} cannot be a folder for copies ({error}): name another"
            raise ConfigurationError(msg) from error
        except OSError:
            pass  # missing: it will be made. Not readable at this moment: there are no copies

    @classmethod
    def from_url(cls, url: str, **options: object) -> "FileBlobCache":
        """Make the cache of ``file:relative/folder`` or ``file:///absolute/folder``.

        Args:
            url: may end in ``?max_size=2GB``.
            options: ``max_size``; it counts more than the URL.

        Raises:
            ConfigurationError: the URL or an option cannot be used, or the folder cannot.
        """
        path, found = folder_of(url, {"max_size": bytes_of})
        found.update(options)
        max_size = found.pop("max_size", _MAX_SIZE)
        if found:
            msg = f"{url!r} cannot be opened with {sorted(found)}: the one option is max_size"
            raise ConfigurationError(msg)
        return cls(path, max_size=cast("str | int", max_size))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._root!r}, max_size={self._max_size})"

    @property
    def root(self) -> str:
        """The absolute path of the folder."""
        return self._root

    @property
    def max_size(self) -> int:
        """Bytes that copies may take."""
        return self._max_size

    def find(self, location: str) -> BinaryIO | None:
        """Answer a copy as a file; None when there is none. One that is not whole is removed."""
        name = _name_of(location)
        try:
            with opened(self._root) as root, root.enter(name[:2]) as home:
                file = home.open(name)
                if file is None:
                    return None
                copy = CopyFile(file)
                try:
                    self._note_use(home, name, copy)
                    if self._is_whole(name, copy):
                        return cast("BinaryIO", copy)
                except BaseException:
                    copy.close()
                    raise
                copy.close()
        except FileNotFoundError:
            return None
        except OSError:  # not to be read; perhaps it can be removed, and make room for another one
            pass
        self.forget(location)
        return None

    def keep(self, location: str, size: int, chunks: Iterable[bytes]) -> None:
        """Keep a copy, if that is possible. A trouble is logged, once until it is over."""
        room = room_of(HEAD + size)
        if room > self._max_size:
            return
        try:
            if not os.path.lexists(os.path.join(self._root, MARKER)):
                adopt(self._root, durable=False, kind=COPIES)
            with opened(self._root) as root:
                if self._keep(root, _name_of(location), size, chunks):
                    self._told = False
        except (OSError, ConfigurationError) as error:
            if not self._told:
                self._told = True
                logging.getLogger("beautyspot").warning(
                    "no copies can be kept in %r (%s). %s. Results come from the store itself",
                    self._root,
                    error,
                    advice(error),
                )

    def forget(self, location: str) -> None:
        """Keep no copy of a blob. Forgetting what is not there is quiet."""
        name = _name_of(location)
        with suppress(OSError), opened(self._root) as root:
            root.look(MARKER)  # in a folder without it nothing is ours
            with root.enter(name[:2]) as home:
                about = home.look(name)
                if stat.S_ISREG(about.st_mode):  # anything else is not ours
                    home.remove(name)
                    usage.add(root, -room_of(about.st_size))

    def stamp(self, file: BinaryIO) -> Hashable:
        """Answer what is another one after every change of a copy; None for other files."""
        return file.stamp() if isinstance(file, CopyFile) else None

    def _is_whole(self, name: str, copy: CopyFile) -> bool:
        stamp = copy.stamp()
        if stamp is not None and self._seen.get(name) == stamp:
            copy.seek(0)
            return True
        if not is_whole(name, copy):
            return False
        if stamp is not None and copy.stamp() == stamp:
            if len(self._seen) >= _MOST_SEEN:
                self._seen = {}
            self._seen[name] = stamp
        return True

    def _note_use(self, home: Folder, name: str, copy: CopyFile) -> None:
        if time.time_ns() - copy.about().st_mtime_ns < _RECENT:
            return
        with suppress(OSError):  # of somebody else, or on a medium that cannot be written
            if os.utime in os.supports_fd:
                os.utime(copy.fileno())
            else:
                os.utime(home.named(name))

    def _keep(self, root: Folder, name: str, size: int, chunks: Iterable[bytes]) -> bool:
        """Answer whether a copy was written."""
        root.make(name[:2])
        with root.enter(name[:2]) as home:
            with suppress(FileNotFoundError):
                home.look(name)
                return False
            room = room_of(HEAD + size)
            total = usage.add(root, room)
            if total is None or total > self._max_size:
                usage.begin(root, shrunk(root, self._max_size, room))
            try:
                written = _write(root, home, name, size, chunks)
            except BaseException:
                with suppress(OSError):
                    usage.add(root, -room)
                raise
            if not written:
                usage.add(root, -room)
            return written


def _name_of(location: str) -> str:
    return sha256(location.encode(errors="surrogatepass")).hexdigest()


def _write(root: Folder, home: Folder, name: str, size: int, chunks: Iterable[bytes]) -> bool:
    """Write a copy and move it to its place; answer whether it has the size."""
    part = part_name()
    root.make(TMP)
    with root.enter(TMP) as tmp:
        fd = tmp.create(part)
        moved = False
        try:
            try:
                whole = _fill(fd, name, size, chunks)
            finally:
                os.close(fd)
            if whole:
                tmp.move(part, home, name)
                moved = True
            return whole
        finally:
            if not moved:  # for whatever reason, an interrupt too
                with suppress(OSError):
                    tmp.remove(part)


def _fill(fd: int, name: str, size: int, chunks: Iterable[bytes]) -> bool:
    digest = sha256()
    written = 0
    write_whole(fd, bytes(HEAD))
    for chunk in chunks:
        written += len(chunk)
        if written > size:
            return False
        digest.update(chunk)
        write_whole(fd, chunk)
    if written != size:
        return False
    os.lseek(fd, 0, os.SEEK_SET)
    write_whole(fd, head_of(name, size, digest.digest()))
    return True
