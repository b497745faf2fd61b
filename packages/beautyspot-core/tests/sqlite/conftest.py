"""A database in a folder of its own."""

import pytest

from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing.samples import record


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.db"


@pytest.fixture
def db(path):
    db = SQLiteTaskDB(path, timeout=5)
    db.save(record())
    yield db
    db.close()


@pytest.fixture
def hasty(path):
    """A database that waits for a fifth of a second."""
    db = SQLiteTaskDB(path, timeout=0.2)
    db.save(record())
    yield db
    db.close()
