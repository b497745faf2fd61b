"""The marked function: it looks, types and behaves as the function it wraps, and remembers."""

import functools
import inspect
from collections.abc import Callable, Mapping
from copy import deepcopy
from types import FunctionType, MethodType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, cast, overload

from beautyspot.core.explanation import Explanation
from beautyspot.core.keys import KeyMaker
from beautyspot.drivers.explaining import Explainer
from beautyspot.drivers.results import ResultStore
from beautyspot.drivers.tally import Counts
from beautyspot.places import NotHere, Place, fetch, place_of
from beautyspot.run_options import RunOptions
from beautyspot.target import Target

__all__ = ["Driver", "Marked", "with_run"]

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")


class Driver(Protocol):
    """Answers calls: at once (``blocking``), or as coroutines (``awaiting``)."""

    def call(
        self, args: tuple[object, ...], kwargs: Mapping[str, object], *, refresh: bool = False
    ) -> object:
        """Answer a call; with ``refresh`` run the function even though the store has an answer."""
        ...


class _OfInstances(Generic[R]):
    """A property that the class itself does not have: ``inspect.signature`` asks classes too."""

    def __init__(self, get: Callable[[Any], R]) -> None:
        self._get = get

    def __get__(self, instance: object, owner: type) -> R:
        if instance is None:
            raise AttributeError("only instances have it")
        return self._get(instance)


class Marked(Generic[P, R]):
    """A function whose results are remembered. Made by ``Spot.mark``.

    Calling it answers what the function would answer: from the store when the same call has
    returned before, else by running the function and keeping what it returns. ``__wrapped__`` is
    the plain function.
    """

    __wrapped__: Callable[P, R]
    __name__: str
    __qualname__: str

    def __init__(  # noqa: PLR0913  # what a marked function is made of
        self,
        *,
        target: Target,
        keys: KeyMaker,
        driver: Driver,
        results: ResultStore,
        explainer: Explainer,
        run: Callable[..., Any],
        again: Callable[[RunOptions], "Marked[P, R]"],
    ) -> None:
        """Take what is marked, and who names, answers, keeps, explains and runs its calls.

        ``again`` marks the function once more, with more said of how it runs.
        """
        # An object that can be called has attributes of its own, which stay its own.
        updated = functools.WRAPPER_UPDATES if isinstance(target.call, FunctionType) else ()
        functools.update_wrapper(self, target.function, updated=updated)
        self.__wrapped__ = cast("Callable[P, R]", target.call)
        self._target = target
        self._keys = keys
        self._driver = driver
        self._results = results
        self._explainer = explainer
        self._run = run
        self.again = again
        self._bound: tuple[object, ...] = ()
        self._unbound: Marked[..., Any] | None = None  #: of a bound one, what it was before
        self._place = Place(self.__module__, self.__qualname__)
        if target.is_coroutine_function:
            self.__class__ = cast("type[Self]", _coroutine_function())

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

    def peek(self, /, *args: P.args, **kwargs: P.kwargs) -> object:
        """Answer what is stored for a call; it runs nothing, counts nothing and tells nobody.

        Also for coroutine functions it answers the value at once. It may block.

        Raises:
            CacheMiss: nothing is stored for the call, or its time is over.
            UncacheableArgument: an argument has no stable content.
            DataError: what is stored cannot be read back.
            StoreError: the store could not be asked, or failed.
            TypeError: the arguments do not fit the function.
        """
        return self._results.peek(self.key(*args, **kwargs))

    def refresh(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function and store what it returns, in place of what is stored.

        An equal call that is running at the same time counts as the run.
        """
        return cast("R", self._driver.call(self._bound + args, kwargs, refresh=True))

    def uncached(self, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the function; nothing is looked up and nothing is stored.

        Limits are kept, and what fails is tried again, as in any other run.
        """
        return cast("R", self._run(*self._bound, *args, **kwargs))

    def delete(self, /, *args: P.args, **kwargs: P.kwargs) -> bool:
        """Forget what is stored for a call; answer whether there was something. It may block.

        Raises:
            UncacheableArgument: an argument has no stable content.
            StoreError: the store could not be asked, or failed.
            TypeError: the arguments do not fit the function.
        """
        return self._results.delete(self.key(*args, **kwargs))

    def explain(self, /, *args: P.args, **kwargs: P.kwargs) -> Explanation:
        """Say whether a call would be answered from the store, and if not, why not.

        It asks the store and runs nothing; also for coroutine functions it answers at once. What
        differs is found among the newest thousand stored calls of the function.

        Raises:
            TypeError: the arguments do not fit the function.
        """
        return self._explainer.explain(self._bound + args, kwargs)

    def accept(self) -> int:
        """Take all that is stored for results of the code as it is now; see ``Spot.accept``.

        Raises:
            ConfigurationError: its code is part of its keys (``on_code_change="recompute"``) or
                unknown, or the database keeps no catalog.
            StoreError: the store could not be asked, or failed.
        """
        return self._results.accept()

    @property
    def counts(self) -> Counts:
        """What the calls came to in this process: hits, runs, seconds saved and more."""
        return self._results.tally.counts()

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(
        self: "Marked[Concatenate[Any, Q], R]", instance: object, owner: type | None = None
    ) -> "Marked[Q, R]": ...

    def __get__(self, instance: object, owner: type | None = None) -> "Marked[..., R]":
        """Answer the method of an instance, as functions do; of a class, as class methods do."""
        binds = self._target.binds
        if binds == "nothing" or self._bound or (binds == "instance" and instance is None):
            return self
        return self._bind(instance if binds == "instance" else owner or type(instance))

    def _bind(self, first: object) -> Self:
        bound = object.__new__(type(self))
        bound.__dict__.update(self.__dict__, _bound=(first,), _unbound=self._unbound or self)
        return bound

    @_OfInstances
    def __signature__(self) -> inspect.Signature:
        """The signature of a bound method; all others have that of ``__wrapped__``."""
        if not self._bound:
            raise AttributeError("only bound methods have one of their own")
        return inspect.signature(MethodType(self.__wrapped__, *self._bound))

    def __set_name__(self, owner: type, name: str) -> None:
        """Remember what it is called in a class, which need not be the function's name."""
        self._place = Place(owner.__module__, f"{owner.__qualname__}.{name}")

    def __eq__(self, other: object) -> bool:
        """Be equal as functions and methods are: by the function, and by the very same object."""
        if not isinstance(other, Marked):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        """Be hashed as functions and methods are."""
        return hash(self._identity())

    def _identity(self) -> tuple[int, ...]:
        return (id(self._unbound or self), *map(id, self._bound))

    def __copy__(self) -> Self:
        """Be copied as functions and methods are: they stay the same one."""
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Be copied as functions are, and as methods: bound to a copy of the object."""
        return self._bind(deepcopy(self._bound[0], memo)) if self._bound else self

    def __reduce__(self) -> tuple[object, ...]:
        """Be pickled as functions and methods are: by name, to be found there again."""
        if self._bound:
            first = self._bound[0]
            to_class = self._target.binds == "class"
            return _bound, (self._unbound, *((None, first) if to_class else (first, type(first))))
        place = place_of(self, self._place)
        if place is None:
            msg = (
                f"{self!r} cannot be pickled: no name in a module leads to it, by which another "
                "process could find it. Mark it at the top level of a module, or give the result "
                "of spot.mark a name there"
            )
            raise TypeError(msg)
        return fetch, (place.module, place.path)

    def __repr__(self) -> str:
        """Name the function."""
        return f"<marked {self.__wrapped__!r}>"


def with_run(function: Marked[P, R], options: RunOptions) -> Marked[P, R]:
    """Answer a function, marked, with more said of how it runs.

    Raises:
        ConfigurationError: it cannot be used, or is said already.
    """
    return function.again(options)


def _bound(
    function: "Marked[..., Any] | NotHere", instance: object, owner: type
) -> "Marked[..., Any] | NotHere":
    """Answer what a pickle of a bound method holds."""
    return function if isinstance(function, NotHere) else function.__get__(instance, owner)


@functools.cache
def _coroutine_function() -> "type[Marked[..., Any]]":
    """Answer the class of those that are awaited.

    Web frameworks and test runners see it by ``iscoroutinefunction``. The mark is the class's, not
    the instance's: ``functools.wraps`` would give it to a plain function around it.
    """

    class Awaited(Marked[P, R]):
        __doc__ = Marked.__doc__

    mark = getattr(inspect, "markcoroutinefunction", None)
    if mark is not None:  # Python 3.12
        mark(Awaited)
    else:
        from asyncio import coroutines  # noqa: PLC0415  # the async driver has loaded it already

        setattr(Awaited, "_is_coroutine", getattr(coroutines, "_is_coroutine"))  # noqa: B009, B010
    return Awaited
