"""Functions that answer something to await: its result is remembered, or it is left alone."""

from __future__ import annotations

import asyncio
import functools
import inspect
import sys
import typing
import warnings
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from beautyspot import BeautySpotWarning, Spot
from beautyspot.awaitable import answers_awaitable
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB

if typing.TYPE_CHECKING:
    from collections import abc

Own = Awaitable  # by another name


@pytest.fixture
def spot() -> Spot:
    return Spot("test", db=MemoryTaskDB(), storage=MemoryBlobStore())


async def double(x: int) -> list[int]:
    return [x, x]


def promised(x: int) -> Awaitable[list[int]]:
    return double(x)


def promised_coroutine(x: int) -> Coroutine[Any, Any, list[int]]:
    return double(x)


def promised_by_typing(x: int) -> typing.Awaitable[list[int]]:
    return double(x)


def promised_by_module(x: int) -> typing.Coroutine[Any, Any, list[int]]:
    return double(x)


def promised_for_type_checkers(x: int) -> abc.Awaitable[list[int]]:
    return double(x)


def promised_by_another_name(x: int) -> Own[list[int]]:
    return double(x)


def promised_as_a_value(x: int) -> Any:
    return double(x)


promised_as_a_value.__annotations__ = {"return": Awaitable[list[int]]}


class Caller:
    async def __call__(self, x: int) -> list[int]:
        return [x, x]

    async def method(self, x: int) -> list[int]:
        return [x, x]

    def promised(self, x: int) -> Awaitable[list[int]]:
        return double(x)


def marked_by_hand(x: int):
    return double(x)


if sys.version_info >= (3, 12):
    inspect.markcoroutinefunction(marked_by_hand)
else:
    marked_by_hand._is_coroutine = asyncio.coroutines._is_coroutine

AWAITED: list[Callable[..., Any]] = [
    double,
    promised,
    promised_coroutine,
    promised_by_typing,
    promised_by_module,
    promised_for_type_checkers,
    promised_by_another_name,
    promised_as_a_value,
    marked_by_hand,
    Caller(),
    Caller().method,
    Caller().promised,
    functools.partial(double),
    functools.partial(promised),
    functools.partial(Caller()),
    functools.partial(Caller().method),
]


@pytest.mark.parametrize("function", AWAITED)
def test_what_is_awaited_is_remembered(spot: Spot, function: Any):
    """The result, not the coroutine; the second call runs nothing."""
    marked = spot.mark(function)

    assert [[1, 1], [1, 1]] == [asyncio.run(marked(1)), asyncio.run(marked(1))]
    assert (1, 1) == (marked.counts.runs, marked.counts.hits)
    assert asyncio.iscoroutinefunction(marked)


def plain(x: int) -> list[int]:
    return [x]


@functools.wraps(promised)
def bridge(x: int) -> list[int]:
    """It has the annotation of what it wraps, and awaits it."""
    return asyncio.run(promised(x))


class Awaitable2:
    pass


def named_alike(x: int) -> Awaitable2:
    return Awaitable2()


@pytest.mark.parametrize("function", [plain, bridge, named_alike, len, functools.partial(plain)])
def test_what_answers_at_once_is_not_awaited(function: Any):
    """What only wraps a coroutine function may well await it itself."""
    target = function.func if isinstance(function, functools.partial) else function

    assert not answers_awaitable(function, target)


def test_a_bridge_is_remembered(spot: Spot):
    marked = spot.mark(bridge)

    assert [[1, 1], [1, 1]] == [marked(1), marked(1)]
    assert 1 == marked.counts.hits


def unsaid(x: int):
    return double(x)


async def unsaid_twice(x: int):
    return double(x)


def unsaid_future(x: int):
    return asyncio.ensure_future(double(x))


class Later:
    def __await__(self):
        yield from ()
        return [1, 1]


def unsaid_object(x: int):
    return Later()


@pytest.mark.parametrize("function", [unsaid, unsaid_future, unsaid_object])
def test_an_awaitable_that_nobody_announced_is_the_callers(spot: Spot, function: Any):
    """It is handed over as it is, every time a new one; one warning says what to do."""
    marked = spot.mark(function)

    async def calls() -> list[Any]:
        return [await marked(1) for _ in range(3)]

    with pytest.warns(BeautySpotWarning) as caught:
        assert [[1, 1]] * 3 == asyncio.run(calls())

    message = str(caught[0].message)
    assert 1 == len(caught)
    assert "no result before it is awaited. Make the function async def" in message
    assert "-> Awaitable[...]" in message
    assert (3, 0) == (marked.counts.runs, marked.counts.hits)


def test_a_coroutine_in_a_coroutine_is_the_callers(spot: Spot):
    marked = spot.mark(unsaid_twice)

    async def calls() -> list[Any]:
        return [await (await marked(1)) for _ in range(2)]

    with pytest.warns(BeautySpotWarning, match=r"return await \.\.\."):
        assert [[1, 1]] * 2 == asyncio.run(calls())


class Swallows:
    """A codec that takes anything."""

    def dumps(self, value: object) -> bytes:
        return b"anything"

    def loads(self, data: bytes) -> object:
        return "not what was returned"


def test_no_codec_is_given_a_coroutine(spot: Spot):
    """What it made of it would be an answer without what was awaited."""
    marked = spot.mark(unsaid, serializer=Swallows())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BeautySpotWarning)
        assert [[1, 1], [1, 1]] == [asyncio.run(marked(1)), asyncio.run(marked(1))]


def test_a_bridge_over_a_marked_function_is_none_itself(spot: Spot):
    """``functools.wraps`` does not make a coroutine function of a plain one."""
    marked = spot.mark(double)

    @functools.wraps(marked)
    def blocking(x: int) -> list[int]:
        return asyncio.run(marked(x))

    assert asyncio.iscoroutinefunction(marked)
    assert inspect.iscoroutinefunction(marked) is (sys.version_info >= (3, 12))
    assert not asyncio.iscoroutinefunction(blocking)
    assert [1, 1] == blocking(1)


def test_callers_that_waited_for_each_other_do_not_share_a_coroutine(spot: Spot):
    """It could be awaited once only."""
    together = Barrier(4)
    marked = spot.mark(unsaid)

    def ask(_: int) -> list[int]:
        together.wait()
        return asyncio.run(marked(1))

    with warnings.catch_warnings(), ThreadPoolExecutor(4) as threads:
        warnings.simplefilter("ignore", BeautySpotWarning)
        assert [[1, 1]] * 4 == list(threads.map(ask, range(4)))
    assert 4 == marked.counts.runs
