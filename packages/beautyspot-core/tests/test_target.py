"""What is marked, taken apart."""

import contextlib
import functools
import math
import operator
import types
from typing import Any

import pytest

from beautyspot.core.errors import ConfigurationError
from beautyspot.target import take_apart


def top(*_args: Any, **_kwargs: Any) -> None: ...


async def coroutine() -> None: ...


def generator():
    yield 1


async def async_generator():
    yield 1


class Called:
    def __call__(self) -> None: ...

    def method(self) -> None: ...

    @classmethod
    def of_class(cls) -> None: ...


class CalledAsync:
    async def __call__(self) -> None: ...


class CalledOfClass:
    @classmethod
    def __call__(cls) -> None: ...


class CalledStatic:
    @staticmethod
    def __call__() -> None: ...


CALLED, OF_CLASS, STATIC = Called(), CalledOfClass(), CalledStatic()


@pytest.mark.parametrize("function", [top, coroutine, Called.method, math.sqrt])
def test_a_function_is_called_and_runs(function: Any):
    """Plain ones, coroutine functions, functions in a class, and those of C modules."""
    target = take_apart(function)

    assert (function, function, ()) == (target.call, target.function, target.args)


@pytest.mark.parametrize(
    ("marked", "function", "args", "keywords"),
    [
        (functools.partial(top, 1, b=2), top, (1,), {"b": 2}),
        (functools.partial(functools.partial(top, 1, b=2), 3, b=4), top, (1, 3), {"b": 4}),
        (CALLED.method, Called.method, (CALLED,), {}),
        (functools.partial(CALLED.method, 5), Called.method, (CALLED, 5), {}),
        (CALLED, Called.__call__, (CALLED,), {}),
        (OF_CLASS, CalledOfClass.__call__.__func__, (CalledOfClass,), {}),
        (STATIC, CalledStatic.__call__, (), {}),
        (Called.of_class, Called.of_class.__func__, (Called,), {}),
    ],
)
def test_what_is_given_already_is_told_from_what_runs(marked, function, args, keywords):
    """So that equal calls are equal, however the arguments come to the function."""
    target = take_apart(marked)

    assert (function, args, keywords) == (target.function, target.args, dict(target.keywords))
    assert target.call is marked or target.call == marked


@pytest.mark.parametrize(
    ("marked", "binds"),
    [
        (top, "instance"),
        (staticmethod(top), "nothing"),
        (classmethod(top), "class"),
        (functools.partial(top), "nothing"),
        (CALLED, "nothing"),
    ],
)
def test_a_class_binds_it_as_the_unmarked(marked, binds):
    """What becomes of it as an attribute of a class is what becomes of it unmarked."""
    assert binds == take_apart(marked).binds


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        (top, False),
        (coroutine, True),
        (functools.partial(coroutine), True),
        (CalledAsync(), True),
        (math.sqrt, False),
    ],
)
def test_the_function_that_runs_decides_how_it_is_called(marked, expected):
    """An object whose ``__call__`` is a coroutine function is called with await."""
    assert expected is take_apart(marked).is_coroutine_function


@pytest.mark.parametrize(
    ("wrong", "advice"),
    [
        (Called, "it is a class"),
        (functools.lru_cache(top), "put @lru_cache above the mark"),
        (property(top), "put @property above the mark"),
        (functools.cached_property(top), "put @cached_property above the mark"),
        (functools.partialmethod(top), "make the partialmethod of the marked one"),
        (functools.singledispatch(top), "put @singledispatch above the mark"),
        (functools.singledispatchmethod(top), "put @singledispatchmethod above the mark"),
        (contextlib.contextmanager(generator), "it makes a context manager"),
        (contextlib.asynccontextmanager(async_generator), "it makes a context manager"),
        (types.coroutine(lambda: (yield)), "write it with async def"),
        (str.upper, "wrap the call"),
        (max, "wrap the call"),
        (operator.itemgetter(1), "wrap the call"),
        (list[int], "wrap the call"),
        (int, "it is a class"),
        ([].append, "not written in Python"),
        ("v1", "options are named"),
        (3, "mark a function made with def"),
        (None, "mark a function made with def"),
    ],
)
def test_what_cannot_be_marked_is_refused_with_advice(wrong: object, advice: str):
    """At decoration, with what to do instead."""
    with pytest.raises(ConfigurationError, match=advice) as caught:
        take_apart(wrong)

    assert repr(wrong) in str(caught.value)
