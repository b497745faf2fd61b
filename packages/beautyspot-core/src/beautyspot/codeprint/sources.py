"""Finds where in a source running code stands, and makes sure that it is this code."""

import ast
import warnings
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import CodeType
from typing import Any, Final, NamedTuple, TypeAlias, cast

from beautyspot.codeprint.canonical import canonical
from beautyspot.codeprint.matching import codes_in, is_same, resembles
from beautyspot.codeprint.ownership import is_typed_in
from beautyspot.codeprint.texts import text_of, typed_in

__all__ = ["NoSource", "Source", "classes_in", "find", "source_of", "trees_of"]

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
#: Line, last line, column and last column of what an instruction stands for.
_Span: TypeAlias = tuple[int | None, int | None, int | None, int | None]

_NOT_PYTHON: Final = "its source cannot be read as Python"
_EDITED: Final = "its source was edited since it was imported"
_NOT_AT_HAND: Final = "its source is not at hand, as of what exec or a prompt made"
_ALIKE: Final = "several functions in the same place of its source look like it"

#: A cell of a notebook may wait for coroutines outside of functions.
_FLAGS: Final = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
#: Flags in code that stand for ``from __future__ import``: a prompt keeps them for later inputs.
_FUTURE: Final = 0x1FE0000


class NoSource(NamedTuple):
    """There is no source that is known to be that of the running code."""

    reason: str  #: a sentence without its end


class Source:
    """A text, as a syntax tree and compiled."""

    def __init__(self, text: str, filename: str, flags: int) -> None:
        """Parse and compile it.

        Raises:
            SyntaxError, ValueError, RecursionError, MemoryError: it is no Python, or too deep.
        """
        with warnings.catch_warnings():  # about the text, which were given when it was loaded
            warnings.simplefilter("ignore")
            self.tree = ast.parse(text, filename)
            code = compile(text, filename, "exec", flags | _FLAGS, dont_inherit=True)
        self._codes: dict[str, list[CodeType]] = {}
        for each in codes_in(code):
            self._codes.setdefault(each.co_qualname, []).append(each)
        self._defined: dict[tuple[str, int], list[_Function]] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                self._defined.setdefault(_place(node), []).append(node)

    def find(self, code: CodeType, *, may_be_rewritten: bool) -> _Function | NoSource:
        """Answer the definition that running code was compiled from."""
        named = self._codes.get(code.co_qualname, [])
        found = [each for each in named if is_same(each, code)]
        if not found and may_be_rewritten:
            found = [each for each in named if resembles(code, each)]
        if not found:
            return NoSource(_EDITED)
        found = [each for each in found if _is_in_place(each, code)] or found
        nodes = {id(node): node for each in found for node in self._nodes(each)}
        if len({canonical(node) for node in nodes.values()}) > 1:
            return NoSource(_ALIKE)
        return next(iter(nodes.values()), NoSource(_ALIKE))

    def _nodes(self, code: CodeType) -> list[_Function]:
        """Answer the definition that code was compiled from; several when nothing tells which."""
        nodes = self._defined.get((code.co_name, code.co_firstlineno), [])
        if len(nodes) < 2:
            return nodes
        spans = [span for span in code.co_positions() if None not in span and span[2:] != (0, 0)]
        if not spans:  # Python was told to leave the columns out
            return nodes
        # Lambdas of one line: the smallest one around all that the code consists of.
        around = [node for node in nodes if _surrounds(node, spans)]
        return sorted(around, key=_size)[:1]


def source_of(
    filename: str, variables: Mapping[str, Any], code: CodeType | None = None
) -> Source | NoSource:
    """Answer the source of a file, or of a cell of a notebook, as it is now.

    Args:
        filename: as compiled code names it.
        variables: those of the module.
        code: running code of this source, compiled as the rest of it.
    """
    text = text_of(filename, variables)
    if text is None:
        return NoSource(_NOT_AT_HAND)
    return _parsed(text, filename, 0 if code is None else code.co_flags & _FUTURE)


def find(code: CodeType, variables: Mapping[str, Any]) -> _Function | NoSource:
    """Answer the definition that running code was compiled from."""
    source = source_of(code.co_filename, variables, code)
    if isinstance(source, NoSource):
        return source
    return source.find(code, may_be_rewritten=_is_rewritten(variables))


def trees_of(
    variables: Mapping[str, Any], name: str, code: CodeType | None = None
) -> list[ast.Module]:
    """Answer the syntax trees of a module: one, or those of what was typed in so far.

    Args:
        variables: those of the module.
        name: what is looked for; of what was typed in, that which does not mention it is left out.
        code: running code of the module, which knows its source.
    """
    if code is None and is_typed_in(variables):
        parsed = [_parsed(text, "<cell>", 0) for text in typed_in(variables) if name in text]
    else:
        file = variables.get("__file__") if code is None else code.co_filename
        parsed = [source_of(file, variables, code)] if isinstance(file, str) else []
    return [source.tree for source in parsed if isinstance(source, Source)]


def classes_in(tree: ast.Module, path: str) -> list[ast.ClassDef]:
    """Answer the definitions of a class, given by its qualified name."""
    return [node for name, node in _classes(tree) if name == path]


@lru_cache(maxsize=128)
def _parsed(text: str, filename: str, flags: int) -> Source | NoSource:
    try:
        return Source(text, filename, flags)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return NoSource(_NOT_PYTHON)


def _is_rewritten(variables: Mapping[str, Any]) -> bool:
    """Tell whether a module was loaded by a tool, as pytest is, that can have changed its code."""
    loader = getattr(variables.get("__spec__"), "loader", None) or variables.get("__loader__")
    known = "_frozen_importlib", "_frozen_importlib_external", "zipimport", "builtins", "NoneType"
    return "@pytest_ar" in variables or type(loader).__module__ not in known


def _place(node: _Function) -> tuple[str, int]:
    if isinstance(node, ast.Lambda):
        return "<lambda>", node.lineno
    return node.name, min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _is_in_place(compiled: CodeType, running: CodeType) -> bool:
    return compiled.co_firstlineno == running.co_firstlineno and (
        compiled.co_name != "<lambda>"
        or list(compiled.co_positions()) == list(running.co_positions())
    )


def _surrounds(node: _Function, spans: list[_Span]) -> bool:
    """Tell whether the body of a lambda holds all that instructions stand for."""
    first, last = _ends(node.body if isinstance(node, ast.Lambda) else node)
    return all(
        (line, column) >= first and (end_line, end_column) <= last
        for line, end_line, column, end_column in cast("list[tuple[int, int, int, int]]", spans)
    )


def _size(node: _Function) -> tuple[int, int]:
    (line, column), (end_line, end_column) = _ends(node)
    return end_line - line, end_column - column


def _ends(node: ast.expr | ast.stmt) -> tuple[tuple[int, int], tuple[int, int]]:
    last = node.end_lineno or node.lineno, node.end_col_offset or 0
    return (node.lineno, node.col_offset), last


def _classes(tree: ast.Module) -> Iterator[tuple[str, ast.ClassDef]]:
    """Answer the classes of a source with their qualified names."""
    waiting: list[tuple[str, ast.AST]] = [("", tree)]
    while waiting:
        before, node = waiting.pop()
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.ClassDef():
                    yield before + child.name, child
                    waiting.append((f"{before}{child.name}.", child))
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    waiting.append((f"{before}{child.name}.<locals>.", child))
                case _:
                    waiting.append((before, child))
