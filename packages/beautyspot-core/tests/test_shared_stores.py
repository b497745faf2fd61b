"""Stores that several databases share, and that keep equal content once."""

from hashlib import sha256

import pytest

from beautyspot import Spot
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing import MemoryCloud, MemoryTaskDB


@pytest.fixture
def cloud() -> MemoryCloud:
    return MemoryCloud()


def same(word: str) -> bytes:
    return b"equal content"


def test_blobs_belong_to_the_database_of_the_spot(tmp_path, cloud):
    """Their scope is the id in its file."""
    with Spot("shared", db=tmp_path / "x.db", storage=cloud, save_blob=True) as spot:
        spot.mark(same)("a")
    db = SQLiteTaskDB(tmp_path / "x.db")

    assert [1] == [len(list(cloud.within(db.database_id).blobs()))]
    db.close()


def test_nothing_is_opened_before_the_first_save(tmp_path, cloud):
    """The database is asked who it is by the first save, and not by the Spot that is made."""
    Spot("shared", db=tmp_path / "x.db", storage=cloud, save_blob=True).mark(same)

    assert [] == list(tmp_path.iterdir())


def test_a_database_without_an_id_is_known_by_the_name_of_the_spot(cloud):
    class Plain:
        """The required methods alone."""

        def __init__(self) -> None:
            db = MemoryTaskDB()
            self.init_schema, self.get, self.save = db.init_schema, db.get, db.save
            self.delete = db.delete

    Spot("named", db=Plain(), storage=cloud, save_blob=True).mark(same)("a")
    scope = sha256(b"named").hexdigest()[:32]

    assert 1 == len(list(cloud.within(lambda: scope).blobs()))


def test_deleting_one_of_two_equal_results_keeps_the_other(cloud):
    """Both records point to one blob, which is left to the clean-up."""
    calls: list[str] = []

    def counted(word: str) -> bytes:
        calls.append(word)
        return b"equal content"

    spot = Spot("shared", db=MemoryTaskDB(), storage=cloud, save_blob=True)
    marked = spot.mark(counted)
    marked("a")
    marked("b")
    assert 1 == len(list(cloud.within(spot._parts.task_db().database_id).blobs()))

    assert marked.delete("a")
    assert b"equal content" == marked("b")
    assert ["a", "b"] == calls
    assert b"equal content" == marked("a")
    assert ["a", "b", "a"] == calls


def test_deleting_both_leaves_the_blob(cloud):
    """A save may be about to point to it again; the clean-up knows by its age that none is."""
    spot = Spot("shared", db=MemoryTaskDB(), storage=cloud, save_blob=True)
    marked = spot.mark(same)
    marked("a")
    marked.delete("a")

    assert "<MemoryCloud of 1 blobs>" == repr(cloud)


def test_two_spots_share_a_store_and_no_blob(tmp_path, cloud):
    """Equal content of two databases is kept twice: neither can take the other's away."""
    for name in ("one.db", "two.db"):
        with Spot("shared", db=tmp_path / name, storage=cloud, save_blob=True) as spot:
            spot.mark(same)("a")

    assert "<MemoryCloud of 2 blobs>" == repr(cloud)
