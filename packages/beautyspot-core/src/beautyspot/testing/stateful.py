"""A task database behaves like a dict, whatever is done to it in whatever order."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from beautyspot.core.model import Cursor, RecordFilter, Stamp, TaskRecord
from beautyspot.core.ports import Closable, Local, TaskCatalog, TaskDB
from beautyspot.testing.memory import MemoryTaskDB
from beautyspot.testing.samples import same_summary
from beautyspot.testing.strategies import cache_keys, filters, records, texts

__all__ = ["taskdb_machine"]


def taskdb_machine(make_db: Callable[[], TaskDB]) -> type[RuleBasedStateMachine]:
    """Answer a state machine whose ``TestCase`` compares a database with ``MemoryTaskDB``.

    Args:
        make_db: answers a new, empty database; asked once per example.

    Example::

        TestMachine = taskdb_machine(lambda: MyTaskDB(fresh_path())).TestCase
    """

    class Machine(_TaskDBMachine):
        def make_db(self) -> TaskDB:
            return make_db()

    Machine.__name__ = Machine.__qualname__ = "TaskDBMachine"
    return Machine


class _TaskDBMachine(RuleBasedStateMachine):
    """What is done to the database is done to the model, and the answers are compared."""

    keys = Bundle("keys")

    def make_db(self) -> TaskDB:
        raise NotImplementedError

    @initialize()
    def begin(self) -> None:
        self.db = self.make_db()
        self.db.init_schema()
        self.model = MemoryTaskDB()

    def teardown(self) -> None:
        db = getattr(self, "db", None)
        if isinstance(db, Closable):
            db.close()

    @rule(target=keys, key=cache_keys())
    def new_key(self, key: str) -> str:
        return key

    @rule(data=st.data(), key=keys)
    def save(self, data: st.DataObject, key: str) -> None:
        record = data.draw(records(st.just(key)))
        self.db.save(record)
        self.model.save(record)

    @rule(key=keys)
    def get(self, key: str) -> None:
        assert self.model.get(key) == self.db.get(key)

    @rule(key=keys)
    def delete(self, key: str) -> None:
        assert self.model.delete(key) == self.db.delete(key)

    @rule(key=keys)
    def entry(self, key: str) -> None:
        if isinstance(self.db, Local):
            assert self.model.entry(key, wait=True) == self.db.entry(key, wait=True)

    @rule()
    def init_schema_again(self) -> None:
        self.db.init_schema()

    @rule()
    def close(self) -> None:
        """The adapter opens again what it has closed, when it is used."""
        if isinstance(self.db, Closable):
            self.db.close()

    @rule(batch=st.lists(records(), max_size=6))
    def save_many(self, batch: list[TaskRecord]) -> None:
        if isinstance(self.db, TaskCatalog):
            self.db.save_many(batch)
            self.model.save_many(batch)

    @rule(wanted=st.lists(keys, max_size=6))
    def get_many(self, wanted: list[str]) -> None:
        if isinstance(self.db, TaskCatalog):
            assert self.model.get_many(wanted) == self.db.get_many(wanted)

    @rule(where=filters(), limit=st.integers(1, 4))
    def page_through(self, where: RecordFilter, limit: int) -> None:
        if not isinstance(self.db, TaskCatalog):
            return
        after: Cursor | None = None
        while True:
            page = self.db.page(where, limit=limit, after=after)

            assert self.model.page(where, limit=limit, after=after) == page
            after = page.next
            if after is None:
                return

    @rule(where=filters(), limit=st.integers(1, 4))
    def count(self, where: RecordFilter, limit: int) -> None:
        if isinstance(self.db, TaskCatalog):
            assert self.model.count(where, limit=limit) == self.db.count(where, limit=limit)

    @rule(key=keys, off=st.integers(0, 1))
    def delete_unchanged(self, key: str, off: int) -> None:
        """A stamp that is one microsecond off is of another record."""
        if isinstance(self.db, TaskCatalog) and (record := self.model.get(key)):
            stamps = [Stamp(key, record.updated_at + off)]

            assert self.model.delete_unchanged(stamps) == self.db.delete_unchanged(stamps)

    @rule(key=keys, fingerprint=st.none() | texts())
    def restamp(self, key: str, fingerprint: str | None) -> None:
        if isinstance(self.db, TaskCatalog) and (record := self.model.get(key)):
            expected = self.model.restamp(record.func_name, fingerprint)

            assert expected == self.db.restamp(record.func_name, fingerprint)

    @rule(locations=st.lists(st.sampled_from(("ab/cd", "b", "c")), max_size=3))
    def referenced(self, locations: list[str]) -> None:
        if isinstance(self.db, TaskCatalog):
            assert self.model.referenced(locations) == self.db.referenced(locations)

    @invariant()
    def summaries_agree(self) -> None:
        if isinstance(getattr(self, "db", None), TaskCatalog):
            assert same_summary(self.model.summary(), self.db.summary())  # type: ignore[attr-defined]
