"""What objects lead to: functions and classes behind decorators, partials, methods and marks."""

import sys
from collections.abc import Iterator, Mapping
from functools import cached_property, partial, partialmethod
from types import CellType, FunctionType, MappingProxyType, MethodType
from typing import Any, Final, TypeAlias, cast

from beautyspot.codeprint.ownership import is_ours, is_own, is_own_file

__all__ = [
    "Code",
    "cells_of",
    "code_behind",
    "is_a",
    "is_own_code",
    "module_of",
    "variables_of",
]

Code: TypeAlias = FunctionType | type

#: Objects that are looked into on the way from one.
_MOST: Final = 1_000
_NO_VARIABLES: Final[Mapping[str, Any]] = MappingProxyType({})
#: Where ``functools.singledispatch`` keeps functions by the type that they are for.
_REGISTRY: Final = "registry"


def code_behind(value: object) -> list[Code]:
    """Answer the functions and classes of the user that run when an object is used."""
    waiting: list[object] = [value]
    seen: dict[int, object] = {}
    found: list[Code] = []
    while waiting and len(seen) < _MOST:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen[id(each)] = each
        if is_a(each, FunctionType | type):
            code = cast("Code", each)
            if is_own_code(code):
                found.append(code)
        waiting.extend(_within(each))
    return found


def is_a(value: object, kind: Any) -> bool:  # noqa: ANN401  # a class or several
    """Tell whether a value is of a kind, without asking the value, which may be a proxy."""
    return issubclass(type(value), kind)


def is_own_code(code: Code) -> bool:
    """Tell whether a function or class is the user's own."""
    if is_a(code, type):
        return is_own(module_of(code))
    function = cast("FunctionType", code)
    file = function.__code__.co_filename
    if is_ours(function.__globals__.get("__name__")):
        return False
    return is_own(function.__globals__) if file.startswith("<") else is_own_file(file)


def module_of(code: Code) -> Mapping[str, Any]:
    """Answer the variables of the module of a function or class; none when there is no such."""
    if is_a(code, FunctionType):
        return cast("FunctionType", code).__globals__
    module = sys.modules.get(str(code.__module__))  # anybody can set it to anything
    return _NO_VARIABLES if module is None else vars(module)


def variables_of(module: object) -> Mapping[str, Any]:
    """Answer the variables of a module."""
    return cast("Mapping[str, Any]", vars(module))


def cells_of(function: FunctionType) -> dict[str, CellType]:
    """Answer the variables of enclosing functions that a function uses."""
    return dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))


def _within(value: Any) -> Iterator[object]:  # noqa: ANN401
    """Answer the objects that run when this one is used."""
    kind = cast("type[object]", type(value))
    if issubclass(kind, partial | partialmethod):
        yield value.func
        yield from (each for each in (*value.args, *value.keywords.values()) if _runs(each))
    elif issubclass(kind, staticmethod | classmethod | MethodType):
        yield value.__func__
    elif issubclass(kind, property):
        yield from (value.fget, value.fset, value.fdel)
    elif issubclass(kind, cached_property):
        yield value.func
    elif issubclass(kind, FunctionType):
        yield from _behind(value)
    elif not issubclass(kind, type) and kind.__module__ != "builtins":
        yield _dict_of(value).get("__wrapped__")
        yield kind


def _behind(function: FunctionType) -> Iterator[object]:
    """Answer what a decorator has put its function behind."""
    yield function.__dict__.get("__wrapped__")
    registered = function.__dict__.get(_REGISTRY)
    if isinstance(registered, MappingProxyType):
        yield from list(registered.values())  # pyright: ignore[reportUnknownArgumentType]
    if is_own_code(function):
        return  # its source leads on
    for cell in function.__closure__ or ():
        try:
            if _runs(cell.cell_contents):
                yield cell.cell_contents
        except ValueError:  # it has no value yet
            continue


def _runs(value: object) -> bool:
    return is_a(value, FunctionType | type | MethodType | partial)


def _dict_of(value: object) -> Mapping[str, object]:
    try:
        found: object = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return cast("Mapping[str, object]", found) if isinstance(found, dict) else {}
