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
from typing import Any, Final, Literal, TypeAlias, cast

from beautyspot.core.errors import ConfigurationError

__all__ = ["Function", "Target", "take_apart"]

#: A function that runs in the end: made with def or lambda, or one of a C module.
Function: TypeAlias = Callable[..., Any]

#: What people try to mark, and what to do instead.
_ADVICE: Final[tuple[tuple[type, str], ...]] = (
    (type, "it is a class; mark the method or function that does the work"),
    (str, "options are named: mark(version='v1')"),
)
_WRAP: Final = "it is not written in Python; wrap the call in a function of your own"
_OTHERWISE: Final = "mark a function made with def; options are named: mark(version='v1')"


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
    def has_name(self) -> bool:
        """Whether its module and qualified name lead to it."""
        return self.call is self.function and not self.name.endswith("<lambda>")

    @property
    def is_coroutine_function(self) -> bool:
        """Whether a call answers a coroutine."""
        return inspect.iscoroutinefunction(self.function)

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
    function = target.function
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise _unfit(marked, "it is a generator, which cannot be kept yet; return a list")
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


def _of_object(marked: object) -> Target:
    advice = next((text for kind, text in _ADVICE if isinstance(marked, kind)), None)
    if advice is not None or not callable(marked):
        raise _unfit(marked, advice or _OTHERWISE)
    function = inspect.getattr_static(type(marked), "__call__", None)
    if not isinstance(function, FunctionType) or type(marked).__module__ == "beautyspot.marked":
        raise _unfit(marked, _WRAP)
    return Target(call=marked, function=function, args=(marked,), binds="nothing")


def _has_signature(function: BuiltinFunctionType) -> bool:
    try:
        inspect.signature(function)
    except ValueError:
        return False
    return True


def _unfit(marked: object, advice: str) -> ConfigurationError:
    return ConfigurationError(f"{marked!r} cannot be marked: {advice}")
