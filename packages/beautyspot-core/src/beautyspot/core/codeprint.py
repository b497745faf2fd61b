"""The fingerprint of code: what is stored of it, and what two of them say about what has changed.

A fingerprint is a text that stands in a column of every record, so it is short: 32 hexadecimal
digits for the whole, and for each part (the function itself, every helper, every constant) six
digits for its name and eight for its content. The whole decides; the parts only explain.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Final, NamedTuple

__all__ = ["CodeFingerprint", "changes", "fingerprint", "root"]

_ROOT: Final = 32
_NAME: Final = 6
_CONTENT: Final = 8
_PART: Final = _NAME + _CONTENT
#: Parts that are told apart; of more, only the whole is known.
_PARTS: Final = 36
_GONE: Final = "something that it used"


class CodeFingerprint(NamedTuple):
    """The code of a function as it is."""

    text: str  #: what is stored
    parts: tuple[tuple[str, str], ...]  #: readable name and content of each


def fingerprint(parts: Iterable[tuple[str, str]]) -> CodeFingerprint:
    """Answer the fingerprint of code that is made of parts, given by name and canonical text."""
    ordered = tuple(sorted(parts))
    whole = _digest("\x00".join(f"{name}\x01{content}" for name, content in ordered))[:_ROOT]
    shown = ordered if len(ordered) <= _PARTS else ()
    return CodeFingerprint(f"{whole};{''.join(_part(*part) for part in shown)}", ordered)


def root(text: str) -> str:
    """Answer the part of a fingerprint that stands for the whole."""
    return text[:_ROOT]


def changes(stored: str, current: CodeFingerprint) -> tuple[str, ...]:
    """Answer the names of what is other code now than when a fingerprint was stored.

    Of any text whatever; empty when both are the same code.
    """
    if root(stored) == root(current.text):
        return ()
    _, _, known = stored.partition(";")
    before = [known[n : n + _PART] for n in range(0, len(known), _PART)]
    names = {part[:_NAME] for part in before}
    found = [name for name, content in current.parts if _part(name, content) not in before]
    here = {_digest(name)[:_NAME] for name, _ in current.parts}
    if before and not names <= here:
        found.append(_GONE)
    return tuple(dict.fromkeys(found)) if before and found else ("its code",)


def _part(name: str, content: str) -> str:
    return _digest(name)[:_NAME] + _digest(content)[:_CONTENT]


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
