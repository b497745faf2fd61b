"""The content of functions, methods, partials and classes as values."""

import functools
import operator
import types
from typing import Any, Final

from beautyspot.content.naming import Naming, Write
from beautyspot.content.states import state_of
from beautyspot.core.content import Content, NoContent

__all__ = ["CALLABLES", "code_of", "unlimited", "wrapper_writer"]


def _function(value: types.FunctionType, naming: Naming) -> Content:
    """Write a function: its name, compiled code, defaults and closure, not the globals it uses."""
    if value.__code__ is _DISPATCHING:
        return _dispatching(value, naming)
    if (inner := unlimited(value)) is not value:
        is_plain = isinstance(inner, types.FunctionType)
        return _function(inner, naming) if is_plain else Content("limited", value=inner)
    closure: dict[str, object] = {}
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        try:
            closure[name] = cell.cell_contents
        except ValueError as error:
            reason = f"its variable {name!r} of an enclosing function has no value yet"
            raise NoContent(reason) from error
    parts: dict[str, object] = {
        "code": code_of(value.__code__),
        "defaults": value.__defaults__,
        "kwdefaults": value.__kwdefaults__,
    }
    if more := _added(value, closure):
        parts["attributes"] = more
    return Content("function", {"n": naming.of(value)}, closure, parts)


def _dispatching(value: types.FunctionType, naming: Naming) -> Content:
    """Write what ``functools.singledispatch`` made: a function for each type of an argument."""
    more = {name: item for name, item in vars(value).items() if name not in _OF_DISPATCHING}
    registry: types.MappingProxyType[object, object] = vars(value)["registry"]
    return Content("dispatching", {"n": naming.of(value)}, more, dict(registry))


def _added(value: types.FunctionType, closure: dict[str, object]) -> dict[str, object]:
    """Answer what was assigned to a function; without a wrapped one that its closure tells."""
    told = {id(item) for item in closure.values()}
    return {
        name: item
        for name, item in vars(value).items()
        if name != "__wrapped__" or id(item) not in told
    }


def unlimited(value: Any) -> Any:  # noqa: ANN401  # whatever may be one
    """Answer the function that a function under limits stands for; anything else as it is.

    Under which limits a function runs is no part of what it does.
    """
    if type(value) is not types.FunctionType:
        return value
    is_limited = value.__globals__.get("__name__") == "beautyspot.drivers.pacing"
    return vars(value)["__wrapped__"] if is_limited else value


def code_of(code: types.CodeType) -> list[object]:
    """Answer compiled code as plain content; it differs between versions of Python."""
    consts = [code_of(c) if isinstance(c, types.CodeType) else c for c in code.co_consts]
    counts = [code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags]
    names = [code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars]
    return [code.co_code, code.co_exceptiontable, counts, names, consts]


def _method(value: types.MethodType, _: Naming) -> Content:
    return Content("method", value=[value.__func__, value.__self__])


def _builtin(value: types.BuiltinFunctionType, naming: Naming) -> Content:
    owner = value.__self__
    if owner is None or isinstance(owner, types.ModuleType):
        return Content("builtin", {"n": naming.of(value)})
    return Content("builtin", {"n": value.__qualname__}, value=owner)


def _method_wrapper(value: types.MethodWrapperType, naming: Naming) -> Content:
    label = {"t": naming.of(value.__objclass__), "n": value.__name__}
    return Content("builtin", label, value=value.__self__)


def _of_class(value: Any, naming: Naming) -> Content:  # noqa: ANN401  # a method of a C class
    return Content("descriptor", {"t": naming.of(value.__objclass__), "n": value.__name__})


def _property(value: property, _: Naming) -> Content:
    return Content("property", value=[value.fget, value.fset, value.fdel, value.__doc__])


def _class(value: type, naming: Naming) -> Content:
    return Content("class", {"n": naming.of(value)})


def _partial(value: "functools.partial[Any]", naming: Naming) -> Content:
    parts = [value.func, list(value.args), dict(value.keywords)]
    # Its __reduce__ tells an empty __dict__ from none, and whoever looks at one makes it.
    more = state_of(value, functools.partial)
    return Content(
        "partial", {"t": naming.of(type(value))}, value=[*parts, more] if more else parts
    )


def _getter(value: Any, _: Naming) -> Content:  # noqa: ANN401
    made, args = value.__reduce__()
    given: tuple[object, ...] = getattr(made, "args", ())
    named: dict[str, object] = getattr(made, "keywords", {})
    return Content("getter", {"t": type(value).__qualname__}, value=[[*given, *args], dict(named)])


def _wrapped(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write what stands around a function: that it does counts, and the object it is bound to."""
    inner = [value.__wrapped__, *getattr(value, "_bound", ())]
    return Content("wrapped", {"t": naming.of(type(value))}, value=inner)


def wrapper_writer(kind: type[Any]) -> Write | None:
    """Answer what writes marked and cached functions, and kinds of partials; else None."""
    if functools.partial in kind.__mro__ and kind.__reduce__ is _PARTIAL.__reduce__:
        return _partial
    is_marked = kind.__module__ == "beautyspot.marked" and hasattr(kind, "__get__")
    return _wrapped if is_marked or kind is _CACHED else None


_SAMPLE: Final[Any] = functools.singledispatch(_class)
_DISPATCHING: Final[types.CodeType] = _SAMPLE.__code__
#: Attributes that such a function has from the beginning.
_OF_DISPATCHING: Final[frozenset[str]] = frozenset(_SAMPLE.__dict__)
_PARTIAL: Final[type[Any]] = functools.partial
_CACHED: Final = type(functools.lru_cache(_class))

CALLABLES: Final[dict[type, Write]] = {
    types.FunctionType: _function,
    types.MethodType: _method,
    types.BuiltinFunctionType: _builtin,
    types.MethodWrapperType: _method_wrapper,
    types.MethodDescriptorType: _of_class,
    types.WrapperDescriptorType: _of_class,
    types.ClassMethodDescriptorType: _of_class,
    types.GetSetDescriptorType: _of_class,
    types.MemberDescriptorType: _of_class,
    property: _property,
    type: _class,
    functools.partial: _partial,
    operator.itemgetter: _getter,
    operator.attrgetter: _getter,
    operator.methodcaller: _getter,
}
