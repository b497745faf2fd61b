"""What people try to mark that cannot be marked, and what they can do instead."""

import functools
import inspect
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from types import CodeType
from typing import Any, Final, cast

from beautyspot.core.errors import ConfigurationError

__all__ = ["advice_on_code", "advice_on_object", "unfit"]


@functools.singledispatch
def _dispatched(_: object) -> None: ...
@functools.lru_cache
def _cached() -> None: ...
@contextmanager
def _context() -> Generator[None]:
    yield


@asynccontextmanager
async def _async_context() -> AsyncGenerator[None]:
    yield


_MARKED: Final = "it is marked already, or calls what is marked; use it as it is"
_NOT_PYTHON: Final = "it is not written in Python; wrap the call in a function of your own"
_NOT_CALLED: Final = "mark a function made with def; options are named: mark(version='v1')"
_OLD_COROUTINE: Final = "it is a coroutine made with yield; write it with async def"
_DISPATCH: Final = (
    "which function runs depends on its argument; put @{} above the mark, and mark what is "
    "registered in the same way"
)
_CONTEXT: Final = (
    "it makes a context manager, which is good for one with statement; mark a function that "
    "returns what is worth keeping"
)

_OF_TYPES: Final[tuple[tuple[type, str], ...]] = (
    (type, "it is a class; mark the method or function that does the work"),
    (str, "options are named: mark(version='v1')"),
    (property, "it is a property; put @property above the mark, not below it"),
    (functools.cached_property, "it is a property; put @cached_property above the mark"),
    (
        functools.partialmethod,
        "mark the method, and make the partialmethod of the marked one: "
        "marked = spot.mark(method); short = partialmethod(marked, ...)",
    ),
    (functools.singledispatchmethod, _DISPATCH.format("singledispatchmethod")),
    (
        cast("type", type(cast("object", _cached))),
        "it has a cache of its own; put @lru_cache above the mark, or leave it out",
    ),
)


def _code(made: Any) -> CodeType:  # noqa: ANN401  # typed as something else than a function
    return cast("CodeType", made.__code__)


#: Each of these decorators makes its functions of one piece of code, whatever they are named.
_OF_CODE: Final = {
    _code(_dispatched): _DISPATCH.format("singledispatch"),
    _code(_context): _CONTEXT,
    _code(_async_context): _CONTEXT,
}


def advice_on_object(marked: object) -> str:
    """Answer what to do instead of marking an object that has no function to run."""
    runs = inspect.getattr_static(type(marked), "__call__", None)
    if any(_is_marked(one) for one in (marked, runs, getattr(marked, "__func__", None))):
        return _MARKED
    advice = next((text for kind, text in _OF_TYPES if isinstance(marked, kind)), None)
    return advice or (_NOT_PYTHON if callable(marked) else _NOT_CALLED)


def advice_on_code(code: CodeType | None) -> str | None:
    """Answer what to do instead of marking what a decorator has made; None: mark it."""
    if code is None:
        return None
    if code.co_flags & inspect.CO_ITERABLE_COROUTINE:
        return _OLD_COROUTINE
    return _OF_CODE.get(code)


def _is_marked(found: object) -> bool:
    return any(base.__module__ == "beautyspot.marked" for base in type(found).__mro__)


def unfit(marked: object, advice: str) -> ConfigurationError:
    """Answer the error."""
    return ConfigurationError(f"{marked!r} cannot be marked: {advice}")
