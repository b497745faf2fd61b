"""The fingerprint of code: a text that says whether code is the same, and what of it is not.

The text is kept with every result, so it is short: a digest of everything, which alone decides, and
for each part a few digits of its name and of its content, which only explain.
"""

import re
from bisect import insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

__all__ = ["CodeFingerprint", "CodePart", "changes", "root"]

#: A number for what is written and how: fingerprints with different ones cannot be compared.
_SCHEME: Final = "1"
_ROOT_DIGITS: Final = 32
_NAME_DIGITS: Final = 4
_CONTENT_DIGITS: Final = 8
#: Parts that are told apart in the text: 12 characters for each one.
_MOST: Final = 32

_TEXT: Final = re.compile(rf"{_SCHEME};([0-9a-f]{{32}});((?:[0-9a-f]{{12}}){{0,{_MOST}}})")
_ENTRY: Final = re.compile(r"(.{4})(.{8})")


@dataclass(frozen=True, slots=True)
class CodePart:
    """A function, class or constant, as it is written, without what it uses."""

    name: str  #: for people: "helper parse()"
    content: str  #: what counts of it, as text
    #: Which of its names leads to which part, counted from 0.
    links: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CodeFingerprint:
    """The code of a function with all that it uses of the user's own code."""

    parts: tuple[CodePart, ...]  #: the function itself, then what it uses, the nearest first
    unknown: tuple[str, ...] = ()  #: names of parts whose source is not at hand
    root: str = ""  #: 32 hexadecimal digits; equal ones are the same code
    text: str = ""  #: what is kept with a result, at most 419 characters

    def __post_init__(self) -> None:
        """Make the digests."""
        entries = "".join(name + content for name, content in _entries(self.parts[:_MOST]))
        object.__setattr__(self, "root", _root_of(self.parts))
        object.__setattr__(self, "text", f"{_SCHEME};{self.root};{entries}")


def root(text: str) -> str:
    """Answer the digest that decides whether two kept texts are of the same code.

    Of a text that is none of ours, the text itself: it equals nothing else.
    """
    found = _TEXT.fullmatch(text)
    return text if found is None else found[1]


def changes(stored: str, current: CodeFingerprint) -> tuple[str, ...]:
    """Answer the names of what is other code than when a text was kept; none: it is the same.

    Args:
        stored: a text from a database. It may come from anybody.
        current: the code as it is.
    """
    found = _TEXT.fullmatch(stored)
    if found is None:
        return ("code whose fingerprint cannot be compared, as another version made it",)
    if found[1] == current.root:
        return ()
    names = tuple(dict.fromkeys(_changes(found[2], current.parts)))
    return names or ("code further away",)


def _changes(entries: str, parts: tuple[CodePart, ...]) -> Iterator[str]:
    before: dict[str, list[str]] = {}
    for name, content in _ENTRY.findall(entries):
        insort(before.setdefault(name, []), content)
    now: dict[str, list[str]] = {}
    shown: dict[str, str] = {}
    for part, (name, content) in zip(parts, _entries(parts), strict=True):
        insort(now.setdefault(name, []), content)
        shown.setdefault(name, part.name)
    was_cut = len(entries) // (_NAME_DIGITS + _CONTENT_DIGITS) == _MOST
    for name, contents in now.items():
        if name not in before:
            if not was_cut:  # else it may have been there, further away
                yield f"{shown[name]} (new)"
        elif not (set(before[name]) <= set(contents) if was_cut else before[name] == contents):
            yield shown[name]
    if not before.keys() <= now.keys():
        yield "a helper that is gone"


def _entries(parts: Iterable[CodePart]) -> Iterator[tuple[str, str]]:
    for part in parts:
        yield _digest(part.name)[:_NAME_DIGITS], _digest(part.content)[:_CONTENT_DIGITS]


def _root_of(parts: Iterable[CodePart]) -> str:
    """Answer the digest of contents and links. Names do not count: a helper may be moved."""
    whole = sha256()
    for part in parts:
        links = "".join(f"{name}:{target};" for name, target in part.links)
        whole.update(f"{_digest(part.content)};{_digest(links)};".encode())
    return whole.hexdigest()[:_ROOT_DIGITS]


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
