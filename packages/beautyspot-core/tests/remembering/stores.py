"""Stores that fail when told to, and functions to mark."""

from collections.abc import Callable
from typing import Any

import pytest

from beautyspot import BeautySpotWarning, Spot
from beautyspot.core.model import TaskRecord
from beautyspot.core.placement import INLINE_LIMIT
from beautyspot.testing import MemoryTaskDB


class Remote(MemoryTaskDB):
    """A database that is asked through ``get`` alone, as one behind a network is."""

    entry = None


class Failing(Remote):
    """A database that fails when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reading: Exception | None = None
        self.saving: Exception | None = None
        self.opening: Exception | None = None

    def init_schema(self) -> None:
        if self.opening:
            raise self.opening

    def get(self, cache_key: str) -> TaskRecord | None:
        if self.reading:
            raise self.reading
        return super().get(cache_key)

    def save(self, record: TaskRecord) -> None:
        if self.saving:
            raise self.saving
        super().save(record)


Call = Callable[..., Any]


def double(x: Any) -> Any:
    return [x, x]


def large(x: Any) -> bytes:
    return bytes([x]) * INLINE_LIMIT


def nothing(x: Any) -> None:
    return None


def spot_of(db: Any, blobs: Any, **options: Any) -> Spot:
    return Spot("test", db=db, storage=blobs, **options)


def warned(call: Callable[[], Any], match: str) -> Any:
    with pytest.warns(BeautySpotWarning, match=match) as caught:
        value = call()
    assert len(caught) == 1
    return value
