"""Whose a decorator or base class is, found where its name leads to."""

import ast
import sys
from collections.abc import Mapping
from functools import partial
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from beautyspot.codeprint.canonical import Role
from beautyspot.codeprint.names import Chain, chain_of
from beautyspot.codeprint.objects import is_a, variables_of
from beautyspot.codeprint.ownership import is_of_python, is_ours, is_own

__all__ = ["role_of"]

#: The method of a Spot that marks. Where no name leads to the Spot, this is all there is to see.
_MARKS: Final = frozenset({"mark", "register"})


def role_of(
    decorator: ast.expr, variables: Mapping[str, Any], closure: Mapping[str, CellType]
) -> Role:
    """Answer whose a decorator or base class is.

    Args:
        decorator: as it stands in the source.
        variables: those of the module.
        closure: those of the enclosing functions, as far as they are known.
    """
    while isinstance(decorator, ast.Call | ast.Subscript):
        decorator = decorator.func if isinstance(decorator, ast.Call) else decorator.value
    chain = chain_of(decorator)
    if not chain:
        return Role.PLAIN
    found = _objects(chain, variables, closure)
    if any(is_ours(name) for each in found for name in _modules(each)):
        return Role.OURS
    if not found:
        return Role.OURS if chain[-1] in _MARKS and len(chain) > 1 else Role.PLAIN
    return Role.PLAIN if _is_plain(found[-1]) else Role.LIBRARY


def _objects(
    chain: Chain, variables: Mapping[str, Any], closure: Mapping[str, CellType]
) -> list[object]:
    """Answer what a name and then each of its attributes leads to, as far as no code runs."""
    name, *attributes = chain
    try:
        found = [closure[name].cell_contents if name in closure else variables[name]]
    except (KeyError, ValueError):
        return []
    for attribute in attributes:
        if not is_a(found[-1], ModuleType | type):
            break
        space = variables_of(found[-1])
        if attribute not in space:
            break
        found.append(space[attribute])
    return found


def _is_plain(value: object) -> bool:
    names = _modules(value)
    spaces = [vars(module) for name in names if (module := sys.modules.get(name)) is not None]
    return all(is_of_python(space) or is_own(space) for space in spaces[-1:])


def _modules(value: Any) -> list[str]:  # noqa: ANN401
    """Answer the modules that an object is of: that of its class, and its own if it has one."""
    if is_a(value, partial):
        return _modules(value.func)
    names: list[object] = [type(value).__module__]
    if is_a(value, FunctionType | BuiltinFunctionType | MethodType | type):
        names.append(value.__module__)
    elif is_a(value, ModuleType):
        names.append(variables_of(value).get("__name__"))
    return [name for name in names if isinstance(name, str)]
