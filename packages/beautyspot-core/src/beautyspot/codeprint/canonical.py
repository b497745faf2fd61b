"""The canonical text of code: the same for the same code, on every version of Python.

What does not change what code does leaves no trace: places, comments, docstrings, annotations of
functions and variables, statements without effect. Two exceptions, for what others do with code: a
decorator may read the annotations of a function, and a library the docstring.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any, Final, NamedTuple, TypeAlias, cast

__all__ = ["Definition", "Role", "RoleOf", "all_plain", "canonical", "decorators_of"]


class Role(Enum):
    """Whose a decorator or base class is."""

    OURS = "ours"  #: left out: it remembers results, and does not make them
    PLAIN = "plain"  #: the user's, or of the standard library
    LIBRARY = "library"  #: of a library, which may make prompts or schemas of docstrings


RoleOf: TypeAlias = Callable[[ast.expr], Role]
Definition: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

#: Fields of no effect; type parameters are there for type checkers.
_SKIPPED: Final = frozenset({"ctx", "kind", "type_comment", "type_ignores", "type_params"})


class _Place(NamedTuple):
    """Which annotations are kept in a place."""

    of_arguments: bool = False
    of_variables: bool = False  #: they are the fields of a dataclass


class _Item(NamedTuple):
    """A value of a field, to be written."""

    value: Any
    place: _Place


_Piece: TypeAlias = str | _Item

_ELSEWHERE: Final = _Place()
_SIGNATURE: Final = _Place(of_arguments=True)
_CLASS: Final = _Place(of_variables=True)


def all_plain(_decorator: ast.expr) -> Role:
    """Answer that a decorator is the user's."""
    return Role.PLAIN


def decorators_of(node: Definition, role_of: RoleOf) -> list[ast.expr]:
    """Answer the decorators that count. Where there are some, they may read annotations."""
    return [each for each in node.decorator_list if role_of(each) is not Role.OURS]


def canonical(node: ast.AST, role_of: RoleOf = all_plain) -> str:
    """Answer the text of a node.

    Args:
        node: of any kind.
        role_of: answers whose a decorator or base class is.
    """
    written: list[str] = []
    # A long sum nests deeper than Python's own stack allows, so what waits is kept here.
    waiting: list[_Piece] = [_Item(node, _ELSEWHERE)]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, str):
            written.append(piece)
        else:
            waiting.extend(reversed(list(_pieces(piece.value, piece.place, role_of))))
    return "".join(written)


def _pieces(value: Any, place: _Place, role_of: RoleOf) -> Iterator[_Piece]:  # noqa: ANN401
    """Answer what is to be written for a value of a field, one level deep."""
    match value:
        case ast.Constant():
            yield _constant(value.value)
        case ast.JoinedStr():
            yield from _joined(value, place)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield from _definition(value, role_of)
        case ast.AnnAssign() if not place.of_variables:
            yield from _unannotated(value, place)
        case ast.arg() if not place.of_arguments:
            yield from _node("arg", [("arg", value.arg)], place)
        case ast.AST():
            names = sorted(set(value._fields) - _SKIPPED)
            fields = [(name, getattr(value, name, None)) for name in names]
            yield from _node(type(value).__name__, fields, place)
        case list():
            yield "["
            for element in _effective(cast("list[object]", value)):
                yield _Item(element, place)
                yield ","
            yield "]"
        case None:  # in a list: {**a} has a value without a key, and {None: a} one with a key
            yield "-"
        case _:
            yield ascii(value)


def _definition(node: Definition, role_of: RoleOf) -> Iterator[_Piece]:
    """Write a function or class: without our decorators, and with what others may read of it."""
    decorators = decorators_of(node, role_of)
    yield f"{type(node).__name__}("
    yield from _field("name", node.name, _ELSEWHERE)
    yield from _field("decorator_list", decorators, _ELSEWHERE)
    if isinstance(node, ast.ClassDef):
        readers, body = [*decorators, *node.bases], _CLASS
        yield from _field("bases", node.bases, _ELSEWHERE)
        yield from _field("keywords", node.keywords, _ELSEWHERE)
    else:
        readers, body = decorators, _ELSEWHERE
        yield from _field("args", node.args, _SIGNATURE if decorators else _ELSEWHERE)
        yield from _field("returns", node.returns if decorators else None, _ELSEWHERE)
    if any(role_of(reader) is Role.LIBRARY for reader in readers):
        yield from _field("doc", ast.get_docstring(node), _ELSEWHERE)
    yield from _field("body", node.body, body)
    yield ")"


def _unannotated(node: ast.AnnAssign, place: _Place) -> Iterator[_Piece]:
    """Write an annotated variable as one without; one without value is only declared."""
    if node.value is None:
        return _node("AnnAssign", [("target", node.target)], place)
    return _node("Assign", [("targets", [node.target]), ("value", node.value)], place)


def _joined(node: ast.JoinedStr, place: _Place) -> Iterator[_Piece]:
    """Write an f-string as texts and fields in turn: versions of Python cut the texts otherwise."""
    parts: list[_Piece] = []
    text = ""
    for value in _flat(node):
        if isinstance(value, ast.Constant):
            text += str(value.value)
            continue
        parts += [f"{_constant(text)},"] if text else []
        parts += [_Item(value, place), ","]
        text = ""
    if not parts:
        yield _constant(text)
        return
    yield "JoinedStr("
    yield from parts
    yield f"{_constant(text)},)" if text else ")"


def _flat(node: ast.JoinedStr) -> Iterator[ast.expr]:
    for value in node.values:
        if isinstance(value, ast.JoinedStr):
            yield from _flat(value)
        else:
            yield value


def _node(kind: str, fields: Iterable[tuple[str, Any]], place: _Place) -> Iterator[_Piece]:
    yield f"{kind}("
    for name, value in fields:
        yield from _field(name, value, place)
    yield ")"


def _field(name: str, value: Any, place: _Place) -> Iterator[_Piece]:  # noqa: ANN401
    """Write a field, unless it is empty: versions of Python differ in which ones there are."""
    if not _is_empty(value):
        yield f"{name}="
        yield _Item(value, place)
        yield ","


def _is_empty(value: Any) -> bool:  # noqa: ANN401
    match value:
        case None | 0 | -1:  # -1: no conversion in a field of an f-string
            return True
        case list():
            return not _effective(cast("list[object]", value))
        case ast.JoinedStr():  # the format of a field
            return all(isinstance(part, ast.Constant) and part.value == "" for part in value.values)
        case _:
            return False


def _effective(items: Iterable[object]) -> list[object]:
    """Leave out the statements without effect: ``pass``, and constants, docstrings among them."""
    return [item for item in items if not _has_no_effect(item)]


def _has_no_effect(item: object) -> bool:
    return isinstance(item, ast.Pass) or (
        isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
    )


def _constant(value: object) -> str:  # noqa: PLR0911  # one for each kind
    """Write a constant with its type: 1, 1.0 and True differ, and so do 0.0 and -0.0."""
    match value:
        case None | bool():
            return repr(value)
        case int():
            return hex(value)  # decimal digits are limited
        case float():
            return f"float:{value.hex()}"
        case complex():
            return f"complex:{value.real.hex()}:{value.imag.hex()}"
        case str():
            return ascii(value)  # what repr escapes differs with the tables of Unicode
        case bytes():
            return f"bytes:{value.hex()}"
        case _:
            return repr(value)  # Ellipsis
