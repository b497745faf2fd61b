"""Names that a module gives their values by statements, and not by a definition: constants."""

import ast
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any, Final, NamedTuple, cast

from beautyspot.codeprint.bindings import Binding, bindings_in, is_moved
from beautyspot.codeprint.names import bound_in
from beautyspot.codeprint.objects import Code, is_a, module_of
from beautyspot.codeprint.ownership import is_own
from beautyspot.codeprint.places import Place, class_node, shown
from beautyspot.codeprint.sources import NoSource, trees_of

__all__ = ["Stated", "attribute_place", "is_defined", "stated"]

#: Values that can be told apart by their text.
_SCALARS: Final = (type(None), bool, int, float, complex, str, bytes)


class Stated(NamedTuple):
    """What statements say of a name."""

    place: Place | None = None  #: those that give it a value
    origins: tuple[tuple[Mapping[str, Any], str], ...] = ()  #: where it is imported from
    moves: bool = False  #: it has one value after another as the program runs


def is_defined(name: str, value: object, variables: Mapping[str, Any]) -> bool:
    """Tell whether a value is what ``def name`` or ``class name`` in this module made."""
    if is_a(value, FunctionType):
        function = cast("FunctionType", value)
        return function.__code__.co_qualname == name and function.__globals__ is variables
    if is_a(value, type):
        class_ = cast("type", value)
        return class_.__qualname__ == name and module_of(class_) is variables
    return False


def stated(name: str, value: object, codes: list[Code], variables: Mapping[str, Any]) -> Stated:
    """Answer what the statements of a module say of a name.

    Args:
        name: one of the module's variables.
        value: what it has now.
        codes: the functions and classes that run when the value is used.
        variables: those of the module.
    """
    trees = trees_of(variables, name)
    if any(is_moved(tree, name) for tree in trees):
        moved = [each for tree in trees for each in bindings_in(tree, name)]
        return Stated(_place(name, moved, [], variables), moves=True)
    found = _since_last_binding(trees, name)
    origins = tuple(_origins(found or _stars(variables), name, variables))
    place = _place(name, found, codes, variables)
    if place is None:
        lost = not found and not origins and not codes
        return Stated(_unknown(name, value, variables) if lost else None, origins)
    if _contradicts(found[-1], value):
        place = _unknown(name, value, variables)
    return Stated(place, origins)


def attribute_place(owner: type, name: str) -> Place | None:
    """Answer what gives an attribute of a class, or of its instances, its value; None: nothing."""
    node = class_node(owner)
    variables = module_of(owner)
    label = f"constant {shown(owner.__qualname__)}.{name}"
    if isinstance(node, NoSource):
        return Place(label, variables, without_source="class")
    body = ast.Module(body=node.body, type_ignores=[])
    nodes = [part for each in bindings_in(body, name) for part in each.nodes()]
    nodes = nodes or list(_assigned_in_methods(node, name))
    return Place(label, variables, tuple(nodes)) if nodes else None


def _place(
    name: str, bindings: list[Binding], codes: list[Code], variables: Mapping[str, Any]
) -> Place | None:
    """Answer the place of statements, but for definitions of what is found as an object."""
    defined = {_qualname(code) for code in codes}
    nodes: list[ast.AST] = []
    kind = "constant {}"
    for binding in bindings:
        match binding.statement:
            case ast.Import() | ast.ImportFrom():
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() as node:
                if node.name in defined:
                    continue
                kind = "class {}" if isinstance(node, ast.ClassDef) else "helper {}()"
            case _:
                pass
        nodes.extend(binding.nodes())
    return Place(kind.format(name), variables, tuple(nodes)) if nodes else None


def _qualname(code: Code) -> str:
    if is_a(code, FunctionType):
        return cast("FunctionType", code).__code__.co_qualname
    return code.__qualname__


def _since_last_binding(trees: list[ast.Module], name: str) -> list[Binding]:
    """Answer the bindings of a module; of a notebook, those that the last ones run say."""
    found: list[Binding] = []
    for tree in trees:
        bindings = bindings_in(tree, name)
        if any(name in bound_in(binding.statement) for binding in bindings):
            found = bindings
        else:
            found = [*found, *bindings]
    return found


def _origins(
    bindings: list[Binding], name: str, variables: Mapping[str, Any]
) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Answer the modules of the user, and the names there, that a name is imported from."""
    for binding in bindings:
        node = binding.statement
        if not isinstance(node, ast.ImportFrom):
            continue
        space = _imported(node, variables)
        for alias in node.names:
            there = name if alias.name == "*" else alias.name
            if (alias.asname or there) == name and there in space and is_own(space):
                yield space, there


def _imported(node: ast.ImportFrom, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    base = node.module or ""
    if node.level:
        parts = str(variables.get("__package__") or "").split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
    module = sys.modules.get(base)
    return {} if module is None else vars(module)


def _stars(variables: Mapping[str, Any]) -> list[Binding]:
    trees = trees_of(variables, "*")
    return [binding for tree in trees for binding in bindings_in(tree, "*")]


def _contradicts(binding: Binding, value: object) -> bool:
    """Tell whether a name has another plain value than the source says.

    Then the source was edited since, or the program has changed the value.
    """
    match binding:
        case Binding(ast.Assign(targets=[ast.Name()], value=node), ()) | Binding(
            ast.AnnAssign(target=ast.Name(), value=ast.expr() as node), ()
        ):
            try:
                said = ast.literal_eval(node)
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                return False
            return type(said) in _SCALARS and _text(said) != _text(value)
        case _:
            return False


def _unknown(name: str, value: object, variables: Mapping[str, Any]) -> Place:
    return Place(f"constant {name}", variables, without_source=_text(value))


def _text(value: object) -> str:
    kind = type(value)
    if issubclass(kind, int):
        return f"{kind.__qualname__} {int.__index__(value):x}" if kind in _SCALARS else "object"  # type: ignore[arg-type]
    return f"{kind.__qualname__} {value!r}" if kind in _SCALARS else "object"


def _assigned_in_methods(class_: ast.ClassDef, name: str) -> Iterator[ast.AST]:
    """Answer the statements ``self.name = ...``."""
    for node in ast.walk(class_):
        match node:
            case ast.Assign(targets=targets):
                found = targets
            case ast.AnnAssign(target=target) | ast.AugAssign(target=target):
                found = [target]
            case _:
                continue
        if any(isinstance(each, ast.Attribute) and each.attr == name for each in found):
            yield node
