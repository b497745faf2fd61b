"""What every database promises that counts what is used up of quotas."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import pytest

from beautyspot.core.errors import QuotaExceeded, ValidationError
from beautyspot.core.ports import Quotas
from beautyspot.core.quotas import Quota, QuotaCharge, Spent

__all__ = ["QuotasContract"]

_NOON: Final = datetime(2026, 3, 8, 12, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_RPD: Final = Quota("rpd", "requests", 10)
_TPD: Final = Quota("tpd", "tokens", 1000)


def _requests(cost: int, account: str = "requests") -> QuotaCharge:
    return QuotaCharge(account, _RPD, cost)


def _tokens(cost: int) -> QuotaCharge:
    return QuotaCharge("tokens", _TPD, cost)


class Reopen(Protocol):
    """Answers a database over the same store."""

    def __call__(self) -> Quotas: ...


class QuotasContract:
    """The ability to count what is used up of quotas.

    Supply a fixture ``reopen`` that answers a function which opens the same store, each time with
    an instance of its own. That processes are counted together is to be tested with processes.
    """

    @pytest.fixture
    def reopen(self) -> Callable[[], Quotas]:
        """Answer what opens the store. Override it."""
        raise NotImplementedError

    def test_it_counts_quotas(self, reopen: Reopen) -> None:
        """The composition root asks by ``isinstance``."""
        assert isinstance(reopen(), Quotas)

    def test_a_quota_is_used_up(self, reopen: Reopen) -> None:
        """What exceeds it is refused with the numbers and the moment, and charges nothing."""
        db = reopen()
        db.spend([_requests(7)], _NOON)
        with pytest.raises(QuotaExceeded):
            db.spend([_requests(4)], _NOON)
        with pytest.raises(QuotaExceeded) as caught:
            db.spend([_requests(4)], _NOON)
        error = caught.value

        assert (error.limit, error.cost, error.left) == ("rpd", 4, 3)
        assert datetime(2026, 3, 9, tzinfo=UTC) == error.reset_at
        db.spend([_requests(3)], _NOON)

    def test_a_quota_begins_anew(self, reopen: Reopen) -> None:
        """At midnight, and not again when the clock is set back."""
        db = reopen()
        db.spend([_requests(10)], _NOON)
        db.spend([_requests(10)], _NOON + _DAY)

        with pytest.raises(QuotaExceeded):
            db.spend([_requests(1)], _NOON)

    def test_it_tells_what_was_charged(self, reopen: Reopen) -> None:
        """By account, with the beginning of the day, in the order of the charges."""
        midnight = datetime(2026, 3, 8, tzinfo=UTC)

        expected = (Spent("tokens", midnight, 5), Spent("requests", midnight, 1))
        assert expected == reopen().spend([_tokens(5), _requests(1)], _NOON)

    def test_no_charge_is_no_charge(self, reopen: Reopen) -> None:
        """And nothing to settle."""
        db = reopen()
        db.settle(db.spend([], _NOON), [])

    def test_several_quotas_are_charged_all_or_none(self, reopen: Reopen) -> None:
        """The first is not used up by what the second refuses."""
        db = reopen()
        with pytest.raises(QuotaExceeded):
            db.spend([_requests(10), _tokens(1001)], _NOON)

        assert db.spend([_requests(10), _tokens(1000)], _NOON)

    def test_accounts_do_not_know_of_each_other(self, reopen: Reopen) -> None:
        """Whatever they are called."""
        db = reopen()
        for account in ("", "requests", "Requests", "r\u00e9quests", "a\0b", "a"):
            db.spend([_requests(10, account)], _NOON)
        with pytest.raises(QuotaExceeded):
            db.spend([_requests(1, "a\0b")], _NOON)

    def test_what_was_charged_too_much_is_given_back(self, reopen: Reopen) -> None:
        """A call that was never sent costs nothing; a larger one than was thought, all of it."""
        db = reopen()
        db.settle(db.spend([_requests(1), _tokens(900)], _NOON), [1, 0])
        db.settle(db.spend([_tokens(100)], _NOON), [999])
        db.settle(db.spend([_requests(9)], _NOON), [9])

        assert db.spend([_tokens(1)], _NOON)
        for charge in (_requests(1), _tokens(1)):
            with pytest.raises(QuotaExceeded) as caught:
                db.spend([charge], _NOON)
            assert caught.value.left == 0

    def test_nothing_is_given_back_to_another_day(self, reopen: Reopen) -> None:
        """It was used on the day that is over."""
        db = reopen()
        spent = db.spend([_requests(10)], _NOON)
        db.spend([_requests(10)], _NOON + _DAY)
        db.settle(spent, [0])

        with pytest.raises(QuotaExceeded):
            db.spend([_requests(1)], _NOON + _DAY)

    @pytest.mark.parametrize("cost", [-1, 1.5, True])
    def test_what_is_no_cost_is_refused(self, reopen: Reopen, cost: int) -> None:
        """And nothing is changed."""
        db = reopen()
        spent = db.spend([_requests(10)], _NOON)
        with pytest.raises(ValidationError):
            db.spend([_tokens(5), _requests(cost)], _NOON)
        with pytest.raises(ValidationError):
            db.settle(spent, [cost])

        with pytest.raises(QuotaExceeded):
            db.spend([_requests(1)], _NOON)

    def test_all_who_open_the_store_share_its_quotas(self, reopen: Reopen) -> None:
        """Threads with an instance each: exactly as many are let through as there are."""

        def ask(_: int) -> int:
            db, granted = reopen(), 0
            for _ in range(5):
                try:
                    db.spend([_requests(1), _tokens(1)], _NOON)
                    granted += 1
                except QuotaExceeded:
                    continue
            return granted

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(ask, range(4))) == 10

    def test_months_and_forgotten_accounts(self, reopen: Reopen) -> None:
        """A month is counted to its end, while accounts of other days come and go."""
        db, month = reopen(), Quota("month", "requests", 2, "month")
        first = datetime(2026, 1, 1, tzinfo=UTC)
        for day in (0, 30):
            db.spend([QuotaCharge("month", month, 1)], first + day * _DAY)
            db.spend([_requests(10, f"day {day}")], first + day * _DAY)

        with pytest.raises(QuotaExceeded) as caught:
            db.spend([QuotaCharge("month", month, 1)], first + 30 * _DAY)
        assert datetime(2026, 2, 1, tzinfo=UTC) == caught.value.reset_at
