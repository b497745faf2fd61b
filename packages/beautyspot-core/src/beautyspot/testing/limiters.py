"""What every limiter has to do.

Subclass the suite and supply what makes one::

class TestMyLimiter(LimiterContract):
    @pytest.fixture
    def new_limiter(self, clock):
        return lambda meters: MyLimiter(meters, clock)
"""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial

import pytest

from beautyspot.core.costs import Meter
from beautyspot.core.errors import LimitTimeout, ValidationError
from beautyspot.core.gcra import Rate
from beautyspot.core.ports import Limiter, NotYet
from beautyspot.testing.clock import ManualClock
from beautyspot.testing.crowds import Crowd, until
from beautyspot.testing.limiter_fixtures import BURST, MINUTE, REQUESTS, SECOND, NewLimiter
from beautyspot.testing.limiter_tickets import TicketRules

__all__ = ["LimiterContract"]


class LimiterContract(TicketRules):
    """The rules of ``beautyspot.core.ports.Limiter``."""

    def test_a_burst_is_granted_at_once_and_no_more(self, burst: Limiter) -> None:
        """Ten tokens; the eleventh comes a second later."""
        tickets = [burst.acquire(cost) for cost in (1, 7, 2)]

        assert [ticket.waited_ns for ticket in tickets] == [0, 0, 0]
        assert NotYet(SECOND) == burst.try_acquire(1)
        assert NotYet(10 * SECOND) == burst.try_acquire(10)

    def test_smooth_pacing_lets_one_call_go_and_then_waits_for_its_cost(
        self, smooth: Limiter, clock: ManualClock
    ) -> None:
        """However long nothing was asked for, and however large the call is."""
        clock.advance(1e9)
        smooth.acquire(60)

        assert NotYet(MINUTE) == smooth.try_acquire(1)
        assert NotYet(MINUTE) == smooth.try_acquire(60)

    def test_a_wait_is_exact_to_the_nanosecond(self, smooth: Limiter, clock: ManualClock) -> None:
        """Not granted a nanosecond early; granted then."""
        smooth.acquire(5)
        clock.advance_ns(5 * SECOND - 1)

        assert NotYet(1) == smooth.try_acquire(1)
        clock.advance_ns(1)
        assert smooth.try_acquire(1)

    def test_asking_in_vain_charges_nothing(self, burst: Limiter) -> None:
        """As often as one likes."""
        burst.acquire(9)

        assert [NotYet(SECOND)] * 5 == [burst.try_acquire(2) for _ in range(5)]
        assert burst.try_acquire(1)

    def test_a_ticket_counts_as_true_and_not_yet_as_false(self, smooth: Limiter) -> None:
        """So that one can ask ``if limiter.try_acquire(1)``."""
        assert [bool(smooth.try_acquire(1)) for _ in range(2)] == [True, False]

    @pytest.mark.parametrize("way", ["thread", "task"])
    def test_who_waits_goes_on_at_its_time(
        self, smooth: Limiter, clock: ManualClock, crowd: Crowd, way: str
    ) -> None:
        """And is told how long it was."""
        smooth.acquire(3)
        _ask(crowd, way)("me", 1)
        until(lambda: clock.sleepers == 1)
        clock.advance_ns(3 * SECOND - 1)
        assert not crowd.granted
        clock.advance_ns(1)
        crowd.until_granted(1)

        assert crowd.tickets["me"].waited_ns == 3 * SECOND

    def test_a_call_is_charged_by_all_its_limits_at_one_instant(
        self, new_limiter: NewLimiter, clock: ManualClock
    ) -> None:
        """Charged one after the other, ten tokens queued and ten new ones would go together."""
        limiter = new_limiter([REQUESTS, BURST])
        limiter.acquire({"tokens": 0})
        with Crowd(limiter, clock) as crowd:
            crowd.thread("ten", {"tokens": 10})
            crowd.advance(1)
            until(lambda: "ten" in crowd.granted)
        clock.advance(1)

        assert NotYet(9 * SECOND) == limiter.try_acquire({"tokens": 10})

    def test_none_of_the_limits_is_charged_when_one_refuses(
        self, new_limiter: NewLimiter, clock: ManualClock
    ) -> None:
        """The request was not used up by a call that waits for tokens."""
        limiter = new_limiter([REQUESTS, BURST])
        limiter.acquire({"tokens": 10})
        clock.advance(1)

        assert NotYet(4 * SECOND) == limiter.try_acquire({"tokens": 5})
        assert limiter.try_acquire({"tokens": 1})

    def test_keys_do_not_know_of_each_other(self, smooth: Limiter) -> None:
        """Each has the whole limit, and a queue of its own."""
        smooth.acquire(30)
        smooth.acquire(30, key="a")

        assert NotYet(30 * SECOND) == smooth.try_acquire(1)
        assert NotYet(30 * SECOND) == smooth.try_acquire(1, key="a")
        assert smooth.try_acquire(1, key="b")

    def test_no_limit_grants_everything(self, new_limiter: NewLimiter) -> None:
        """And its tickets are tickets."""
        limiter = new_limiter([])
        limiter.acquire({}).settle({})

        assert limiter.try_acquire({})

    def test_threads_and_tasks_are_served_as_they_came(self, smooth: Limiter, crowd: Crowd) -> None:
        """In one queue, whatever they ask for: a large call is not overtaken by small ones."""
        costs = [5, 1, 20, 1, 1, 7, 1, 2]
        smooth.acquire(1)
        for name, cost in enumerate(costs):
            (crowd.task if name % 2 else crowd.thread)(name, cost)
            crowd.until_ahead(1 + sum(costs[: name + 1]))
        for granted in range(len(costs)):
            crowd.advance(1 if not granted else costs[granted - 1])
            crowd.until_granted(granted + 1)

        assert list(range(len(costs))) == crowd.granted
        assert [1 + sum(costs[:name]) for name in range(len(costs))] == [
            crowd.at[name] // SECOND for name in range(len(costs))
        ]

    def test_who_only_tries_does_not_overtake(self, burst: Limiter, clock: ManualClock) -> None:
        """One token would be there, but somebody waits for ten."""
        burst.acquire(9)
        with Crowd(burst, clock) as crowd:
            crowd.thread("ten", 10)
            until(lambda: clock.sleepers == 1)

            assert not burst.try_acquire(1)

    def test_what_costs_nothing_waits_for_nobody(
        self, smooth: Limiter, clock: ManualClock, crowd: Crowd
    ) -> None:
        """It does not even queue."""
        smooth.acquire(60)
        crowd.thread("one", 1)
        until(lambda: clock.sleepers == 1)

        assert smooth.try_acquire(0)
        assert smooth.acquire(0, max_wait_ns=0).waited_ns == 0

    def test_a_plain_call_on_the_event_loop_does_not_wait_for_its_tasks(
        self, smooth: Limiter, clock: ManualClock, crowd: Crowd
    ) -> None:
        """They cannot go on before it does: both would wait for ever."""
        smooth.acquire(1)
        crowd.task("task", 1)
        crowd.until_ahead(2)
        crowd.call(lambda: crowd.granted.append(("plain", smooth.acquire(1).waited_ns)))
        crowd.until_ahead(3)
        clock.advance(1)
        crowd.until_granted(1)
        crowd.advance(1)
        crowd.until_granted(2)

        assert crowd.granted == [("plain", SECOND), "task"]

    @pytest.mark.parametrize("which", [0, 1, 2])
    def test_a_cancelled_waiter_leaves_nothing_behind(
        self, smooth: Limiter, clock: ManualClock, crowd: Crowd, which: int
    ) -> None:
        """First, middle or last: the others are granted as if it had never come."""
        smooth.acquire(10)
        outcomes: list[Future[None]] = []
        for name in range(3):
            outcomes.append(crowd.task(name, 10))
            crowd.until_ahead(20 + 10 * name)
        outcomes[which].cancel()
        crowd.until_ahead(30)
        for granted in (1, 2):
            crowd.advance(10)
            crowd.until_granted(granted)

        assert [name for name in range(3) if name != which] == crowd.granted
        assert clock.monotonic_ns() == 20 * SECOND
        with pytest.raises(CancelledError):
            outcomes[which].result()

    def test_cancelling_does_not_let_two_in_at_one_instant(
        self, burst: Limiter, clock: ManualClock
    ) -> None:
        """A, B and C wait for ten each; B is cancelled, D comes: ten more at each ten seconds."""
        burst.acquire(10)
        with Crowd(burst, clock) as crowd:
            outcomes: dict[str, Future[None]] = {}
            for number, name in enumerate("ABC"):
                outcomes[name] = crowd.task(name, 10)
                crowd.until_ahead(11 + 10 * number)
            outcomes["B"].cancel()
            crowd.until_ahead(21)
            crowd.task("D", 10)
            crowd.until_ahead(31)
            for granted in (1, 2, 3):
                crowd.advance(10)
                crowd.until_granted(granted)

        assert {name: at // SECOND for name, at in crowd.at.items()} == {"A": 10, "C": 20, "D": 30}

    @pytest.mark.parametrize("way", ["thread", "task"])
    def test_who_runs_out_of_time_leaves_nothing_behind(
        self, smooth: Limiter, clock: ManualClock, crowd: Crowd, way: str
    ) -> None:
        """It could have been granted when it came, and then the server asked for a pause."""
        smooth.acquire(5)
        outcome = _ask(crowd, way)("late", 5, max_wait_ns=6 * SECOND)
        until(lambda: clock.sleepers == 1)
        smooth.tighten(retry_after_ns=8 * SECOND)
        clock.advance(5)
        until(outcome.done)
        clock.advance(3)

        assert isinstance(outcome.exception(), LimitTimeout)
        assert smooth.try_acquire(1)

    @pytest.mark.parametrize("waiters", [0, 1, 5])
    def test_a_wait_that_is_too_long_is_refused_at_once(
        self, smooth: Limiter, crowd: Crowd, waiters: int
    ) -> None:
        """With both numbers, counting those who wait already; no time has to pass."""
        smooth.acquire(10)
        for name in range(waiters):
            crowd.thread(name, 10)
            crowd.until_ahead(20 + 10 * name)
        needed = 10 + 10 * waiters
        with pytest.raises(LimitTimeout) as caught:
            smooth.acquire(1, max_wait_ns=needed * SECOND - 1)

        assert float(needed) == caught.value.needed
        assert pytest.approx(needed, abs=1e-8) == caught.value.allowed

    def test_the_wait_behind_several_limits_is_known_too(
        self, new_limiter: NewLimiter, clock: ManualClock
    ) -> None:
        """Where now one of them is the bottleneck and now the other."""
        other = Meter("ipm", "images", Rate(60, MINUTE, burst=1))
        limiter = new_limiter([other, Meter("tpm", "tokens", Rate(60, MINUTE, burst=1))])
        limiter.acquire({"images": 1, "tokens": 1})
        both = {"images": 1, "tokens": 1}
        with Crowd(limiter, clock) as crowd:
            for name, cost in enumerate([{"images": 1}] * 2 + [{"tokens": 1}] * 2):
                crowd.thread(name, cost)
                crowd.until_ahead([2, 3, 3, 4][name], cost)
            with pytest.raises(LimitTimeout) as caught:
                limiter.acquire(both, max_wait_ns=4 * SECOND - 1)
            crowd.thread("in time", both, max_wait_ns=4 * SECOND)
            for expected in [(0, 2), (1, 2), (3, 2), (4, 1)]:  # granted, asleep
                until(partial(_stands_at, expected, crowd, clock))
                clock.advance(1)
            crowd.until_granted(5)

        assert caught.value.needed == 4.0
        assert crowd.at["in time"] == 4 * SECOND

    def test_a_wait_that_is_just_short_enough_is_waited(
        self, smooth: Limiter, crowd: Crowd
    ) -> None:
        """To the nanosecond."""
        smooth.acquire(10)
        crowd.task("me", 10, max_wait_ns=10 * SECOND)
        crowd.advance(10)
        crowd.until_granted(1)

        assert crowd.tickets["me"].waited_ns == 10 * SECOND

    @pytest.mark.parametrize("wait", [-1, 1.5, float("nan"), float("inf"), True, "1"])
    def test_what_is_no_time_to_wait_is_refused(self, smooth: Limiter, wait: int) -> None:
        """Even when there is nothing to wait for; nothing is charged."""
        with pytest.raises(ValidationError):
            smooth.acquire(1, max_wait_ns=wait)

        assert smooth.try_acquire(1)

    def test_many_threads_are_granted_no_more_than_the_burst(self, burst: Limiter) -> None:
        """Of those who come at one instant."""
        start = threading.Barrier(8)
        granted: list[bool] = []

        def ask() -> None:
            start.wait()
            granted.extend(bool(burst.try_acquire(1)) for _ in range(50))

        threads = [threading.Thread(target=ask, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sum(granted) == 10


def _ask(crowd: Crowd, way: str) -> Callable[..., Future[None]]:
    return crowd.thread if way == "thread" else crowd.task


def _stands_at(expected: tuple[int, int], crowd: Crowd, clock: ManualClock) -> bool:
    return expected == (len(crowd.granted), clock.sleepers)
