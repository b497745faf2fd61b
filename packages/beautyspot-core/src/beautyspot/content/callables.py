"""The content of functions, methods, partials and classes as values."""

import functools
import operator
import types
from typing import Any, Final

from beautyspot.content.naming import Naming, Write
from beautyspot.core.content import Content, NoContent

__all__ = ["CALLABLES"]


def _function(value: types.FunctionType, naming: Naming) -> Content:
    """Write a function: its name, compiled code, defaults and closure, not the globals it uses."""
    closure: dict[str, object] = {}
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        try:
            closure[name] = cell.cell_contents
        except ValueError as error:
            reason = f"its variable {name!r} of an enclosing function has no value yet"
            raise NoContent(reason) from error
    parts = {
        "code": code_of(value.__code__),
        "defaults": value.__defaults__,
        "kwdefaults": value.__kwdefaults__,
    }
    return Content("function", {"n": naming.of(value)}, closure, parts)


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


def _of_class(value: Any, naming: Naming) -> Content:  # noqa: ANN401  # a method of a C class
    return Content("descriptor", {"t": naming.of(value.__objclass__), "n": value.__name__})


def _class(value: type, naming: Naming) -> Content:
    return Content("class", {"n": naming.of(value)})


def _partial(value: "functools.partial[Any]", naming: Naming) -> Content:
    parts = [value.func, list(value.args), dict(value.keywords)]
    return Content("partial", {"t": naming.of(type(value))}, vars(value), parts)


def _itemgetter(value: Any, _: Naming) -> Content:  # noqa: ANN401
    _made, *args = value.__reduce__()
    return Content("getter", {"t": type(value).__qualname__}, value=args)


CALLABLES: Final[dict[type, Write]] = {
    types.FunctionType: _function,
    types.MethodType: _method,
    types.BuiltinFunctionType: _builtin,
    types.MethodDescriptorType: _of_class,
    types.WrapperDescriptorType: _of_class,
    types.ClassMethodDescriptorType: _of_class,
    types.GetSetDescriptorType: _of_class,
    types.MemberDescriptorType: _of_class,
    type: _class,
    functools.partial: _partial,
    operator.itemgetter: _itemgetter,
    operator.attrgetter: _itemgetter,
    operator.methodcaller: _itemgetter,
}
