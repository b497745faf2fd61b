"""What of a call's arguments is kept with its result, so that a later miss can be explained.

The canonical text as it is, as long as it is short. In a longer one the largest arguments stand as
digests: what differs in them can no longer be shown, but that they differ can.
"""

from hashlib import sha256
from json import JSONDecoder
from typing import Final, NamedTuple, cast

from beautyspot.core.plain import Node, plain_text

__all__ = ["KEPT_LIMIT", "Part", "digest_of", "kept_arguments", "parts_of"]

#: Characters that are kept: one page of the database. Most calls have fewer.
KEPT_LIMIT: Final = 4_096
#: Characters of a text that is taken apart: about a tenth of a second of work.
_APART_LIMIT: Final = 8_388_608
_DIGITS: Final = 16

_DECODER: Final = JSONDecoder()


class Part(NamedTuple):
    """One argument in a text."""

    text: str  #: of its node
    node: Node  #: what the text says, as ``json`` reads it


def kept_arguments(text: str) -> str | None:
    """Answer what is kept of the canonical text of arguments; None: nothing of it can be."""
    if not _is_storable(text):
        return None
    if len(text) <= KEPT_LIMIT:
        return text
    parts = parts_of(text)
    return None if parts is None else _shortened(parts)


def parts_of(text: str) -> dict[str, Part] | None:
    """Answer the arguments in a canonical text by name; None when it is huge, or none of ours.

    It need not be ours: what a database holds can come from anybody.
    """
    if text == "{}":
        return {}
    if len(text) > _APART_LIMIT:
        return None
    parts: dict[str, Part] = {}
    at, before = 0, "{"
    try:
        while text[at] == before:
            name, colon = cast("tuple[object, int]", _DECODER.raw_decode(text, at + 1))
            node, end = _DECODER.raw_decode(text, colon + 1)
            if not isinstance(name, str) or name in parts or text[colon] != ":":
                return None
            parts[name] = Part(text[colon + 1 : end], node)
            at, before = end, ","
    except (ValueError, IndexError, RecursionError):  # no JSON, cut off, nested without end
        return None
    return parts if parts and text[at:] == "}" else None


def digest_of(part: Part) -> dict[str, Node]:
    """Answer the node that stands for an argument: its type, its size and a digest."""
    node = part.node
    kind: object = type(node).__name__
    if isinstance(node, dict) and "$" in node:
        tagged = cast("dict[str, Node]", node)
        kind, node = tagged["$"], tagged.get("v")
        if kind == "digest":
            return tagged
    size = {"n": len(cast("list[Node]", node))} if isinstance(node, list | dict) else {}
    value = sha256(part.text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return {"$": "digest", "t": kind, "v": value, **size}


def _is_storable(text: str) -> bool:
    """Tell whether every database can keep a text: half a surrogate pair it cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _shortened(parts: dict[str, Part]) -> str | None:
    """Answer the text with digests for the largest arguments, as many as it takes."""
    texts = {name: part.text for name, part in parts.items()}
    size = 1 + sum(len(plain_text(name)) + len(text) + 2 for name, text in texts.items())
    for name in sorted(parts, key=lambda name: len(parts[name].text), reverse=True):
        texts[name] = plain_text(digest_of(parts[name]))
        size += len(texts[name]) - len(parts[name].text)
        if size <= KEPT_LIMIT:
            members = (f"{plain_text(name)}:{text}" for name, text in texts.items())
            return f"{{{','.join(members)}}}"
    return None
