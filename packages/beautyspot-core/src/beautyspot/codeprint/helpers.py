"""Finds what else belongs to the code of a function: helpers, classes and constants of the user."""

import ast
import functools
import inspect
import sys
from collections.abc import Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any, Final, NamedTuple, cast

from beautyspot.codeprint.canonical import canonical_code
from beautyspot.codeprint.sources import NoSource, source_of, tree_of
from beautyspot.codeprint.users import is_own, is_own_file, is_own_module

__all__ = ["Seen", "Use", "parts_of"]

#: Parts of one function's code; a program that leads to more is told apart by these.
_MOST: Final = 500
#: Decorators and partials around each other that are looked through.
_LAYERS: Final = 20


class Use(NamedTuple):
    """A name through which code reaches other code, and what it led to."""

    space: dict[str, Any]  #: the variables of a module
    name: str
    value: object


class Seen(NamedTuple):
    """The code of a function, taken apart."""

    parts: tuple[tuple[str, str], ...]  #: readable name and canonical text of each
    uses: tuple[Use, ...]


def parts_of(function: FunctionType) -> Seen:
    """Answer the parts of a function's code.

    Raises:
        NoSource: the function itself has no source.
    """
    walk = _Walk(follow=is_own(function))
    walk.parts.append((f"{function.__name__}() itself", canonical_code(tree_of(function))))
    walk.visited.add(id(function))
    walk.inside(function, tree_of(function))
    while walk.waiting:
        walk.add(*walk.waiting.pop())
    return Seen(tuple(walk.parts), tuple(walk.uses))


class _Walk:
    """What has been found, and what is still to be looked at."""

    def __init__(self, *, follow: bool) -> None:
        self.parts: list[tuple[str, str]] = []
        self.uses: list[Use] = []
        self.waiting: list[tuple[str, object]] = []
        self.visited: set[int] = set()
        self._follow = follow
        self._alive: list[object] = []  # so that no id is given twice

    def add(self, name: str, value: object) -> None:
        """Take a helper, if it is the user's own and not taken yet."""
        value = _unwrapped(value)
        if id(value) in self.visited or len(self.parts) >= _MOST or not is_own(value):
            return
        self.visited.add(id(value))
        self._alive.append(value)
        try:
            if isinstance(value, FunctionType):
                tree = tree_of(value)
                self.parts.append((f"{value.__qualname__}()", canonical_code(tree)))
                self.inside(value, tree)
            elif isinstance(value, type):
                self._class(value)
        except NoSource:
            self.parts.append((f"{name}, which has no source", ""))

    def inside(self, function: FunctionType, tree: ast.AST) -> None:
        """Look at the names that a function uses."""
        if not self._follow:
            return
        variables = function.__globals__
        names = _names(function)
        for name in sorted(names & variables.keys()):
            self._global(variables, name, tree)
        for cell, name in zip(
            function.__closure__ or (), function.__code__.co_freevars, strict=True
        ):
            try:
                self.waiting.append((name, cell.cell_contents))
            except ValueError:  # it has no value yet
                continue
        defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        self.waiting.extend(("a default", default) for default in defaults)
        self._of_own_class(function, tree)

    def _global(self, variables: dict[str, Any], name: str, tree: ast.AST) -> None:
        value = variables[name]
        if isinstance(value, ModuleType):
            if is_own_module(value):
                self._in_module(value, name, tree)
        elif isinstance(_unwrapped(value), FunctionType | type):
            self.uses.append(Use(variables, name, value))
            self.waiting.append((name, value))
        else:
            self._constant(variables, name)

    def _in_module(self, module: ModuleType, name: str, tree: ast.AST) -> None:
        """Follow ``module.name``."""
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=used), attr=attribute) if used == name:
                    if attribute in vars(module):
                        self._global(vars(module), attribute, ast.Pass())
                case _:
                    pass

    def _constant(self, variables: dict[str, Any], name: str) -> None:
        """Take the statements at the top of a module that give a name its value."""
        marker = (id(variables), name)
        if hash(marker) in self.visited:
            return
        self.visited.add(hash(marker))
        file = variables.get("__file__")
        if not isinstance(file, str) or not is_own_file(file):
            return
        try:
            tree = source_of(file, variables).tree
        except NoSource:
            return
        found = [s for s in tree.body if name in _targets(s)]
        if found:
            self.parts.append((name, "".join(map(canonical_code, found))))

    def _class(self, class_: type) -> None:
        module = sys.modules.get(class_.__module__)
        for member in vars(class_).values():
            function = _unwrapped(member)
            if isinstance(function, FunctionType) and function.__qualname__.startswith(
                f"{class_.__qualname__}."
            ):
                self.waiting.append((f"{class_.__qualname__}.{function.__name__}", function))
        self.waiting.extend((base.__qualname__, base) for base in class_.__bases__)
        file = getattr(module, "__file__", None)
        if module is None or file is None:
            return
        for node in ast.walk(source_of(file, vars(module)).tree):
            if isinstance(node, ast.ClassDef) and node.name == class_.__name__:
                fields = [s for s in node.body if isinstance(s, ast.Assign | ast.AnnAssign)]
                pieces = [*node.bases, *node.keywords, *node.decorator_list, *fields]
                self.parts.append((class_.__qualname__, "".join(map(canonical_code, pieces))))

    def _of_own_class(self, function: FunctionType, tree: ast.AST) -> None:
        """Follow ``self.name`` of a method."""
        owner = _owner(function)
        first = function.__code__.co_varnames[:1]
        if owner is None or not first:
            return
        for node in ast.walk(tree):
            match node:
                case ast.Attribute(value=ast.Name(id=used), attr=attribute) if (used,) == first:
                    member = inspect.getattr_static(owner, attribute, None)
                    self.waiting.append((attribute, member))
                case _:
                    pass


def _names(function: FunctionType) -> set[str]:
    codes = [function.__code__]
    names: set[str] = set()
    while codes:
        code = codes.pop()
        names.update(code.co_names)
        codes.extend(const for const in code.co_consts if isinstance(const, type(code)))
    return names


def _unwrapped(value: Any) -> object:  # noqa: ANN401
    """Answer the function inside a mark, a partial, a method or a decorator."""
    for _ in range(_LAYERS):
        kind: type[Any] = type(value)  # pyright: ignore[reportUnknownVariableType]
        if issubclass(kind, FunctionType | type):
            return value
        if issubclass(kind, functools.partial | functools.partialmethod):
            value = value.func
        elif issubclass(kind, property):
            value = value.fget
        elif issubclass(kind, staticmethod | classmethod | MethodType):
            value = value.__func__
        else:
            inner = _attributes(value).get("__wrapped__")
            if inner is None:
                return value
            value = inner
    return value


def _attributes(value: object) -> dict[str, Any]:
    """Answer the attributes of any object, without asking it."""
    try:
        found: object = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    return cast("dict[str, Any]", found) if type(found) is dict else {}


def _owner(function: FunctionType) -> type | None:
    """Answer the class that a method is defined in, when its name leads there."""
    found: object = None
    space: Mapping[str, object] = function.__globals__
    for part in function.__qualname__.split(".")[:-1]:
        found = space.get(part)
        if not isinstance(found, type):
            return None
        space = vars(found)
    return found if isinstance(found, type) else None


def _targets(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets=targets):
            yield from (n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)) | ast.AugAssign(target=ast.Name(id=name)):
            yield name
        case _:
            return
