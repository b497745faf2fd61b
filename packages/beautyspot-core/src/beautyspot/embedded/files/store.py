"""Blobs as files in a folder: whole or not at all, and never outside of it.

Every save takes a new random name, ``ab/ab0123...`` with 32 hexadecimal digits, and not a digest of
the content. So exactly one record points to a blob: deleting it can never take away what another
save has pointed to in the same moment, and nothing has to be locked or counted. The price is that
equal results are kept twice.

A blob is written under ``tmp/`` and renamed when it is complete. What a killed process left there
is listed by ``leftovers``. No descriptor stays open between calls (those of a blob that is written
or read bit by bit belong to whoever does so): there is nothing that a fork could share, and a
folder that was deleted is simply made again.
"""

import os
import re
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

from beautyspot.core.errors import BlobNotFound, BlobUnavailable, ConfigurationError
from beautyspot.core.model import BlobInfo
from beautyspot.embedded.files.advice import advice
from beautyspot.embedded.files.folders import Folder, opened, write_whole
from beautyspot.embedded.files.ownership import MARKER, adopt, is_ours
from beautyspot.embedded.files.parts import TMP, part_name, publish
from beautyspot.embedded.files.stamps import stamp_of
from beautyspot.embedded.files.streams import FileBlobWriter
from beautyspot.embedded.files.urls import folder_of, switch

__all__ = ["FileBlobStore"]

_SHARD: Final = re.compile(r"[0-9a-f]{2}")
_LOCATION: Final = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{30})")
_LEFTOVER: Final = re.compile(r"[0-9]+-[0-9a-f]{16}")
_SHOWN: Final = 80  #: characters of a location in a message: a hostile one may be very long


class FileBlobStore:
    """Keeps blobs in a folder of this machine, readable by their owner alone."""

    def __init__(self, root: str | os.PathLike[str], *, durable: bool = False) -> None:
        """Take the folder; nothing is made before the first save.

        Args:
            root: the folder. A relative path starts at the working directory of this moment.
            durable: True waits until a blob is on the disk: it survives a power cut. False leaves
                that to the system: it survives the death of the process.

        Raises:
            ConfigurationError: there is something at ``root`` that is no blob folder of this user.
        """
        given: str = os.fspath(root)
        self._root = os.path.abspath(given)
        self._durable = durable
        try:
            with opened(self._root) as folder:
                is_ours(self._root, folder)
        except (ValueError, NotADirectoryError) as error:  # ValueError: a NUL in the path
            msg = f"the path {self._root!r} cannot be a folder for blobs ({error}): name another"
            raise ConfigurationError(msg) from error
        except OSError:
            # Missing: it will be made. Not readable at this moment: each use will say so itself.
            pass

    @classmethod
    def from_url(cls, url: str, **options: object) -> "FileBlobStore":
        """Make the store of ``file:relative/folder`` or ``file:///absolute/folder``.

        Args:
            url: may end in ``?durable=true``.
            options: ``durable``, a bool; it counts more than the URL.

        Raises:
            ConfigurationError: the URL or an option cannot be used, or the folder cannot.
        """
        path, found = folder_of(url, {"durable": switch})
        found.update(options)
        durable = found.pop("durable", False)
        if found or not isinstance(durable, bool):
            wrong = ", ".join(f"{name}={value!r}" for name, value in found.items())
            msg = f"{url!r} cannot be opened with {wrong or f'durable={durable!r}'}: the one option"
            raise ConfigurationError(f"{msg} is durable, True or False")
        return cls(path, durable=durable)

    def __repr__(self) -> str:
        durable = ", durable=True" if self._durable else ""
        return f"{type(self).__name__}({self._root!r}{durable})"

    @property
    def root(self) -> str:
        """The absolute path of the folder."""
        return self._root

    def save(self, key: str, data: bytes) -> str:  # noqa: ARG002  # names are not to be guessed
        """Keep bytes and answer their location. The key is not used.

        Raises:
            BlobUnavailable: the bytes are not kept, and nothing of them is left behind.
        """
        try:
            self._adopt()
            with opened(self._root) as root:
                return self._save(root, data)
        except (OSError, ConfigurationError) as error:
            raise self._unavailable(f"keep {len(data)} bytes", error) from error

    def load(self, location: str) -> bytes:
        """Answer the bytes at a location.

        Raises:
            BlobNotFound: nothing is stored at ``location``, or it is no location of this store.
            BlobUnavailable: the folder or the file cannot be read; the blob may well exist.
        """
        file = self.open(location)
        try:
            with file:
                return file.read()
        except OSError as error:
            raise self._unavailable(f"load {location!r}", error) from error

    def writer(self, key: str) -> FileBlobWriter:  # noqa: ARG002  # as for save
        """Answer what writes a blob bit by bit, under ``tmp/`` at first. The key is not used.

        Raises:
            BlobUnavailable: nothing can be kept.
        """
        try:
            self._adopt()
            return FileBlobWriter(self._root, durable=self._durable, error=self._unavailable)
        except (OSError, ConfigurationError) as error:
            raise self._unavailable("keep a blob", error) from error

    def open(self, location: str) -> BinaryIO:
        """Answer the bytes at a location as a file.

        Raises:
            BlobNotFound: as for ``load``.
            BlobUnavailable: as for ``load``.
        """
        place = _LOCATION.fullmatch(location)
        if place is None:
            msg = f"{location[:_SHOWN]!r} is no location in {self._root!r}: expected ab/ab0123..."
            raise BlobNotFound(msg)
        try:
            with opened(self._root) as root, root.enter(place[1]) as home:
                file = home.open(place[2])
        except FileNotFoundError as error:
            raise BlobNotFound(f"no blob is at {location!r} in {self._root!r}") from error
        except OSError as error:
            raise self._unavailable(f"load {location!r}", error) from error
        if file is None:
            raise BlobNotFound(f"what is at {location!r} in {self._root!r} is not a regular file")
        return file

    def stamp(self, file: BinaryIO) -> tuple[int, ...] | None:
        """Answer what is another one after every change of a blob, open for reading.

        None for a file that was changed a moment ago.
        """
        return stamp_of(os.fstat(file.fileno()))

    def delete(self, location: str) -> None:
        """Forget the bytes at a location. Deleting what is not there is quiet.

        Raises:
            BlobUnavailable: the folder cannot be changed; the blob may well exist still.
        """
        place = _LOCATION.fullmatch(location)
        if place is None:
            return
        try:
            with opened(self._root) as root, root.enter(place[1]) as home:
                if stat.S_ISREG(home.look(place[2]).st_mode):  # anything else is not ours
                    home.remove(place[2])
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unavailable(f"delete {location!r}", error) from error

    def blobs(self) -> Iterator[BlobInfo]:
        """Yield every finished blob, in no order; each with its age by the file system's clock.

        Raises:
            BlobUnavailable: the folder cannot be read, or not be written, which asking for the
                time needs; what was yielded before is right.
        """
        with self._listing():
            shards = [name for name in self._names() if _SHARD.fullmatch(name)]
            now = self._now() if shards else 0
        for shard in shards:
            with self._listing():
                found = list(self._files(shard, re.compile(f"{shard}[0-9a-f]{{30}}"), now))
            yield from found

    def leftovers(self) -> Iterator[BlobInfo]:
        """Yield what is being written, and what killed processes have left of it, with its age.

        Raises:
            BlobUnavailable: as for ``blobs``.
        """
        with self._listing():
            found = list(self._files(TMP, _LEFTOVER, self._now())) if TMP in self._names() else []
        yield from found

    def _adopt(self) -> None:
        if not os.path.lexists(os.path.join(self._root, MARKER)):
            adopt(self._root, durable=self._durable)

    def _save(self, root: Folder, data: bytes) -> str:
        part = part_name()
        root.make(TMP)
        with root.enter(TMP) as tmp:
            try:
                self._write(tmp, part, data)
                return publish(root, tmp, part, durable=self._durable)
            except BaseException:  # an interrupt too leaves nothing behind
                with suppress(OSError):  # the first error is the one to tell
                    tmp.remove(part)
                raise

    def _write(self, tmp: Folder, part: str, data: bytes) -> None:
        fd = tmp.create(part)
        try:
            write_whole(fd, data)
            if self._durable:
                os.fsync(fd)
        finally:
            os.close(fd)

    def _names(self) -> list[str]:
        """Answer what is in the folder; nothing when there is none, or it is not marked as ours."""
        try:
            with opened(self._root) as root:
                names = root.names()
        except FileNotFoundError:
            return []
        return names if MARKER in names else []

    def _now(self) -> int:
        """Answer nanoseconds, by the clock that stamps our files: of a server, on a network."""
        part = part_name()
        with opened(self._root) as root:
            root.make(TMP)
            with root.enter(TMP) as tmp:
                try:
                    os.close(tmp.create(part))
                    return tmp.look(part).st_mtime_ns
                finally:
                    with suppress(OSError):
                        tmp.remove(part)

    def _files(self, folder: str, pattern: re.Pattern[str], now: int) -> Iterator[BlobInfo]:
        """Yield the files of that name in a folder; neither a link nor what vanishes meanwhile."""
        with (
            suppress(FileNotFoundError, NotADirectoryError),
            opened(self._root) as root,
            root.enter(folder) as home,
        ):
            for name in filter(pattern.fullmatch, home.names()):
                with suppress(FileNotFoundError):
                    about = home.look(name)
                    if stat.S_ISREG(about.st_mode):
                        age = max(0, now - about.st_mtime_ns) / 1e9
                        yield BlobInfo(f"{folder}/{name}", about.st_size, age)

    @contextmanager
    def _listing(self) -> Generator[None, None, None]:
        try:
            yield
        except OSError as error:
            raise self._unavailable("list the blobs", error) from error

    def _unavailable(self, what: str, error: Exception) -> BlobUnavailable:
        return BlobUnavailable(f"cannot {what} in {self._root!r} ({error}). {advice(error)}")
