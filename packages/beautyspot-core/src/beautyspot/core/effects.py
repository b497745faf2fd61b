"""What a missed call asks for, and what it can be told.

A plan (``engine.plan``) yields effects and is sent their answers. A driver performs them and
decides nothing; a test plays the driver with values of its own.
"""

from dataclasses import dataclass, field

from beautyspot.core.model import TaskRecord
from beautyspot.core.payload import Sealed
from beautyspot.core.ports import Event
from beautyspot.core.trouble import Trouble

__all__ = [
    "Alone",
    "Answer",
    "Board",
    "Claim",
    "Effect",
    "Encode",
    "Execute",
    "Failed",
    "InStore",
    "Joins",
    "Land",
    "Landing",
    "Leads",
    "LookAgain",
    "Outcome",
    "Raised",
    "Recalled",
    "Report",
    "Returned",
    "SaveBlob",
    "SaveLater",
    "SaveRecord",
    "Unshared",
    "Wait",
]


@dataclass(frozen=True, slots=True)
class Board:
    """Join the calls of the same key in this process.

    Answer: ``Leads``, ``Alone``, ``Wait`` (then board again), or what the leader landed with:
    ``Recalled``, ``Raised`` or ``InStore``. Only of streams: ``Joins``.
    """


@dataclass(frozen=True, slots=True)
class Claim:
    """Keep other processes from running the same call.

    Answer: ``Wait`` (then claim again) while another process runs it; None: it is claimed, or
    there is nobody to claim it from.
    """


@dataclass(frozen=True, slots=True)
class LookAgain:
    """Look into the store a second time. Answer: ``Recalled``, or None when it has no answer."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait until the event is set, or for so many nanoseconds (None: no end). Answer: None."""

    event: Event
    timeout_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Land:
    """Tell those who wait for this call what came of it. Answer: None."""

    landing: "Landing"


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
class SaveLater:
    """Keep a result in the background, found from now on. Answer: None or ``Failed``."""

    record: TaskRecord
    payload: bytes | None = field(repr=False)  #: for the blob store; None: the record holds it


@dataclass(frozen=True, slots=True)
class Report:
    """Tell the user that something went wrong without stopping the call. Answer: None."""

    trouble: Trouble


_Store = LookAgain | SaveBlob | SaveRecord | SaveLater
Effect = Board | Claim | Wait | Land | Execute | Encode | Report | _Store


@dataclass(frozen=True, slots=True)
class Leads:
    """Nobody else in this process runs this call: run it for all who ask meanwhile."""


@dataclass(frozen=True, slots=True)
class Joins:
    """The call streams, somebody in this process runs it, and this caller gets its chunks too."""


@dataclass(frozen=True, slots=True)
class Alone:
    """Run it for this caller only: waiting would never end, or bring nothing."""


@dataclass(frozen=True, slots=True)
class InStore:
    """The leader found the answer in the store: look there."""


@dataclass(frozen=True, slots=True)
class Unshared:
    """The leader returned a value of which no copy can be made: everybody runs for himself."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """Somebody else has run the function: the store, or another call, has the value."""

    value: object


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


Outcome = Returned | Recalled | Raised
Landing = Sealed | Raised | InStore | Unshared
Answer = Outcome | Leads | Alone | Joins | InStore | Wait | Sealed | Failed | str | None
