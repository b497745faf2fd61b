"""The values that cross the ports. All frozen; all times are integers.

Times are microseconds since 1970-01-01 00:00 UTC: they sort, they survive every database, and a
hit builds no ``datetime``. ``instant`` and ``micros`` convert.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

__all__ = [
    "BlobInfo",
    "Count",
    "Cursor",
    "Entry",
    "FunctionSummary",
    "Page",
    "RecordFilter",
    "ResultType",
    "Stamp",
    "TaskRecord",
    "instant",
    "micros",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Answer an aware moment as whole microseconds since 1970-01-01 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def instant(at: int) -> datetime:
    """Answer the aware UTC moment of ``at`` microseconds since 1970-01-01."""
    return _EPOCH + at * _MICROSECOND


class ResultType(StrEnum):
    """Where the payload of a record is kept."""

    DIRECT_BLOB = "DIRECT_BLOB"  #: inline, in the record itself (``result_data``)
    FILE = "FILE"  #: in the blob store, at the location ``result_value``


class Entry(NamedTuple):
    """What a hit needs of a record, and nothing more.

    A named tuple, because it is made on every hit straight from a database row: a frozen
    dataclass of the whole record costs a third of the look-up.
    """

    data: bytes | None  #: the payload, when it is inline
    location: str | None  #: where the blob store keeps the payload, when it is not
    checksum: bytes | None  #: of the payload (16 bytes); None where the database cannot keep it
    expires_at: int | None  #: microseconds since 1970 UTC; None keeps it for ever
    elapsed: float | None  #: seconds that the call took when it ran; None is unknown
    fingerprint: str | None  #: of the code that ran (see ``core.codeprint``); None is unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """What is remembered about one finished call.

    The first nine fields are the columns that every database of beautyspot has had; those behind
    them have defaults, so that a record can be made from the nine alone.
    """

    cache_key: str  #: 32 hexadecimal digits, the identity of the call
    func_name: str  #: dotted name, "package.module.function"
    input_id: str  #: digest of the arguments alone: equal for equal arguments
    version: str | None = None  #: what ``mark(version=...)`` said
    result_type: ResultType = ResultType.DIRECT_BLOB
    content_type: str | None = None  #: how a viewer may show the result, for example "image/png"
    result_value: str | None = None  #: location in the blob store (``FILE``), else None
    result_data: bytes | None = None  #: payload (``DIRECT_BLOB``), else None; None in listings
    updated_at: int  #: microseconds since 1970 UTC
    expires_at: int | None = None  #: microseconds since 1970 UTC; None keeps it for ever
    size: int = 0  #: bytes of the payload, wherever it is kept
    checksum: bytes | None = None  #: of the payload (16 bytes); None is "not known"
    elapsed: float | None = None  #: seconds that the function ran; None is unknown
    cost: float | None = None  #: what the call cost, in the user's own unit; None is unknown
    fingerprint: str | None = (
        None  #: of the code that ran (see ``core.codeprint``); None is unknown
    )
    arguments: str | None = None  #: canonical text of the arguments; None when not kept

    @property
    def entry(self) -> Entry:
        """The part of the record that decides about a hit."""
        return Entry(
            self.result_data,
            self.result_value,
            self.checksum,
            self.expires_at,
            self.elapsed,
            self.fingerprint,
        )


@dataclass(frozen=True, slots=True)
class Stamp:
    """A record as somebody saw it: it is acted upon only while it is still the same."""

    cache_key: str
    updated_at: int  #: microseconds since 1970 UTC


#: Where a page of a listing ended: the last record shown. A listing is newest first.
Cursor = Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """Which records are meant; a field that is None (the default) does not restrict."""

    func_name: str | None = None  #: exactly this function
    version: str | None = None  #: exactly this version
    updated_from: int | None = None  #: saved at or after, microseconds since 1970 UTC
    updated_before: int | None = None  #: saved before, microseconds since 1970 UTC
    expired_at: int | None = None  #: expired at that moment, microseconds since 1970 UTC
    min_size: int | None = None  #: payload of at least so many bytes


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing, newest first, without payloads."""

    records: tuple[TaskRecord, ...]  #: ``result_data`` is None in each
    next: Cursor | None  #: give it as ``after`` for the next page; None: this was the last


@dataclass(frozen=True, slots=True)
class Count:
    """How many records there are, counted up to a limit."""

    n: int
    exact: bool  #: False: there are at least ``n``


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """What is stored for one function."""

    func_name: str
    records: int
    size: int  #: bytes of all payloads together
    elapsed: float  #: seconds that the stored calls took, where known
    newest: int  #: microseconds since 1970 UTC of the latest record


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """A blob as a listing shows it."""

    location: str
    size: int  #: bytes
    age: float  #: seconds since it was written, by the clock of the store; never below 0
