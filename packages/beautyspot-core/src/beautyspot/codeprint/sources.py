"""Finds the syntax tree of running code, and makes sure that it is the tree of that code."""

import ast
import linecache
from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Final, TypeAlias

__all__ = ["NoSource", "Source", "source_of", "tree_of"]

Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

#: What pytest puts into modules whose assertions it has rewritten: their code is not the file's.
_REWRITTEN: Final = "@pytest_ar"


class NoSource(Exception):  # a finding, which becomes a warning
    """There is no source that is known to be that of the running code."""

    def __init__(self, reason: str) -> None:
        """Take the reason, a sentence without its end."""
        self.reason = reason
        super().__init__(reason)


class Source:
    """A source file, or a cell of a notebook, parsed and compiled."""

    def __init__(self, text: str, filename: str) -> None:
        """Parse; raises SyntaxError and ValueError when it is no Python."""
        self.tree = ast.parse(text, filename)
        self.codes = list(_codes(compile(self.tree, filename, "exec", dont_inherit=True)))


@lru_cache(maxsize=64)
def _parsed(text: str, filename: str) -> Source:
    return Source(text, filename)


def source_of(filename: str, variables: dict[str, object]) -> Source:
    """Answer the source of a file as it is now.

    Raises:
        NoSource: there is none, or it cannot be read as Python.
    """
    linecache.checkcache(filename)
    text = "".join(linecache.getlines(filename, variables))
    if not text:
        raise NoSource(f"no source is at hand for {filename!r}")
    try:
        return _parsed(text, filename)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise NoSource(f"the source in {filename!r} cannot be read ({error})") from error


def tree_of(function: FunctionType) -> Definition:
    """Answer the syntax tree of a function as it runs.

    Raises:
        NoSource: there is no source, or it is not that of the running code.
    """
    code = function.__code__
    source = source_of(code.co_filename, function.__globals__)
    candidates = [node for node in ast.walk(source.tree) if _is_of(node, code)]
    if len(candidates) > 1:
        candidates = [node for node in candidates if _begins_there(node, code)]
    rewritten = _REWRITTEN in function.__globals__
    if len(candidates) != 1 or not (rewritten or any(_same(code, c) for c in source.codes)):
        raise NoSource(f"{code.co_filename!r} was edited since it was imported")
    node = candidates[0]
    assert isinstance(node, Definition)  # noqa: S101  # for type checkers; _is_of has looked
    return node


def _is_of(node: ast.AST, code: CodeType) -> bool:
    if isinstance(node, ast.Lambda):
        return code.co_name == "<lambda>" and node.lineno == code.co_firstlineno
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return node.name == code.co_name and first == code.co_firstlineno


def _begins_there(node: ast.AST, code: CodeType) -> bool:
    """Tell whether code is that of one lambda among several of a line."""
    if not isinstance(node, ast.Lambda):
        return False
    starts = [(p[0], p[2]) for p in code.co_positions() if p[0] and p[2] is not None and p[3]]
    body = node.body
    return min(starts, default=None) == (body.lineno, body.col_offset)


def _same(running: CodeType, compiled: CodeType) -> bool:
    """Tell whether code is what a file compiles to; where it stands in the file does not matter."""
    return (
        running.co_name == compiled.co_name
        and running.co_code == compiled.co_code
        and running.co_names == compiled.co_names
        and running.co_varnames == compiled.co_varnames
        and len(running.co_consts) == len(compiled.co_consts)
        and all(map(_same_constant, running.co_consts, compiled.co_consts))
    )


def _same_constant(one: object, other: object) -> bool:
    if isinstance(one, CodeType) and isinstance(other, CodeType):
        return _same(one, other)
    return type(one) is type(other) and (one == other or repr(one) == repr(other))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)
