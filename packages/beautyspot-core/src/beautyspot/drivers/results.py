"""The results of one marked function: finding them, and performing what a plan asks for.

Everything here may block, save ``recall_now``. Ports and codecs may be foreign code, which can
raise anything. Whatever it is must not keep the caller from the function's own value; so it is
caught here, at the border, and handed to the plan as an answer.
"""

from collections.abc import Callable
from typing import Final, cast

from beautyspot.core.effects import (
    Answer,
    Effect,
    Encode,
    Execute,
    Failed,
    Report,
    SaveBlob,
    SaveRecord,
)
from beautyspot.core.errors import (
    BlobNotFound,
    CacheCorruptedError,
    DataError,
    SerializationError,
    StoreBusy,
    StoreError,
)
from beautyspot.core.judge import Damaged, Miss, Unreachable, judge
from beautyspot.core.model import Entry, TaskRecord, micros
from beautyspot.core.payload import Envelope
from beautyspot.core.ports import BlobStore, Clock, Local, NamedCodec, Serializer, TaskDB
from beautyspot.drivers.reporting import Origin, Reporter
from beautyspot.drivers.run import Run
from beautyspot.drivers.tally import Tally

__all__ = ["WOULD_BLOCK", "ResultStore", "WouldBlock"]


#: Characters of a codec's name that an envelope has room for.
_LONGEST_CODEC: Final = 255


class WouldBlock:
    """What ``recall_now`` answers when it cannot tell at once."""


WOULD_BLOCK: Final = WouldBlock()


class ResultStore:
    """Where the results of one marked function are: database, blob store and codec together."""

    def __init__(  # the composition root names them all
        self,
        *,
        db: TaskDB,
        blobs: BlobStore,
        serializer: Serializer,
        clock: Clock,
        reporter: Reporter,
        origin: Origin,
    ) -> None:
        """Take the adapters; nothing is opened before the first use."""
        self.tally: Final = Tally()
        self._clock = clock
        self._db = db
        self._blobs = blobs
        self._serializer = serializer
        self._envelope = Envelope(_codec_of(serializer))
        self._reporter = reporter
        self._origin = origin
        self._local = db if isinstance(db, Local) else None
        self._open = False

    def now(self) -> int:
        """Answer the time of day, microseconds since 1970 UTC."""
        return micros(self._clock.now())

    def run(self) -> Run:
        """Answer the context in which the function is to be run."""
        return Run(self._clock, self.tally)

    def recall(self, cache_key: str) -> object | Miss:
        """Answer the stored value, or why there is none. May block."""
        try:
            judged = judge(self._entry(cache_key), self.now)
            return judged if isinstance(judged, Miss) else self._value(judged)
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            return _lost(error)

    def recall_now(self, cache_key: str) -> object | Miss | WouldBlock:
        """Answer as ``recall`` does, or that this would block."""
        if self._local is None or not self._open:
            return WOULD_BLOCK
        try:
            judged = judge(self._local.entry(cache_key, wait=False), self.now)
            if isinstance(judged, Miss):
                return judged
            return WOULD_BLOCK if judged.data is None else self._value(judged)
        except StoreBusy:
            return WOULD_BLOCK
        except Exception as error:  # noqa: BLE001  # foreign code, see above
            return _lost(error)

    def perform(self, effect: Effect) -> Answer:
        """Perform an effect other than ``Execute``, which belongs to the driver. May block."""
        match effect:
            case Encode(value):
                return _attempt(lambda: self._envelope.seal(self._dumped(value)))
            case SaveBlob(cache_key, payload):
                return _attempt(lambda: _location(self._blobs.save(cache_key, payload)))
            case SaveRecord(record):
                return _attempt(lambda: self._save(record))
            case Report(trouble):
                self.tally.trouble()
                self._reporter.report(trouble, self._origin)
                return None
            case Execute():
                raise TypeError("the user's function is run by the driver itself")

    def _dumped(self, value: object) -> bytes:
        body = cast("object", self._serializer.dumps(value))  # foreign code keeps no promise
        if isinstance(body, bytes):
            return body
        msg = (
            f"{type(self._serializer).__qualname__}.dumps answered {type(body).__name__}, no bytes"
        )
        raise SerializationError(msg)

    def _entry(self, cache_key: str) -> Entry | None:
        self._prepare()
        if self._local is not None:
            return self._local.entry(cache_key, wait=True)
        record = self._db.get(cache_key)
        return None if record is None else record.entry

    def _save(self, record: TaskRecord) -> None:
        self._prepare()
        self._db.save(record)

    def _prepare(self) -> None:
        """Open the database at its first use, and again after every failure to do so."""
        if not self._open:
            self._db.init_schema()
            self._open = True

    def _value(self, entry: Entry) -> object:
        data = entry.data
        if data is None:
            if entry.location is None:
                raise CacheCorruptedError("a record holds neither a payload nor a location")
            data = self._blobs.load(entry.location)
        body = self._envelope.open(data, entry.checksum)
        try:
            value = self._serializer.loads(body)
        except DataError:
            raise
        except Exception as error:
            msg = f"{type(self._serializer).__qualname__}.loads failed on {len(body)} bytes"
            raise SerializationError(msg) from error
        self.tally.hit(entry.elapsed)
        return value


def _codec_of(serializer: Serializer) -> str:
    if isinstance(serializer, NamedCodec):
        return serializer.codec
    kind = type(serializer)
    name = f"{kind.__module__}.{kind.__qualname__}".encode("ascii", "backslashreplace").decode()
    return name[-_LONGEST_CODEC:]


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
    if isinstance(error, DataError | BlobNotFound):
        return Damaged(error)
    return Unreachable(error)
