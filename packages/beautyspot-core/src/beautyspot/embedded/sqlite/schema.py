"""The table, and how it came to be: migrations from every older version, in one transaction."""

import math
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from beautyspot.core.errors import ConfigurationError
from beautyspot.core.model import micros

__all__ = [
    "APPLICATION_ID",
    "VERSION",
    "has_seed_layout",
    "is_current",
    "is_readable",
    "is_whole",
    "migrate",
    "refuse_newer",
]

#: "bspt": SQLite keeps it in the header of the file, so that programs know whose it is.
APPLICATION_ID: Final = 0x62737074

_SEED_COLUMNS: Final = frozenset(
    (
        "cache_key",
        "func_name",
        "input_id",
        "version",
        "result_type",
        "content_type",
        "result_value",
        "result_data",
        "updated_at",
    )
)

# A rowid table: payloads of many kilobytes would make the tree of a WITHOUT ROWID table deep.
_TABLE: Final = """
CREATE TABLE tasks (
    cache_key    TEXT NOT NULL PRIMARY KEY,
    func_name    TEXT NOT NULL,
    input_id     TEXT NOT NULL,
    version      TEXT,
    result_type  TEXT NOT NULL CHECK (result_type IN ('DIRECT_BLOB', 'FILE')),
    content_type TEXT,
    result_value TEXT,
    result_data  BLOB CHECK (typeof(result_data) IN ('blob', 'null')),
    updated_at   INTEGER NOT NULL CHECK (typeof(updated_at) = 'integer'),
    expires_at   INTEGER CHECK (typeof(expires_at) IN ('integer', 'null')),
    size         INTEGER NOT NULL CHECK (typeof(size) = 'integer' AND size >= 0),
    checksum     BLOB CHECK (typeof(checksum) IN ('blob', 'null')),
    elapsed      REAL,
    cost         REAL,
    fingerprint  TEXT,
    arguments    TEXT
)
"""

_INDEXES: Final = (
    # The two listings, newest first: of everything, and of one function.
    "CREATE INDEX tasks_by_time ON tasks (updated_at, cache_key)",
    "CREATE INDEX tasks_by_function ON tasks (func_name, updated_at, cache_key)",
    # Partial: they cost nothing for records that never expire, or that keep their payload inline.
    "CREATE INDEX tasks_by_expiry ON tasks (expires_at) WHERE expires_at IS NOT NULL",
    "CREATE INDEX tasks_by_location ON tasks (result_value) WHERE result_value IS NOT NULL",
)

#: One row at most: by what name others know this database.
_IDENTITY: Final = """
CREATE TABLE identity (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    id   TEXT NOT NULL CHECK (length(id) = 32 AND id NOT GLOB '*[^0-9a-f]*')
)
"""

# Columns of the seeds are untyped in practice: what is NULL where it must not be becomes empty.
# A row without a key could never be found, and the UNIQUE index lets through several of them.
_COPY: Final = """
INSERT INTO tasks (cache_key, func_name, input_id, version, result_type, content_type,
                   result_value, result_data, updated_at, size)
SELECT CAST(cache_key AS TEXT), coalesce(func_name, ''), coalesce(input_id, ''), version,
       CASE WHEN result_type IN ('DIRECT_BLOB', 'FILE') THEN result_type
            WHEN result_data IS NULL AND result_value IS NOT NULL THEN 'FILE'
            ELSE 'DIRECT_BLOB' END,
       content_type, result_value, CAST(result_data AS BLOB), seed_time(updated_at),
       coalesce(length(CAST(result_data AS BLOB)), 0)
FROM seed_tasks WHERE cache_key IS NOT NULL
"""

#: Seconds at the end of the year 9999: no later moment can be shown.
_LATEST_SECONDS: Final = 253_402_300_800


def has_seed_layout(connection: sqlite3.Connection) -> bool:
    """Tell whether a file holds the table of the first versions and nothing else."""
    objects = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    tables = [sql for type_, name, _, sql in objects if (type_, name) == ("table", "tasks")]
    if len(tables) != 1 or tables[0].split()[:2] != ["CREATE", "TABLE"]:
        return False
    for type_, name, table, _ in objects:
        own = (type_ == "index" and table == "tasks") or (type_, name) == ("table", "tasks")
        if not own and name != "sqlite_sequence":
            return False
    columns = connection.execute("SELECT name, pk, hidden FROM pragma_table_xinfo('tasks')")
    found = {name: (pk, hidden) for name, pk, hidden in columns.fetchall()}
    return found == {name: (int(name == "cache_key"), 0) for name in _SEED_COLUMNS}


def is_current(connection: sqlite3.Connection) -> bool:
    """Tell whether the database is ours and needs no migration."""
    return _identity(connection) == (APPLICATION_ID, VERSION)


def is_readable(connection: sqlite3.Connection) -> bool:
    """Tell whether the records can be read as they are: their table has never changed since."""
    owner, version = _identity(connection)
    return owner == APPLICATION_ID and 1 <= version <= VERSION


def is_whole(connection: sqlite3.Connection) -> bool:
    """Tell whether table and indexes are what we have made: nothing but damage changes them."""
    # Bytes: damaged text may be no text.
    rows = connection.execute("SELECT CAST(sql AS BLOB) FROM sqlite_master").fetchall()
    wanted = {sql.strip().encode() for sql in (_TABLE, *_INDEXES, _IDENTITY)}
    return not is_current(connection) or wanted <= {sql for (sql,) in rows}


def migrate(connection: sqlite3.Connection, path: str) -> None:
    """Bring a database to our version, whole or not at all.

    Raises:
        ConfigurationError: it is made by a newer version, or is not ours after all.
    """
    if is_current(connection):
        return
    connection.create_function("seed_time", 1, _seed_time, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again: while this one waited for the lock, another process may have migrated.
        owner, version = _identity(connection)
        refuse_newer(path, owner, version)
        if owner != APPLICATION_ID:
            _refuse_others(connection, path, owner)
            version = 0
        for step in _MIGRATIONS[version:]:
            step(connection)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself after some errors (disk full).
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def refuse_newer(path: str, owner: int, version: int) -> None:
    """Refuse one of our files that a later beautyspot has written.

    Raises:
        ConfigurationError: its schema is newer than the one known here.
    """
    if owner == APPLICATION_ID and version > VERSION:
        msg = (
            f"{path!r} was made by a newer beautyspot (schema {version}), this one knows "
            f"{VERSION}: pip install -U beautyspot-core"
        )
        raise ConfigurationError(msg)


def _identity(connection: sqlite3.Connection) -> tuple[int, int]:
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return owner, version


def _refuse_others(connection: sqlite3.Connection, path: str, owner: int) -> None:
    """Say no to a file that changed between the look at it and the lock on it."""
    empty = connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None
    if owner != 0 or not (empty or has_seed_layout(connection)):
        msg = f"{path!r} has become another program's database. Choose another path for db="
        raise ConfigurationError(msg)


def _to_1(connection: sqlite3.Connection) -> None:
    """From nothing, or from the nine columns of the seeds."""
    seed = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'tasks'").fetchone()
    if seed is not None:
        connection.execute("ALTER TABLE tasks RENAME TO seed_tasks")
    connection.execute(_TABLE)
    if seed is not None:
        connection.execute(_COPY)
        connection.execute("DROP TABLE seed_tasks")
    for index in _INDEXES:
        connection.execute(index)


def _add_identity(connection: sqlite3.Connection) -> None:
    connection.execute(_IDENTITY)


def _seed_time(value: object) -> int:
    """Answer microseconds for what the seeds wrote: ISO text or seconds; 0 when unreadable.

    Text without a zone is UTC, as SQLite's own CURRENT_TIMESTAMP is.
    """
    if isinstance(value, str) and "-" in value[1:]:
        try:
            moment = datetime.fromisoformat(value.strip())
            return micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError):
            return 0
    try:
        seconds = float(value) if isinstance(value, int | float | str) else math.nan
    except ValueError:
        return 0
    # False for NaN as well.
    return round(seconds * 1_000_000) if abs(seconds) < _LATEST_SECONDS else 0


#: The n-th takes a database from version n to n + 1.
_MIGRATIONS: Final[tuple[Callable[[sqlite3.Connection], None], ...]] = (_to_1, _add_identity)

VERSION: Final = len(_MIGRATIONS)
