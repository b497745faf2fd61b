"""In what the arguments of two calls differ, found in their canonical texts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import islice
from typing import Final, cast

from beautyspot.core.comparing import ABSENT, Difference, compare, differing
from beautyspot.core.kept_arguments import Part, digest_of, parts_of
from beautyspot.core.model import TaskRecord
from beautyspot.core.plain import Node, plain_text
from beautyspot.core.spelling import spell

__all__ = ["COUNTED", "Difference", "Differences", "differences", "nearest"]

#: Differences that are shown, and further ones that are counted.
_SHOWN: Final = 20
COUNTED: Final = 1_000
#: Characters of a text from a database; a longer one was not kept by us. An argument of the call
#: that is longer than any of those is not gone into.
_STORED_LIMIT: Final = 16_384
#: Calls that are compared in full, among those which differ in equally many arguments.
_FINALISTS: Final = 20


@dataclass(frozen=True, slots=True)
class Differences:
    """Where the arguments of two calls differ."""

    shown: tuple[Difference, ...] = ()  #: the first 20; none: the arguments are the same
    more: int = 0  #: how many there are beyond these, counted up to 1,000


def differences(wanted: str, stored: str) -> Differences | None:
    """Answer in what two calls differ; None: these texts do not tell.

    Args:
        wanted: the canonical text of the arguments of a call, whole or as it is kept.
        stored: what is kept of the text of another one. It may come from anybody.
    """
    ours = _Call.read(wanted)
    found = None if ours is None else _found(ours, stored, _SHOWN + COUNTED)
    return None if found is None else Differences(tuple(found[:_SHOWN]), len(found[_SHOWN:]))


def nearest(wanted: str, candidates: Iterable[TaskRecord]) -> TaskRecord | None:
    """Answer the stored call with the fewest differences; None: none can be compared.

    Args:
        wanted: the canonical text of the arguments of a call, whole.
        candidates: the calls to choose from, newest first; the newest one of equally near ones
            is chosen.
    """
    ours = _Call.read(wanted)
    if ours is None:
        return None
    rows = (
        (ours.distance(theirs), place, record)
        for place, record in enumerate(candidates)
        if (theirs := _stored_parts(record.arguments)) is not None
    )
    # More than the equally near ones, lest texts that are not canonical hide the others.
    finalists = nsmallest(_FINALISTS, rows, key=lambda row: row[:2])
    finals = [
        (arguments, len(found), place, record)
        for arguments, place, record in finalists
        if (found := _found(ours, record.arguments or "", _SHOWN)) is not None
    ]
    return min(finals, key=lambda row: row[:3])[3] if finals else None


class _Call:
    """A call that is compared with stored ones."""

    __slots__ = ("_digests", "parts")

    def __init__(self, parts: dict[str, Part]) -> None:
        self.parts = parts
        self._digests: dict[str, Node] = {}

    @classmethod
    def read(cls, text: str) -> "_Call | None":
        """Answer the call with these arguments; None when the text is not canonical."""
        parts = parts_of(text)
        return None if parts is None else cls(parts)

    def distance(self, theirs: dict[str, Part]) -> int:
        """Count the arguments that differ."""
        common = self.parts.keys() & theirs.keys()
        alike = sum(1 for name in common if self.has(name, theirs[name]))
        return len(self.parts.keys() | theirs.keys()) - alike

    def has(self, name: str, part: Part) -> bool:
        """Tell whether an argument is the same as one that is stored."""
        if self.parts[name].text == part.text:
            return True
        return _is_digest(part.node) and self.digest(name) == part.node

    def digest(self, name: str) -> Node:
        """Answer the digest of an argument. It is made once: the argument may be large."""
        if name not in self._digests:
            self._digests[name] = digest_of(self.parts[name])
        return self._digests[name]


def _stored_parts(stored: object) -> dict[str, Part] | None:
    """Answer the parts of what a column holds, which need not be text."""
    return parts_of(stored) if isinstance(stored, str) and len(stored) <= _STORED_LIMIT else None


def _is_digest(node: Node) -> bool:
    return isinstance(node, dict) and cast("dict[str, Node]", node).get("$") == "digest"


def _found(ours: _Call, stored: str, limit: int) -> list[Difference] | None:
    """Answer the differences from a stored call, up to a limit; None when that is not to be told.

    A text that is written otherwise than ours is not ours, whatever it says.
    """
    theirs = _stored_parts(stored)
    if theirs is None:
        return None
    try:
        if plain_text({name: part.node for name, part in theirs.items()}) != stored:
            return None
        return list(islice(_between(ours, theirs), limit))
    except RecursionError:  # nested deeper than the caller's stack has room for
        return None


def _between(ours: _Call, theirs: dict[str, Part]) -> Iterator[Difference]:
    for name in ours.parts | theirs:
        part, other = ours.parts.get(name), theirs.get(name)
        if part is None or other is None:
            sides = (ABSENT if side is None else spell(side.node) for side in (part, other))
            yield differing(name, *sides)
        elif ours.has(name, other):
            continue
        elif _is_digest(other.node) or len(part.text) > _STORED_LIMIT:
            yield differing(name, spell(ours.digest(name)), spell(other.node))
        else:
            yield from compare(name, part.node, other.node)
