"""A record as one JSON text, and back; what others wrote is told apart from it.

``{"beautyspot": 1, "cache_key": "...", ...}``: the fields of the record that are not None, bytes in
base64. ``"deleted": true`` stands for no record, where a row cannot be removed.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final, cast

from beautyspot.core.errors import CacheCorruptedError, SerializationError, StoreError
from beautyspot.core.model import ResultType, TaskRecord

__all__ = ["deleted_text", "record_in", "text_of"]

_MARK: Final = "beautyspot"
_FORMAT: Final = 1
_FIELDS: Final = tuple(field.name for field in fields(TaskRecord))
_BYTES: Final = frozenset({"result_data", "checksum"})


def text_of(record: TaskRecord, *, with_data: bool) -> str:
    """Answer the text of a record.

    Args:
        record: any.
        with_data: False leaves the payload out, for a database that keeps bytes beside the text.

    Raises:
        StoreError: a number is not finite, which JSON has no word for.
    """
    kept: dict[str, object] = {_MARK: _FORMAT}
    for name in _FIELDS:
        value: object = getattr(record, name)
        if isinstance(value, bytes):
            value = b64encode(value).decode("ascii")
        if value is not None and (with_data or name != "result_data"):
            kept[name] = value
    try:
        return json.dumps(kept, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        msg = f"{record.func_name!r} took {record.elapsed!r} s and cost {record.cost!r}"
        raise StoreError(f"{msg}: expected finite numbers") from error


def deleted_text(cache_key: str) -> str:
    """Answer the text that says that there is no record under this key."""
    return json.dumps({_MARK: _FORMAT, "cache_key": cache_key, "deleted": True})


def record_in(cache_key: str, row: Mapping[str, object]) -> TaskRecord | None:
    """Answer the record in a row; None when it is deleted, or not written by this module.

    Args:
        cache_key: that was asked for.
        row: has the text, or the JSON value that it stands for, as ``result_value``; and the
            payload as ``result_data``, unless it is part of the text.

    Raises:
        CacheCorruptedError: the text is not as it was written, or belongs to another key.
        SerializationError: it is of a newer beautyspot.
    """
    kept = _kept(row["result_value"])
    if kept is None:
        return None
    if kept[_MARK] != _FORMAT:
        msg = f"a record in text of format {kept[_MARK]!r}, known: {_FORMAT}"
        raise SerializationError(msg)
    if kept.get("cache_key") != cache_key:
        msg = f"asked for {cache_key!r}, the database answered {kept.get('cache_key')!r}"
        raise CacheCorruptedError(f"{msg}: it has to compare keys exactly")
    return None if kept.get("deleted") is True else _record(kept, row)


def _kept(value: object) -> dict[str, Any] | None:
    if isinstance(value, str) and value.startswith("{"):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            # As we write it; a database that writes JSON anew cannot have cut it short.
            if not str(value).startswith(f'{{"{_MARK}":'):
                return None
            msg = f"a record in text ends early or is damaged, after {len(str(value))} characters"
            raise CacheCorruptedError(
                f"{msg}: the column has to hold text of any length"
            ) from error
    if isinstance(value, dict) and _MARK in value:
        return cast("dict[str, Any]", value)
    return None


def _record(kept: dict[str, Any], row: Mapping[str, object]) -> TaskRecord:
    try:
        values = {name: kept[name] for name in _FIELDS if name in kept}
        for name in _BYTES & values.keys():
            values[name] = b64decode(values[name], validate=True)
        values["result_type"] = ResultType(values["result_type"])
        data = row.get("result_data")
        if "result_data" not in values and values["result_type"] is ResultType.DIRECT_BLOB:
            # Drivers answer bytes as memoryview or bytearray, too.
            values["result_data"] = None if data is None else bytes(cast("bytes", data))
        return TaskRecord(**values)
    except (KeyError, TypeError, ValueError) as error:
        msg = f"a record in text lacks a field or has a wrong one ({error!r})"
        raise CacheCorruptedError(msg) from error
