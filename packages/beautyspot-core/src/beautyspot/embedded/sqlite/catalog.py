"""Many records at once: listings, counts, bulk changes. Values travel as parameters, always."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeVar

from beautyspot.core.errors import ValidationError
from beautyspot.core.model import (
    Count,
    Cursor,
    FunctionSummary,
    Page,
    RecordFilter,
    Stamp,
    TaskRecord,
)
from beautyspot.embedded.sqlite.connections import Connections
from beautyspot.embedded.sqlite.rows import COLUMNS, LISTED, WHOLE, record_of, row_of

__all__ = ["UPSERT", "Catalog"]

T = TypeVar("T")

#: Not INSERT OR REPLACE, which deletes first and writes every index entry anew.
UPSERT: Final = (
    f"INSERT INTO tasks ({WHOLE}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608
    "ON CONFLICT (cache_key) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
)

_UNCHANGED: Final = "FROM tasks WHERE cache_key = ? AND updated_at = ?"

_SUMMARY: Final = """
SELECT func_name, count(*), sum(size), total(elapsed), max(updated_at)
FROM tasks GROUP BY func_name ORDER BY func_name
"""

#: So many parameters in one statement: old builds of SQLite allow 999.
_CHUNK: Final = 500
#: So many deletions in one transaction: others get their turn after some 20 ms.
_BATCH: Final = 1000


class Catalog:
    """The part of the adapter that answers ``TaskCatalog``."""

    _connections: Connections

    def get_many(self, cache_keys: Iterable[str]) -> dict[str, TaskRecord]:
        """Answer the records that exist, whole, by their keys."""
        found: dict[str, TaskRecord] = {}
        chunks = list(_chunks(dict.fromkeys(cache_keys), _CHUNK))
        with self._connections.read() as connection:
            for keys in chunks:
                sql = f"SELECT {WHOLE} FROM tasks WHERE cache_key IN ({_marks(keys)})"  # noqa: S608
                for row in connection.execute(sql, keys).fetchall():
                    found[row[0]] = record_of(row)
        return found

    def save_many(self, records: Iterable[TaskRecord]) -> None:
        """Save several records, all or none."""
        rows = [row_of(record) for record in records]
        if rows:
            with self._connections.write() as connection:
                connection.executemany(UPSERT, rows)

    def page(self, where: RecordFilter, *, limit: int, after: Cursor | None = None) -> Page:
        """Answer the next records that fit the filter, newest first, without payloads."""
        _check_limit(limit)
        condition, values = _condition(where, after)
        # One more than asked for tells whether there is a next page.
        sql = (
            f"SELECT {LISTED} FROM tasks {condition} "  # noqa: S608
            "ORDER BY updated_at DESC, cache_key DESC LIMIT ?"
        )
        with self._connections.read() as connection:
            rows = connection.execute(sql, (*values, limit + 1)).fetchall()
        records = tuple(record_of(row) for row in rows[:limit])
        if len(rows) <= limit:
            return Page(records, None)
        return Page(records, Cursor(records[-1].cache_key, records[-1].updated_at))

    def count(self, where: RecordFilter, *, limit: int) -> Count:
        """Count the records that fit, looking at no more than needed to know."""
        _check_limit(limit)
        condition, values = _condition(where, None)
        sql = f"SELECT count(*) FROM (SELECT 1 FROM tasks {condition} LIMIT ?)"  # noqa: S608
        with self._connections.read() as connection:
            (n,) = connection.execute(sql, (*values, limit + 1)).fetchone()
        return Count(min(n, limit), exact=n <= limit)

    def summary(self) -> tuple[FunctionSummary, ...]:
        """Answer what is stored per function, ordered by name."""
        with self._connections.read() as connection:
            rows = connection.execute(_SUMMARY).fetchall()
        return tuple(FunctionSummary(*row) for row in rows)

    def delete_unchanged(self, stamps: Iterable[Stamp]) -> tuple[TaskRecord, ...]:
        """Forget the records that are still as they were seen, a thousand per transaction."""
        gone: list[TaskRecord] = []
        for batch in _chunks(stamps, _BATCH):
            with self._connections.write() as connection:
                rows: list[Any] = []
                for stamp in batch:
                    seen = (stamp.cache_key, stamp.updated_at)
                    rows += connection.execute(f"SELECT {LISTED} {_UNCHANGED}", seen).fetchall()
                    connection.execute(f"DELETE {_UNCHANGED}", seen)
            gone += map(record_of, rows)
        return tuple(gone)

    def restamp(self, func_name: str, fingerprint: str | None) -> int:
        """Set the fingerprint of all records of a function; answer how many there are."""
        sql = "UPDATE tasks SET fingerprint = ? WHERE func_name = ?"
        with self._connections.write(transaction=False) as connection:
            return connection.execute(sql, (fingerprint, func_name)).rowcount

    def referenced(self, locations: Iterable[str]) -> frozenset[str]:
        """Answer those of the blob locations that some record points to."""
        found: set[str] = set()
        chunks = list(_chunks(dict.fromkeys(locations), _CHUNK))
        with self._connections.read() as connection:
            for chunk in chunks:
                sql = f"SELECT result_value FROM tasks WHERE result_value IN ({_marks(chunk)})"  # noqa: S608
                found.update(name for (name,) in connection.execute(sql, chunk).fetchall())
        return frozenset(found)


def _condition(where: RecordFilter, after: Cursor | None) -> tuple[str, list[object]]:
    """Answer the WHERE clause of a filter, and its values."""
    parts = [
        ("func_name = ?", where.func_name),
        ("version = ?", where.version),
        ("updated_at >= ?", where.updated_from),
        ("updated_at < ?", where.updated_before),
        ("expires_at <= ?", where.expired_at),
        ("size >= ?", where.min_size),
    ]
    used = [(text, value) for text, value in parts if value is not None]
    texts = [text for text, _ in used]
    values: list[object] = [value for _, value in used]
    if after is not None:
        texts.append("(updated_at, cache_key) < (?, ?)")
        values += [after.updated_at, after.cache_key]
    return (f"WHERE {' AND '.join(texts)}" if texts else ""), values


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    left = iter(items)
    while chunk := list(islice(left, size)):
        yield chunk


def _marks(items: list[str]) -> str:
    return ", ".join("?" * len(items))


def _check_limit(limit: int) -> None:
    if limit < 1:
        msg = f"limit={limit!r} is no number of records; expected 1 or more"
        raise ValidationError(msg)
