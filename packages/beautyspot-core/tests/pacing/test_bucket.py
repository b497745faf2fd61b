"""The facade of a single limit."""

import asyncio
import threading
import time

import pytest

import beautyspot as bs
from beautyspot.core.ports import Limiter, NotYet
from beautyspot.testing import ManualClock
from beautyspot.testing.crowds import Crowd, until

SECOND = 1_000_000_000


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def bucket(clock):
    return bs.TokenBucket(60, clock=clock)


@pytest.mark.parametrize("number", [0, -1, 1.0, float("nan"), float("inf"), True, None, "60"])
def test_what_is_no_rate_is_refused(number):
    """By its name and value, with what is expected."""
    with pytest.raises(bs.ValidationError, match=f"tokens_per_minute={number!r}.*at least 1"):
        bs.TokenBucket(number)


@pytest.mark.parametrize("number", [-1, 1.0, float("nan"), float("inf"), True, None, "60"])
def test_what_is_no_burst_is_refused(number):
    """By its name and value, with what is expected."""
    with pytest.raises(bs.ValidationError, match=f"burst={number!r}.*at least 0"):
        bs.TokenBucket(60, burst=number)


@pytest.mark.parametrize("way", ["consume", "acquire"])
def test_a_call_goes_at_once_and_the_next_waits_until_it_is_paid_for(bucket, clock, way):
    """Whatever it costs; this is told by its number of seconds."""
    getattr(bucket, way)(30)
    with Crowd(bucket, clock) as crowd:
        crowd.thread("me", 1)
        crowd.advance(29)
        assert not crowd.granted
        crowd.advance(1)
        crowd.until_granted(1)

    assert clock.monotonic_ns() == 30 * SECOND


@pytest.mark.parametrize("way", ["consume_async", "acquire_async"])
def test_tasks_wait_in_the_same_line(bucket, clock, way):
    """Without blocking the event loop."""

    async def main():
        await getattr(bucket, way)(30)
        task = asyncio.create_task(getattr(bucket, way)(1))
        await asyncio.to_thread(until, lambda: clock.sleepers == 1)
        clock.advance(30)
        return (await task).waited_ns

    assert asyncio.run(main()) == 30 * SECOND


def test_trying_does_not_wait(bucket):
    """It answers a ticket, or after how long to ask again."""
    assert bucket.try_acquire(60)
    assert NotYet(60 * SECOND) == bucket.try_acquire(60)


def test_a_burst_may_come_at_once(clock):
    """And costs no call more than that."""
    bucket = bs.TokenBucket(60, burst=10, clock=clock)

    assert bucket.try_acquire(7)
    assert bucket.try_acquire(3)
    assert NotYet(SECOND) == bucket.try_acquire(1)


@pytest.mark.parametrize(("burst", "largest"), [(0, 60), (10, 10)])
def test_an_impossible_cost_is_refused_at_once_with_both_numbers(clock, burst, largest):
    """By every way to ask."""
    bucket = bs.TokenBucket(60, burst=burst, clock=clock)
    for ask in (bucket.consume, bucket.acquire, bucket.try_acquire):
        with pytest.raises(bs.LimitImpossible, match=f"{largest + 1}.*{largest}"):
            ask(largest + 1)

    assert largest == bucket.max_cost


@pytest.mark.parametrize("cost", [-1, 1.0, float("nan"), float("inf"), True, None, "1"])
def test_what_is_no_cost_is_refused(bucket, cost):
    """By every way to ask; nothing is charged."""
    for ask in (bucket.consume, bucket.acquire, bucket.try_acquire):
        with pytest.raises(bs.ValidationError):
            ask(cost)
    with pytest.raises(bs.ValidationError):
        asyncio.run(bucket.consume_async(cost))

    assert bucket.try_acquire(60)


def test_its_rate_is_in_tokens_per_second(bucket):
    """A minute's tokens divided by sixty."""
    assert bucket.rate == 1.0
    assert bs.TokenBucket(90).rate == 1.5


def test_its_arrival_time_is_in_seconds_of_the_clock(bucket, clock):
    """It can be read, and not be set."""
    clock.advance(100)
    bucket.consume(30)

    assert bucket.tat == 130.0
    with pytest.raises(AttributeError):
        bucket.tat = 0.0


def test_it_says_what_it_is(bucket):
    """As it was made."""
    assert repr(bucket) == "TokenBucket(60)"
    assert repr(bs.TokenBucket(60, burst=5)) == "TokenBucket(60, burst=5)"


def test_it_is_a_limiter(bucket):
    """It can be given to a Spot, and what was too much is given back."""
    limiter: Limiter = bucket
    limiter.acquire({"tokens": 60}, key="a").settle({"tokens": 0})

    assert limiter.try_acquire(60, key="a")


def test_without_a_clock_it_waits_by_that_of_this_machine():
    """Real time passes: not less than what is owed."""
    bucket = bs.TokenBucket(60_000)
    began = time.monotonic()
    for _ in range(3):
        bucket.consume(10)

    assert time.monotonic() - began >= 0.02


def test_threads_cannot_exceed_the_rate_together():
    """Eight of them, by the real clock."""
    bucket, each = bs.TokenBucket(600_000), 20
    began = time.monotonic()

    def work():
        for _ in range(each):
            bucket.consume(10)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert time.monotonic() - began >= (8 * each - 1) * 10 / 10_000
    until(lambda: bucket.try_acquire(1))
