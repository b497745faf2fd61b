"""The names through which code reaches what stands outside of it."""

import ast
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from beautyspot.codeprint.canonical import RoleOf, decorators_of

__all__ = ["SUPER", "Chain", "Import", "Names", "bound_in", "chain_of", "names_in"]

#: A name and the attributes that are asked of it: ``helpers.parse.cache`` is three.
Chain: TypeAlias = tuple[str, ...]
Import: TypeAlias = ast.Import | ast.ImportFrom

#: Stands for ``super()`` as the first part of a chain.
SUPER: Final = "super()"

_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS: Final = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Names(NamedTuple):
    """What code refers to."""

    chains: tuple[Chain, ...]  #: sorted, each one once
    own: tuple[str, ...]  #: attributes that are asked of the first argument, which may be self
    imports: tuple[Import, ...]  #: those in functions, which are done when they are called


class _Waiting(NamedTuple):
    node: ast.AST
    hidden: frozenset[str]  #: names that functions around it bind
    first: str | None  #: the first argument of the outermost function


def names_in(nodes: Iterable[ast.AST], role_of: RoleOf) -> Names:
    """Answer the names that code uses and does not bind itself.

    A name in the body of a class is taken for one outside of it, which is how methods see it.
    """
    waiting = [_Waiting(node, frozenset(), _first_argument(node)) for node in nodes]
    chains: set[Chain] = set()
    own: set[str] = set()
    imports: list[Import] = []
    while waiting:
        node, hidden, first = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(node)
        found = chain_of(node)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            continue
        if not found:
            waiting.extend(_inside(node, hidden, first, role_of))
            continue
        name, *attributes = found
        if name == first and attributes:
            own.add(attributes[0])
        elif name not in hidden:
            chains.add(found)
    return Names(tuple(sorted(chains)), tuple(sorted(own)), tuple(imports))


def bound_in(node: ast.AST) -> frozenset[str]:
    """Answer the names that a statement binds, or those that are local to a function."""
    if not isinstance(node, _FUNCTIONS):
        return _stored([node])
    outer = {name for each in _scope(_body(node)) for name in _declared(each)}
    arguments = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
    return (_stored(_body(node)) | arguments) - outer


def _inside(
    node: ast.AST, hidden: frozenset[str], first: str | None, role_of: RoleOf
) -> Iterator[_Waiting]:
    """Answer the parts of a node, each with the names that are hidden there."""
    if isinstance(node, _FUNCTIONS):
        yield from (_Waiting(part, hidden, first) for part in _signature(node, role_of))
        bound = bound_in(node)
        # Of a function in a method, an argument of that name is another object.
        inner = None if hidden and first in bound else first
        yield from (_Waiting(part, hidden | bound, inner) for part in _body(node))
    elif isinstance(node, ast.ClassDef):
        evaluated = chain(decorators_of(node, role_of), node.bases, node.keywords, node.body)
        yield from (_Waiting(part, hidden, first) for part in evaluated)
    elif isinstance(node, _COMPREHENSIONS):
        yield _Waiting(node.generators[0].iter, hidden, first)
        inside = hidden | _stored(generator.target for generator in node.generators)
        yield from (_Waiting(part, inside, first) for part in ast.iter_child_nodes(node))
    else:
        parts = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield _Waiting(ast.Name(node.target.id, ast.Load()), hidden, first)
        if isinstance(node, ast.AnnAssign):  # in a class, where it counts, it counts as text
            parts = [part for part in (node.target, node.value) if part is not None]
        yield from (_Waiting(part, hidden, first) for part in parts)


def _signature(node: _Function, role_of: RoleOf) -> Iterator[ast.AST]:
    """Answer what of a function is evaluated outside of it."""
    yield from node.args.defaults
    yield from (default for default in node.args.kw_defaults if default is not None)
    if isinstance(node, ast.Lambda):
        return
    decorators = decorators_of(node, role_of)
    yield from decorators
    if decorators:
        arguments = (each for each in ast.walk(node.args) if isinstance(each, ast.arg))
        annotations = (node.returns, *(each.annotation for each in arguments))
        yield from (each for each in annotations if each is not None)


def _body(node: _Function) -> list[ast.AST]:
    return [node.body] if isinstance(node, ast.Lambda) else list(node.body)


def _first_argument(node: ast.AST) -> str | None:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    arguments = [*node.args.posonlyargs, *node.args.args]
    return arguments[0].arg if arguments else None


def chain_of(node: ast.AST) -> Chain:
    """Answer the chain that a node is; () when it is none, or one of something else."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    match node:
        case ast.Name():
            attributes.append(node.id)
        case ast.Call(func=ast.Name(id="super"), args=[]) if attributes:
            attributes.append(SUPER)
        case _:
            return ()
    return tuple(reversed(attributes))


def _stored(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """Answer the names that are bound by nodes and what is inside of them, but not further in."""
    return frozenset(name for node in _scope(nodes) for name in _names_of(node))


def _scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Answer nodes and what is inside of them, but for the insides of functions and classes."""
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        yield node
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                continue
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                # Of a comprehension, only what := binds is bound outside of it.
                walked = (each for each in ast.walk(node) if isinstance(each, ast.NamedExpr))
                waiting.extend(each.target for each in walked)
            case _:
                waiting.extend(ast.iter_child_nodes(node))


def _names_of(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(ctx=ast.Store() | ast.Del()):
            yield node.id
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.alias():
            yield node.asname or node.name.partition(".")[0]
        case ast.ExceptHandler(name=str() as name) | ast.MatchAs(name=str() as name):
            yield name
        case ast.MatchStar(name=str() as name) | ast.MatchMapping(rest=str() as name):
            yield name
        case _:
            return


def _declared(node: ast.AST) -> list[str]:
    return node.names if isinstance(node, ast.Global | ast.Nonlocal) else []
