"""The classes that annotations name, read without evaluating any text.

An annotation may be a class, what ``typing`` makes of classes, or text; the names in a text are
looked up where it was written. A name that leads nowhere is passed over: it may stand in a branch
that only type checkers read.
"""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final, ForwardRef, TypeVar, cast, get_args, get_origin

__all__ = ["classes_in"]

_LONGEST: Final = 10_000  #: characters of a text

_Space = Mapping[str, object]


def classes_in(function: Callable[..., Any]) -> Iterator[type]:
    """Answer the classes that a function's annotations and closure hold, and their fields'."""
    closed = _closed(function)
    own: _Space = {**getattr(function, "__globals__", {}), **closed}
    waiting: list[tuple[object, _Space]] = [
        (hint, own)
        for hint in (*_annotations(function).values(), *filter(_is_class, closed.values()))
    ]
    # What is seen is kept, so that no other object takes its place, and its id.
    seen: dict[tuple[int, int], object] = {}
    while waiting:
        hint, space = waiting.pop()
        key = (id(hint), id(space) if isinstance(hint, str) else 0)
        if key in seen:
            continue
        seen[key] = hint
        if isinstance(hint, type):
            yield hint
            waiting += _fields(hint)
        waiting += [(part, space) for part in _parts(hint, space)]


def _is_class(value: object) -> bool:
    return isinstance(value, type)


def _closed(function: Callable[..., Any]) -> dict[str, object]:
    """Answer the variables of the enclosing functions that have a value."""
    found: dict[str, object] = {}
    code = getattr(function, "__code__", None)
    cells = getattr(function, "__closure__", None) or ()
    for name, cell in zip(getattr(code, "co_freevars", ()), cells, strict=False):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # no value yet
            continue
    return found


def _annotations(owner: Any) -> dict[str, object]:  # noqa: ANN401  # a function or a class
    try:
        return dict(inspect.get_annotations(owner))
    except Exception:  # noqa: BLE001  # those of a foreign object; from Python 3.14 on, code runs
        return {}


def _fields(class_: type) -> Iterator[tuple[object, _Space]]:
    """Answer the annotations in a class and in those that it is made of, and where they stand."""
    for base in class_.__mro__:
        module = sys.modules.get(str(base.__module__))
        space = {} if module is None else vars(module)
        for hint in _annotations(base).values():
            yield hint, space
        for field in _model_fields(base):
            yield getattr(field, "annotation", None), space
        for hint in get_args(next(iter(vars(base).get("__orig_bases__", ())), None)):
            yield hint, space


def _model_fields(class_: type) -> list[object]:
    """Answer the fields of a pydantic model: of ``Box[int]`` they are annotated nowhere else."""
    fields = vars(class_).get("__pydantic_fields__")
    return list(cast("dict[str, object]", fields).values()) if type(fields) is dict else []


def _parts(hint: object, space: _Space) -> Iterator[object]:
    if isinstance(hint, str):
        yield from _named(hint, space)
    elif isinstance(hint, ForwardRef):
        yield hint.__forward_arg__
    elif isinstance(hint, TypeVar):
        yield hint.__bound__
        yield from hint.__constraints__
    elif isinstance(hint, list | tuple):  # the parameters of a Callable
        yield from cast("list[object]", hint)
    else:
        yield get_origin(hint)
        yield from get_args(hint)
        if type(hint).__name__ == "TypeAliasType":  # of ``type Name = ...``, from Python 3.12 on
            yield getattr(hint, "__value__", None)


def _named(text: str, space: _Space) -> Iterator[object]:
    """Answer what the names in a text stand for, ``models.User`` for one."""
    if len(text) > _LONGEST:
        return
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield space.get(node.id)
        elif isinstance(node, ast.Attribute):
            yield _attribute(node, space)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _attribute(node: ast.expr, space: _Space) -> object:
    """Answer what a dotted name stands for, through modules and classes alone."""
    if isinstance(node, ast.Name):
        return space.get(node.id)
    if not isinstance(node, ast.Attribute):
        return None
    owner = _attribute(node.value, space)
    if not isinstance(owner, type | ModuleType):
        return None
    found: object = vars(owner).get(node.attr)
    return found
