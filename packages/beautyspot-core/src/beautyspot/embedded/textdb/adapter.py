"""The port over a class that keeps a row of texts per key."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from inspect import iscoroutinefunction, signature
from os import getpid
from threading import Lock
from typing import Any, Final, Protocol, cast

from beautyspot.core.errors import (
    BeautySpotError,
    ConfigurationError,
    DataError,
    StoreError,
    StoreUnavailable,
)
from beautyspot.core.model import TaskRecord
from beautyspot.embedded.textdb.texts import deleted_text, record_in, text_of

__all__ = ["TextTaskDB"]

#: What ``save`` is given, by name.
_COLUMNS: Final = (
    "cache_key",
    "func_name",
    "input_id",
    "version",
    "result_type",
    "content_type",
    "result_value",
)


class Rows(Protocol):
    """The part of ``beautyspot.db.TaskDB`` that is used."""

    def init_schema(self) -> object:
        """Make ready."""
        ...

    def get(self, cache_key: str) -> object:
        """Answer a row, or None."""
        ...

    def save(self, *args: Any, **columns: Any) -> object:
        """Keep a row."""
        ...


class TextTaskDB:
    """A ``TaskDB`` that keeps whole records in the rows of another class.

    A row that something else wrote is no record, and is never deleted. Where the class cannot
    delete, a row that says so takes the place of the record.
    """

    def __init__(self, rows: Rows) -> None:
        """Look at the class's methods; nothing is called.

        Raises:
            ConfigurationError: ``save`` cannot be called with the seven columns, or a method is
                ``async``.
        """
        self._rows = rows
        self._takes_data = _takes_data(rows)
        self._deleting = Lock()
        self._process = getpid()

    def __repr__(self) -> str:
        return f"TextTaskDB({self._rows!r})"

    def init_schema(self) -> None:
        """Let the class make its table."""
        with self._asking("init_schema"):
            self._rows.init_schema()

    def get(self, cache_key: str) -> TaskRecord | None:
        """Answer the record, whole, or None when there is none of ours.

        Raises:
            StoreError: the class raised, or answered no row.
            DataError: the row is one of ours, and damaged.
        """
        with self._asking("get"):
            row = self._rows.get(cache_key)
        return None if row is None else record_in(cache_key, self._columns_of(row))

    def save(self, record: TaskRecord) -> None:
        """Keep a record, in place of the one with the same key if there is one."""
        self._save(record, text_of(record, with_data=not self._takes_data))

    def delete(self, cache_key: str) -> bool:
        """Forget a record; answer whether there was one."""
        if self._process != getpid():  # after a fork nobody here would release the old lock
            self._process, self._deleting = getpid(), Lock()
        # Of several threads that delete one record, one is told that it was there.
        with self._deleting:
            try:
                record = self.get(cache_key)
            except DataError:  # it is there, and cannot be read
                record = TaskRecord(cache_key=cache_key, func_name="", input_id="", updated_at=0)
            return record is not None and self._delete(record)

    def _delete(self, record: TaskRecord) -> bool:
        delete: Callable[[str], object] | None = getattr(self._rows, "delete", None)
        if delete is None:
            self._save(replace(record, result_data=None), deleted_text(record.cache_key))
            return True
        with self._asking("delete"):
            answer = delete(record.cache_key)
        return answer if isinstance(answer, bool) else True

    def _save(self, record: TaskRecord, text: str) -> None:
        columns: dict[str, object] = {
            **{name: getattr(record, name) for name in _COLUMNS},
            "result_type": record.result_type.value,
            "result_value": text,
        }
        if self._takes_data:
            columns["result_data"] = record.result_data
        with self._asking("save"):
            self._rows.save(**columns)

    def _columns_of(self, row: object) -> Mapping[str, object]:
        columns: dict[str, object] | None = None
        # Rows of sqlite3 are no mappings, and are like one.
        if callable(getattr(row, "keys", None)):
            columns = dict(cast("Mapping[str, object]", row))
        if columns is None or "result_value" not in columns:
            what = type(row).__name__ if columns is None else f"a row of {sorted(columns)}"
            msg = f"{self._rows!r}.get answered {what}: expected a dict of {', '.join(_COLUMNS)}"
            raise StoreError(msg)
        return columns

    @contextmanager
    def _asking(self, method: str) -> Generator[None]:
        """Let the class's own errors be ours: it is foreign code, which can raise anything."""
        try:
            yield
        except BeautySpotError:
            raise
        except Exception as error:
            msg = f"{self._rows!r}.{method} raised {type(error).__name__}: {error}"
            kind = StoreUnavailable if isinstance(error, OSError) else StoreError
            raise kind(msg) from error


def _takes_data(rows: Rows) -> bool:
    """Answer whether ``save`` takes the payload as bytes, beside the seven columns."""
    methods = {name: getattr(rows, name) for name in ("init_schema", "get", "save")}
    if waiting := [name for name, method in methods.items() if iscoroutinefunction(method)]:
        msg = f"db={rows!r}: {waiting[0]} is async, expected a method that answers at once"
        raise ConfigurationError(msg)
    save = cast("Callable[..., object]", methods["save"])
    taken = signature(save)
    with_data = "result_data" in taken.parameters
    columns = (*_COLUMNS, "result_data") if with_data else _COLUMNS
    try:
        taken.bind(**dict.fromkeys(columns))
    except TypeError as error:
        msg = (
            f"db={rows!r}: save{taken} cannot be called with {', '.join(columns)} by name "
            f"({error}); see beautyspot.db.TaskDB"
        )
        raise ConfigurationError(msg) from error
    return with_data
