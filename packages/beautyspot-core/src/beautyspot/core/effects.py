"""What a missed call asks for, and what it can be told.

A plan (``engine.plan``) yields effects and is sent their answers. A driver performs them and
decides nothing; a test plays the driver with values of its own.
"""

from dataclasses import dataclass, field

from beautyspot.core.model import TaskRecord
from beautyspot.core.payload import Sealed
from beautyspot.core.trouble import Trouble

__all__ = [
    "Answer",
    "Effect",
    "Encode",
    "Execute",
    "Failed",
    "Outcome",
    "Raised",
    "Report",
    "Returned",
    "SaveBlob",
    "SaveRecord",
]


@dataclass(frozen=True, slots=True)
class Execute:
    """Run the user's function. Answer: ``Returned`` or ``Raised``."""


@dataclass(frozen=True, slots=True)
class Encode:
    """Turn the value into a payload. Answer: ``Sealed`` or ``Failed``."""

    value: object


@dataclass(frozen=True, slots=True)
class SaveBlob:
    """Put a payload into the blob store. Answer: its location (``str``) or ``Failed``."""

    cache_key: str
    payload: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SaveRecord:
    """Put a record into the database. Answer: None or ``Failed``."""

    record: TaskRecord


@dataclass(frozen=True, slots=True)
class Report:
    """Tell the user that something went wrong without stopping the call. Answer: None."""

    trouble: Trouble


Effect = Execute | Encode | SaveBlob | SaveRecord | Report


@dataclass(frozen=True, slots=True)
class Returned:
    """The function returned."""

    value: object
    elapsed: float  #: seconds that it ran
    at: int  #: when it returned, microseconds since 1970 UTC
    fingerprint: str | None = (
        None  #: of the code that ran (see ``core.codeprint``); None is unknown
    )


@dataclass(frozen=True, slots=True)
class Raised:
    """The function raised, or, in strict mode, the store did."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Failed:
    """A store or codec could not do what an effect asked for."""

    error: Exception


Outcome = Returned | Raised
Answer = Outcome | Sealed | Failed | str | None
