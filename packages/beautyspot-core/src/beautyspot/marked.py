"""The marked function: it looks, types and behaves as the function it wraps, and remembers."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, cast, overload

from beautyspot.core.keys import KeyMaker
from beautyspot.drivers.tally import Counts, Tally

__all__ = ["Driver", "Marked"]

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")


class Driver(Protocol):
    """Answers calls: at once (``blocking``), or as coroutines (``awaiting``)."""

    def call(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Answer a call."""
        ...


class Marked(Generic[P, R]):
    """A function whose results are remembered. Made by ``Spot.mark``.

    Calling it answers what the function would answer: from the store when the same call has
    returned before, else by running the function and keeping what it returns. ``__wrapped__`` is
    the plain function.
    """

    __wrapped__: Callable[P, R]
    __name__: str
    __qualname__: str

    def __init__(
        self, function: Callable[P, R], keys: KeyMaker, driver: Driver, tally: Tally
    ) -> None:
        """Take the function, what makes its keys, what answers its calls, and what counts them."""
        functools.update_wrapper(self, function)
        self._keys = keys
        self._driver = driver
        self._tally = tally
        self._bound: tuple[object, ...] = ()
        if inspect.iscoroutinefunction(function):
            _mark_as_coroutine_function(self)

    def __call__(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Answer the call, from the store or by running the function."""
        return cast("R", self._driver.call(self._bound + args, kwargs))

    def key(self, /, *args: P.args, **kwargs: P.kwargs) -> str:
        """Answer the cache key of a call: 32 hexadecimal digits.

        Raises:
            UncacheableArgument: an argument has no stable content.
            TypeError: the arguments do not fit the function.
        """
        return self._keys.key(self._bound + args, kwargs).cache_key

    @property
    def counts(self) -> Counts:
        """What the calls came to in this process: hits, runs, seconds saved and more."""
        return self._tally.counts()

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(
        self: "Marked[Concatenate[Any, Q], R]", instance: object, owner: type | None = None
    ) -> "Marked[Q, R]": ...

    def __get__(self, instance: object, owner: type | None = None) -> "Marked[..., R]":
        """Answer the method of an instance, as functions do."""
        if instance is None:
            return self
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__, _bound=(*self._bound, instance))
        return bound

    def __reduce__(self) -> str | tuple[object, ...]:
        """Be pickled and copied as functions and methods are: by name, to be found there again."""
        if self._bound:
            return getattr, (*self._bound, self.__name__)
        return self.__qualname__

    def __repr__(self) -> str:
        """Name the function."""
        return f"<marked {self.__wrapped__!r}>"


def _mark_as_coroutine_function(marked: object) -> None:
    """Let ``iscoroutinefunction`` see what it is: web frameworks and test runners ask it."""
    mark = getattr(inspect, "markcoroutinefunction", None)
    if mark is not None:  # Python 3.12
        mark(marked)
        return
    from asyncio import coroutines  # noqa: PLC0415  # the async driver has loaded it already

    marked.__dict__["_is_coroutine"] = getattr(coroutines, "_is_coroutine")  # noqa: B009
