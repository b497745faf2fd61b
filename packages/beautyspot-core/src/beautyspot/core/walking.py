"""Turns a value into the node that plain JSON writes: typed, injective, refused where it has to be.

The walk keeps a trail of the containers it is in. So it knows how deep it is, and it can write a
cycle as what it is: the way back up.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from types import NoneType
from typing import Any, Final, NoReturn

from beautyspot.core.content import NOTHING, Content, Describe, NoContent
from beautyspot.core.leaves import LEAVES
from beautyspot.core.plain import (
    DEPTH_LIMIT,
    Node,
    has_plain_keys,
    is_flat,
    texts_of,
)

__all__ = ["SIZE_LIMIT", "Refused", "Walk"]

#: Values in one argument, those of a container that stands in two places counted twice: thirty
#: lists that each hold the one before twice would be a thousand million.
SIZE_LIMIT: Final = 5_000_000
#: Characters and bits of a key in a path, characters of what an error says.
_SHOWN_KEY: Final = 40
_SHOWN_BITS: Final = 64
_SHOWN_ERROR: Final = 200


class Refused(Exception):
    """A value has no stable content; its path grows on the way out of the containers."""

    def __init__(self, value: object, reason: str) -> None:
        """Take the value and the reason."""
        self.value = value
        self.reason = reason
        self.path = ""


class Walk:
    """A walk through the arguments of a call, one after the other."""

    __slots__ = ("_seen", "_trail", "describe")

    def __init__(self, describe: Describe) -> None:
        """Take who is asked about values that cannot be written without it."""
        self.describe = describe
        self._seen = 0
        #: By the id of each container that the walk is in, how many stand around it. They are
        #: alive as long as the walk is in them, so their ids are theirs alone.
        self._trail: dict[int, int] = {}

    def argument(self, value: object) -> Node:
        """Answer the node of an argument.

        Raises:
            Refused: it, or a value in it, has no stable content. This ends the walk.
        """
        self._seen = 0
        return self.node(value)

    def node(self, value: object) -> Node:
        """Answer the node of a value in an argument; raises as ``argument`` does."""
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind in LEAVES:
            return _leaf(value)
        trail, here = self._trail, id(value)
        depth = len(trail)
        if here in trail:
            return {"$": "cycle", "up": depth - trail[here]}
        if depth >= DEPTH_LIMIT:
            raise Refused(value, f"it is nested more than {DEPTH_LIMIT} deep")
        trail[here] = depth
        node = _WRITERS.get(kind, _described)(value, self)
        del trail[here]
        return node

    def enter(self, value: object, count: int) -> None:
        """Count the values in a container, and refuse one with too many."""
        self._seen += count
        if self._seen > SIZE_LIMIT:
            reason = f"there are more than {SIZE_LIMIT:,} values in the argument up to here"
            raise Refused(value, reason)


def _leaf(value: object) -> Node:
    try:
        return LEAVES[type(value)](value)
    except NoContent as none:
        raise Refused(value, none.reason) from none.__cause__


def _list(value: list[object] | tuple[object, ...], walk: Walk) -> Node:
    walk.enter(value, len(value))
    if is_flat(value):
        return value
    nodes: list[Node] = []
    try:
        for item in value:
            nodes.append(walk.node(item))  # noqa: PERF401  # its length is the path
    except Refused as refused:
        refused.path = f"[{len(nodes)}]{refused.path}"
        raise
    return nodes


def _tuple(value: tuple[object, ...], walk: Walk) -> Node:
    return {"$": "tuple", "v": _list(value, walk)}


def _set(value: set[object] | frozenset[object], walk: Walk) -> Node:
    """Write the members in the order of their texts: the order of a set is no content."""
    walk.enter(value, len(value))
    try:
        nodes = [walk.node(item) for item in value]
    except Refused as refused:
        refused.path = f"{{...}}{refused.path}"
        raise
    pairs = sorted(zip(texts_of(nodes), nodes, strict=True), key=itemgetter(0))
    return {"$": type(value).__name__, "v": [node for _, node in pairs]}


def _dict(value: dict[Any, object], walk: Walk) -> Node:
    walk.enter(value, len(value))
    native = has_plain_keys(value)
    if native and is_flat(value.values()):
        return value
    nodes: list[Node] = []
    try:
        for item in value.values():
            nodes.append(walk.node(item))  # noqa: PERF401  # its length is the path
    except Refused as refused:
        refused.path = f"[{_spelt(list(value)[len(nodes)])}]{refused.path}"
        raise
    if native:
        return dict(zip(value, nodes, strict=True))
    return {"$": "dict", "v": _by_key(_list(list(value), walk), nodes)}


def _by_key(keys: Sequence[Node], nodes: list[Node]) -> list[Node]:
    """Answer pairs in the order of the texts of their keys; where these are equal, of the values.

    Only keys that are not equal to themselves, such as nan, can have equal texts.
    """
    texts = texts_of(keys)
    ties = texts if len(set(texts)) == len(texts) else texts_of(nodes)
    rows = sorted(zip(texts, ties, keys, nodes, strict=True), key=itemgetter(0, 1))
    return [[key, node] for _, _, key, node in rows]


def _described(value: object, walk: Walk) -> Node:
    content = value if type(value) is Content else _asked(value, walk.describe)
    walk.enter(value, len(content.attributes) + 1)
    if not _RESERVED.isdisjoint(content.labels):
        name = min(_RESERVED.intersection(content.labels))
        raise Refused(value, f"it has a label {name!r}, which is the place of something else")
    node: dict[str, Node] = {"$": content.tag, **content.labels}
    if content.attributes:
        node["a"] = _attributes(value, content.attributes, walk)
    if content.value is value:
        # All that say so would have one content: the way back up.
        raise Refused(value, "its content is itself")
    if content.value is not NOTHING:
        node["v"] = walk.node(content.value)
    return node


def _asked(value: object, describe: Describe) -> Content:
    try:
        return describe(value)
    except NoContent as none:
        raise Refused(value, none.reason) from none.__cause__
    except Exception as error:
        # It runs foreign code: __getstate__, properties, functions that the user registered.
        raise Refused(value, f"reading its content failed with {_said(error)}") from error


def _unknown(value: NoContent, _: Walk) -> NoReturn:
    raise Refused(value, value.reason)


def _attributes(value: object, attributes: Mapping[str, object], walk: Walk) -> Node:
    if not has_plain_keys({**attributes}):
        raise Refused(value, 'it has an attribute whose name is not a str, or is "$"')
    nodes: dict[str, Node] = {}
    for name, item in attributes.items():
        try:
            nodes[name] = walk.node(item)
        except Refused as refused:
            refused.path = f".{name[:_SHOWN_KEY]}{refused.path}"
            raise
    return nodes


def _said(error: Exception) -> str:
    """Answer the kind of an error and what it says."""
    kind = type(error).__name__
    try:
        return f"{kind}: {error}"[:_SHOWN_ERROR]
    except Exception:  # noqa: BLE001  # __str__ is foreign code as well
        return kind


def _spelt(key: object) -> str:
    """Answer a key of a dict as one would write it, when that is short and runs no foreign code."""
    if type(key) is str:
        return repr(key[:_SHOWN_KEY])
    if type(key) in _ATOMS or (type(key) is int and key.bit_length() <= _SHOWN_BITS):
        return repr(key)
    return f"<{type(key).__name__}>"


#: Where the tag, the attributes and the value of content stand.
_RESERVED: Final = frozenset({"$", "a", "v"})
_ATOMS: Final = frozenset({NoneType, bool, float})
#: By exact type: a subclass is another type, and means something of its own.
_WRITERS: Final[dict[type, Callable[[Any, Walk], Node]]] = {
    list: _list,
    tuple: _tuple,
    set: _set,
    frozenset: _set,
    dict: _dict,
    NoContent: _unknown,
}
