"""A clock on which every wait is over at once, and functions of every kind."""

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from dependency_injector import providers

import beautyspot as bs
from beautyspot.bootstrap import Container
from beautyspot.testing import ManualClock

KINDS = ["value", "awaitable", "stream", "async stream"]


class Passing(ManualClock):
    """Who waits on it lets the time pass that he waits for."""

    def __cache_key__(self) -> str:
        return "clock"

    def alarm(self, timeout_ns: int) -> Future[bool]:
        alarm = super().alarm(timeout_ns)
        self.advance_ns(max(0, timeout_ns))
        return alarm


@contextmanager
def running_on(clock: ManualClock) -> Generator[None]:
    with Container.clock.override(providers.Object(clock)):
        yield


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def clock(here) -> Generator[Passing]:
    clock = Passing()
    with running_on(clock):
        yield clock


@dataclass(frozen=True)
class Kind:
    """How a function of one kind is made of a body, and called to its end."""

    name: str

    def of(self, body: Callable[[Any], Any]) -> Callable[..., Any]:
        if self.name == "value":

            def value(x: object = 0) -> Any:
                return body(x)

            return value
        if self.name == "awaitable":

            async def awaitable(x: object = 0) -> Any:
                await asyncio.sleep(0)
                return body(x)

            return awaitable
        if self.name == "stream":

            def stream(x: object = 0) -> Any:
                yield body(x)

            return stream

        async def async_stream(x: object = 0) -> Any:
            await asyncio.sleep(0)
            yield body(x)

        return async_stream

    def call(self, function: Callable[..., Any], *args: object) -> Any:
        """Answer what the body answered."""
        if self.name == "value":
            return function(*args)
        if self.name == "awaitable":
            return asyncio.run(function(*args))
        if self.name == "stream":
            return list(function(*args))[-1]

        async def all_of() -> list[Any]:
            return [chunk async for chunk in function(*args)]

        return asyncio.run(all_of())[-1]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return Kind(request.param)


@pytest.fixture(params=["mark above", "mark below", "mark alone"])
def marked(request: pytest.FixtureRequest) -> Callable[..., bs.Marked[..., Any]]:
    """Answer how to mark a function under limits: the spellings mean the same."""

    def mark(spot: bs.Spot, function: Callable[..., Any], **options: Any) -> Any:
        if request.param == "mark alone" and "key" not in options:
            return spot.mark(**options)(function)
        if request.param == "mark below":
            return spot.limiter(**options)(spot.mark(function))
        return spot.mark(spot.limiter(**options)(function))

    return mark
