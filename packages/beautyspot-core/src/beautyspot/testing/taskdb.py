"""What every ``TaskDB`` promises, as tests.

Subclass, give a fixture ``db``, and run pytest::

    class TestMyTaskDB(TaskDBContract, TaskCatalogContract, PersistentContract):
        @pytest.fixture
        def db(self, tmp_path):
            return MyTaskDB(tmp_path / "my.db")

        @pytest.fixture
        def reopen(self, tmp_path):
            return lambda: MyTaskDB(tmp_path / "my.db")
"""

# ruff: noqa: SIM300  # as in all our tests: what is expected stands on the left
from collections.abc import Callable
from dataclasses import astuple, replace

import pytest
from hypothesis import HealthCheck, given, settings

from beautyspot.core.errors import StoreError
from beautyspot.core.model import ResultType, TaskRecord
from beautyspot.core.ports import Closable, Local, TaskDB
from beautyspot.testing.catalog import Ready, TaskCatalogContract
from beautyspot.testing.samples import at_once, record
from beautyspot.testing.strategies import records

__all__ = ["LocalContract", "PersistentContract", "TaskCatalogContract", "TaskDBContract"]

#: One database serves all examples of a law, which saves what it asks for. A disk may be slow.
_law = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class TaskDBContract(Ready):
    """The required port."""

    def test_a_missing_record_is_none(self, db: TaskDB) -> None:
        """Nothing saved under a key: None, and no error."""
        assert db.get("0" * 32) is None

    def test_a_record_comes_back_whole(self, db: TaskDB) -> None:
        """Every field comes back as it was, with its type."""

        @_law
        @given(saved=records())
        def law(saved: TaskRecord) -> None:
            db.save(saved)
            found = db.get(saved.cache_key)

            assert found is not None
            assert saved == found
            assert [*map(type, astuple(saved))] == [*map(type, astuple(found))]

        law()

    def test_the_nine_fields_are_enough(self, db: TaskDB) -> None:
        """All fields with a default may be left at it."""
        plain = TaskRecord(cache_key="k", func_name="f", input_id="i", updated_at=1)
        db.save(plain)

        assert plain == db.get("k")

    def test_an_empty_payload_is_not_no_payload(self, db: TaskDB) -> None:
        """``b""`` and None are told apart."""
        db.save(record(1, result_data=b"", size=0))
        db.save(record(2, result_data=None, result_type=ResultType.FILE, result_value="ab/cd"))
        first, second = db.get(record(1).cache_key), db.get(record(2).cache_key)

        assert first is not None
        assert second is not None
        assert b"" == first.result_data
        assert second.result_data is None

    def test_a_megabyte_comes_back(self, db: TaskDB) -> None:
        """Payloads need not be small."""
        large = record(1, result_data=bytes(range(256)) * 4096)
        db.save(large)

        assert large == db.get(large.cache_key)

    def test_keys_are_compared_exactly(self, db: TaskDB) -> None:
        """Case, blanks and wildcards are nothing special."""
        for n, key in enumerate(("a", "A", "a ", " a", "%", "_", "")):
            db.save(record(n, cache_key=key))

        assert "input 0" == _input_of(db, "a")
        assert "input 1" == _input_of(db, "A")
        assert "input 2" == _input_of(db, "a ")
        assert "input 4" == _input_of(db, "%")
        assert "input 6" == _input_of(db, "")

    def test_saving_replaces_the_whole_record(self, db: TaskDB) -> None:
        """No field of the old record shows through, not where the new one has None either."""
        old = record(1)
        new = TaskRecord(cache_key=old.cache_key, func_name="g", input_id="i", updated_at=1)
        db.save(old)
        db.save(new)

        assert new == db.get(old.cache_key)

    def test_saving_twice_is_saving_once(self, db: TaskDB) -> None:
        """The second time changes nothing, and one delete is enough."""
        db.save(record())
        db.save(record())

        assert record() == db.get(record().cache_key)
        assert db.delete(record().cache_key)
        assert not db.delete(record().cache_key)

    def test_saving_touches_no_other_record(self, db: TaskDB) -> None:
        """Neighbours stay as they were."""
        db.save(record(1))
        db.save(record(2))
        db.save(replace(record(2), version="another"))

        assert record(1) == db.get(record(1).cache_key)

    def test_delete_tells_whether_there_was_one(self, db: TaskDB) -> None:
        """True once, False before and after."""
        assert not db.delete(record().cache_key)
        db.save(record())

        assert db.delete(record().cache_key)
        assert db.get(record().cache_key) is None
        assert not db.delete(record().cache_key)

    def test_an_expired_record_is_answered(self, db: TaskDB) -> None:
        """Expiry is decided elsewhere."""
        expired = record(1, expires_at=0)
        db.save(expired)

        assert expired == db.get(expired.cache_key)

    def test_init_schema_again_keeps_everything(self, db: TaskDB) -> None:
        """It is called by every process at its start."""
        db.save(record())
        db.init_schema()

        assert record() == db.get(record().cache_key)

    def test_text_is_kept_exactly_or_refused(self, db: TaskDB) -> None:
        """A lone surrogate may be too much for a database; then nothing is kept, and it says so."""
        odd = record(1, arguments="\ud800")
        try:
            db.save(odd)
        except StoreError:
            assert db.get(odd.cache_key) is None
        else:
            assert odd == db.get(odd.cache_key)

    def test_a_reader_never_sees_half_a_record(self, db: TaskDB) -> None:
        """The old record or the new one, while threads overwrite it and others read."""
        one, two = record(1), record(2, cache_key=record(1).cache_key)
        db.save(one)

        def write(mine: TaskRecord) -> None:
            for _ in range(100):
                db.save(mine)

        def read() -> set[bool]:
            return {db.get(one.cache_key) in {one, two} for _ in range(200)}

        _, _, *seen = at_once(lambda: write(one), lambda: write(two), read, read)

        assert [{True}, {True}] == seen

    def test_threads_lose_nothing(self, db: TaskDB) -> None:
        """What eight threads saved at once is all there."""

        def save(start: int) -> None:
            for n in range(start, start + 25):
                db.save(record(n))

        at_once(*[lambda start=n: save(start) for n in range(0, 200, 25)])

        assert [record(n) for n in range(200)] == [db.get(record(n).cache_key) for n in range(200)]

    def test_only_one_of_many_deletes_a_record(self, db: TaskDB) -> None:
        """Of threads that delete one record at once, exactly one is told that it was there."""
        db.save(record())

        assert [True] == [
            deleted for deleted in at_once(*[lambda: db.delete(record().cache_key)] * 8) if deleted
        ]


class PersistentContract(Ready):
    """For a database that keeps records beyond the instance. It has to be ``Closable``.

    A subclass also gives a fixture ``reopen``: a function that answers a new instance which leads
    to the same data.
    """

    def test_what_is_saved_survives(self, db: TaskDB, reopen: Callable[[], TaskDB]) -> None:
        """A new instance finds it, though the first one was never closed."""
        db.save(record())
        again = reopen()
        again.init_schema()
        assert isinstance(again, Closable)
        try:
            assert record() == again.get(record().cache_key)
        finally:
            again.close()

    def test_a_closed_database_opens_itself(self, db: TaskDB) -> None:
        """Closing gives back what is held; using it again just works, and closing twice too."""
        assert isinstance(db, Closable)
        db.save(record())
        db.close()
        db.close()

        assert record() == db.get(record().cache_key)


def _input_of(db: TaskDB, key: str) -> str | None:
    found = db.get(key)
    return None if found is None else found.input_id


class LocalContract(Ready):
    """The ability to answer in microseconds."""

    def test_it_has_the_ability(self, db: Local) -> None:
        """The drivers ask by ``isinstance``."""
        assert isinstance(db, Local)

    @pytest.mark.parametrize("wait", [True, False])
    def test_a_missing_entry_is_none(self, db: Local, wait: bool) -> None:
        """Nothing saved under a key: None, and no error."""
        assert db.entry("0" * 32, wait=True) is None
        assert db.entry("0" * 32, wait=wait) is None

    def test_an_entry_is_the_part_of_the_record(self, db: TaskDB) -> None:
        """Its five fields are those of the record, expired or not."""
        assert isinstance(db, Local)

        @_law
        @given(saved=records())
        def law(saved: TaskRecord) -> None:
            db.save(saved)

            assert saved.entry == db.entry(saved.cache_key, wait=True)
            assert saved.entry == db.entry(saved.cache_key, wait=False)

        law()

    def test_an_entry_has_names(self, db: TaskDB) -> None:
        """It is an ``Entry``, not just a tuple."""
        assert isinstance(db, Local)
        db.save(record(1))
        found = db.entry(record(1).cache_key, wait=True)

        assert found is not None
        assert b"payload 1" == found.data

    def test_an_entry_follows_the_record(self, db: TaskDB) -> None:
        """Saved anew, it is the new one; deleted, it is gone."""
        assert isinstance(db, Local)
        new = record(2, cache_key=record(1).cache_key)
        db.save(record(1))
        db.entry(new.cache_key, wait=True)
        db.save(new)

        assert new.entry == db.entry(new.cache_key, wait=True)
        db.delete(new.cache_key)
        assert db.entry(new.cache_key, wait=True) is None

    def test_an_entry_is_never_half_of_each(self, db: TaskDB) -> None:
        """The old or the new one, while a thread overwrites it."""
        assert isinstance(db, Local)
        one, two = record(1), record(2, cache_key=record(1).cache_key)
        db.save(one)

        def write() -> None:
            for _ in range(50):
                db.save(two)
                db.save(one)

        def read() -> set[bool]:
            both = {one.entry, two.entry}
            return {db.entry(one.cache_key, wait=True) in both for _ in range(500)}

        _, *seen = at_once(write, read, read)

        assert [{True}, {True}] == seen
