"""The results of one marked function: finding them, and performing what a plan asks for.

Everything here may block, save ``recall_now``. Ports and codecs may be foreign code, which can
raise anything. Whatever it is must not keep the caller from the function's own value; so it is
caught here, at the border, and handed to the plan as an answer.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from beautyspot.core.effects import (
    Answer,
    Effect,
    Encode,
    Failed,
    Report,
    SaveBlob,
    SaveLater,
    SaveRecord,
)
from beautyspot.core.engine import Policy
from beautyspot.core.errors import (
    BlobNotFound,
    CacheCorruptedError,
    CacheMiss,
    ConfigurationError,
    DataError,
    SchemaChanged,
    StoreBusy,
    StoreError,
)
from beautyspot.core.judge import Damaged, Miss, Outdated, Unreachable, judge
from beautyspot.core.model import Entry, RecordFilter, TaskRecord, micros
from beautyspot.core.payload import Sealed
from beautyspot.core.ports import (
    BlobStore,
    Claims,
    Clock,
    Local,
    Serializer,
    TaskCatalog,
    TaskDB,
)
from beautyspot.core.trouble import Trouble, TroubleKind
from beautyspot.drivers.background import Background, discard
from beautyspot.drivers.blobs import BlobResults
from beautyspot.drivers.code import CodeGuard
from beautyspot.drivers.flights import Flights
from beautyspot.drivers.hooks import Hooks, Occasion
from beautyspot.drivers.payloads import Payloads
from beautyspot.drivers.pending import Ended, Pending, Unsaved
from beautyspot.drivers.removal import remove
from beautyspot.drivers.reporting import Origin, Reporter
from beautyspot.drivers.run import Run
from beautyspot.drivers.tally import Tally

__all__ = ["WOULD_BLOCK", "ResultStore", "WouldBlock", "location_of"]


class WouldBlock:
    """What ``recall_now`` answers when it cannot tell at once."""


WOULD_BLOCK: Final = WouldBlock()


class ResultStore:
    """Where the results of one marked function are: database, blob store and codec together."""

    def __init__(  # noqa: PLR0913  # the composition root names them all
        self,
        *,
        db: TaskDB,
        blobs: BlobStore,
        serializer: Serializer,
        clock: Clock,
        reporter: Reporter,
        origin: Origin,
        guard: CodeGuard,
        flights: Flights,
        hooks: Hooks,
        background: Background,
    ) -> None:
        """Take the adapters; nothing is opened before the first use."""
        self.tally: Final = Tally()
        self.guard: Final = guard
        self.flights: Final = flights
        self.hooks: Final = hooks
        self.clock: Final = clock
        self.claims: Final = db if isinstance(db, Claims) else None
        self._is_unchanged = guard.is_unchanged if guard.warns else None
        self._db = db
        self._blobs = blobs
        self._payloads = payloads = Payloads(serializer)
        self._decode = payloads.decode
        self._in_blobs = BlobResults(blobs, payloads)
        self._reporter = reporter
        self._origin = origin
        self._background = background
        self._pending = background.shown
        self._unsaved: Unsaved = partial(_report_unsaved, self.tally, reporter, origin, hooks)
        self._local = db if isinstance(db, Local) else None
        self._open = False
        #: Looks up in a database that is local, and open.
        self._ready: Callable[..., Entry | None] | None = None

    def now(self) -> int:
        """Answer the time of day, microseconds since 1970 UTC."""
        return micros(self.clock.now())

    def run(self) -> Run:
        """Answer the context in which the function is to be run for a call."""
        fingerprint = self.guard.fingerprint()
        if fingerprint is None:
            self.report(self.guard.no_source())
        return Run(self.clock, self.tally, fingerprint)

    def occasion(
        self,
        policy: Policy,
        cache_key: str | None,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
    ) -> Occasion | None:
        """Answer whom to tell of a call; None is nobody."""
        if not self.hooks:
            return None

        def failed(error: Exception) -> None:
            self.report(Trouble(TroubleKind.HOOK, policy.func_name, error))

        return Occasion(
            self.hooks,
            failed,
            self.clock.monotonic_ns,
            func_name=policy.func_name,
            version=policy.version,
            cache_key=cache_key,
            args=args,
            kwargs=kwargs,
        )

    def recall(self, cache_key: str, occasion: Occasion | None = None) -> object | Miss:
        """Answer the stored value, or why there is none. May block."""
        try:
            if self._ready is None or self._pending:
                entry = self._entry(cache_key)
            else:  # what most calls come to, without a frame more
                entry = self._ready(cache_key, wait=True)
            judged = judge(entry, self.now)
            return judged if isinstance(judged, Miss) else self._value(judged, occasion)
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            return _lost(error)

    def recall_now(
        self, cache_key: str, occasion: Occasion | None = None
    ) -> object | Miss | WouldBlock:
        """Answer as ``recall`` does, or that this would block."""
        pending = self._pending.get(cache_key)
        if self._local is None or not self._open:
            return WOULD_BLOCK
        try:
            entry = self._local.entry(cache_key, wait=False) if pending is None else pending.entry
            judged = judge(entry, self.now)
            if isinstance(judged, Miss):
                return judged
            large = judged.data is None or (pending is not None and pending.payload is not None)
            return WOULD_BLOCK if large else self._value(judged, occasion)
        except StoreBusy:
            return WOULD_BLOCK
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            return _lost(error)

    def shared(self, sealed: Sealed, occasion: Occasion | None) -> object | Miss:
        """Answer an own copy of what another call of the same key has just returned."""
        try:
            value = self._decode(sealed.payload, sealed.checksum)
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            return _lost(error)
        self.tally.hit(None)
        if occasion is not None:
            occasion.hit(value, None, len(sealed.payload))
        return value

    def peek(self, cache_key: str) -> object:
        """Answer the stored value. May block. It counts nothing and tells nobody.

        Raises:
            CacheMiss: nothing is stored that may be used.
            DataError: what is stored cannot be read back.
            StoreError: the store could not be asked, or failed.
        """
        judged = judge(self._entry(cache_key), self.now)
        if isinstance(judged, Miss):
            msg = (
                f"nothing is stored for this call, whose key is {cache_key}. Call the function "
                "once, or see f.explain(...)"
            )
            raise CacheMiss(msg)
        return self._decoded(judged)

    def delete(self, cache_key: str) -> bool:
        """Forget a result; answer whether there was one. May block. Raises as ``remove`` does."""
        return remove(self._db, self._blobs, cache_key)

    def look(self, cache_key: str) -> Entry | Miss:
        """Answer the entry that a call would be answered with, or why there is none. May block.

        Unlike ``recall`` it counts nothing and tells nobody.
        """
        try:
            judged = judge(self._entry(cache_key), self.now)
            if not isinstance(judged, Miss):
                self._decoded(judged)
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            return _lost(error)
        return judged

    def newest(self, func_name: str, limit: int) -> Sequence[TaskRecord] | None:
        """Answer the latest records of a function, without payloads. May block.

        None when the database keeps no catalog. What it raises passes.
        """
        if not isinstance(self._db, TaskCatalog):
            return None
        self._background.flush()
        self._prepare()
        return self._db.page(RecordFilter(func_name=func_name), limit=limit).records

    def accept(self) -> int:
        """Take all stored results for those of today's code; answer how many there are.

        Raises:
            ConfigurationError: see ``CodeGuard.accepted``; or the database keeps no catalog.
            StoreError: the database could not be asked, or failed.
        """
        func_name, fingerprint = self.guard.accepted()
        if not isinstance(self._db, TaskCatalog):
            msg = f"db={self._db!r} cannot change records by function: expected a TaskCatalog"
            raise ConfigurationError(msg)
        self._background.flush()
        self._prepare()
        accepted = self._db.restamp(func_name, fingerprint)
        self._reporter.forget(TroubleKind.CODE, func_name)
        return accepted

    def perform(self, effect: Effect) -> Answer:
        """Perform an effect on the store, or a report. May block."""
        match effect:
            case Encode(value):
                return _attempt(lambda: self._payloads.sealed(value))
            case SaveBlob(cache_key, payload):
                return _attempt(lambda: _location(self._blobs.save(cache_key, payload)))
            case SaveRecord(record):
                return _attempt(lambda: self._save(record))
            case Report(trouble):
                self.report(trouble)
                return None
            case _:
                raise TypeError(f"{effect!r} belongs to the driver itself")

    def is_waiting(self, cache_key: str) -> bool:
        """Answer whether a result of the call waits to be saved in the background."""
        return cache_key in self._pending

    def save_later(self, effect: SaveLater, ended: Ended | None, *, wait: bool) -> Failed | bool:
        """Perform the effect; answer whether it is done, or ``Failed``.

        Args:
            effect: what to save.
            ended: told when it waits no longer; never when it is not taken.
            wait: False does nothing when it would block.
        """
        record, payload = effect.record, effect.payload
        item = Pending(self._db, self._blobs, record, payload, self._unsaved, ended)
        try:
            return self._background.save(item, wait=wait)
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            return Failed(error)

    def report(self, trouble: Trouble | None) -> None:
        """Tell of trouble; None is none."""
        if trouble is not None:
            self.tally.trouble()
            self._reporter.report(trouble, self._origin)
            if self.hooks:
                self.hooks.trouble(trouble)

    def _entry(self, cache_key: str) -> Entry | None:
        # Before the database: what waits is newer, and leaves only when it has been written.
        if self._pending and (pending := self._pending.get(cache_key)) is not None:
            return pending.entry
        self._prepare()
        if self._local is not None:
            return self._local.entry(cache_key, wait=True)
        record = self._db.get(cache_key)
        return None if record is None else record.entry

    def _save(self, record: TaskRecord) -> None:
        if record.cache_key in self._pending:  # it is older, and must not be written over this
            discard(self._db, record.cache_key)
        self._prepare()
        self._db.save(record)

    def _prepare(self) -> None:
        """Open the database at its first use, and again after every failure to do so."""
        if not self._open:
            self._db.init_schema()
            self._open = True
            self._ready = None if self._local is None else self._local.entry

    def _value(self, entry: Entry, occasion: Occasion | None) -> object:
        data = entry.data
        if data is None:
            value, size = self._from_blob(entry)
        else:
            value, size = self._decode(data, entry.checksum), len(data)
        self.tally.hit(entry.elapsed)
        stored = entry.fingerprint
        if self._is_unchanged and stored is not None and not self._is_unchanged(stored):
            self.report(self.guard.change(stored))
        if occasion is not None:
            occasion.hit(value, entry.elapsed, size)
        return value

    def _decoded(self, entry: Entry) -> object:
        if entry.data is None:
            return self._from_blob(entry)[0]
        return self._decode(entry.data, entry.checksum)

    def _from_blob(self, entry: Entry) -> tuple[object, int]:
        return self._in_blobs.read(location_of(entry), entry.checksum)


def _report_unsaved(  # what is to be told, and everybody who is to hear it
    tally: Tally,
    reporter: Reporter,
    origin: Origin,
    hooks: Hooks,
    record: TaskRecord,
    error: Exception,
) -> None:
    """Tell of a result that could not be saved in the background.

    No method: what waits must keep neither the serializer nor the Spot alive.
    """
    tally.trouble()
    trouble = Trouble(TroubleKind.SAVE, record.func_name, error)
    reporter.report(trouble, origin)
    if hooks:
        hooks.trouble(trouble)


def location_of(entry: Entry) -> str:
    """Answer where the payload of an entry is that does not hold it itself.

    Raises:
        CacheCorruptedError: nowhere.
    """
    if entry.location is None:
        raise CacheCorruptedError("a record holds neither a payload nor a location")
    return entry.location


def _location(saved: object) -> str:
    if isinstance(saved, str):
        return saved
    raise StoreError(f"the blob store answered {saved!r} for a location: expected a str")


def _attempt(step: Callable[[], Answer]) -> Answer:
    try:
        return step()
    except Exception as error:  # noqa: BLE001  # foreign code, see above
        return Failed(error)


def _lost(error: Exception) -> Miss:
    """Say why a look-up failed: what is stored is bad, or the store could not be asked."""
    if isinstance(error, SchemaChanged):
        return Outdated(error)
    if isinstance(error, DataError | BlobNotFound):
        return Damaged(error)
    return Unreachable(error)
