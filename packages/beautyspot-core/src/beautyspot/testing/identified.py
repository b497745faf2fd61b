"""What every database promises that says who it is.

Subclass the suite and supply the fixtures ``db`` and ``another``.
"""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from beautyspot.core.ports import Identified, TaskDB
from beautyspot.testing.samples import record

__all__ = ["IdentifiedContract"]


def _id(db: TaskDB) -> str:
    assert isinstance(db, Identified)
    return db.database_id()


class IdentifiedContract:
    """The rules of ``beautyspot.core.ports.Identified``."""

    @pytest.fixture
    def db(self) -> TaskDB:
        """Answer an empty database."""
        raise NotImplementedError("a subclass supplies the fixture 'db'")

    @pytest.fixture
    def another(self) -> TaskDB:
        """Answer an empty database that shares nothing with the first one."""
        raise NotImplementedError("a subclass supplies the fixture 'another'")

    def test_an_id_is_32_hexadecimal_digits(self, db: TaskDB) -> None:
        """It becomes part of names: text of one form, in lower case."""
        assert re.fullmatch(r"[0-9a-f]{32}", _id(db))

    def test_an_id_stays(self, db: TaskDB) -> None:
        """Whatever is saved and deleted, and however often one asks."""
        first = _id(db)
        db.init_schema()
        db.save(record(1))
        second = _id(db)
        db.delete(record(1).cache_key)

        assert {first} == {second, _id(db)}

    def test_threads_that_ask_first_are_told_the_same(self, db: TaskDB) -> None:
        """It is made once, whoever comes first."""
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(_id, db) for _ in range(8)]

        assert len({one.result() for one in asked}) == 1

    def test_databases_have_ids_of_their_own(self, db: TaskDB, another: TaskDB) -> None:
        """Nobody takes the blobs of the one for those of the other."""
        assert _id(db) != _id(another)
