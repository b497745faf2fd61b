"""Why a value is not stored: where in it the trouble stands, what it is, and what to do."""

from collections import deque
from collections.abc import ItemsView, Iterable, Iterator, KeysView, ValuesView
from io import IOBase
from itertools import pairwise
from types import MappingProxyType, MemberDescriptorType, NoneType
from typing import Any, Final, cast

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.bare import bare_dict, bare_list, bare_object, bare_tuple

__all__ = ["advice_for", "named", "not_found", "refusal"]

#: Characters of a path that are shown: a value may be nested a thousand deep.
_SHOWN: Final = 120
_KEY: Final = 40  #: characters of a key, or bits
_PLAIN: Final = (bytearray, bytes, complex, dict, float, frozenset, int, list, set, str, tuple)
_OTHERWISE: Final = "or mark the function with another serializer="
#: What to return instead of what can be read once, or belongs to somebody else.
_INSTEAD: Final[tuple[tuple[type, str], ...]] = (
    (memoryview, "Return bytes(...) of it"),
    (MappingProxyType, "Return dict(...) of it"),
    (IOBase, "Return its content"),
    (Iterator, "Return list(...) of it"),
    (KeysView, "Return list(...) of it"),
    (ValuesView, "Return list(...) of it"),
    (ItemsView, "Return list(...) of it"),
    (BaseException, "Raise it, or return its text"),
    (type, "Return its name, a str"),
)


def refusal(way: Iterable[object], part: object, why: str) -> SerializationError:
    """Answer the error for a part of a value. What it costs, only a refusal has to pay.

    Args:
        way: the containers that lead to the part, each inside the one before.
        part: what is refused; the whole value when nothing leads to it.
        why: the reason, a clause about "it", and a sentence that says what to do.
    """
    msg = f"{_path([*way, part])} of type {named(type(part))} cannot be stored: {why}"
    return SerializationError(msg)


def named(kind: type) -> str:
    """Answer what a class is called where people read it."""
    name = kind.__qualname__
    return name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"


def advice_for(kind: type) -> str:
    """Answer what to return instead of a value of a type that is not kept."""
    if kind in _PLAIN:
        return f"Return something flatter, {_OTHERWISE}"
    plain = next((base for base in kind.__mro__[1:] if base in _PLAIN), None)
    if plain is not None:
        return f"Return {plain.__name__}(...) of it, {_OTHERWISE}"
    instead = next((text for base, text in _INSTEAD if issubclass(kind, base)), None)
    if instead is not None:
        return f"{instead}, {_OTHERWISE}"
    return (
        "Return plain values (numbers, text, bytes, and lists, tuples, dicts and sets of these), "
        "make its class a dataclass, register it with register_type(), "
        f"{_OTHERWISE}"
    )


def not_found(kind: type) -> str:
    """Answer why an instance is refused whose class nobody holds, and what to do."""
    plain = next((base for base in kind.__mro__[1:] if base in _PLAIN), None)
    instead = "" if plain is None else f", or return {plain.__name__}(...) of it"
    return (
        "its class is not found in the code of the function. Annotate what the function returns "
        "with it, import or define it in the function's module, register it with register_type()"
        f"{instead}"
    )


def _path(way: list[object]) -> str:
    """Answer how one would write the last of them: ``value['a'][0]``."""
    path = "value"
    for outer, inner in pairwise(way):
        path = _step(path, outer, inner)
    half = _SHOWN // 2
    return path if len(path) <= _SHOWN else f"{path[:half]}...{path[-half:]}"


def _step(path: str, outer: Any, inner: object) -> str:  # noqa: ANN401  # any values
    if issubclass(type(outer), dict):
        pairs: list[tuple[object, object]] = list(bare_dict.items(outer))
        for number, (key, item) in enumerate(pairs):
            if item is inner:
                return f"{path}[{_spelt(key)}]"
            if key is inner:
                return f"list({path})[{number}]"
    name = _attribute(outer, inner)
    if name is not None:
        return f"{path}.{name[:_KEY]}"
    for number, item in enumerate(_items(outer)):
        if item is inner:
            return f"{path}[{number}]"
    if type(inner) in type(outer).__mro__:
        return path  # the plain content of a subclass
    return f"{path}{{...}}"  # a member of a set, or another thread has just taken it out


def _items(value: Any) -> list[object]:  # noqa: ANN401  # any value
    if isinstance(value, list):
        return list(bare_list.__iter__(value))
    if isinstance(value, tuple):
        return list(bare_tuple.__iter__(value))
    return list(cast("deque[object]", value)) if type(value) is deque else []


def _attribute(outer: Any, inner: object) -> str | None:  # noqa: ANN401  # any value
    """Answer the name of the attribute that holds a value, without running code of the class."""
    names: Any = getattr(cast("object", type(outer)), "_fields", ())
    if isinstance(outer, tuple):
        items: Iterable[tuple[Any, object]] = zip(names, bare_tuple.__iter__(outer), strict=False)
        return next((str(name) for name, item in items if item is inner), None)
    for base in type(outer).__mro__:
        for name, found in vars(base).items():
            if type(found) is MemberDescriptorType and _slot(found, outer) is inner:
                return name
    try:
        held = cast("dict[object, object]", bare_object.__getattribute__(outer, "__dict__"))
    except AttributeError:
        return None
    return next((n for n, item in held.copy().items() if item is inner and type(n) is str), None)


def _slot(descriptor: MemberDescriptorType, value: object) -> object:
    try:
        return cast("object", descriptor.__get__(value))
    except AttributeError:
        return descriptor  # nothing that a value holds


def _spelt(key: object) -> str:
    """Answer how a key is written, if shortly; the ``repr`` of a foreign object may fail."""
    if type(key) is str or type(key) is bytes:
        return repr(key[:_KEY])
    if type(key) is int and key.bit_length() > _KEY:
        return "..."
    return repr(key) if type(key) in {bool, float, int, NoneType} else "..."
