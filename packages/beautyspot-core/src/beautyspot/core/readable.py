"""The pieces of which a readable line about a node of a canonical text is made.

Nodes come from databases, which can hold anything: what is not as it should be is shown all the
same. Pieces are made as they are taken, so that who stops reading stops the work.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from re import compile as pattern
from typing import Final, TypeAlias, cast

from beautyspot.core.plain import Node

__all__ = ["PIECE_LIMIT", "SHORT_DIGEST", "Tagged", "bare", "pieces"]

#: Characters of a text that make a piece: more than a line has room for, so that it is cut there.
PIECE_LIMIT: Final = 100
#: Digits that are shown of a digest: enough to tell two apart.
SHORT_DIGEST: Final = 8
#: Containers inside containers that are shown.
_DEPTH: Final = 12
_DIGEST: Final = pattern(r"[0-9a-f]{64}")

#: What says most comes first: the type, the class, the shape; bytes of an array come last.
_PLACES: Final = {"t": 0, "c": 1, "s": 2, "b": 4}

Tagged: TypeAlias = dict[str, Node]
_Pieces: TypeAlias = Iterator[str]


def pieces(node: Node, depth: int = 0) -> _Pieces:
    """Answer the pieces that, put together, show a node as one would write its value."""
    if depth > _DEPTH:
        return iter(("...",))
    if isinstance(node, str):
        return iter((repr(node[:PIECE_LIMIT]),))
    if isinstance(node, list):
        return _enclosed("[", cast("list[object]", node), "]", depth)
    if not isinstance(node, dict):
        return iter((repr(node),))
    tagged = cast("Tagged", node)
    if "$" in tagged:
        return _tagged(tagged, depth)
    return _pairs(tagged.items(), depth)


def bare(text: object) -> str:
    """Answer a name as it is, when it is one that can be printed."""
    if isinstance(text, str) and text.isprintable():
        return text[:PIECE_LIMIT]
    return ascii(text)[:PIECE_LIMIT]


def _enclosed(opening: str, nodes: Iterable[Node], closing: str, depth: int) -> _Pieces:
    items = (pieces(node, depth + 1) for node in nodes)
    return chain((opening,), _separated(items), (closing,))


def _separated(items: Iterable[Iterable[str]]) -> _Pieces:
    for number, item in enumerate(items):
        if number:
            yield ", "
        yield from item


def _pairs(pairs: Iterable[tuple[Node, Node]], depth: int) -> _Pieces:
    items = (chain(pieces(key, depth + 1), (": ",), pieces(node, depth + 1)) for key, node in pairs)
    return chain(("{",), _separated(items), ("}",))


def _tagged(node: Tagged, depth: int) -> _Pieces:
    tag = node["$"]
    write = _WRITERS.get(tag) if isinstance(tag, str) else None
    if write is not None and node.keys() == {"$", "v"}:
        try:
            return write(node["v"], depth)
        except (ValueError, TypeError, OverflowError):  # not as it should be
            pass
    return _described(node, depth)


def _described(node: Tagged, depth: int) -> _Pieces:
    """Show a value by its tag, its labels, its attributes and its content.

    In angle brackets when that is not all of it, because a digest stands for the rest.
    """
    digests = [name for name, label in node.items() if name != "$" and _is_digest(label)]
    labels = sorted(
        node.keys() - {"$", "a", *digests}, key=lambda name: (_PLACES.get(name, 3), name)
    )
    shown = [_label(name, node[name], depth) for name in labels]
    attributes = node.get("a")
    if isinstance(attributes, dict):
        named = cast("Tagged", attributes).items()
        shown += [chain((bare(name), "="), pieces(item, depth + 1)) for name, item in named]
    shown += [iter((f"sha256 {node[name][:SHORT_DIGEST]}",)) for name in digests]
    tag = bare(node["$"])
    if tag in _LARGE and isinstance(node.get("v"), str):
        return _large(node, tag)
    if digests or not shown:
        return chain((f"<{tag} " if shown else f"<{tag}",), _separated(shown), (">",))
    return chain((f"{tag}(",), _separated(shown), (")",))


def _large(node: Tagged, tag: str) -> _Pieces:
    """Show content that is too large to be kept, by its type, size and digest."""
    kind = bare(node.get("t")) if tag == "digest" else tag
    size = node.get("n")
    of = f" of {size:,} {_LARGE[tag]}" if isinstance(size, int) else ""
    return iter((f"<{kind}{of}, sha256 {bare(node['v'])[:SHORT_DIGEST]}>",))


def _is_digest(label: Node) -> bool:
    return isinstance(label, str) and _DIGEST.fullmatch(label) is not None


def _label(name: str, label: Node, depth: int) -> Iterable[str]:
    if name == "v":
        return pieces(label, depth + 1)
    title = (f"{bare(name)}=",) if len(name) > 1 else ()
    if isinstance(label, str):
        return chain(title, (bare(label),))
    if isinstance(label, list):
        return chain(title, _tuple(cast("list[object]", label), depth))
    return chain(title, pieces(label, depth + 1))


def _tuple(value: Node, depth: int) -> _Pieces:
    nodes = _list(value)
    return _enclosed("(", nodes, ",)" if len(nodes) == 1 else ")", depth)


def _set(value: Node, depth: int) -> _Pieces:
    nodes = _list(value)
    return _enclosed("{", nodes, "}", depth) if nodes else iter(("set()",))


def _frozenset(value: Node, depth: int) -> _Pieces:
    nodes = _list(value)
    return _enclosed("frozenset({", nodes, "})", depth) if nodes else iter(("frozenset()",))


def _dict(value: Node, depth: int) -> _Pieces:
    pairs = [_list(pair) for pair in _list(value)]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("no pairs")
    return _pairs(((pair[0], pair[1]) for pair in pairs), depth)


def _complex(value: Node, _depth: int) -> _Pieces:
    real, imaginary = _list(value)
    return iter((repr(complex(real, imaginary)),))


def _bytes(value: Node, _depth: int) -> _Pieces:
    return iter((repr(bytes.fromhex(value)),))


def _bytearray(value: Node, _depth: int) -> _Pieces:
    return iter((repr(bytearray.fromhex(value)),))


def _int(value: Node, _depth: int) -> _Pieces:
    return iter((bare(value),))


def _list(value: Node) -> list[Node]:
    if isinstance(value, list):
        return cast("list[object]", value)
    raise TypeError("no list")


#: What the size of large content counts.
_LARGE: Final = {"bytearray": "bytes", "bytes": "bytes", "digest": "items", "str": "characters"}
_WRITERS: Final[dict[str, Callable[[Node, int], _Pieces]]] = {
    "bytearray": _bytearray,
    "bytes": _bytes,
    "complex": _complex,
    "dict": _dict,
    "frozenset": _frozenset,
    "int": _int,
    "set": _set,
    "tuple": _tuple,
}
