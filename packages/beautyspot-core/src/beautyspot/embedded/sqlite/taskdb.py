"""Records in one SQLite file."""

import os
import re
from contextlib import suppress
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit
from weakref import finalize

from beautyspot.core.errors import (
    ConfigurationError,
    StoreError,
    StoreUnavailable,
    ValidationError,
)
from beautyspot.core.model import Entry, TaskRecord
from beautyspot.embedded.claims import KernelClaims
from beautyspot.embedded.sqlite.adoption import check
from beautyspot.embedded.sqlite.catalog import UPSERT, Catalog
from beautyspot.embedded.sqlite.connections import Connections
from beautyspot.embedded.sqlite.faults import FOREIGN
from beautyspot.embedded.sqlite.quotas import QuotaCounts
from beautyspot.embedded.sqlite.rows import WHOLE, record_of, row_of

__all__ = ["SQLiteTaskDB"]

#: The columns in the order of ``Entry``.
_ENTRY: Final = """
SELECT result_data, result_value, checksum, expires_at, elapsed, fingerprint
FROM tasks WHERE cache_key = ?
"""
_GET: Final = f"SELECT {WHOLE} FROM tasks WHERE cache_key = ?"  # noqa: S608
_DELETE: Final = "DELETE FROM tasks WHERE cache_key = ?"

#: ``Entry._make`` without its Python frame: every hit pays for it.
_new_entry: Final[Any] = getattr(tuple, "__new__")  # noqa: B009  # pyright cannot name its type

_ID: Final = re.compile(r"[0-9a-f]{32}")
_IDENTITY: Final = "SELECT id FROM identity"
_IDENTIFY: Final = "INSERT OR IGNORE INTO identity (only, id) VALUES (1, ?)"

_LONGEST_TIMEOUT: Final = 3600

_TRUTH: Final = {"true": True, "1": True, "false": False, "0": False}


class SQLiteTaskDB(Catalog, QuotaCounts):
    """A ``TaskDB`` in a file.

    It has ``TaskCatalog``, ``Local``, ``Claims``, ``Quotas``, ``Identified`` and ``Closable``.

    Threads, processes and forked children may use one file, and one instance, at once. Nothing is
    opened before the first use. The file, readable by its owner only, has two neighbours
    (``-wal``, ``-shm``) while it is in use; all three belong together. A third one (``-claims``)
    is empty, and may be removed when nobody uses the database.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, durable: bool = False, timeout: float = 5.0
    ) -> None:
        """Look at the path, and leave everything there as it is.

        Args:
            path: of the file, made on first use with missing folders; relative to the working
                directory of this moment.
            durable: True waits for the disk at each save: what is saved outlives a power cut as
                well. False: it outlives the process; a power cut may take the last seconds.
            timeout: seconds, above 0 and at most 3600, to wait for other threads and processes.

        Raises:
            ConfigurationError: there is something that is not a database of beautyspot.
            ValidationError: an argument is out of its range, or of another type.
        """
        self._path: Final = _absolute(path)
        self._durable: Final = _checked_durable(durable)
        self._connections = Connections(
            self._path, timeout=_checked_timeout(timeout), durable=self._durable
        )
        self._claims = KernelClaims(f"{self._path}-claims")
        # What cannot be read now may be readable later; each use will say so itself.
        with suppress(StoreUnavailable):
            check(self._path)
        self._reading = self._connections.reading
        self._writing = self._connections.writing
        self._prompt = self._connections.prompt
        finalize(self, self._connections.close)

    @classmethod
    def from_url(cls, url: str, **options: object) -> "SQLiteTaskDB":
        """Make one from a URL, as SQLAlchemy writes them.

        Args:
            url: ``sqlite:///relative.db`` or ``sqlite:////absolute.db``, percent-encoded; it may
                end in ``?durable=true&timeout=10``.
            options: ``durable`` and ``timeout``; they go before those in the URL.

        Raises:
            ConfigurationError: the URL is not of this form, or an option is not known.
        """
        parts = urlsplit(url)
        three_slashes = url.lower().startswith("sqlite:///")
        if not three_slashes or parts.fragment or len(parts.path) < 2:
            msg = (
                f"{url!r} cannot be used; expected sqlite:///relative.db or "
                "sqlite:////absolute.db, without a host, with # written as %23"
            )
            raise ConfigurationError(msg)
        chosen: dict[str, object] = {**_options_in(parts.query, url), **options}
        if unknown := sorted(chosen.keys() - {"durable", "timeout"}):
            msg = f"{url!r}: unknown option {unknown[0]!r}; known are durable and timeout"
            raise ConfigurationError(msg)
        return cls(
            unquote(parts.path[1:], errors="surrogateescape"),
            durable=_checked_durable(chosen.get("durable", False)),
            timeout=_checked_timeout(chosen.get("timeout", 5.0)),
        )

    @property
    def path(self) -> str:
        """The absolute path of the file."""
        return self._path

    @property
    def durable(self) -> bool:
        """Whether what is saved outlives a power cut."""
        return self._durable

    def __repr__(self) -> str:
        return f"SQLiteTaskDB({self._path!r})"

    def init_schema(self) -> None:
        """Make, open and migrate the file now, instead of on first use."""
        self._connections.ready()

    def get(self, cache_key: str) -> TaskRecord | None:
        """Answer the record, whole, or None when there is none."""
        with self._connections.read() as connection:
            row = connection.execute(_GET, (cache_key,)).fetchone()
        return None if row is None else record_of(row)

    def save(self, record: TaskRecord) -> None:
        """Keep a record, in place of the one with the same key if there is one."""
        row = row_of(record)
        with self._connections.write(transaction=False) as connection:
            connection.execute(UPSERT, row)

    def delete(self, cache_key: str) -> bool:
        """Forget a record; answer whether there was one."""
        with self._connections.write(transaction=False) as connection:
            return connection.execute(_DELETE, (cache_key,)).rowcount > 0

    def entry(self, cache_key: str, *, wait: bool) -> Entry | None:
        """Answer what a hit needs, or None. Written out flat: every hit comes through here."""
        lane = self._writing if wait else self._prompt
        try:
            # What has just written knows the pages that it has changed; others read them anew.
            kept = lane.spare()
            if kept is None:
                lane = self._reading if wait else self._prompt
                kept = lane.take()
            try:
                row = kept.ask(_ENTRY, (cache_key,)).fetchone()
            except BaseException:  # an interrupt may come between the two
                kept.forget()
                raise
            finally:
                lane.give(kept)
        except FOREIGN as error:
            raise self._connections.failure(error, wait=wait) from error
        if row is None:
            return None
        found: Entry = _new_entry(Entry, row)
        return found

    def claim(self, cache_key: str) -> object | None:
        """Answer the claim to run a call; None while somebody else has it. It never waits."""
        return self._claims.claim(cache_key)

    def holds(self, cache_key: str) -> bool:
        """Tell whether this process has claimed a call."""
        return self._claims.holds(cache_key)

    def release(self, claim: object) -> None:
        """Give a claim back. Giving back twice is the same as once."""
        self._claims.release(claim)

    def database_id(self) -> str:
        """Answer the 32 hexadecimal digits that stand for what is in the file, and its copies."""
        self._connections.ready()  # that of the file that is there now
        with self._connections.read() as connection:
            found = connection.execute(_IDENTITY).fetchone()
        if found is None:
            with self._connections.write() as connection:
                connection.execute(_IDENTIFY, (os.urandom(16).hex(),))
                found = connection.execute(_IDENTITY).fetchone()
        if _ID.fullmatch(str(found[0])) is None:
            msg = (
                f"the identity {found[0]!r} in {self._path!r} is none: expected 32 hexadecimal "
                "digits. Delete that row of the table identity, and a new one is made"
            )
            raise StoreError(msg)
        return str(found[0])

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        self._connections.close()
        self._claims.close()


def _absolute(path: str | os.PathLike[str]) -> str:
    name: object = None
    with suppress(TypeError):  # neither text nor a path
        name = os.fspath(path)
    if not isinstance(name, str) or not name or "\0" in name:
        msg = f"{path!r} is no path of a file; expected text such as 'results.db'"
        raise ValidationError(msg)
    if name == ":memory:":
        msg = (
            "a database in memory would forget everything with the process; give a file, or use "
            "beautyspot.testing.MemoryTaskDB() in tests"
        )
        raise ValidationError(msg)
    return os.path.abspath(name)


def _checked_timeout(timeout: object) -> float:
    seconds = timeout if isinstance(timeout, int | float) else 0
    # NaN fails the comparison as well.
    if isinstance(timeout, bool) or not 0 < seconds <= _LONGEST_TIMEOUT:
        msg = f"timeout={timeout!r} is no time to wait; expected seconds above 0, at most 3600"
        raise ValidationError(msg)
    return float(seconds)


def _checked_durable(durable: object) -> bool:
    if not isinstance(durable, bool):
        msg = f"durable={durable!r} is neither True nor False"
        raise ValidationError(msg)
    return durable


def _options_in(query: str, url: str) -> dict[str, object]:
    """Answer the options of a URL as values; one that is not understood stays text."""
    options: dict[str, object] = {}
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name in options:
            msg = f"{url!r}: the option {name!r} is given twice"
            raise ConfigurationError(msg)
        options[name] = text
        if name == "durable":
            options[name] = _TRUTH.get(text.lower(), text)
        elif name == "timeout":
            try:
                options[name] = float(text)
            except ValueError:
                options[name] = text
    return options
