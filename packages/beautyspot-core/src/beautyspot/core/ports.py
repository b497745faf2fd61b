"""The doors of the house: what an adapter has to be able to do.

Ports are structural: a class needs the methods, not the base class. Errors are nominal: an adapter
translates every error of its library into one of ``beautyspot.core.errors`` and keeps the cause.
"Nothing there" is an answer; "could not ask" is an error; neither is ever turned into the other.

All ports are synchronous, because the libraries behind them are; the async driver moves what may
block off the event loop. Every method may be called from several threads at once.

Required ports: ``TaskDB``, ``BlobStore``, ``Serializer``, ``Clock``, ``Limiter``. The other
protocols are abilities: an adapter may have them, and is asked by ``isinstance``.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

from beautyspot.core.choices import SchemaChange
from beautyspot.core.costs import Cost
from beautyspot.core.model import (
    BlobInfo,
    Count,
    Cursor,
    Entry,
    FunctionSummary,
    Page,
    RecordFilter,
    Stamp,
    TaskRecord,
)
from beautyspot.core.quotas import QuotaCharge, Spent

__all__ = [
    "BlobCache",
    "BlobCatalog",
    "BlobStore",
    "BlobStreams",
    "BlobWriter",
    "Claims",
    "ClassSerializer",
    "Clock",
    "Closable",
    "Cost",
    "Event",
    "FileSerializer",
    "FindClass",
    "Identified",
    "Limiter",
    "Local",
    "NamedCodec",
    "NotYet",
    "PartsSerializer",
    "Quotas",
    "ScopedBlobs",
    "Serializer",
    "Slot",
    "Slots",
    "StampedBlobs",
    "TaskCatalog",
    "TaskDB",
    "Ticket",
    "TypeRegistry",
]

T = TypeVar("T")

#: Answers the class called ``module:qualname`` that the user's code holds, None when it holds none.
FindClass: TypeAlias = Callable[[str], type | None]


class TaskDB(Protocol):
    """Keeps one record per cache key.

    Raises, in every method:
        StoreUnavailable: the database could not be asked or did not answer in its time.
        StoreError: it was asked and failed.
    """

    def init_schema(self) -> None:
        """Make the database ready to be used. Calling it again changes nothing."""
        ...

    def get(self, cache_key: str) -> TaskRecord | None:
        """Answer the record saved last under ``cache_key``, whole, or None when there is none.

        Whether it has expired is not the database's business: expired records are answered too.
        """
        ...

    def save(self, record: TaskRecord) -> None:
        """Keep a record, in place of the one with the same key if there is one.

        When this returns the record is kept: it survives the death of the process. A reader sees
        the old record or the new one, never a mixture. Saving twice is the same as saving once.
        """
        ...

    def delete(self, cache_key: str) -> bool:
        """Forget a record; answer whether there was one. Blobs are left alone."""
        ...


@runtime_checkable
class TaskCatalog(Protocol):
    """Ability of a ``TaskDB``: to act on many records, and to list them without payloads.

    Listings are ordered newest first, by ``updated_at`` and then ``cache_key``, both descending.
    Raises as ``TaskDB`` does.
    """

    def get_many(self, cache_keys: Iterable[str]) -> dict[str, TaskRecord]:
        """Answer the records that exist, whole, by their keys. No keys: no records."""
        ...

    def save_many(self, records: Iterable[TaskRecord]) -> None:
        """Save several records, all or none; a later one replaces an earlier one of its key."""
        ...

    def page(self, where: RecordFilter, *, limit: int, after: Cursor | None = None) -> Page:
        """Answer the next records that fit the filter, newest first.

        Args:
            where: which records; ``RecordFilter()`` is all.
            limit: at most so many, at least 1.
            after: ``Page.next`` of the page before; None starts at the newest.

        Records saved while one pages appear on no later page; none is shown twice or left out.
        """
        ...

    def count(self, where: RecordFilter, *, limit: int) -> Count:
        """Count the records that fit, up to ``limit`` (at least 1); beyond it, it is not exact."""
        ...

    def summary(self) -> tuple[FunctionSummary, ...]:
        """Answer what is stored per function, ordered by name."""
        ...

    def delete_unchanged(self, stamps: Iterable[Stamp]) -> tuple[TaskRecord, ...]:
        """Forget the records that are still as they were seen; answer them, without payloads.

        A record saved anew since (another ``updated_at``) stays.
        """
        ...

    def restamp(self, func_name: str, fingerprint: str | None) -> int:
        """Set the fingerprint of all records of a function; answer how many there are."""
        ...

    def referenced(self, locations: Iterable[str]) -> frozenset[str]:
        """Answer those of the blob locations that some record points to."""
        ...


@runtime_checkable
class Local(Protocol):
    """Ability of a ``TaskDB``: it answers in microseconds, and can say when it would not.

    The drivers look up through it; the async driver does so on the event loop.
    """

    def entry(self, cache_key: str, *, wait: bool) -> Entry | None:
        """Answer what a hit needs of the record, or None when there is none.

        Args:
            cache_key: of the call.
            wait: False never waits for anybody, not even for a moment.

        Raises:
            StoreBusy: with ``wait=False`` it would have had to wait.
            StoreError: as ``TaskDB.get``.
        """
        ...


@runtime_checkable
class Claims(Protocol):
    """Ability of a ``TaskDB``: of all processes that use it, one at a time runs a call.

    A claim ends with its process, however that ends. It guards nothing that is stored: without
    this ability, or when it fails, every process runs for itself.
    """

    def claim(self, cache_key: str) -> object | None:
        """Answer the claim to run a call, to be given back; None while somebody else has it.

        It never waits. A claim excludes everybody, also other threads of this process.

        Raises:
            StoreError: nothing can be claimed.
        """
        ...

    def holds(self, cache_key: str) -> bool:
        """Tell whether this process has claimed a call. It never waits, and raises nothing."""
        ...

    def release(self, claim: object) -> None:
        """Give a claim back, from any thread. Giving back twice is the same as once."""
        ...


@runtime_checkable
class Quotas(Protocol):
    """Ability of a ``TaskDB``: it counts what is used up of quotas, for all who use it together.

    Raises as ``TaskDB`` does; nothing is charged then.
    """

    def spend(self, charges: Sequence[QuotaCharge], now: datetime) -> tuple[Spent, ...]:
        """Charge a call by several quotas, all or none; answer what was charged, for ``settle``.

        Args:
            charges: of each quota its account and what the call costs; no account twice.
            now: aware; which day or month counts.

        Raises:
            QuotaExceeded: one of them has not enough left; nothing is charged.
        """
        ...

    def settle(self, spent: Sequence[Spent], actual: Sequence[int]) -> None:
        """Say what a charged call cost in fact, by each quota; more is charged in full.

        What was charged too much is given back, unless another day or month has begun since. The
        caller settles once.
        """
        ...


@runtime_checkable
class Identified(Protocol):
    """Ability of a ``TaskDB``: it has an identity, by which others know what belongs to it."""

    def database_id(self) -> str:
        """Answer 32 hexadecimal digits in lower case, for this database and no other.

        It is made when it is first asked for, the same for everybody who asks, and stays for as
        long as the records do; it goes with them when they are moved or copied.

        Raises:
            StoreError: as ``TaskDB``.
        """
        ...


@runtime_checkable
class Closable(Protocol):
    """Ability of any adapter: it holds something that can be given back."""

    def close(self) -> None:
        """Give back connections, files and threads. The adapter opens them again when used."""
        ...


class BlobStore(Protocol):
    """Keeps bytes at a location that it chooses.

    A location is opaque, relative to the store and survives the process. It never leads out of
    the store, whatever a database says that it is.
    """

    def save(self, key: str, data: bytes) -> str:
        """Keep bytes and answer their location.

        Args:
            key: of the record, any text; a hint for the name, and no promise about it.
            data: any bytes, also none.

        When this returns the bytes can be loaded, whole, by every process; before that, not at
        all. Bytes at a location never change.

        Raises:
            BlobUnavailable: the bytes are not kept.
        """
        ...

    def load(self, location: str) -> bytes:
        """Answer the bytes at a location.

        Raises:
            BlobNotFound: nothing is stored at ``location``, or it is no location of this store.
            BlobUnavailable: the store could not be asked; the blob may well exist.
        """
        ...

    def delete(self, location: str) -> None:
        """Forget the bytes at a location. Deleting what is not there is quiet.

        Raises:
            BlobUnavailable: the store could not be asked; the blob may well exist still.
        """
        ...


@runtime_checkable
class BlobCatalog(Protocol):
    """Ability of a ``BlobStore``: to list what it keeps."""

    def blobs(self) -> Iterator[BlobInfo]:
        """Yield every finished blob, in no order; each with its age by the store's own clock.

        Raises:
            BlobUnavailable: the store could not be asked; what was yielded before is right.
        """
        ...


@runtime_checkable
class ScopedBlobs(Protocol):
    """Ability of a ``BlobStore``: several databases may share it, and equal content is kept once.

    Several records may point to one blob, and a save that is going on may be about to. So a result
    that is forgotten leaves its blob to the clean-up; ``delete`` does delete.
    """

    def within(self, scope: Callable[[], str]) -> BlobStore:
        """Answer the same store for one database; it never asks for the scope itself.

        Args:
            scope: answers the id of the database, 32 hexadecimal digits in lower case. It may do
                I/O, so it is called by what needs it alone: each ``save``, ``commit`` and
                ``blobs``. A ``StoreError`` that it raises is passed on.

        New blobs belong to that database, and ``blobs`` yields those alone. ``load``, ``open`` and
        ``delete`` take locations of every scope: a database may be a copy of another one.
        """
        ...


class BlobWriter(Protocol):
    """One blob that is written bit by bit. Nobody finds it before ``commit``.

    Raises, in every method but ``close``:
        BlobUnavailable: the bytes are not kept, or cannot be read back.
    """

    def write(self, data: bytes) -> None:
        """Put bytes, any number of them, behind those that were written before."""
        ...

    def read(self, offset: int, size: int) -> bytes:
        """Answer bytes that were written, whether they are committed or not.

        Args:
            offset: of the first one, at least 0.
            size: at most so many; fewer only where no more were written.
        """
        ...

    def commit(self) -> str:
        """Answer the location at which every process can now load what was written, whole.

        It is asked for once, and nothing is written after it.
        """
        ...

    def close(self) -> None:
        """Give back what the writer holds; what is not committed is gone, and leaves nothing.

        It raises nothing. Closing twice, or after ``commit``, is quiet.
        """
        ...


@runtime_checkable
class BlobStreams(Protocol):
    """Ability of a ``BlobStore``: to write and read blobs that are larger than the memory."""

    def writer(self, key: str) -> BlobWriter:
        """Answer what writes a new blob; ``key`` is a hint, as for ``BlobStore.save``.

        Raises:
            BlobUnavailable: nothing can be kept.
        """
        ...

    def open(self, location: str) -> BinaryIO:
        """Answer a file with the bytes at a location, to be read from any place in it.

        It can be read to its end whatever happens to the blob meanwhile. The caller closes it.

        Raises:
            BlobNotFound: nothing is stored at ``location``, or it is no location of this store.
            BlobUnavailable: the store could not be asked; the blob may well exist.
        """
        ...


@runtime_checkable
class StampedBlobs(Protocol):
    """Ability of a ``BlobStore``: it can tell that a blob is as it was when it was read before.

    The drivers verify such a blob at its first read in a process, and others at every read.
    """

    def open(self, location: str) -> BinaryIO:
        """Answer the bytes at a location as a file, open for reading, with ``readinto``.

        What its methods raise is an OSError.

        Raises:
            BlobNotFound: as ``BlobStore.load``.
            BlobUnavailable: as ``BlobStore.load``.
        """
        ...

    def stamp(self, file: BinaryIO) -> Hashable:
        """Answer what stands for the bytes that an open blob has now.

        After any change of them, by whomever and however, it is another one. None is never equal
        to anything: at this moment it cannot be told.
        """
        ...


@runtime_checkable
class BlobCache(Protocol):
    """Keeps copies of the blobs of a store, near at hand, and may lose any of them at any time.

    A copy is whole or it is none: what was cut or changed is noticed, and never answered. Nobody
    waits for a cache that is in trouble: none of its methods raises anything of its own.
    """

    def find(self, location: str) -> BinaryIO | None:
        """Answer a copy as a file, to be read from any place in it; None when there is none.

        It can be read to its end whatever happens to the copy meanwhile. The caller closes it.
        What the methods of the file raise is an OSError.
        """
        ...

    def keep(self, location: str, size: int, chunks: Iterable[bytes]) -> None:
        """Keep a copy, if that is possible; one that is there already is as good.

        Args:
            location: in the store, any text.
            size: of the blob, in bytes.
            chunks: the blob, piece by piece. What it raises is passed on, and nothing is kept; nor
                is anything when it has another size.
        """
        ...

    def forget(self, location: str) -> None:
        """Keep no copy of a blob. Forgetting what is not there is quiet."""
        ...

    def stamp(self, file: BinaryIO) -> Hashable:
        """Answer as ``StampedBlobs.stamp``; None for a file of anybody else."""
        ...


class Serializer(Protocol):
    """Turns values into bytes and back, exactly."""

    def dumps(self, value: object) -> bytes:
        """Answer bytes that ``loads`` turns into an equal value of the same type at every depth.

        Raises:
            SerializationError: it cannot be kept exactly; nothing less is ever written.
        """
        ...

    def loads(self, data: bytes | memoryview) -> object:
        """Answer the value. Bytes from anybody cost bounded memory and run no code.

        Raises:
            SerializationError: these bytes are no value.
        """
        ...


@runtime_checkable
class NamedCodec(Protocol):
    """Ability of a ``Serializer``: it has a name that is written into every payload.

    Without it the class's own dotted name is used. A payload of another codec is a miss.
    """

    @property
    def codec(self) -> str:
        """Name and version of the format, for example ``msgpack/1``: 1 to 255 ASCII characters."""
        ...


@runtime_checkable
class PartsSerializer(Protocol):
    """Ability of a ``Serializer``: large buffers inside a value are not copied to be dumped."""

    def dumps_parts(self, value: object) -> Sequence[bytes | memoryview]:
        """Answer what ``dumps`` would, in parts; each buffer in them is that of the value itself.

        Raises:
            SerializationError: as ``dumps`` does.
        """
        ...


@runtime_checkable
class FileSerializer(Protocol):
    """Ability of a ``Serializer``: large buffers are read from a file right into the value."""

    def loads_file(self, file: BinaryIO) -> object:
        """Answer what ``loads`` would of the bytes of a file, from where it stands to its end.

        Nothing of the value depends on the file, or on another part of the value, afterwards.

        Raises:
            OSError: the file cannot be read.
            SerializationError: these bytes are no value.
        """
        ...


@runtime_checkable
class TypeRegistry(Protocol):
    """Ability of a ``Serializer``: users can add types to those that it keeps."""

    def register_type(
        self,
        type_: type[T],
        code: int,
        encoder: Callable[[T], object],
        decoder: Callable[[Any], T],
    ) -> None:
        """Keep instances of a class as what ``encoder`` answers, under a number from 0 to 127.

        Raises:
            ConfigurationError: an argument cannot be used, or the code or type is taken. The same
                registration again is quiet.
        """
        ...

    def register(
        self,
        code: int,
        encoder: Callable[[Any], object],
        decoder: Callable[[Any], object] | None = None,
        decoder_factory: Callable[[type], Callable[[Any], object]] | None = None,
    ) -> Callable[[type[T]], type[T]]:
        """Answer a decorator that registers a class; a factory is given the class.

        Raises:
            ConfigurationError: as ``register_type`` does; or there is not exactly one decoder.
        """
        ...


@runtime_checkable
class ClassSerializer(Protocol):
    """Ability of a ``Serializer``: it keeps instances of classes that somebody else holds.

    Data never says which code runs: a class is taken from ``find``, or the value is refused.
    """

    def within(self, find: FindClass, on_schema_change: SchemaChange) -> Serializer:
        """Answer the same serializer for the classes that one function's code holds.

        Args:
            find: answers the class called ``module:qualname``, None when there is none.
            on_schema_change: what ``loads`` does with an instance of a class whose fields have
                changed since: raise ``SchemaChanged`` (``"recompute"`` and ``"raise"``), or
                answer the stored fields as a dict (``"raw"``).
        """
        ...


class Event(Protocol):
    """A wait that can be ended from any thread."""

    def set(self) -> None:
        """End the wait, now and for ever. Setting twice is the same as setting once."""
        ...

    def wait(self, timeout_ns: int | None = None) -> bool:
        """Block until it is set, or for so many nanoseconds (None: no end); answer whether set."""
        ...

    async def wait_async(self, timeout_ns: int | None = None) -> bool:
        """Do as ``wait`` does without blocking the event loop."""
        ...


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> datetime:
        """Answer the aware UTC time of day. It may step back and forth."""
        ...

    def monotonic_ns(self) -> int:
        """Answer nanoseconds since some moment of its own; meant never to step back."""
        ...

    def sleep_ns(self, ns: int) -> None:
        """Block for at least ``ns`` nanoseconds; 0 and less return at once."""
        ...

    async def sleep_ns_async(self, ns: int) -> None:
        """Do as ``sleep_ns`` does without blocking the event loop."""
        ...

    def event(self) -> Event:
        """Answer a new event, not set, whose time-outs pass by this clock."""
        ...


@dataclass(frozen=True, slots=True)
class NotYet:
    """A cost is not granted now. It counts as false, where a ticket counts as true."""

    ns: int  #: nanoseconds after which to ask again, at least 1

    def __bool__(self) -> Literal[False]:
        return False


class Ticket(Protocol):
    """A cost that was granted. It is settled or cancelled at most once."""

    @property
    def waited_ns(self) -> int:
        """Nanoseconds between asking and the grant."""
        ...

    def settle(self, actual: Cost) -> None:
        """Say what the call cost in fact; a unit that is not named cost its estimate.

        What was estimated too much is given back, as far as the limit holds in every window still;
        what was estimated too little is charged in full. Never said, the estimate stands.

        Raises:
            ValidationError: the ticket is settled or cancelled already, or this is no cost; the
                ticket is as it was then.
        """
        ...

    def cancel(self) -> None:
        """Say that the call was never sent: the same as settling with nothing."""
        ...


class Slot(Protocol):
    """The right of one call to run. One that is dropped is given back."""

    def release(self) -> None:
        """Give it back. Twice is quiet."""
        ...


class Slots(Protocol):
    """Bounds how many calls run at the same time; first come, first served.

    A waiter that is cancelled, interrupted or out of time leaves nothing behind.
    """

    def take(self, max_wait_ns: int | None = None) -> Slot:
        """Block until another call may run.

        Args:
            max_wait_ns: nanoseconds, at least 0. None waits for ever.

        Raises:
            LimitTimeout: it has taken longer.
        """
        ...

    async def take_async(self, max_wait_ns: int | None = None) -> Slot:
        """Do as ``take`` does without blocking the event loop, in the same queue."""
        ...


class Limiter(Protocol):
    """Grants costs so that the limits hold in every window; first come, first served.

    A waiter is charged when it is granted, by all limits at one instant, and not before: one that
    is cancelled, interrupted or out of time leaves nothing behind. A cost that is negative, not a
    whole number or more than is ever granted is refused at once with a ``ValidationError``.
    """

    def acquire(self, cost: Cost, *, key: str = "", max_wait_ns: int | None = None) -> Ticket:
        """Block until the cost is granted.

        Args:
            cost: whole numbers, at least 0 each; nothing at all is granted at once.
            key: callers of one key share the limits and the queue.
            max_wait_ns: nanoseconds, at least 0. None waits for ever.

        Raises:
            LimitTimeout: it is known, from those who wait before, that it would take longer; or it
                has taken longer.
        """
        ...

    async def acquire_async(
        self, cost: Cost, *, key: str = "", max_wait_ns: int | None = None
    ) -> Ticket:
        """Do as ``acquire`` does without blocking the event loop, in the same queue."""
        ...

    def try_acquire(self, cost: Cost, *, key: str = "") -> Ticket | NotYet:
        """Answer a ticket, or after how many nanoseconds to ask again; charge nothing then."""
        ...

    def tighten(
        self, *, key: str = "", retry_after_ns: int = 0, remaining: Mapping[str, int] | None = None
    ) -> None:
        """Take over what the server says of its limits; only ever makes them stricter.

        Args:
            key: as in ``acquire``.
            retry_after_ns: nothing is granted for so many nanoseconds; below 0 is 0.
            remaining: what is left, by the unit of the limit; None is not known.
        """
        ...
