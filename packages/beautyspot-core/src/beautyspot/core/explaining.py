"""Decides why a call is answered from the store, or why it runs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, TypeAlias

from beautyspot.core.difference import differences, nearest
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.explanation import Explanation, Verdict, moment
from beautyspot.core.judge import Damaged, Expired, Miss, Outdated, Unreachable, judge
from beautyspot.core.keys import digest
from beautyspot.core.model import Entry, Stamp, TaskRecord

__all__ = ["CANDIDATES", "ChangedCode", "Wanted", "explain", "refused"]

#: Stored calls among which the nearest one is looked for.
CANDIDATES: Final = 1_000
#: Names of changed code that are told.
_NAMED: Final = 10

_VERDICTS: Final[dict[type[Miss], Verdict]] = {
    Damaged: Verdict.CORRUPT,
    Outdated: Verdict.SCHEMA_CHANGED,
    Unreachable: Verdict.UNREACHABLE,
}

#: Answers the names of what is other code now than when a fingerprint was stored.
ChangedCode: TypeAlias = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The call that is asked about."""

    key: str
    func_name: str  #: dotted name, as in records
    arguments: str  #: their canonical text, whole
    version: str | None = None
    code_counts: bool = False  #: whether the code is part of the key


def refused(func_name: str, refusal: UncacheableArgument) -> Explanation:
    """Explain a call that has no key."""
    return Explanation(
        func_name=func_name, verdict=Verdict.UNCACHEABLE, key=None, detail=str(refusal)
    )


def explain(
    wanted: Wanted,
    found: Entry | Miss,
    now: int,
    candidates: Callable[[], Iterable[TaskRecord]],
    changed_code: ChangedCode,
) -> Explanation:
    """Explain a call by what the store has.

    Args:
        wanted: the call.
        found: what the look-up of its key came to.
        now: microseconds since 1970 UTC.
        candidates: answers the newest records of the function, newest first, of any version and
            without payloads; asked only when the look-up alone does not tell.
        changed_code: compares the code that runs with a stored fingerprint.
    """
    match found:
        case Entry():
            return _finding(wanted, Verdict.HIT, _change(changed_code, found.fingerprint))
        case Unreachable(error) | Damaged(error) | Outdated(error):
            return _finding(wanted, _VERDICTS[type(found)], _said(error))
        case _:
            records = list(islice(candidates(), CANDIDATES))
    own = next((record for record in records if record.cache_key == wanted.key), None)
    if own is not None and not isinstance(judge(own.entry, lambda: now), Miss):
        return _finding(wanted, Verdict.HIT, "It was stored a moment ago")
    if own is not None or isinstance(found, Expired):
        return _finding(wanted, Verdict.EXPIRED, _over(own, now))
    return _elsewhere(wanted, records, changed_code) or _otherwise(wanted, records)


def _elsewhere(
    wanted: Wanted, records: Sequence[TaskRecord], changed_code: ChangedCode
) -> Explanation | None:
    """Explain a call whose arguments are stored under other keys; None: they are not."""
    arguments = digest(wanted.arguments)
    same = [record for record in records if record.input_id == arguments]
    alike = [record for record in same if record.version == wanted.version]
    for record in alike if wanted.code_counts else ():
        changed = _change(changed_code, record.fingerprint)
        if changed:
            return _compared(_finding(wanted, Verdict.CODE_CHANGED, changed), record)
    if alike:
        return _compared(_finding(wanted, Verdict.OTHER_CLOSURE), alike[0])
    if same:
        was, now = same[0].version, wanted.version
        detail = f"It is {_version(now)} now, and the result is of {_version(was)}"
        return _compared(_finding(wanted, Verdict.OTHER_VERSION, detail), same[0])
    return None


def _otherwise(wanted: Wanted, records: Sequence[TaskRecord]) -> Explanation:
    """Explain a call whose arguments are new."""
    if not records:
        return _finding(wanted, Verdict.NO_ENTRY)
    alike = [record for record in records if record.version == wanted.version]
    # A call of the same version says more, even if one of another version is nearer.
    record = nearest(wanted.arguments, alike) or nearest(wanted.arguments, records)
    found = None if record is None else differences(wanted.arguments, record.arguments or "")
    if record is None or found is None:
        return _finding(wanted, Verdict.NOT_COMPARABLE)
    is_other = record.version != wanted.version
    detail = f"That call is of {_version(record.version)}" if is_other else ""
    explanation = _compared(_finding(wanted, Verdict.ARGUMENTS, detail), record)
    return replace(explanation, differences=found.shown, more=found.more)


def _finding(wanted: Wanted, verdict: Verdict, detail: str = "") -> Explanation:
    return Explanation(func_name=wanted.func_name, verdict=verdict, key=wanted.key, detail=detail)


def _compared(explanation: Explanation, record: TaskRecord) -> Explanation:
    stamp = Stamp(record.cache_key, record.updated_at)
    return replace(explanation, nearest=stamp, stored_version=record.version)


def _change(changed_code: ChangedCode, fingerprint: str | None) -> str:
    """Answer what is other code than that of a stored result; "" when nothing is known to be."""
    names = () if fingerprint is None else changed_code(fingerprint)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"Changed since it was stored: {', '.join(names[:_NAMED])}{more}" if names else ""


def _over(record: TaskRecord | None, now: int) -> str:
    if record is None or record.expires_at is None:
        return ""
    return f"It counted until {moment(record.expires_at)}; it is {moment(now)}"


def _version(version: str | None) -> str:
    return "no version" if version is None else f"version {version!r}"


def _said(error: Exception) -> str:
    """Answer an error as it is told. It may be foreign, and go wrong when it is asked."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001  # foreign code, see above
        return type(error).__name__
