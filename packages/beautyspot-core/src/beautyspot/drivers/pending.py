"""A result that waits to be saved."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, cast

from beautyspot.core.errors import StoreError
from beautyspot.core.model import Entry, TaskRecord
from beautyspot.core.ports import BlobStore, TaskDB

__all__ = ["Ended", "Pending", "Unsaved"]

#: Is told of a record that could not be saved, and why. Must not hold the Spot.
Unsaved = Callable[[TaskRecord, Exception], None]
#: Is told once that a result waits no longer: with the record when it is saved, with None when it
#: is given up, deleted, or replaced by a newer one.
Ended = Callable[[TaskRecord | None], None]

#: Bytes that a record takes in memory besides its payload and arguments, roughly.
_RECORD: Final = 1024


class Pending:
    """One save that waits: all that it needs, and nothing that would keep a Spot alive."""

    __slots__ = (
        "_ended", "_unsaved", "blobs", "db", "key", "number", "payload", "record", "settled", "size"
    )  # fmt: skip

    def __init__(  # all that a save needs
        self,
        db: TaskDB,
        blobs: BlobStore,
        record: TaskRecord,
        payload: bytes | None,
        unsaved: Unsaved,
        ended: Ended | None = None,
    ) -> None:
        """Take what to save, and where.

        Args:
            db: for the record.
            blobs: for the payload.
            record: whole, but for the location of the payload.
            payload: for the blob store; None: the record holds it.
            unsaved: told when it could not be saved.
            ended: told when it waits no longer; None is nobody.
        """
        self.db: Final = db
        self.blobs: Final = blobs
        self.record = record
        self.payload = payload
        self._unsaved: Final = unsaved
        self._ended = ended
        self.key: Final = record.cache_key
        self.number = 0  #: its place in the order of saves, from 1 on
        self.settled = False  #: saved, or given up
        #: Bytes that it takes in memory, roughly.
        self.size: Final = _RECORD + record.size + len(record.arguments or "")

    @property
    def entry(self) -> Entry:
        """What a look-up is answered with, as long as this waits."""
        entry = self.record.entry
        return entry if self.payload is None else entry._replace(data=self.payload, location=None)

    def save_blob(self) -> None:
        """Put the payload into the blob store, once, and its location into the record.

        Raises:
            Exception: whatever the blob store raises.
        """
        if self.payload is None or self.record.result_value is not None:
            return
        location = cast("object", self.blobs.save(self.key, self.payload))  # foreign code
        if not isinstance(location, str):
            msg = f"the blob store answered {location!r} for a location: expected a str"
            raise StoreError(msg)
        self.record = replace(self.record, result_value=location)

    def fail(self, error: Exception) -> None:
        """Give up: it is not saved."""
        self.settled = True
        self._unsaved(self.record, error)
        self.end(None)

    def succeed(self) -> None:
        """Take note that it is saved."""
        self.settled = True
        self.end(self.record)

    def end(self, saved: TaskRecord | None) -> None:
        """Tell that this waits no longer; None: it was not saved."""
        ended = self._ended
        if ended is not None:
            ended(saved)
            self._ended = None  # not before: who is interrupted here is asked to tell once more
