"""What every ``TaskCatalog`` promises, as tests; ``testing.taskdb`` says how to use them."""

# ruff: noqa: SIM300  # as in all our tests: what is expected stands on the left
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from beautyspot.core.errors import ValidationError
from beautyspot.core.model import (
    Count,
    Cursor,
    FunctionSummary,
    Page,
    RecordFilter,
    ResultType,
    Stamp,
    TaskRecord,
)
from beautyspot.core.ports import Closable, TaskCatalog, TaskDB
from beautyspot.testing.samples import at_once, record

__all__ = ["Ready", "TaskCatalogContract"]

ALL = RecordFilter()


class Ready:
    """Prepares the database of each test, and closes it."""

    @pytest.fixture(autouse=True)
    def _init_schema(self, db: TaskDB) -> Iterator[None]:
        db.init_schema()
        yield
        if isinstance(db, Closable):
            db.close()


class TaskCatalogContract(Ready):
    """The ability to act on many records."""

    @pytest.fixture
    def catalog(self, db: TaskDB) -> TaskCatalog:
        """The same database by its other name."""
        assert isinstance(db, TaskCatalog)
        return db

    def test_get_many_answers_what_exists(self, db: TaskDB, catalog: TaskCatalog) -> None:
        """Whole records by key; a missing key is left out, one asked for twice is there once."""
        db.save(record(1))
        db.save(record(2))
        keys = [record(n).cache_key for n in (1, 2, 3, 1)]

        assert {r.cache_key: r for r in (record(1), record(2))} == catalog.get_many(iter(keys))

    def test_no_keys_no_records(self, catalog: TaskCatalog) -> None:
        """Asked for nothing, it answers nothing, and saves nothing, and deletes nothing."""
        catalog.save_many([record(1)])
        catalog.save_many([])

        assert {} == catalog.get_many([])
        assert frozenset() == catalog.referenced([])
        assert () == catalog.delete_unchanged([])
        assert Count(1, exact=True) == catalog.count(ALL, limit=9)

    def test_thousands_of_keys(self, catalog: TaskCatalog) -> None:
        """More keys than a database takes in one statement are no trouble."""
        many = {record(n).cache_key: record(n) for n in range(3000)}
        catalog.save_many(many.values())

        assert many == catalog.get_many([*many, *(f"{n}" for n in range(40_000))])

    def test_save_many_lets_the_last_one_win(self, catalog: TaskCatalog) -> None:
        """A later record replaces an earlier one of its key, stored or in the same batch."""
        first, *others = (record(n, cache_key="k") for n in range(4))
        catalog.save_many([first])
        catalog.save_many([*others, record(9)])

        assert {"k": others[-1]} == catalog.get_many(["k"])
        assert Count(2, exact=True) == catalog.count(ALL, limit=9)

    def test_save_many_is_all_or_none(self, catalog: TaskCatalog) -> None:
        """When the records end in an error, none of them is kept."""
        before = record(1)
        catalog.save_many([before])

        def ends_badly() -> Iterator[TaskRecord]:
            yield record(2, cache_key=before.cache_key)
            yield record(3)
            raise LookupError

        with pytest.raises(LookupError):
            catalog.save_many(ends_badly())

        assert {before.cache_key: before} == catalog.get_many(
            [before.cache_key, record(3).cache_key]
        )

    def test_a_listing_is_newest_first(self, catalog: TaskCatalog) -> None:
        """By ``updated_at``, and by key where that is equal, both descending."""
        order = [(3, "a"), (2, "c"), (2, "b"), (2, "B"), (1, "d")]
        saved = [record(n, updated_at=at, cache_key=key) for n, (at, key) in enumerate(order)]
        catalog.save_many(saved[::2] + saved[1::2])
        shown = catalog.page(ALL, limit=9).records

        assert order == [(r.updated_at, r.cache_key) for r in shown]

    def test_a_listing_has_no_payloads(self, catalog: TaskCatalog) -> None:
        """Everything else of the record is there."""
        catalog.save_many([record(1)])

        assert Page((replace(record(1), result_data=None),), None) == catalog.page(ALL, limit=9)

    @pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8])
    def test_pages_together_are_the_listing(self, catalog: TaskCatalog, limit: int) -> None:
        """No page is longer than asked for, and the last one says so."""
        catalog.save_many(record(n, updated_at=n // 3) for n in range(7))
        pages = list(_pages(catalog, limit))

        assert _keys(catalog.page(ALL, limit=99)) == [key for page in pages for key in _keys(page)]
        assert math.ceil(7 / limit) == len(pages)
        assert all(limit == len(page.records) for page in pages[:-1])

    def test_an_empty_listing_has_one_empty_page(self, catalog: TaskCatalog) -> None:
        """No records, no next page."""
        assert Page((), None) == catalog.page(ALL, limit=1)

    def test_saving_meanwhile_doubles_and_omits_nothing(self, catalog: TaskCatalog) -> None:
        """New records appear on no later page; what was there is shown once."""
        catalog.save_many(record(n) for n in range(20))
        shown: list[str] = []
        for n, page in enumerate(_pages(catalog, 3)):
            shown += _keys(page)
            catalog.save_many(record(100 + 10 * n + i) for i in range(5))

        assert [record(n).cache_key for n in reversed(range(20))] == shown

    def test_deleting_meanwhile_omits_nothing_else(self, db: TaskDB, catalog: TaskCatalog) -> None:
        """A cursor whose own record is gone still leads on."""
        catalog.save_many(record(n) for n in range(10))
        shown: list[str] = []
        for page in _pages(catalog, 2):
            shown += _keys(page)
            db.delete(page.records[-1].cache_key)

        assert [record(n).cache_key for n in reversed(range(10))] == shown

    @pytest.mark.parametrize(
        ("where", "expected"),
        [
            (RecordFilter(), {0, 1, 2, 3}),
            (RecordFilter(func_name="f"), {0, 1}),
            (RecordFilter(func_name="F"), set[int]()),
            (RecordFilter(func_name="%"), set[int]()),
            (RecordFilter(version="1"), {0, 2}),
            (RecordFilter(updated_from=20), {1, 2, 3}),
            (RecordFilter(updated_before=20), {0}),
            (RecordFilter(expired_at=99), {3}),
            (RecordFilter(expired_at=100), {1, 3}),
            (RecordFilter(min_size=7), {2, 3}),
            (RecordFilter(func_name="f", version="1"), {0}),
            (RecordFilter(func_name="g", expired_at=100, min_size=8), {3}),
            (RecordFilter(func_name="f", min_size=7), set[int]()),
        ],
    )
    def test_a_filter_restricts(
        self, catalog: TaskCatalog, where: RecordFilter, expected: set[int]
    ) -> None:
        """Every field that is set does; both ends of a range are as ``RecordFilter`` says."""
        catalog.save_many(
            [
                record(0, func_name="f", version="1", updated_at=10, expires_at=None, size=0),
                record(1, func_name="f", version="2", updated_at=20, expires_at=100, size=6),
                record(2, func_name="g", version="1", updated_at=30, expires_at=101, size=7),
                record(3, func_name="g", version=None, updated_at=40, expires_at=99, size=8),
            ]
        )
        found = {int(key, 16) for key in _keys(catalog.page(where, limit=9))}

        assert expected == found
        assert Count(len(expected), exact=True) == catalog.count(where, limit=9)

    def test_a_count_ends_at_its_limit(self, catalog: TaskCatalog) -> None:
        """It is exact up to the limit, and beyond it says that there are at least so many."""
        catalog.save_many(record(n) for n in range(5))

        assert Count(5, exact=True) == catalog.count(ALL, limit=6)
        assert Count(5, exact=True) == catalog.count(ALL, limit=5)
        assert Count(4, exact=False) == catalog.count(ALL, limit=4)

    @pytest.mark.parametrize("limit", [0, -1])
    def test_a_limit_is_at_least_one(self, catalog: TaskCatalog, limit: int) -> None:
        """Zero and less are refused, and never mean "all"."""
        with pytest.raises(ValidationError, match="limit"):
            catalog.page(ALL, limit=limit)
        with pytest.raises(ValidationError, match="limit"):
            catalog.count(ALL, limit=limit)

    def test_the_summary_adds_up(self, catalog: TaskCatalog) -> None:
        """One line per function, ordered by name; unknown seconds count as none."""
        catalog.save_many(
            [
                record(1, func_name="b", size=10, elapsed=1.0, updated_at=5),
                record(2, func_name="b", size=20, elapsed=None, updated_at=9),
                record(3, func_name="b", size=0, elapsed=2.5, updated_at=7),
                record(4, func_name="a", size=0, elapsed=None, updated_at=1),
            ]
        )

        assert (
            FunctionSummary("a", records=1, size=0, elapsed=0.0, newest=1),
            FunctionSummary("b", records=3, size=30, elapsed=3.5, newest=9),
        ) == catalog.summary()

    def test_the_summary_of_nothing_is_empty(self, catalog: TaskCatalog) -> None:
        """No records, no functions."""
        assert () == catalog.summary()

    def test_delete_unchanged_answers_what_it_forgot(self, catalog: TaskCatalog) -> None:
        """Without payloads; the others stay."""
        catalog.save_many(record(n) for n in range(3))
        gone = catalog.delete_unchanged(_stamp(record(n)) for n in (0, 2))

        assert {replace(record(n), result_data=None) for n in (0, 2)} == set(gone)
        assert [record(1).cache_key] == _keys(catalog.page(ALL, limit=9))

    def test_a_record_saved_anew_stays(self, db: TaskDB, catalog: TaskCatalog) -> None:
        """Whether its new time is later or earlier; a record that is gone is passed over."""
        catalog.save_many([record(1), record(2)])
        stamps = [_stamp(record(n)) for n in (1, 2, 3)]
        later, earlier = replace(record(1), updated_at=2**50), replace(record(2), updated_at=1)
        db.save(later)
        db.save(earlier)

        assert () == catalog.delete_unchanged(stamps)
        assert later == db.get(later.cache_key)
        assert earlier == db.get(earlier.cache_key)

    def test_thousands_are_deleted(self, catalog: TaskCatalog) -> None:
        """More than fit into one batch; a stamp given twice counts once."""
        catalog.save_many(record(n) for n in range(2500))
        stamps = [_stamp(record(n)) for n in range(2500)]

        assert 2500 == len(catalog.delete_unchanged([*stamps, *stamps[:10]]))
        assert Count(0, exact=True) == catalog.count(ALL, limit=1)

    @pytest.mark.parametrize("fingerprint", ["new", None])
    def test_restamp_changes_one_function(
        self, catalog: TaskCatalog, fingerprint: str | None
    ) -> None:
        """All of its records, with any old fingerprint, and nothing else of them."""
        mine = [record(1), record(2, fingerprint=None)]
        other = record(3, func_name="app.tasks.summarise2")
        catalog.save_many([*mine, other])

        assert 2 == catalog.restamp(mine[0].func_name, fingerprint)
        assert 2 == catalog.restamp(mine[0].func_name, fingerprint)
        assert {
            r.cache_key: r for r in (other, *(replace(m, fingerprint=fingerprint) for m in mine))
        } == catalog.get_many(record(n).cache_key for n in (1, 2, 3))

    def test_restamp_of_nothing_is_zero(self, catalog: TaskCatalog) -> None:
        """An unknown function has no records."""
        assert 0 == catalog.restamp("nobody.knows", "x")

    def test_referenced_answers_what_is_pointed_to(self, catalog: TaskCatalog) -> None:
        """Locations, exactly; of many thousands too, and after the last reference is gone not."""
        at = [f"{n:02x}/blob" for n in range(5)]
        catalog.save_many(_blob(n, location) for n, location in enumerate([*at, at[0]]))
        asked = [*at, "00/BLOB", "%", "", *(f"none/{n}" for n in range(3000))]

        assert frozenset(at) == catalog.referenced(iter(asked))
        catalog.delete_unchanged([_stamp(record(0)), _stamp(record(1))])
        assert {at[0], *at[2:]} == catalog.referenced(asked)

    def test_pages_hold_while_threads_save(self, db: TaskDB, catalog: TaskCatalog) -> None:
        """Paging beside a writer neither doubles nor loses what was there before."""
        catalog.save_many(record(n) for n in range(60))

        def write() -> None:
            for n in range(1000, 1100):
                db.save(record(n))

        shown: list[str] = []

        def read() -> None:
            shown.extend(key for page in _pages(catalog, 7) for key in _keys(page))

        at_once(write, read)

        assert [record(n).cache_key for n in reversed(range(60))] == shown[-60:]
        assert all(newer > older for newer, older in pairwise(shown))


def _pages(catalog: TaskCatalog, limit: int) -> Iterator[Page]:
    after: Cursor | None = None
    while True:
        page = catalog.page(ALL, limit=limit, after=after)
        yield page
        if page.next is None:
            return
        after = page.next


def _keys(page: Page) -> list[str]:
    return [shown.cache_key for shown in page.records]


def _stamp(seen: TaskRecord) -> Stamp:
    return Stamp(seen.cache_key, seen.updated_at)


def _blob(n: int, location: str) -> TaskRecord:
    return record(n, result_type=ResultType.FILE, result_value=location, result_data=None)
