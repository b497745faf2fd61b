"""A task database that lives and ends with the process."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from threading import Lock
from uuid import uuid4

from beautyspot.core.errors import ValidationError
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
from beautyspot.core.quotas import QuotaCharge, Spent, Usage, corrected, spend_all

__all__ = ["MemoryTaskDB"]


class MemoryTaskDB:
    """A ``TaskDB`` as right as a real one, and never busy.

    It has ``TaskCatalog``, ``Local``, ``Claims``, ``Identified`` and ``Quotas``; its claims exclude
    the threads of the process.
    """

    def __init__(self) -> None:
        # Records are frozen and a dict changes one entry at a time: readers need no lock.
        self._records: dict[str, TaskRecord] = {}
        self._changing = Lock()
        self._claimed: dict[str, object] = {}
        self._used: dict[str, Usage] = {}
        self._id = uuid4().hex

    def init_schema(self) -> None:
        """Do nothing: there is nothing to prepare."""

    def database_id(self) -> str:
        """Answer the 32 hexadecimal digits that stand for this instance."""
        return self._id

    def get(self, cache_key: str) -> TaskRecord | None:
        """Answer the record, or None."""
        return self._records.get(cache_key)

    def save(self, record: TaskRecord) -> None:
        """Keep the record until the process ends."""
        with self._changing:
            self._records[record.cache_key] = record

    def delete(self, cache_key: str) -> bool:
        """Forget a record; answer whether there was one."""
        with self._changing:
            return self._records.pop(cache_key, None) is not None

    def entry(self, cache_key: str, *, wait: bool) -> Entry | None:  # noqa: ARG002  # never waits
        """Answer what a hit needs of the record, or None."""
        record = self._records.get(cache_key)
        return None if record is None else record.entry

    def claim(self, cache_key: str) -> object | None:
        """Answer the claim to run a call; None while somebody else has it."""
        claim = (cache_key,)
        return claim if self._claimed.setdefault(cache_key, claim) is claim else None

    def holds(self, cache_key: str) -> bool:
        """Tell whether a call is claimed."""
        return cache_key in self._claimed

    def release(self, claim: object) -> None:
        """Give a claim back. Giving back twice is the same as once."""
        with self._changing:
            for key in [key for key, held in self._claimed.items() if held is claim]:
                del self._claimed[key]

    def spend(self, charges: Sequence[QuotaCharge], now: datetime) -> tuple[Spent, ...]:
        """Charge a call by several quotas, all or none; answer what was charged."""
        with self._changing:
            after = spend_all(charges, self._used, now)
            self._used.update(after)
        return tuple(Spent(account, after[account].since, cost) for account, _, cost in charges)

    def settle(self, spent: Sequence[Spent], actual: Sequence[int]) -> None:
        """Say what a charged call cost in fact, by each quota."""
        with self._changing:
            after = {
                charge.account: corrected(self._used.get(charge.account), charge, cost)
                for charge, cost in zip(spent, actual, strict=True)
            }
            self._used.update((key, usage) for key, usage in after.items() if usage is not None)

    def get_many(self, cache_keys: Iterable[str]) -> dict[str, TaskRecord]:
        """Answer the records that exist, by their keys."""
        found = ((key, self._records.get(key)) for key in cache_keys)
        return {key: record for key, record in found if record is not None}

    def save_many(self, records: Iterable[TaskRecord]) -> None:
        """Save several records, all or none."""
        new = {record.cache_key: record for record in records}
        with self._changing:
            # One by one to a reader, as nothing promises more; but the iterable has ended well.
            self._records.update(new)

    def page(self, where: RecordFilter, *, limit: int, after: Cursor | None = None) -> Page:
        """Answer the next records that fit the filter, newest first, without payloads."""
        _check_limit(limit)
        records = sorted(self._fitting(where), key=_place, reverse=True)
        if after is not None:
            records = [r for r in records if _place(r) < (after.updated_at, after.cache_key)]
        shown = tuple(replace(record, result_data=None) for record in records[:limit])
        if len(records) <= limit:
            return Page(shown, None)
        return Page(shown, Cursor(shown[-1].cache_key, shown[-1].updated_at))

    def count(self, where: RecordFilter, *, limit: int) -> Count:
        """Count the records that fit."""
        _check_limit(limit)
        n = len(self._fitting(where))
        return Count(min(n, limit), exact=n <= limit)

    def summary(self) -> tuple[FunctionSummary, ...]:
        """Answer what is stored per function, ordered by name."""
        by_name = attrgetter("func_name")
        groups = groupby(sorted(self._all(), key=by_name), key=by_name)
        return tuple(_summary(name, list(records)) for name, records in groups)

    def delete_unchanged(self, stamps: Iterable[Stamp]) -> tuple[TaskRecord, ...]:
        """Forget the records that are still as they were seen; answer them, without payloads."""
        gone: list[TaskRecord] = []
        for stamp in stamps:
            with self._changing:
                record = self._records.get(stamp.cache_key)
                if record is not None and record.updated_at == stamp.updated_at:
                    gone.append(replace(self._records.pop(stamp.cache_key), result_data=None))
        return tuple(gone)

    def restamp(self, func_name: str, fingerprint: str | None) -> int:
        """Set the fingerprint of all records of a function; answer how many there are."""
        with self._changing:
            found = [r for r in self._records.values() if r.func_name == func_name]
            for record in found:
                self._records[record.cache_key] = replace(record, fingerprint=fingerprint)
        return len(found)

    def referenced(self, locations: Iterable[str]) -> frozenset[str]:
        """Answer those of the blob locations that some record points to."""
        used = {record.result_value for record in self._all()}
        return frozenset(location for location in locations if location in used)

    def _all(self) -> list[TaskRecord]:
        with self._changing:
            return list(self._records.values())

    def _fitting(self, where: RecordFilter) -> list[TaskRecord]:
        return [record for record in self._all() if _fits(record, where)]


def _place(record: TaskRecord) -> tuple[int, str]:
    return record.updated_at, record.cache_key


def _fits(record: TaskRecord, where: RecordFilter) -> bool:
    expires = record.expires_at
    return (
        where.func_name in {None, record.func_name}
        and where.version in {None, record.version}
        and (where.updated_from is None or where.updated_from <= record.updated_at)
        and (where.updated_before is None or record.updated_at < where.updated_before)
        and (where.expired_at is None or (expires is not None and expires <= where.expired_at))
        and (where.min_size is None or where.min_size <= record.size)
    )


def _summary(name: str, records: list[TaskRecord]) -> FunctionSummary:
    return FunctionSummary(
        name,
        records=len(records),
        size=sum(record.size for record in records),
        elapsed=sum((record.elapsed or 0.0 for record in records), 0.0),
        newest=max(record.updated_at for record in records),
    )


def _check_limit(limit: int) -> None:
    if limit < 1:
        msg = f"limit={limit!r} is no number of records; expected 1 or more"
        raise ValidationError(msg)
