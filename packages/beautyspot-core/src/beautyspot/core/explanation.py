"""Why a call is answered from the store, or why it runs: the finding, and how it reads."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from html import escape
from textwrap import fill
from typing import Final

from beautyspot.core.difference import COUNTED, Difference
from beautyspot.core.model import Stamp, instant

__all__ = ["Explanation", "Verdict", "moment"]

#: Characters of a line.
_WIDTH: Final = 100
#: Characters that are shown of what somebody else says, for example an error.
_SAID: Final = 1_000
#: Characters of what should be a time, and is none.
_MOMENT: Final = 40
#: Arguments that advice names.
_NAMED: Final = 5


class Verdict(Enum):
    """What becomes of a call; the value says so, and what can be done about it."""

    HIT = ("is answered from the store", "")
    NO_ENTRY = (
        "runs: nothing is stored of it",
        "Results are stored by module and qualified name: a function that was renamed or moved "
        "begins anew",
    )
    ARGUMENTS = (
        "runs: it was not called with these arguments before",
        "What does not count can be left out of the key: mark(ignore={names})",
    )
    OTHER_VERSION = (
        "runs: the result for these arguments is of another version",
        "The old results count again with mark(version={version})",
    )
    CODE_CHANGED = (
        "runs: the result for these arguments is of other code",
        "The old results count again as soon as the code is what it was; "
        "mark(on_code_change='warn') answers them in spite of the change",
    )
    OTHER_CLOSURE = (
        "runs: the result for these arguments is stored under another key",
        "The variables of enclosing functions are part of a key, and the code is with "
        "mark(on_code_change='recompute')",
    )
    EXPIRED = (
        "runs: its result has expired",
        "mark(retention=...) says how long the new one is kept",
    )
    CORRUPT = (
        "runs: its result cannot be read back",
        "The new one takes its place; nothing need be done unless this comes back",
    )
    SCHEMA_CHANGED = (
        "runs: its result is of a class that has changed",
        "The new one takes its place; mark(on_schema_change='raw') answers the stored fields",
    )
    UNREACHABLE = (
        "runs: the store cannot be asked",
        "Results are found again as soon as it can",
    )
    UNCACHEABLE = ("runs at every such call: it has no key", "")
    NOT_COMPARABLE = (
        "runs: it was not called with these arguments before, and no stored call can be compared",
        "Arguments are kept with mark(explain=True), unless they are very large",
    )

    def __init__(self, consequence: str, advice: str) -> None:
        """Keep both halves by name."""
        self.consequence = consequence
        self.advice = advice


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Explanation:
    """Why a call is answered from the store, or why it runs. Printed, it reads as text."""

    func_name: str  #: dotted name, "package.module.function"
    verdict: Verdict
    key: str | None  #: of the call, 32 hexadecimal digits; None: it has none
    differences: tuple[Difference, ...] = ()  #: from the nearest stored call, at most 20
    more: int = 0  #: how many there are beyond these, counted up to 1,000
    nearest: Stamp | None = None  #: the stored call that this one was compared with
    stored_version: str | None = None  #: of that call
    detail: str = ""  #: more about it, in a sentence or two; "" is no more

    @property
    def advice(self) -> str:
        """What can be done, in a sentence; "" when there is nothing to do."""
        names = dict.fromkeys(d.argument for d in self.differences if d.argument is not None)
        if self.verdict is Verdict.ARGUMENTS and not names:
            return ""
        shown = tuple(names)[:_NAMED]
        return self.verdict.advice.format(names=shown, version=repr(self.stored_version))

    def __repr__(self) -> str:
        """Say it in lines of at most 100 characters."""
        return "\n".join(_lines(self))

    def _repr_html_(self) -> str:
        """Say it in a notebook."""
        return "".join(_html(self))


def moment(at: int) -> str:
    """Answer microseconds since 1970 UTC as people write it.

    A database can hold anything for a time; what is none is shown as it is.
    """
    try:
        return f"{instant(at):%Y-%m-%d %H:%M:%S} UTC"
    except (OverflowError, TypeError, ValueError):
        return _cut(ascii(at), _MOMENT)


def _lines(explanation: Explanation) -> Iterator[str]:
    yield _folded(f"{_headline(explanation)}.", "")
    for difference in explanation.differences:
        one = f"  {difference.path}: {difference.wanted}, stored: {difference.stored}"
        if len(one) <= _WIDTH:
            yield one
        else:
            yield f"  {_cut(difference.path, _WIDTH - 3)}:"
            yield f"      {difference.wanted}"
            yield f"      stored: {difference.stored}"
    for sentence in _sentences(explanation):
        yield _folded(sentence, "  ")


def _html(explanation: Explanation) -> Iterator[str]:
    yield f"<p>{escape(_headline(explanation))}.</p>"
    if explanation.differences:
        yield "<table><tr><th></th><th>this call</th><th>stored call</th></tr>"
        for found in explanation.differences:
            cells = map(escape, (found.path, found.wanted, found.stored))
            yield f"<tr>{''.join(f'<td><code>{cell}</code></td>' for cell in cells)}</tr>"
        yield "</table>"
    yield from (f"<p>{escape(sentence)}</p>" for sentence in _sentences(explanation))


def _headline(explanation: Explanation) -> str:
    return f"{_printable(explanation.func_name)} {explanation.verdict.consequence}"


def _sentences(explanation: Explanation) -> Iterator[str]:
    """Answer what there is to say below the differences."""
    if explanation.more:
        at_least = "at least " if explanation.more >= COUNTED else ""
        yield f"and {at_least}{explanation.more:,} more"
    if explanation.nearest is not None:
        at = moment(explanation.nearest.updated_at)
        what = "The nearest stored call was" if explanation.differences else "That result was"
        yield f"{what} kept at {at}."
    if explanation.detail:
        yield f"{_printable(explanation.detail)}."
    if explanation.advice:
        yield f"{explanation.advice}."


def _folded(sentence: str, indent: str) -> str:
    return fill(sentence, _WIDTH, initial_indent=indent, subsequent_indent=indent)


def _printable(text: str) -> str:
    """Answer a text without what would move the cursor of a terminal."""
    shown = "".join(c if c.isprintable() else " " if c.isspace() else ascii(c)[1:-1] for c in text)
    return _cut(shown, _SAID)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
