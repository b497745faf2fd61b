"""Whether a call answers something to await, as far as that can be known before the call."""

import inspect
import sys
from collections.abc import Awaitable, Callable, Coroutine
from types import CoroutineType, FunctionType, ModuleType
from typing import Any, Final, get_origin

__all__ = ["answers_awaitable", "is_awaitable"]

#: A coroutine of ours keeps the promise of each of them. It is no Future, though.
_PROMISES: Final = frozenset({Awaitable, Coroutine, CoroutineType})
_NAMES: Final = frozenset(promise.__name__ for promise in _PROMISES)


def answers_awaitable(call: Callable[..., Any], function: Callable[..., Any]) -> bool:
    """Answer whether a call is to be awaited.

    It is when the function is made with ``async def``, when somebody has marked it as a coroutine
    function, or when its own annotation says that it returns an ``Awaitable`` or ``Coroutine``.

    Args:
        call: what is called, a partial for example.
        function: what runs in the end.
    """
    return inspect.iscoroutinefunction(function) or _is_marked(call) or _promises(function)


def is_awaitable(value: object) -> bool:
    """Answer whether a value is not there yet: a coroutine, future, or another awaitable."""
    return hasattr(type(value), "__await__")


def _is_marked(call: Callable[..., Any]) -> bool:
    if inspect.iscoroutinefunction(call):  # from Python 3.12 on also what is marked as one
        return True
    asyncio = sys.modules.get("asyncio.coroutines")
    mark = getattr(asyncio, "_is_coroutine", None)
    return mark is not None and getattr(call, "_is_coroutine", None) is mark


def _promises(function: Callable[..., Any]) -> bool:
    # What wraps another function has that one's annotations, and may await it: asyncio.run.
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__"):
        return False
    try:
        promised: object = function.__annotations__.get("return")
    except NameError:  # Python 3.14 evaluates them only now
        return False
    if isinstance(promised, str):
        return _is_promise(promised, function.__globals__)
    return (get_origin(promised) or promised) in _PROMISES


def _is_promise(text: str, variables: dict[str, Any]) -> bool:
    """Answer what an annotation says that is a text; nothing of it is evaluated."""
    first, *path = text.partition("[")[0].strip().split(".")
    if first not in variables:  # imported for type checkers alone
        return (path or [first])[-1] in _NAMES
    found: object = variables[first]
    for name in path:
        found = vars(found).get(name) if isinstance(found, ModuleType) else None
    return (get_origin(found) or found) in _PROMISES
