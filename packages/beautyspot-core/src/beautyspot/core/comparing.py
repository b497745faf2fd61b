"""Where two nodes of canonical texts differ, found by going into both side by side.

Nodes come from databases, which can hold anything: what is not as it should be is compared as a
whole, and nothing is followed without end.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from re import compile as pattern
from typing import Any, Final, TypeAlias, cast

from beautyspot.core.plain import Node, plain_text
from beautyspot.core.readable import Tagged
from beautyspot.core.spelling import SHOWN_LIMIT, spell, spell_apart

__all__ = ["ABSENT", "Difference", "compare", "differing"]

#: What is shown for a side that has no such value.
ABSENT: Final = "<absent>"
#: Steps that a path goes into an argument; what is deeper is shown as a whole.
_DEPTH: Final = 24
#: Characters of a path, and of a key in it.
_PATH_LIMIT: Final = 100
_KEY_LIMIT: Final = 40
_ARGUMENT: Final = pattern(r"\**(\w+)(?!\w*\()")

_Found: TypeAlias = Iterator["Difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the arguments of two calls differ."""

    path: str  #: as one would write it: ``options['stop'][0]``; ``tags{...}`` is in a set
    wanted: str  #: what the call has there, at most 80 characters
    stored: str  #: what the stored call had there, at most 80 characters

    @property
    def argument(self) -> str | None:
        """The name of the argument; None when the place is in none of the function's own."""
        name = _ARGUMENT.match(self.path)
        return None if name is None else name[1]


def differing(path: str, wanted: str, stored: str) -> Difference:
    """Answer the difference at a place; a path that is long or cannot be printed is rewritten."""
    if not path.isprintable():
        path = ascii(path)[1:-1]
    if len(path) > _PATH_LIMIT:
        path = f"{path[: _PATH_LIMIT // 2 - 2]}...{path[1 - _PATH_LIMIT // 2 :]}"
    return Difference(path, wanted, stored)


def compare(path: str, wanted: Node, stored: Node, depth: int = 0) -> _Found:
    """Answer where two values differ: inside, when they are of one kind, or as a whole."""
    if _is_same(wanted, stored):
        return
    kind = _kind(wanted)
    if kind and kind == _kind(stored) and depth < _DEPTH:
        inside = _INSIDE.get(kind, _described)
        yield from inside(path.lstrip("*"), wanted, stored, depth + 1)
    else:
        yield differing(path, *spell_apart(wanted, stored))


def _is_same(one: Node, two: Node) -> bool:
    """Tell whether two nodes are of one type and content, all the way down."""
    pairs: list[tuple[Node, Node]] = [(one, two)]
    while pairs:
        one, two = pairs.pop()
        if type(one) is not type(two):
            return False
        if isinstance(one, list):
            items = cast("list[object]", one)
            if len(items) != len(two):
                return False
            pairs.extend(zip(items, two, strict=True))
        elif isinstance(one, dict):
            members = cast("Tagged", one)
            if members.keys() != two.keys():
                return False
            pairs.extend((node, two[name]) for name, node in members.items())
        elif repr(one) != repr(two):  # NaN is NaN, and 0.0 is not -0.0
            return False
    return True


def _kind(node: Node) -> str:
    """Answer what two values have in common when one can go into both; nothing for most."""
    if isinstance(node, list):
        return "list"
    if not isinstance(node, dict):
        return ""
    tagged = cast("Tagged", node)
    tag = tagged.get("$", "dict")
    if tag == "dict":
        return "dict" if _keyed(tagged) is not None else ""
    if tag == "complex" or (f"${tag}" in _INSIDE and not _is_container(tagged)):
        return ""
    return f"${tag}"


def _is_container(tagged: Tagged) -> bool:
    """Tell whether a tag has what ours have: members, and nothing beside them."""
    return tagged.keys() == {"$", "v"} and isinstance(tagged["v"], list)


def _items(path: str, wanted: list[Node], stored: list[Node], depth: int) -> _Found:
    """Compare lists place by place, save what longer and shorter begin and end with alike."""
    start = end = 0
    shorter = min(len(wanted), len(stored))
    if len(wanted) != len(stored):
        start = _alike(wanted, stored)
        end = min(_alike(reversed(wanted), reversed(stored)), shorter - start)
    for at in range(start, max(len(wanted), len(stored)) - end):
        where = f"{path}[{at}]"
        if at < shorter - end:
            yield from compare(where, wanted[at], stored[at], depth)
        elif len(wanted) > shorter:
            yield differing(where, spell(wanted[at]), ABSENT)
        else:
            yield differing(where, ABSENT, spell(stored[at]))


def _alike(wanted: Iterable[Node], stored: Iterable[Node]) -> int:
    """Count the values with which both begin."""
    pairs = zip(wanted, stored, strict=False)
    return sum(1 for _ in takewhile(lambda pair: _is_same(*pair), pairs))


def _members(path: str, wanted: Tagged, stored: Tagged, _depth: int) -> _Found:
    """Compare sets: what is in one alone."""
    ours = {plain_text(node): node for node in wanted["v"]}
    theirs = {plain_text(node): node for node in stored["v"]}
    where = f"{path}{{...}}"
    yield from (differing(where, spell(ours[text]), ABSENT) for text in ours if text not in theirs)
    yield from (
        differing(where, ABSENT, spell(theirs[text])) for text in theirs if text not in ours
    )


def _entries(path: str, wanted: Tagged, stored: Tagged, depth: int) -> _Found:
    """Compare dicts, key by key."""
    ours, theirs = _keyed(wanted) or {}, _keyed(stored) or {}
    steps = {text: f"[{spell(key, _KEY_LIMIT)}]" for text, (key, _) in (ours | theirs).items()}
    return _together(path, steps, _values(ours), _values(theirs), depth)


def _keyed(node: Tagged) -> dict[str, tuple[Node, Node]] | None:
    """Answer keys and values by the texts of the keys; None when these are no keys of a dict."""
    if "$" not in node:
        return {plain_text(key): (key, item) for key, item in node.items()}
    pairs = cast("list[list[Node]]", node.get("v"))
    try:
        keyed = {plain_text(key): (key, item) for key, item in pairs}
    except (TypeError, ValueError):
        return None
    return keyed if len(keyed) == len(pairs) else None


def _values(keyed: dict[str, tuple[Node, Node]]) -> Tagged:
    return {text: node for text, (_, node) in keyed.items()}


def _together(path: str, steps: dict[str, str], ours: Tagged, theirs: Tagged, depth: int) -> _Found:
    for name, step in steps.items():
        if name not in theirs:
            yield differing(path + step, spell(ours[name]), ABSENT)
        elif name not in ours:
            yield differing(path + step, ABSENT, spell(theirs[name]))
        else:
            yield from compare(path + step, ours[name], theirs[name], depth)


def _described(path: str, wanted: Tagged, stored: Tagged, depth: int) -> _Found:
    """Compare what has a tag: as a whole, unless attributes and items are all that differs."""
    names = wanted.keys() | stored.keys()
    inside = {name for name in names if _is_open(name, wanted.get(name), stored.get(name))}
    if not _is_same(_without(inside, wanted), _without(inside, stored)):
        yield differing(path, *_heads(wanted, stored))
        return
    if "a" in inside:
        ours, theirs = cast("Tagged", wanted["a"]), cast("Tagged", stored["a"])
        steps = {name: f".{name}" for name in {**ours, **theirs}}
        yield from _together(path, steps, ours, theirs, depth)
    if "v" in inside:
        yield from compare(path, wanted["v"], stored["v"], depth)


def _is_open(name: str, wanted: Node, stored: Node) -> bool:
    """Tell whether what both have under a name can be gone into."""
    if name == "v":
        return isinstance(wanted, dict | list) and isinstance(stored, dict | list)
    return name == "a" and isinstance(wanted, dict) and isinstance(stored, dict)


def _without(names: set[str], node: Tagged) -> Tagged:
    return {name: label for name, label in node.items() if name not in names}


def _heads(wanted: Tagged, stored: Tagged) -> tuple[str, str]:
    """Answer both as a whole, or where that is cut, with the labels alone that differ."""
    whole = spell_apart(wanted, stored)
    if max(map(len, whole)) < SHOWN_LIMIT:
        return whole
    same = {
        name
        for name in wanted.keys() & stored.keys()
        if name != "$" and _is_same(wanted[name], stored[name])
    }
    return spell_apart(_without(same, wanted), _without(same, stored))


_INSIDE: Final[dict[str, Callable[[str, Any, Any, int], _Found]]] = {
    "$frozenset": _members,
    "$set": _members,
    "dict": _entries,
    "list": _items,
}
