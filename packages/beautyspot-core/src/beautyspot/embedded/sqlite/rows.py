"""A record as a row, and back. The columns are the fields of ``TaskRecord``, in their order."""

from collections.abc import Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from beautyspot.core.errors import StoreError
from beautyspot.core.model import ResultType, TaskRecord

__all__ = ["COLUMNS", "LISTED", "WHOLE", "record_of", "row_of"]

COLUMNS: Final = tuple(field.name for field in fields(TaskRecord))
WHOLE: Final = ", ".join(COLUMNS)
#: The same columns without the payload, which a listing never reads from disk.
LISTED: Final = WHOLE.replace("result_data", "NULL")

_values = attrgetter(*COLUMNS)


def row_of(record: TaskRecord) -> tuple[Any, ...]:
    """Answer the values to bind.

    Raises:
        StoreError: a number is NaN, which SQLite would silently turn into "unknown".
    """
    for name in ("elapsed", "cost"):
        value: float | None = getattr(record, name)
        if value is not None and value != value:  # noqa: PLR0124  # only NaN differs from itself
            msg = f"{name}={value!r} of {record.func_name!r} cannot be stored: expected a number"
            raise StoreError(msg)
    row: tuple[Any, ...] = _values(record)
    return row


def record_of(row: Sequence[Any]) -> TaskRecord:
    """Answer the record of a row of ``WHOLE`` or ``LISTED``."""
    values = dict(zip(COLUMNS, row, strict=True))
    values["result_type"] = ResultType(values["result_type"])
    return TaskRecord(**values)
