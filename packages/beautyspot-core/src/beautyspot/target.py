"""What is marked, taken apart: the function that runs in the end, and what it is always given."""

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MappingProxyType,
    MethodType,
    ModuleType,
)
from typing import Any, Literal, TypeAlias, cast

from beautyspot.awaitable import answers_awaitable
from beautyspot.unfit import advice_on_code, advice_on_object, unfit

__all__ = ["Function", "Target", "take_apart"]

#: A function that runs in the end: made with def or lambda, or one of a C module.
Function: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is marked, taken apart: the function that runs, and what it is always given."""

    call: Callable[..., object]  #: is called with the caller's arguments
    function: Function  #: runs in the end, with ``args`` and ``keywords`` as well
    args: tuple[object, ...] = ()  #: come before the caller's
    #: count where the caller says nothing
    keywords: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    binds: Literal["instance", "class", "nothing"] = "instance"  #: as an attribute of a class

    @property
    def name(self) -> str:
        """The qualified name of the function."""
        return self.function.__qualname__

    @property
    def is_coroutine_function(self) -> bool:
        """Whether a call is to be awaited."""
        return answers_awaitable(self.call, self.function)

    @property
    def is_generator_function(self) -> bool:
        """Whether a call answers a generator."""
        return inspect.isgeneratorfunction(self.function)

    @property
    def is_async_generator_function(self) -> bool:
        """Whether a call answers an async generator."""
        return inspect.isasyncgenfunction(self.function)

    @property
    def code(self) -> CodeType | None:
        """The compiled code; None for a function of a C module."""
        code: CodeType | None = getattr(self.function, "__code__", None)
        return code


def take_apart(marked: object) -> Target:
    """Answer what would run if ``marked`` was called.

    A partial is its function with some arguments, a bound method the function with its object, an
    object that can be called the function ``__call__`` of its class with the object: marked either
    way, equal calls share results.

    Raises:
        ConfigurationError: it cannot be marked; the message says what to mark instead.
    """
    target = _target(marked)
    if advice := advice_on_code(target.code):
        raise unfit(marked, advice)
    return target


def _target(marked: Any) -> Target:  # noqa: ANN401, PLR0911  # whatever the user marks
    match marked:
        case FunctionType():
            return Target(call=marked, function=marked)
        case staticmethod():
            return replace(_target(cast("Any", marked).__func__), binds="nothing")
        case classmethod():
            return replace(_target(cast("Any", marked).__func__), binds="class")
        case functools.partial():
            given = cast("functools.partial[object]", marked)
            inner = _target(given.func)
            return Target(
                call=given,
                function=inner.function,
                args=inner.args + given.args,
                keywords={**inner.keywords, **given.keywords},
                binds="nothing",
            )
        case MethodType() if isinstance(marked.__func__, FunctionType):
            first = (marked.__self__,)
            return Target(call=marked, function=marked.__func__, args=first, binds="nothing")
        case BuiltinFunctionType(__self__=ModuleType()) if _has_signature(marked):
            return Target(call=marked, function=marked, binds="nothing")
        case _:
            return _of_object(marked)


def _of_object(marked: Callable[..., object]) -> Target:
    kind: type = type(marked)
    if kind.__module__ != "beautyspot.marked" and not isinstance(marked, type):
        match inspect.getattr_static(kind, "__call__", None):
            case FunctionType() as function:
                return Target(call=marked, function=function, args=(marked,), binds="nothing")
            case staticmethod(__func__=FunctionType() as function):
                return Target(call=marked, function=function, binds="nothing")
            case classmethod(__func__=FunctionType() as function):
                return Target(call=marked, function=function, args=(kind,), binds="nothing")
            case _:
                pass
    raise unfit(marked, advice_on_object(marked))


def _has_signature(function: BuiltinFunctionType) -> bool:
    try:
        inspect.signature(function)
    except ValueError:
        return False
    return True
