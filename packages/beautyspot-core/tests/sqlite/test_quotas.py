"""Quotas in a file: for all processes, and without a change that older versions would notice."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from beautyspot.core.errors import QuotaExceeded, StoreError
from beautyspot.core.quotas import Quota, QuotaCharge
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing.samples import record

NOON = datetime(2026, 3, 8, 12, tzinfo=UTC)
RPD = Quota("rpd", "requests", 100)

SPENDS = """
import sys
from datetime import UTC, datetime
from beautyspot.core.errors import QuotaExceeded
from beautyspot.core.quotas import Quota, QuotaCharge
from beautyspot.embedded.sqlite import SQLiteTaskDB

db, granted = SQLiteTaskDB(sys.argv[1], timeout=60), 0
for _ in range(60):
    try:
        db.spend([QuotaCharge("a", Quota("rpd", "requests", 100), 1)],
                 datetime(2026, 3, 8, 12, tzinfo=UTC))
        granted += 1
    except QuotaExceeded:
        pass
print(granted)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.db"


@pytest.fixture
def db(path):
    with closing(SQLiteTaskDB(path)) as db:
        yield db


def charge(account="a", cost=1):
    return QuotaCharge(account, RPD, cost)


def rows(path):
    with closing(sqlite3.connect(path)) as raw:
        return raw.execute("SELECT account, since, used FROM quotas ORDER BY 1").fetchall()


def test_processes_are_counted_together(path):
    """Three that ask sixty times each: one hundred are let through."""
    children = [
        subprocess.Popen([sys.executable, "-c", SPENDS, path], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]

    assert sum(int(child.communicate()[0]) for child in children) == 100


def test_what_is_used_up_outlives_the_process(path):
    """It is read by the next one."""
    with closing(SQLiteTaskDB(path)) as db:
        db.spend([charge(cost=99)], NOON)

    with closing(SQLiteTaskDB(path)) as db:
        db.spend([charge()], NOON)
        with pytest.raises(QuotaExceeded):
            db.spend([charge()], NOON)


def test_a_database_without_quotas_is_the_one_that_it_was(db, path):
    """The table is made by the first charge, and the version of the file stays."""
    db.save(record())
    tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
    with closing(sqlite3.connect(path)) as raw:
        before = raw.execute(tables).fetchall(), raw.execute("PRAGMA user_version").fetchall()
        db.spend([charge()], NOON)
        after = raw.execute(tables).fetchall(), raw.execute("PRAGMA user_version").fetchall()

    assert ([*before[0], ("quotas",)], before[1]) == after


def test_records_and_quotas_are_apart(db):
    """Neither is seen by the other."""
    db.save(record())
    db.spend([charge(record().cache_key)], NOON)
    db.delete(record().cache_key)

    assert db.get(record().cache_key) is None


def test_accounts_of_long_ago_are_forgotten(db, path):
    """When a new one comes; those of this month stay."""
    db.spend([charge("old")], NOON - timedelta(days=60))
    db.spend([charge("recent")], NOON - timedelta(days=30))
    db.spend([charge("new")], NOON)

    assert ["new", "recent"] == [account for account, _, _ in rows(path)]


@pytest.mark.parametrize("account", ["\ud800", "x" * 100_000])
def test_any_account_is_counted_or_refused_as_an_error_of_the_store(db, account):
    """Text that SQLite has no room for is no crash."""
    try:
        db.spend([charge(account)], NOON)
    except StoreError:
        assert account == "\ud800"
    else:
        assert account != "\ud800"


def test_a_count_beyond_what_the_file_holds_is_an_error_of_the_store(db):
    """Nothing is charged; the next call is counted."""
    huge = Quota("tpd", "tokens", 10**30)
    with pytest.raises(StoreError):
        db.spend([QuotaCharge("a", huge, 10**20)], NOON)

    assert db.spend([charge()], NOON)


def test_a_forked_child_counts_with_its_parent(db):
    """With a connection of its own."""
    db.spend([charge(cost=98)], NOON)
    child = os.fork()
    if not child:
        db.spend([charge()], NOON)
        os._exit(0)

    assert os.waitpid(child, 0)[1] == 0
    db.spend([charge()], NOON)
    with pytest.raises(QuotaExceeded):
        db.spend([charge()], NOON)


def test_who_cannot_write_in_time_is_told_so(path):
    """Another program holds the file: nothing hangs, and nothing is charged."""
    with closing(SQLiteTaskDB(path, timeout=0.05)) as db:
        db.spend([charge()], NOON)
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError):
                db.spend([charge()], NOON)
            raw.execute("ROLLBACK")
        assert [("a", 1)] == [(account, used) for account, _, used in rows(path)]
