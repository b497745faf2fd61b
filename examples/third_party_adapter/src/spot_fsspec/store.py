"""A blob store on any file system that fsspec knows."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from secrets import token_hex
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from beautyspot import BlobNotFound, BlobUnavailable, ConfigurationError
from beautyspot.core.model import BlobInfo
from spot_fsspec.spool import SpooledWriter, copied

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

__all__ = ["FsspecBlobStore"]

#: The one form of a location. Nothing else is ever asked for, whatever a database says.
_LOCATION: Final = re.compile(r"[0-9a-f]{2}/[0-9a-f]{32}", re.ASCII)


class FsspecBlobStore:
    """Keeps blobs below a folder, prefix or bucket that fsspec opens by its URL."""

    def __init__(self, url: str) -> None:
        """Take a URL of fsspec: ``memory://results``, ``sftp://host/results``, ``s3://bucket/p``.

        Nothing is connected before the first blob, so that a server which is down for a moment
        ends no program. That fsspec knows the protocol is checked at once.

        Raises:
            ConfigurationError: the URL has no protocol, or nothing installed opens it.
        """
        from fsspec.core import get_filesystem_class, split_protocol  # noqa: PLC0415  # on first use

        protocol, path = split_protocol(url.rpartition("::")[2])
        if protocol is None or not path.strip("/"):
            msg = "a store needs a URL of fsspec with a folder, for example fsspec:memory://results"
            raise ConfigurationError(msg)
        try:
            get_filesystem_class(protocol)
        except (ImportError, ValueError) as error:
            msg = f"fsspec cannot open {protocol}:// ({error})"
            raise ConfigurationError(msg) from error
        self._url = url
        self._protocol = protocol
        self._lock = Lock()
        self._opened: tuple[int, AbstractFileSystem, str] | None = None

    @classmethod
    def from_url(cls, url: str, **options: object) -> "FsspecBlobStore":
        """Make the store of ``fsspec:`` and a URL of fsspec; there are no options.

        Raises:
            ConfigurationError: the URL cannot be used, or there is an option.
        """
        if options:
            names = ", ".join(options)
            msg = f"a store on fsspec cannot promise {names}: leave that out, or use another store"
            raise ConfigurationError(msg)
        return cls(url.partition(":")[2])

    def __repr__(self) -> str:
        # Not the URL: it may hold a password.
        return f"{type(self).__name__}({self._protocol!r})"

    # ------------------------------------------------------------------------------ BlobStore

    def save(self, key: str, data: bytes) -> str:  # noqa: ARG002  # names are not to be guessed
        """Keep bytes and answer their location."""
        return self._put(lambda fs, path: fs.pipe_file(path, data))

    def load(self, location: str) -> bytes:
        """Answer the bytes at a location."""
        with self._asked("load", location):
            fs, root = self._checked(location)
            return cast("bytes", fs.cat_file(f"{root}/{location}"))

    def delete(self, location: str) -> None:
        """Forget the bytes at a location. Deleting what is not there is quiet."""
        with suppress(BlobNotFound), self._asked("delete", location):
            fs, root = self._checked(location)
            fs.rm_file(f"{root}/{location}")

    # ---------------------------------------------------------------------------- BlobCatalog

    def blobs(self) -> Iterator[BlobInfo]:
        """Yield every finished blob, with its age by the clock of the file system."""
        with self._asked("list", "all blobs"):
            fs, root = self._file_system()
            fs.invalidate_cache()
            folders = self._names(root)
            now = self._now() if folders else None
        for folder in folders:
            with self._asked("list", folder):
                names = self._names(f"{root}/{folder}")
            for name in names:
                location = f"{folder}/{name}"
                if _LOCATION.fullmatch(location):
                    with suppress(BlobNotFound), self._asked("list", location):  # deleted meanwhile
                        path = f"{root}/{location}"
                        age = (cast("datetime", now) - fs.modified(path)).total_seconds()
                        yield BlobInfo(location, fs.size(path), max(0.0, age))

    # ---------------------------------------------------------------------------- BlobStreams

    def writer(self, key: str) -> SpooledWriter:  # noqa: ARG002  # as in save
        """Answer what writes a new blob."""

        def upload(spool: BinaryIO) -> str:
            def copy(fs: "AbstractFileSystem", path: str) -> None:
                spool.seek(0)
                with fs.open(path, "wb") as file:
                    shutil.copyfileobj(spool, file, 1 << 20)

            return self._put(copy)

        return SpooledWriter(upload)

    def open(self, location: str) -> BinaryIO:
        """Answer a temporary file with the bytes at a location."""
        with self._asked("open", location):
            fs, root = self._checked(location)
            with fs.open(f"{root}/{location}", "rb") as file:
                return copied(file)

    # ----------------------------------------------------------------------------------------

    def _put(self, write: Any) -> str:
        """Give a new blob its name when it is whole; answer its location.

        A file system with a move of its own (disks, SFTP) shows half a file while it is written,
        so the file gets another name first. Object stores show an object when it is whole, and
        moving it would be a second upload.
        """
        name = token_hex(16)
        location = f"{name[:2]}/{name}"
        with self._asked("save", location):
            fs, root = self._file_system()
            final = f"{root}/{location}"
            if not _moves(fs):
                write(fs, final)
                return location
            part = f"{root}/tmp/{name}"
            fs.makedirs(f"{root}/tmp", exist_ok=True)
            fs.makedirs(f"{root}/{name[:2]}", exist_ok=True)
            try:
                write(fs, part)
                fs.mv(part, final)
            except BaseException:
                with suppress(Exception):  # what went wrong first is what counts
                    fs.rm_file(part)
                raise
            return location

    def _names(self, folder: str) -> list[str]:
        """Answer the names in a folder; one that is not there has none."""
        try:
            found = self._file_system()[0].ls(folder, detail=False)
        except FileNotFoundError:
            return []
        return [path.rstrip("/").rpartition("/")[2] for path in found]

    def _now(self) -> datetime:
        """Answer the time by the clock that dates the blobs: that of a file written just now."""
        fs, root = self._file_system()
        probe = f"{root}/clock-{token_hex(8)}"
        fs.pipe_file(probe, b"")
        try:
            return cast("datetime", fs.modified(probe))
        finally:
            fs.rm_file(probe)

    def _checked(self, location: str) -> "tuple[AbstractFileSystem, str]":
        if _LOCATION.fullmatch(location) is None:
            raise FileNotFoundError(location[:80])
        return self._file_system()

    def _file_system(self) -> "tuple[AbstractFileSystem, str]":
        """Answer the file system and the folder; a forked process opens its own."""
        from fsspec.core import url_to_fs  # noqa: PLC0415  # on first use

        with self._lock:
            if self._opened is None or self._opened[0] != os.getpid():
                fs, root = url_to_fs(self._url, skip_instance_cache=True)
                self._opened = os.getpid(), fs, root.rstrip("/")
            return self._opened[1:]

    @contextmanager
    def _asked(self, verb: str, what: str) -> Iterator[None]:
        """Say in beautyspot's words what the file system says in its own."""
        try:
            yield
        except FileNotFoundError as error:
            if verb == "save":
                raise self._unavailable(verb, what, error) from error
            raise BlobNotFound(f"there is nothing at {what[:80]!r} in {self!r}") from error
        except Exception as error:  # every file system brings errors of its own
            raise self._unavailable(verb, what, error) from error

    def _unavailable(self, verb: str, what: str, error: Exception) -> BlobUnavailable:
        # Not what the error says: file systems put URLs into it. It is the cause, for who looks.
        kind = type(error).__name__
        return BlobUnavailable(f"{self!r} cannot {verb} {what[:80]!r} ({kind}): can it be reached?")


def _moves(fs: "AbstractFileSystem") -> bool:
    """Whether it has a move of its own; fsspec's is a copy and a deletion."""
    from fsspec import AbstractFileSystem  # noqa: PLC0415  # on first use

    return type(fs).mv is not AbstractFileSystem.mv
