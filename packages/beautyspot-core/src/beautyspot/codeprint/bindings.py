"""The statements that give a name of a module its value."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from beautyspot.codeprint.names import bound_in

__all__ = ["Binding", "bindings_in", "is_moved"]


@dataclass(frozen=True, slots=True)
class Binding:
    """A statement that gives a name its value, or changes what it names."""

    statement: ast.AST
    around: tuple[ast.AST, ...] = ()  #: conditions, loops and the like that it stands in
    moves: bool = False  #: it can give one value after another

    def nodes(self) -> tuple[ast.AST, ...]:
        """Answer all that counts of it."""
        return (*self.around, self.statement)


class _Table:
    """The bindings of a module's names."""

    def __init__(self, tree: ast.Module) -> None:
        self.bindings: dict[str, list[Binding]] = {}
        for binding in _statements(tree.body, (), moves=False):
            for name in sorted(_names(binding.statement)):
                self.bindings.setdefault(name, []).append(binding)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for name, statement in _assigned_global(node):
                    binding = Binding(statement, moves=True)
                    self.bindings.setdefault(name, []).append(binding)


_LOOPS: Final = (ast.For, ast.AsyncFor, ast.While)
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS: Final = ("body", "cases", "handlers", "orelse", "finalbody")

#: By tree, so that a source is walked once, and for as long as it is kept.
_TABLES: Final[WeakKeyDictionary[ast.Module, _Table]] = WeakKeyDictionary()


def bindings_in(tree: ast.Module, name: str) -> list[Binding]:
    """Answer the statements that bind a name of a module: in order, then those in functions."""
    return _table(tree).bindings.get(name, [])


def is_moved(tree: ast.Module, name: str) -> bool:
    """Tell whether a name is given one value after another as a program runs."""
    return any(each.moves for each in bindings_in(tree, name))


def _table(tree: ast.Module) -> _Table:
    table = _TABLES.get(tree)
    if table is None:
        table = _TABLES[tree] = _Table(tree)
    return table


def _statements(
    body: Iterable[ast.AST], around: tuple[ast.AST, ...], *, moves: bool
) -> Iterator[Binding]:
    """Answer the simple statements, with what they stand in."""
    for statement in body:
        heads, loops = _heads(statement), moves or isinstance(statement, _LOOPS)
        yield from (Binding(head, (*around, *heads), loops) for head in heads)
        blocks = [(name, getattr(statement, name, None)) for name in _BLOCKS]
        if isinstance(statement, _DEFINITIONS) or not any(block for _, block in blocks):
            yield Binding(statement, around, loops or isinstance(statement, ast.AugAssign))
            continue
        for name, block in blocks:
            inner = (*around, *heads, ast.Constant(name))
            yield from _statements(block or (), inner, moves=loops)


def _assigned_global(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
) -> Iterator[tuple[str, ast.AST]]:
    """Answer the statements of a function that bind a name of the module."""
    inside = list(ast.walk(node))
    declared = {name for each in inside if isinstance(each, ast.Global) for name in each.names}
    for each in inside if declared else ():
        if isinstance(each, ast.stmt) and not isinstance(each, _DEFINITIONS):
            whole = not any(getattr(each, block, None) for block in _BLOCKS)
            yield from ((name, each) for name in declared & bound_in(each) if whole)


def _heads(statement: ast.AST) -> tuple[ast.AST, ...]:
    """Answer what stands in the first line of a statement that others stand in."""
    match statement:
        case ast.If(test=head) | ast.While(test=head) | ast.Match(subject=head):
            return (head,)
        case ast.match_case(pattern=pattern, guard=guard):
            return (pattern,) if guard is None else (pattern, guard)
        case ast.For() | ast.AsyncFor():
            return statement.target, statement.iter
        case ast.With() | ast.AsyncWith():
            return tuple(statement.items)
        case ast.ExceptHandler(type=ast.expr() as kind):
            return (kind,)
        case _:
            return ()


def _names(statement: ast.AST) -> frozenset[str]:
    """Answer the names that a statement binds, and those whose objects it visibly changes."""
    changed: set[str] = set()
    match statement:
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            changed.update(_root(target) for target in targets)
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            changed.add(_root(target))
        case ast.Expr(value=ast.Call(func=ast.Attribute() as called)):
            changed.add(_root(called))
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return frozenset({statement.name})
        case _:
            pass
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return frozenset()
    return bound_in(statement) | (changed - {""})


def _root(node: ast.AST) -> str:
    """Answer the name at the left end of ``name.attribute[item]``; "" when there is none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
