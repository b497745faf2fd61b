"""Why a value is not stored: where in it the trouble stands, what it is, and what to do."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from types import NoneType
from typing import Final, cast

from beautyspot.core.errors import SerializationError

__all__ = ["refusal"]

#: Characters of a path that are shown: a value may be nested a thousand deep.
_SHOWN: Final = 120
_KEY: Final = 40  #: characters of a key, or bits
_PLAIN: Final = (bytearray, bytes, complex, dict, float, frozenset, int, list, set, str, tuple)


def refusal(way: Iterable[object], part: object, why: str) -> SerializationError:
    """Answer the error for a part of a value. What it costs, only a refusal has to pay.

    Args:
        way: the containers that lead to the part, each inside the one before.
        part: what is refused; the whole value when nothing leads to it.
        why: the reason, a clause about "it".
    """
    kind = type(part)
    name = kind.__qualname__
    if kind.__module__ != "builtins":
        name = f"{kind.__module__}.{name}"
    msg = f"{_path([*way, part])} of type {name} cannot be stored: {why}. {_advice(kind)}"
    return SerializationError(msg)


def _advice(kind: type) -> str:
    if kind in _PLAIN:
        return "Return something flatter, or mark the function with another serializer="
    plain = next((base for base in kind.__mro__[1:] if base in _PLAIN), None)
    if plain is not None:
        return f"Return {plain.__name__}(...) of it, or mark the function with another serializer="
    return (
        "Return plain values (None, bool, int, float, complex, str, bytes, bytearray, and lists, "
        "tuples, dicts and sets of these), or mark the function with another serializer="
    )


def _path(way: list[object]) -> str:
    """Answer how one would write the last of them: ``value['a'][0]``."""
    path = "value"
    for outer, inner in pairwise(way):
        path = _step(path, outer, inner)
    half = _SHOWN // 2
    return path if len(path) <= _SHOWN else f"{path[:half]}...{path[-half:]}"


def _step(path: str, outer: object, inner: object) -> str:
    if isinstance(outer, dict):
        pairs = list(cast("dict[object, object]", outer).items())
        for number, (key, item) in enumerate(pairs):
            if item is inner:
                return f"{path}[{_spelt(key)}]"
            if key is inner:
                return f"list({path})[{number}]"
    if isinstance(outer, list | tuple):
        for number, item in enumerate(list(cast("Sequence[object]", outer))):
            if item is inner:
                return f"{path}[{number}]"
    return f"{path}{{...}}"  # a member of a set, or another thread has just taken it out


def _spelt(key: object) -> str:
    """Answer how a key is written, if shortly; the ``repr`` of a foreign object may fail."""
    if type(key) is str or type(key) is bytes:
        return repr(key[:_KEY])
    if type(key) is int and key.bit_length() > _KEY:
        return "..."
    return repr(key) if type(key) in {bool, float, int, NoneType} else "..."
