"""Quotas of days and months, around what is paced: the limiter that a Spot has."""

import asyncio
import os
import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest

from beautyspot.core.errors import (
    ConfigurationError,
    LimitImpossible,
    LimitTimeout,
    QuotaExceeded,
    StoreUnavailable,
    ValidationError,
)
from beautyspot.core.limits import Limits, parse_limits, quota
from beautyspot.core.ports import NotYet
from beautyspot.embedded.pacing import CountedLimiter, Pacer, limiter_of
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing import LimiterContract, ManualClock, MemoryTaskDB
from beautyspot.testing.crowds import Crowd, until

from .interrupting import interrupted_while

SECOND = 1_000_000_000


class TestCountedLimiter(LimiterContract):
    """A quota that is large enough changes nothing."""

    @pytest.fixture
    def new_limiter(self, clock):
        def new(meters):
            quotas = parse_limits(limits={"rpd": 10**6}).quotas
            pacer = Pacer(meters, clock, units=[meter.unit for meter in meters])
            units = {meter.unit for meter in meters}
            wanted = [quota for quota in quotas if quota.unit in units]
            return CountedLimiter(pacer, wanted, MemoryTaskDB())

        return new


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def db():
    return MemoryTaskDB()


@pytest.fixture
def limiter(clock, db):
    """Ten requests and a thousand tokens a day; one request in a second."""
    limits = parse_limits(rpm=60, limits={"rpd": 10, "tpd": 1000})
    return limiter_of(limits, clock, db)


def left(limiter, clock):
    """Answer what is left of the tokens, by asking for all of them."""
    clock.advance(60)
    try:
        limiter.try_acquire({"tokens": 1000}).cancel()
    except QuotaExceeded as refused:
        return refused.left
    return 1000


def test_more_than_a_quota_ever_holds_is_refused_for_good(limiter, clock):
    """Tomorrow it would not fit either; both numbers are named, and nothing is charged."""
    with pytest.raises(LimitImpossible, match=r"1001 .*'tpd' grants at most 1000"):
        limiter.acquire({"tokens": 1001})
    with pytest.raises(LimitImpossible):
        asyncio.run(limiter.acquire_async({"tokens": 1001}))

    assert not isinstance(limiter.try_acquire({"tokens": 1000}), NotYet)


def test_without_limits_there_is_no_limiter(clock, db):
    """Concurrency is another matter."""
    assert limiter_of(Limits(concurrency=5), clock, db) is None


def test_without_quotas_only_time_is_waited_for(clock):
    """No database is asked for."""
    assert isinstance(limiter_of(parse_limits(rpm=5), clock, None), Pacer)


def test_a_database_that_cannot_count_is_refused(clock):
    """By the names of the quotas, and with a way out."""
    with pytest.raises(ConfigurationError, match=r"rpd.*spend\(\)"):
        limiter_of(parse_limits(limits={"rpd": 5}), clock, object())


def test_what_exceeds_a_quota_is_refused_instead_of_waiting(limiter, clock):
    """With what is left, and when it begins anew; then it goes on."""
    for _ in range(10):
        limiter.acquire({"tokens": 1})
        clock.advance(1)
    with pytest.raises(QuotaExceeded) as caught:
        limiter.acquire({"tokens": 1})

    error = caught.value
    expected = ("rpd", 1, 0, datetime(2026, 1, 2, tzinfo=UTC))
    assert expected == (error.limit, error.cost, error.left, error.reset_at)
    clock.advance(86_400)
    limiter.acquire({"tokens": 1})


def test_a_plain_number_is_in_the_unit_of_the_quota(clock, db):
    """Requests are counted without saying so."""
    limiter = limiter_of(parse_limits(limits={"rpd": 2, "tpd": 100}), clock, db)
    limiter.acquire(60)
    with pytest.raises(QuotaExceeded, match=r"'tpd', 40"):
        limiter.acquire(41)
    limiter.acquire(40)

    with pytest.raises(QuotaExceeded, match="'rpd', 0"):
        limiter.acquire(0)


def test_keys_and_names_have_quotas_of_their_own(clock, db):
    """The same name in the same database is the same quota."""
    limits = parse_limits(limits={"rpd": 1})
    limiter_of(limits, clock, db, name="app").acquire({})
    limiter_of(limits, clock, db, name="app").acquire({}, key="b")
    limiter_of(limits, clock, db, name="other").acquire({})

    with pytest.raises(QuotaExceeded):
        limiter_of(limits, clock, db, name="app").acquire({})


def test_what_was_too_much_is_given_back_by_all(limiter, clock):
    """The request stays."""
    limiter.acquire({"tokens": 800}).settle({"tokens": 100})

    assert left(limiter, clock) == 900
    clock.advance(60)
    for _ in range(9):
        limiter.acquire({})
        clock.advance(1)
    with pytest.raises(QuotaExceeded, match="'rpd', 0"):
        limiter.acquire({})


def test_cancelling_gives_back_all(limiter, clock):
    """The call was never sent."""
    limiter.acquire({"tokens": 800}).cancel()

    assert left(limiter, clock) == 1000
    assert limiter.try_acquire({"requests": 10})


def test_more_than_the_estimate_is_charged(limiter, clock):
    """Beyond what was left, too."""
    limiter.acquire({"tokens": 900}).settle({"tokens": 5000})

    assert left(limiter, clock) == 0


def test_a_ticket_is_settled_once(limiter, clock):
    """A second time changes nothing."""
    ticket = limiter.acquire({"tokens": 800})
    ticket.settle({"tokens": 100})
    for again in (ticket.cancel, lambda: ticket.settle({"tokens": 0})):
        with pytest.raises(ValidationError):
            again()

    assert left(limiter, clock) == 900


def test_who_may_not_wait_that_long_pays_nothing(limiter, clock):
    """It is known before he waits."""
    limiter.acquire({"tokens": 100})
    with pytest.raises(LimitTimeout):
        limiter.acquire({"tokens": 900}, max_wait_ns=SECOND // 2)

    assert left(limiter, clock) == 900


def test_who_is_not_yet_granted_pays_nothing(limiter, clock):
    """And the request is not used up by what the quota refuses."""
    limiter.acquire({"tokens": 100})
    assert NotYet(SECOND) == limiter.try_acquire({"tokens": 900})
    assert left(limiter, clock) == 900

    assert limiter.try_acquire({"tokens": 900})


def test_what_is_no_cost_or_impossible_is_charged_nowhere(clock, db):
    """Neither is a unit that is not known."""
    limiter = limiter_of(parse_limits(tpm=100, limits={"tpd": 1000}), clock, db)
    for cost, error in [(101, LimitImpossible), (-1, ValidationError), ({"x": 1}, ValidationError)]:
        with pytest.raises(error):
            limiter.acquire(cost)
        with pytest.raises(error):
            limiter.try_acquire(cost)
        with pytest.raises(error):
            asyncio.run(limiter.acquire_async(cost))

    limiter = limiter_of(parse_limits(limits={"tpd": 1000}), clock, db)
    assert limiter.try_acquire(1000)


def test_a_task_that_is_cancelled_in_the_line_gets_its_quota_back(limiter, clock):
    """As one that was never there."""
    limiter.acquire({"tokens": 100})
    with Crowd(limiter, clock) as crowd:
        crowd.task("me", {"tokens": 900})
        until(lambda: clock.sleepers == 1)
    assert not crowd.granted

    until(lambda: left(limiter, clock) == 900)


def test_a_thread_that_is_interrupted_in_the_line_gets_its_quota_back(limiter, clock):
    """As one that was never there."""
    limiter.acquire({"tokens": 100})
    with pytest.raises(KeyboardInterrupt), interrupted_while(lambda: clock.sleepers):
        limiter.acquire({"tokens": 900})

    assert left(limiter, clock) == 900


class _SlowDB(MemoryTaskDB):
    """Charges when it is let."""

    def __init__(self):
        super().__init__()
        self.asked, self.go = threading.Event(), threading.Event()

    def spend(self, charges, now):
        self.asked.set()
        assert self.go.wait(20)
        return super().spend(charges, now)


def test_a_task_that_is_cancelled_while_it_is_charged_gets_its_quota_back(clock):
    """It does not wait for the database either."""
    db = _SlowDB()
    limiter = limiter_of(parse_limits(limits={"tpd": 1000}), clock, db)

    async def main():
        task = asyncio.create_task(limiter.acquire_async(900))
        await asyncio.to_thread(db.asked.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        db.go.set()

    asyncio.run(main())

    assert left(limiter, clock) == 1000


def test_tasks_are_charged_and_settled_as_threads_are(clock, db):
    """Off the event loop."""
    limiter = limiter_of(parse_limits(limits={"tpd": 1000}), clock, db)

    async def main():
        (await limiter.acquire_async(600)).settle(100)
        (await limiter.acquire_async(900)).cancel()
        with pytest.raises(QuotaExceeded):
            await limiter.acquire_async(901)

    asyncio.run(main())

    assert left(limiter, clock) == 900


class _BrokenDB(MemoryTaskDB):
    """Is out of reach."""

    def spend(self, charges, now):
        raise StoreUnavailable("the disk is gone")

    def settle(self, spent, actual):
        raise StoreUnavailable("the disk is gone")


def test_a_database_out_of_reach_stops_no_call(clock):
    """It is told, and the call is paced all the same."""
    told = []
    limits = parse_limits(rpm=60, limits={"rpd": 1})
    limiter = limiter_of(limits, clock, _BrokenDB(), report=told.append)
    limiter.acquire({}).settle({"requests": 0})
    limiter.acquire({}).cancel()
    limiter.acquire({})

    assert isinstance(limiter.try_acquire({}), NotYet)
    assert ["the disk is gone"] * 3 == [str(error) for error in told]


def test_a_month_is_counted_in_a_file_for_the_next_process(clock, tmp_path):
    """A child of this one."""
    limits = parse_limits(limits={"images": quota(3, per="month")})
    with closing(SQLiteTaskDB(tmp_path / "x.db")) as db:
        limiter = limiter_of(limits, clock, db, name="app")
        limiter.acquire({"images": 2})
        child = os.fork()
        if not child:
            limiter.acquire(1)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0

        with pytest.raises(QuotaExceeded):
            limiter.acquire(1)
