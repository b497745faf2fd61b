"""Where a part of the user's code stands, and what its names mean there: functions and classes."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import CellType, FunctionType
from typing import Any, Final, NamedTuple, cast

from beautyspot.codeprint.canonical import Role, canonical
from beautyspot.codeprint.matching import code_digest
from beautyspot.codeprint.names import Names, names_in
from beautyspot.codeprint.objects import Code, cells_of, code_behind, is_a, module_of
from beautyspot.codeprint.roles import role_of
from beautyspot.codeprint.sources import NoSource, classes_in, find, trees_of

__all__ = ["Place", "class_node", "function_place", "place_of", "shown"]

_NOT_THERE: Final = "its source is not at hand, or was edited since it was imported"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the user's code, where it stands, and what its names mean there."""

    name: str  #: for people
    variables: Mapping[str, Any]  #: of the module
    nodes: tuple[ast.AST, ...] = ()
    closure: Mapping[str, CellType] = field(default_factory=dict[str, CellType])
    owner: type | None = None  #: the class that it is a method of
    inside: tuple[FunctionType, ...] = ()  #: methods of a class; they are parts of their own
    without_source: str = ""  #: stands for the text where there is no source

    def role_of(self, decorator: ast.expr) -> Role:
        """Answer whose a decorator or base class is."""
        return role_of(decorator, self.variables, self.closure)

    def content(self) -> str:
        """Answer what counts of it, as text."""
        if self.without_source:
            return f"without source: {self.without_source}"
        return "".join(canonical(node, self.role_of) for node in self.nodes)

    def names(self) -> Names:
        """Answer what it refers to."""
        return names_in(self.nodes, self.role_of)


def function_place(function: FunctionType, name: str) -> Place | NoSource:
    """Answer the place of a function; its name for people is given."""
    code = function.__code__
    node = find(code, function.__globals__)
    if isinstance(node, NoSource):
        return node
    closure = cells_of(function)
    owner = _owner_of(function)
    nodes: list[ast.AST] = [node]
    path = code.co_qualname.rpartition(".")[0]
    if owner is None and path and not path.endswith("<locals>"):
        # Of a class in a function nothing leads to the class, so that all of it counts.
        trees = trees_of(function.__globals__, path, code)
        nodes += [each for tree in trees for each in classes_in(tree, path)]
    return Place(name, function.__globals__, tuple(nodes), closure, owner)


def place_of(code: Code) -> Place:
    """Answer the place of a helper."""
    if is_a(code, type):
        return _class_place(cast("type", code))
    function = cast("FunctionType", code)
    name = f"helper {shown(function.__code__.co_qualname)}()"
    place = function_place(function, name)
    if not isinstance(place, NoSource):
        return place
    digest = code_digest(function.__code__)
    return Place(name, function.__globals__, without_source=digest)


def class_node(class_: type) -> ast.ClassDef | NoSource:
    """Answer the definition that a class was made by."""
    found = _found(class_)
    return found if isinstance(found, NoSource) else found.node


def shown(qualname: str) -> str:
    """Answer a qualified name as people read it."""
    return qualname.replace("<locals>.", "")


class _Found(NamedTuple):
    """The definition of a class, and those in it that methods were made by."""

    node: ast.ClassDef
    methods: list[tuple[FunctionType, ast.AST]]


def _found(class_: type) -> _Found | NoSource:
    methods: list[tuple[FunctionType, ast.AST]] = []
    for method in _methods_of(class_):
        node = find(method.__code__, method.__globals__)
        if isinstance(node, NoSource):
            return node
        methods.append((method, node))
    code = methods[0][0].__code__ if methods else None
    trees = trees_of(module_of(class_), class_.__name__, code)
    found = [node for tree in trees for node in classes_in(tree, class_.__qualname__)]
    wanted = {id(node) for _, node in methods}
    around = [each for each in found if wanted <= {id(node) for node in ast.walk(each)}]
    return _Found(around[-1], methods) if around else NoSource(_NOT_THERE)


def _class_place(class_: type) -> Place:
    name, variables = f"class {shown(class_.__qualname__)}", module_of(class_)
    found = _found(class_)
    if isinstance(found, NoSource):
        digests = sorted(code_digest(method.__code__) for method in _methods_of(class_))
        return Place(name, variables, without_source=",".join(digests) or "no methods")
    node, methods = found
    closure = {name: cell for method, _ in methods for name, cell in cells_of(method).items()}
    apart = {id(each): method for method, each in methods if each in node.body}
    rest = ast.ClassDef(
        name=node.name,
        bases=node.bases,
        keywords=node.keywords,
        body=[each for each in node.body if id(each) not in apart],
        decorator_list=node.decorator_list,
    )
    return Place(
        name, variables, (rest,), closure, inside=tuple(sorted(apart.values(), key=_qualname))
    )


def _methods_of(class_: type) -> Iterator[FunctionType]:
    """Answer the functions that are written in the body of a class."""
    before = f"{class_.__qualname__}."
    for value in list(vars(class_).values()):
        if is_a(value, type):
            continue
        for code in code_behind(value):
            if is_a(code, FunctionType):
                function = cast("FunctionType", code)
                if function.__code__.co_qualname.startswith(before):
                    yield function


def _qualname(function: FunctionType) -> str:
    return function.__code__.co_qualname


def _owner_of(function: FunctionType) -> type | None:
    """Answer the class whose method a function is, when a name leads to it."""
    path = function.__code__.co_qualname.split(".")[:-1]
    if not path or path[-1] == "<locals>":
        return None
    if "<locals>" in path:
        cell = cells_of(function).get("__class__")  # there is one where super() is used
        return cell.cell_contents if cell is not None else None
    space: Mapping[str, Any] = function.__globals__
    found: object = None
    for part in path:
        found = space.get(part)
        if not is_a(found, type):
            return None
        space = vars(found)
    return cast("type", found)
