"""Writes a syntax tree as text: the same on every version of Python, whatever the layout was.

``ast.dump`` and ``ast.unparse`` differ between versions, and so does bytecode. Left out is what
does not change what code does: positions, comments, docstrings, ``pass``, annotations of functions,
and fields that are empty, which is what new fields of new versions are.
"""

import ast
from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["canonical_code"]

_LEFT_OUT: Final = frozenset(
    {"ctx", "kind", "type_comment", "type_ignores", "type_params", "returns"}
)
_DOCUMENTED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
#: Decorators that change how a function is remembered or paced, and not what it does.
_OURS: Final = frozenset({"mark", "task", "limiter", "consume", "register"})


def canonical_code(node: ast.AST) -> str:
    """Answer the text of a tree; trees of code that does the same, but for names, can differ."""
    return "".join(_pieces(node))


def _pieces(value: object) -> Iterator[str]:
    match value:
        case ast.Constant(value=constant):
            yield f"{type(constant).__name__}:{constant!r}"
        case ast.JoinedStr(values=values):
            yield "JoinedStr"
            yield from _pieces(list(_merged(values)))
        case ast.AST():
            yield type(value).__name__
            yield "("
            for name, part in _fields(value):
                yield f"{name}="
                yield from _pieces(part)
                yield ","
            yield ")"
        case list():
            yield "["
            for item in value:  # pyright: ignore[reportUnknownVariableType]
                yield from _pieces(item)  # pyright: ignore[reportUnknownArgumentType]
                yield ","
            yield "]"
        case _:
            yield repr(value)


def _fields(node: ast.AST) -> Iterator[tuple[str, object]]:
    for name, part in ast.iter_fields(node):
        if name in _LEFT_OUT or (name == "annotation" and isinstance(node, ast.arg)):
            continue
        shown: object = part
        if name == "body" and isinstance(node, _DOCUMENTED):
            shown = _statements(node.body)
        elif isinstance(part, list):
            shown = [p for p in part if not isinstance(p, ast.Pass)]  # pyright: ignore[reportUnknownVariableType]
        if name == "decorator_list":
            decorators: list[ast.expr] = part  # pyright: ignore[reportUnknownVariableType]
            shown = [decorator for decorator in decorators if not _is_ours(decorator)]
        if shown is not None and shown != []:
            yield name, shown


def _statements(body: list[ast.stmt]) -> list[ast.stmt]:
    match body:
        case [ast.Expr(value=ast.Constant(value=str())), *rest]:
            return [statement for statement in rest if not isinstance(statement, ast.Pass)]
        case _:
            return [statement for statement in body if not isinstance(statement, ast.Pass)]


def _is_ours(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Attribute) and called.attr in _OURS


def _merged(values: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """Answer the parts of an f-string, with texts that follow each other in one."""
    text = ""
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            text += value.value
            continue
        if text:
            yield ast.Constant(text)
        text = ""
        yield value
    if text:
        yield ast.Constant(text)
