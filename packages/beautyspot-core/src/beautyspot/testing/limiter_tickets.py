"""What every limiter has to do with costs and tickets, and with what a server says."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from beautyspot.core.costs import Meter
from beautyspot.core.errors import LimitImpossible, ValidationError
from beautyspot.core.ports import Cost, Limiter, NotYet
from beautyspot.testing.clock import ManualClock
from beautyspot.testing.crowds import Crowd, until
from beautyspot.testing.limiter_fixtures import (
    BURST,
    NO_COSTS,
    REQUESTS,
    SECOND,
    SMOOTH,
    LimiterFixtures,
    NewLimiter,
)

__all__ = ["TicketRules"]


class TicketRules(LimiterFixtures):
    """The rules of costs and tickets."""

    @pytest.mark.parametrize("cost", [*NO_COSTS, *({"tokens": cost} for cost in NO_COSTS)])
    def test_what_is_no_cost_is_refused_by_its_value(self, smooth: Limiter, cost: Cost) -> None:
        """At once and by every way to ask; nothing is charged."""
        for ask in (smooth.acquire, smooth.try_acquire, _in_a_loop(smooth)):
            with pytest.raises(ValidationError):
                ask(cost)

        assert smooth.try_acquire(1)

    def test_a_unit_that_is_not_known_is_refused_with_those_that_are(self, smooth: Limiter) -> None:
        """A slip of the pen must not switch a limit off."""
        with pytest.raises(ValidationError, match=r"'token'.*'tokens'"):
            smooth.acquire({"token": 1})

    @pytest.mark.parametrize(("meter", "largest"), [(SMOOTH, 60), (BURST, 10)])
    def test_an_impossible_cost_is_refused_at_once_with_both_numbers(
        self, new_limiter: NewLimiter, meter: Meter, largest: int
    ) -> None:
        """It is never waited for; what is possible goes on."""
        limiter = new_limiter([meter])
        for ask in (limiter.acquire, limiter.try_acquire, _in_a_loop(limiter)):
            with pytest.raises(LimitImpossible, match=f"{largest + 1} .*{largest}"):
                ask(largest + 1)

        assert limiter.try_acquire(largest)

    def test_what_a_call_did_not_use_is_given_back(self, burst: Limiter) -> None:
        """Nobody else was let in on it."""
        burst.acquire(10).settle(4)

        assert NotYet(SECOND) == burst.try_acquire(7)
        assert burst.try_acquire(6)

    def test_what_others_were_let_in_on_is_not_given_back(
        self, burst: Limiter, clock: ManualClock
    ) -> None:
        """Otherwise twenty would have gone at one instant."""
        first = burst.acquire(10)
        clock.advance(10)
        burst.acquire(10)
        first.settle(0)

        assert NotYet(10 * SECOND) == burst.try_acquire(10)

    def test_more_than_the_estimate_is_charged_in_full(self, burst: Limiter) -> None:
        """Beyond the burst, too."""
        burst.acquire(2).settle(18)

        assert NotYet(9 * SECOND) == burst.try_acquire(1)

    def test_a_ticket_that_is_never_settled_stays_charged(self, burst: Limiter) -> None:
        """It may have been used."""
        burst.acquire(10)

        assert NotYet(SECOND) == burst.try_acquire(1)

    @pytest.mark.parametrize("ask", ["acquire", "try_acquire"])
    def test_cancelling_gives_back_all(self, smooth: Limiter, ask: str) -> None:
        """The call was never sent."""
        getattr(smooth, ask)(60).cancel()

        assert smooth.try_acquire(60)

    def test_a_ticket_is_settled_once(self, burst: Limiter) -> None:
        """A second time would give back twice."""
        ticket = burst.acquire(10)
        ticket.settle(5)

        for again in (partial(ticket.settle, 5), ticket.cancel):
            with pytest.raises(ValidationError):
                again()
        assert not burst.try_acquire(6)

    @pytest.mark.parametrize("actual", [-1, 1.5, float("nan"), True, {"token": 1}])
    def test_a_ticket_is_not_settled_by_what_is_no_cost(self, burst: Limiter, actual: Cost) -> None:
        """It can be settled afterwards."""
        ticket = burst.acquire(10)
        with pytest.raises(ValidationError):
            ticket.settle(actual)
        ticket.settle(9)

        assert burst.try_acquire(1)

    def test_what_a_settlement_does_not_name_stays_as_it_was(self, new_limiter: NewLimiter) -> None:
        """A refused call was one request still."""
        limiter = new_limiter([REQUESTS, BURST])
        limiter.acquire({"tokens": 10}).settle({"tokens": 0})

        assert NotYet(SECOND) == limiter.try_acquire({"tokens": 10})
        assert limiter.try_acquire({"requests": 0, "tokens": 10})

    def test_who_waits_goes_on_as_soon_as_something_is_given_back(
        self, smooth: Limiter, crowd: Crowd, clock: ManualClock
    ) -> None:
        """No time has to pass for it."""
        ticket = smooth.acquire(60)
        crowd.thread("me", 1)
        until(lambda: clock.sleepers == 1)
        ticket.settle(0)
        until(lambda: "me" in crowd.granted)

        assert clock.monotonic_ns() == 0

    def test_nothing_is_granted_while_the_server_asks_for_a_pause(
        self, smooth: Limiter, clock: ManualClock
    ) -> None:
        """Only for that key; and a shorter pause later does not end it."""
        smooth.tighten(retry_after_ns=30 * SECOND)
        smooth.tighten(retry_after_ns=5 * SECOND)
        smooth.tighten(retry_after_ns=-5)

        assert NotYet(30 * SECOND) == smooth.try_acquire(1)
        assert smooth.try_acquire(1, key="other")
        clock.advance(30)
        assert smooth.try_acquire(1)

    def test_who_waits_already_waits_for_the_end_of_the_pause(
        self, smooth: Limiter, clock: ManualClock, crowd: Crowd
    ) -> None:
        """All who share the key are held up."""
        smooth.acquire(1)
        crowd.thread("me", 1)
        until(lambda: clock.sleepers == 1)
        smooth.tighten(retry_after_ns=30 * SECOND)
        clock.advance(1)
        crowd.until_ahead(30)
        assert not crowd.granted
        crowd.advance(29)
        crowd.until_granted(1)

        assert crowd.at["me"] == 30 * SECOND

    def test_what_is_left_at_the_server_makes_it_stricter_and_never_looser(
        self, burst: Limiter
    ) -> None:
        """Other processes have used some; what the server does not know of ours stays charged."""
        burst.tighten(remaining={"tokens": 4})
        assert NotYet(SECOND) == burst.try_acquire(5)
        burst.tighten(remaining={"tokens": 10})
        burst.tighten(remaining={})
        burst.tighten()

        assert NotYet(SECOND) == burst.try_acquire(5)
        assert burst.try_acquire(4)

    @pytest.mark.parametrize("left", [{"tokens": -1}, {"tokens": 1.5}, {"token": 1}])
    def test_what_cannot_be_left_is_refused(self, burst: Limiter, left: dict[str, int]) -> None:
        """And changes nothing."""
        with pytest.raises(ValidationError):
            burst.tighten(remaining=left)

        assert burst.try_acquire(10)


def _in_a_loop(limiter: Limiter) -> Callable[[Cost], object]:
    async def ask(cost: Cost) -> object:
        return await limiter.acquire_async(cost)

    return lambda cost: asyncio.run(ask(cost))
