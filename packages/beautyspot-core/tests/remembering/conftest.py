"""Stores, a clock, and marks: of a plain function and of a coroutine function."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from beautyspot import Marked, Spot
from beautyspot.testing import MemoryBlobStore

from .stores import Call, Failing


class FailingBlobs(MemoryBlobStore):
    """A blob store that fails when told to."""

    saving: Exception | None = None
    loading: Exception | None = None

    def save(self, key: str, data: bytes) -> str:
        if self.saving:
            raise self.saving
        return super().save(key, data)

    def load(self, location: str) -> bytes:
        if self.loading:
            raise self.loading
        return super().load(location)


@pytest.fixture
def db() -> Failing:
    return Failing()


@pytest.fixture
def blobs() -> FailingBlobs:
    return FailingBlobs()


@pytest.fixture(params=["plain", "coroutine"])
def mark(request: pytest.FixtureRequest) -> Callable[..., tuple[Call, Marked[..., Any]]]:
    """Mark ``body`` as a plain function or as a coroutine function; answer how to call it."""

    def mark(spot: Spot, body: Call, **options: Any) -> tuple[Call, Marked[..., Any]]:
        if request.param == "plain":

            def plain(x: object = 0, *, bodies: None = None) -> Any:
                return body(x)

            marked = spot.mark(**options)(plain)
            return marked, marked

        async def coroutine(x: object = 0, *, bodies: None = None) -> Any:
            await asyncio.sleep(0)
            return body(x)

        marked = spot.mark(**options)(coroutine)
        return (lambda *args: asyncio.run(marked(*args))), marked

    return mark
