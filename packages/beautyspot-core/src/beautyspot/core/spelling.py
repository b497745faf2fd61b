"""How a node of a canonical text is shown to people: like Python, on one short line."""

from hashlib import sha256
from typing import Final, cast

from beautyspot.core.plain import Node, plain_text
from beautyspot.core.readable import SHORT_DIGEST, Tagged, bare, pieces

__all__ = ["SHOWN_LIMIT", "spell", "spell_apart"]

#: Characters of one value.
SHOWN_LIMIT: Final = 80
#: Characters of an excerpt from a text, and how many of them stand before the place in question.
_EXCERPT: Final = 56
_BEFORE: Final = 16
#: Characters of what is said beside a value.
_NOTE: Final = 30


def spell(node: Node, limit: int = SHOWN_LIMIT) -> str:
    """Answer a node as one would write its value in Python, cut when it is longer than a limit."""
    text = ""
    for piece in pieces(node):
        text += piece
        if len(text) > limit:
            return f"{text[: limit - 3]}..."
    return text


def spell_apart(one: Node, two: Node) -> tuple[str, str]:
    """Answer two nodes that differ, each as ``spell`` does, so that they do not look alike."""
    if isinstance(one, str) and isinstance(two, str):
        texts = _excerpts(one, two)
    else:
        texts = spell(one), spell(two)
    if texts[0] != texts[1]:
        return texts
    notes = _kind(one), _kind(two)
    if notes[0] == notes[1]:
        notes = _digest(one), _digest(two)
    return _with_note(texts[0], notes[0]), _with_note(texts[1], notes[1])


def _excerpts(one: str, two: str) -> tuple[str, str]:
    """Answer what stands in two texts around the place from which on they differ."""
    shorter, longer = sorted((len(one), len(two)))
    if longer <= _EXCERPT:
        return spell(one), spell(two)
    pairs = enumerate(zip(one, two, strict=False))
    place = next((at for at, (a, b) in pairs if a != b), shorter)
    start = max(0, place - _BEFORE)
    return _excerpt(one, start), _excerpt(two, start)


def _excerpt(text: str, start: int) -> str:
    shown = spell(text[start : start + _EXCERPT], SHOWN_LIMIT - 6)
    before = "..." if start else ""
    after = "..." if start + _EXCERPT < len(text) and not shown.endswith("...") else ""
    return f"{before}{shown}{after}"


def _with_note(text: str, note: str) -> str:
    note = note[:_NOTE]
    room = SHOWN_LIMIT - len(note) - 3
    return f"{text if len(text) <= room else f'{text[: room - 3]}...'} ({note})"


def _kind(node: Node) -> str:
    kind = type(node).__name__
    return bare(cast("Tagged", node).get("$", kind)) if isinstance(node, dict) else kind


def _digest(node: Node) -> str:
    text = plain_text(node).encode("utf-8", "surrogatepass")
    return f"sha256 {sha256(text).hexdigest()[:SHORT_DIGEST]}"
