"""Records: what a database has to be able to do, and what it may be able to do."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from beautyspot.core.model import (
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
    "Claims",
    "Identified",
    "Local",
    "Quotas",
    "TaskCatalog",
    "TaskDB",
]


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
