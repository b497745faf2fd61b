"""What is used up of quotas: one row for each account.

The table is made at the first charge, and not by a migration: a database without quotas stays one
that older versions can use.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from beautyspot.core.model import instant, micros
from beautyspot.core.quotas import QuotaCharge, Spent, Usage, corrected, spend_all
from beautyspot.embedded.sqlite.connections import Connections

__all__ = ["QuotaCounts"]

_TABLE: Final = """
CREATE TABLE IF NOT EXISTS quotas (
    account TEXT NOT NULL PRIMARY KEY,
    since   INTEGER NOT NULL CHECK (typeof(since) = 'integer'),
    used    INTEGER NOT NULL CHECK (typeof(used) = 'integer' AND used >= 0)
) WITHOUT ROWID
"""
_GET: Final = "SELECT since, used FROM quotas WHERE account = ?"
_PUT: Final = (
    "INSERT INTO quotas (account, since, used) VALUES (?, ?, ?) "
    "ON CONFLICT (account) DO UPDATE SET since = excluded.since, used = excluded.used"
)
_DROP_OLD: Final = "DELETE FROM quotas WHERE since < ?"
#: Microseconds after which no day and no month can go on.
_OVER: Final = 40 * 86_400 * 1_000_000


class QuotaCounts:
    """The part of the adapter that answers ``Quotas``."""

    _connections: Connections

    def spend(self, charges: Sequence[QuotaCharge], now: datetime) -> tuple[Spent, ...]:
        """Charge a call by several quotas, all or none; answer what was charged."""
        if not charges:
            return ()
        with self._connections.write() as connection:
            connection.execute(_TABLE)
            usages = _usages(connection, (charge.account for charge in charges))
            after = spend_all(charges, usages, now)
            if len(usages) < len(charges):
                connection.execute(_DROP_OLD, (micros(now) - _OVER,))
            _keep(connection, after)
        return tuple(Spent(account, after[account].since, cost) for account, _, cost in charges)

    def settle(self, spent: Sequence[Spent], actual: Sequence[int]) -> None:
        """Say what a charged call cost in fact, by each quota."""
        with self._connections.write() as connection:
            connection.execute(_TABLE)
            usages = _usages(connection, (charge.account for charge in spent))
            pairs = zip(spent, actual, strict=True)
            after = {
                charge.account: corrected(usages.get(charge.account), charge, cost)
                for charge, cost in pairs
            }
            _keep(connection, {key: usage for key, usage in after.items() if usage is not None})


def _usages(connection: sqlite3.Connection, accounts: Iterable[str]) -> dict[str, Usage]:
    rows = ((account, connection.execute(_GET, (account,)).fetchone()) for account in accounts)
    return {account: Usage(instant(row[0]), row[1]) for account, row in rows if row is not None}


def _keep(connection: sqlite3.Connection, usages: Mapping[str, Usage]) -> None:
    rows = [(account, micros(usage.since), usage.used) for account, usage in usages.items()]
    connection.executemany(_PUT, rows)
