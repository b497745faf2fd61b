"""The floor: the same work written by hand, with nothing that is not needed.

A prepared SELECT by primary key on a kept connection (WAL, synchronous NORMAL), msgpack, and for
the key the SHA-256 of ``json.dumps(sort_keys=True)``. No checks, no types, no errors.
"""

import json
import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgpack  # type: ignore[import-untyped]

__all__ = ["Floor"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS t (k TEXT PRIMARY KEY, f TEXT, at INTEGER, v BLOB);
CREATE INDEX IF NOT EXISTS by_time ON t (at, k);
CREATE INDEX IF NOT EXISTS by_function ON t (f, at, k);
"""


class Floor:
    """Remembers the results of one function, by hand; one for each thread."""

    def __init__(self, path: Path, function: Callable[..., Any]) -> None:
        self._function = function
        self._db = sqlite3.connect(
            path, isolation_level=None, cached_statements=256, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)

    def hit(self, a: Any, b: Any) -> Any:
        """Answer from the table."""
        row = self._db.execute("SELECT v FROM t WHERE k = ?", (_key(a, b),)).fetchone()
        return msgpack.unpackb(row[0])

    def miss(self, a: Any, b: Any) -> Any:
        """Look in vain, run, and keep."""
        key = _key(a, b)
        assert self._db.execute("SELECT v FROM t WHERE k = ?", (key,)).fetchone() is None
        value = self._function(a, b)
        self._db.execute(
            "INSERT INTO t VALUES (?, ?, ?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v",
            (key, "f", 0, msgpack.packb(value)),
        )
        return value

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _key(a: Any, b: Any) -> str:
    return sha256(json.dumps({"a": a, "b": b}, sort_keys=True).encode()).hexdigest()[:32]
