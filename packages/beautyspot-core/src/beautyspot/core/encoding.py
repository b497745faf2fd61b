"""The canonical text of a call's arguments: typed JSON, injective and stable.

Two values have the same text only if they have the same types and content all the way down; the
text does not depend on the process, the hash seed, the platform, the Python version or on what is
installed. The text, not its hash, is the identity: it can be read, and compared with another one.

Plain values are plain JSON. Everything else is an object whose key ``"$"`` holds a tag, and a dict
of the user that has such a key is itself written with a tag; so no value can spell another one's
text. ``ensure_ascii`` stays off: with it a surrogate pair and the character it stands for would be
written alike.
"""

import json
import json.encoder as _json
from collections.abc import Callable, Sized
from hashlib import sha256
from types import NoneType
from typing import Any, Final, TypeAlias, cast

from beautyspot.core.errors import UncacheableArgument

__all__ = ["DEPTH_LIMIT", "SIZE_LIMIT", "canonical_text", "plain_text"]

#: Containers inside containers. Deeper is refused, and so is a cycle, which has no depth.
DEPTH_LIMIT: Final = 150
#: Values in one argument, those of a container that stands in two places counted twice: thirty
#: lists that each hold the one before twice would be a thousand million.
SIZE_LIMIT: Final = 5_000_000
#: Bits up to which an int is written in decimal. Python can be told to refuse ``str(int)`` above
#: 640 digits, which are 2,126 bits.
_DECIMAL_BITS: Final = 2_000
#: Characters and bytes up to which content stands in the text itself; above it, its digest does.
_TEXT_LIMIT: Final = 1024
_BYTES_LIMIT: Final = 64

#: Characters of a path in an error.
_PATH_LIMIT: Final = 100
#: Characters and bits of a key in a path.
_SHOWN_KEY: Final = 40
_SHOWN_BITS: Final = 64

_Node: TypeAlias = Any  # what the JSON encoder takes: there is no type for it


class _RefusedError(Exception):
    """A value has no stable content; its path grows on the way out of the containers."""

    def __init__(self, value: object, reason: str) -> None:
        self.value = value
        self.reason = reason
        self.path = ""


def _encoder() -> Callable[[_Node], str]:
    """Answer the fastest way to JSON that writes what this module promises.

    The C encoder is kept instead of made anew for every call, which ``json.dumps`` does as soon as
    it is given options. It is private to the standard library, so it is tried before it is trusted.
    """
    slow = json.JSONEncoder(
        ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
    ).encode
    make = getattr(_json, "c_make_encoder", None)
    if make is None:
        return slow
    encode = make(None, None, _json.encode_basestring, None, ":", ",", True, False, True)

    def fast(node: _Node) -> str:
        return "".join(encode(node, 0))

    probe: _Node = {"b": [1, -0.0, 1e16, None, float("nan")], "a": 'é"\n\U0001f600\ud83d', "": {}}
    return fast if _same(fast, slow, probe) else slow


def _same(fast: Callable[[_Node], str], slow: Callable[[_Node], str], probe: _Node) -> bool:
    try:
        return fast(probe) == slow(probe)
    except TypeError:  # another signature than the one known
        return False


plain_text: Final = _encoder()


def canonical_text(arguments: dict[str, object]) -> str:
    """Answer the canonical text of arguments, given by name.

    Raises:
        UncacheableArgument: a value has no stable content; the error names it by its path.
    """
    nodes: dict[str, _Node] = {}
    for name, value in arguments.items():
        try:
            nodes[name] = _node(value, _Walk())
        except _RefusedError as refused:
            where = name + refused.path
            raise _refusal(where, refused.value, _reason(name, refused.reason)) from None
        except Exception as error:
            # A stack that is nearly full, a dict that another thread changes: whatever keeps a
            # value from being read must not keep the function from being called.
            raise _refusal(name, value, f"it could not be read to its end ({error})") from error
    return plain_text(nodes)


def _reason(name: str, reason: str) -> str:
    if name not in {"self", "cls"}:
        return reason
    return f"{reason}; mark a static method, or a function outside of the class"


def _refusal(path: str, value: object, reason: str) -> UncacheableArgument:
    if len(path) > _PATH_LIMIT:
        path = f"{path[: _PATH_LIMIT // 2]}...{path[-_PATH_LIMIT // 2 :]}"
    try:
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
    except Exception:  # noqa: BLE001  # a metaclass may answer for its classes, and go wrong
        kind = "value of a type without a name"
    return UncacheableArgument(path, kind, reason)


class _Walk:
    """Where a walk through a value is, and how much it has seen."""

    __slots__ = ("depth", "seen")

    def __init__(self) -> None:
        self.depth = 0
        self.seen = 0

    def enter(self, value: Sized) -> None:
        """Go into a container, or refuse it."""
        self.depth += 1
        self.seen += len(value)
        if self.depth > DEPTH_LIMIT:
            raise _RefusedError(value, f"it is nested more than {DEPTH_LIMIT} deep or holds itself")
        if self.seen > SIZE_LIMIT:
            reason = f"there are more than {SIZE_LIMIT:,} values in the argument up to here"
            raise _RefusedError(value, reason)


def _node(value: object, walk: _Walk) -> _Node:
    kind = type(value)
    if kind in _ATOMS:
        return value
    write = _WRITERS.get(kind)
    if write is None:
        raise _RefusedError(value, "it is not known to have the same content in another process")
    if kind not in _CONTAINERS:
        return write(value, walk)
    walk.enter(cast("Sized", value))
    node = write(value, walk)
    walk.depth -= 1
    return node


def _int(value: int, _walk: _Walk) -> _Node:
    if value.bit_length() <= _DECIMAL_BITS:
        return value
    return {"$": "int", "v": hex(value)}


def _str(value: str, _walk: _Walk) -> _Node:
    if len(value) <= _TEXT_LIMIT:
        return value
    digest = sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
    return {"$": "str", "n": len(value), "v": digest}


def _bytes(value: bytes | bytearray, _walk: _Walk) -> _Node:
    tag = type(value).__name__
    if len(value) <= _BYTES_LIMIT:
        return {"$": tag, "v": value.hex()}
    return {"$": tag, "n": len(value), "v": sha256(value).hexdigest()}


def _complex(value: complex, _walk: _Walk) -> _Node:
    return {"$": "complex", "v": [value.real, value.imag]}


def _list(value: list[object], walk: _Walk) -> _Node:
    nodes: list[_Node] = []
    try:
        for item in value:
            nodes.append(_node(item, walk))  # noqa: PERF401  # its length is the path
    except _RefusedError as refused:
        refused.path = f"[{len(nodes)}]{refused.path}"
        raise
    return nodes


def _tuple(value: tuple[object, ...], walk: _Walk) -> _Node:
    return {"$": "tuple", "v": _list(list(value), walk)}


def _set(value: set[object] | frozenset[object], walk: _Walk) -> _Node:
    """Write the members in the order of their texts: the order of a set is no content."""
    try:
        nodes = [_node(item, walk) for item in value]
    except _RefusedError as refused:
        refused.path = f"{{...}}{refused.path}"
        raise
    return {"$": type(value).__name__, "v": sorted(nodes, key=plain_text)}


def _dict(value: dict[Any, object], walk: _Walk) -> _Node:
    nodes: list[_Node] = []
    try:
        for item in value.values():
            nodes.append(_node(item, walk))  # noqa: PERF401  # its length is the path
    except _RefusedError as refused:
        refused.path = f"[{_spelt(list(value)[len(nodes)])}]{refused.path}"
        raise
    if "$" not in value and _STR.issuperset(map(type, value)):
        return dict(zip(value, nodes, strict=True))
    keys = _list(list(value), walk)
    return {"$": "dict", "v": sorted(zip(keys, nodes, strict=True), key=plain_text)}


def _spelt(key: object) -> str:
    """Answer a key of a dict as one would write it, when that is short and runs no foreign code."""
    if type(key) is str:
        return repr(key[:_SHOWN_KEY])
    if type(key) in _ATOMS or (type(key) is int and key.bit_length() <= _SHOWN_BITS):
        return repr(key)
    return f"<{type(key).__name__}>"


_STR: Final = frozenset({str})
_ATOMS: Final = frozenset({NoneType, bool, float})
_CONTAINERS: Final = frozenset({list, tuple, set, frozenset, dict})
#: By exact type: a subclass is another type, and means something of its own.
_WRITERS: Final[dict[type, Callable[[Any, _Walk], _Node]]] = {
    int: _int,
    str: _str,
    bytes: _bytes,
    bytearray: _bytes,
    complex: _complex,
    list: _list,
    tuple: _tuple,
    set: _set,
    frozenset: _set,
    dict: _dict,
}
