"""The invariants of limits, and which test holds each of them.

Core is ``tests/core/test_gcra.py``, settling ``tests/core/test_settling.py``, contract
``beautyspot.testing.LimiterContract``, here this module.

===  ================================================  ==========================================
 no  invariant                                         tests
===  ================================================  ==========================================
  1  no window holds more than its bound               core: no_window_holds_more_than_its_bound,
                                                       the_oracle_in_one_pass_agrees; settling:
                                                       what_calls_cost_in_fact_keeps_the_bound;
                                                       here: whatever_the_clock_says, real_threads
  2  after idle time, at most the burst at once        core: after_any_idle_time, idle_time_is_
                                                       worth_the_burst
  3  a refusal leaves the state as it is               core: a_refusal_leaves_the_state_alone;
                                                       settling: only_settling_ever_gives_back;
                                                       contract: asking_in_vain_charges_nothing
  4  waits are exact                                   core: the_wait_is_exact_to_the_nanosecond;
                                                       contract: the same; here:
                                                       waits_in_line_are_exact
  5  more never waits less, later never longer         core: more_never_waits_less
  6  clocks that step                                  core: a_clock_that_steps_back, a_step_back_
                                                       makes_nobody_wait_longer, a_step_forward;
                                                       here: whatever_the_clock_says
  7  nothing costs nothing; what is no cost            core: nothing_costs_nothing, what_is_no_cost;
                                                       contract: the same
  8  impossible costs are refused at once              core: more_than_may_ever_come; contract: an_
                                                       impossible_cost_is_refused_at_once
  9  no drift                                          core: a_million_grants_do_not_drift, the_
                                                       arrival_time_is_the_sum
 10  first come, first served                          contract: threads_and_tasks_are_served_as_
                                                       they_came; here: whatever_the_clock_says
 11  who leaves the line leaves nothing behind         contract: a_cancelled_waiter, cancelling_
                                                       does_not_let_two_in, who_runs_out_of_time;
                                                       here: who_leaves, whatever_the_clock_says;
                                                       test_interrupts
 12  threads take at least (N*K - B)/R                 here: real_threads
 13  who wakes too early waits on                      here: whatever_the_clock_says
===  ================================================  ==========================================
"""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beautyspot.core.costs import Meter
from beautyspot.core.errors import LimitTimeout
from beautyspot.core.gcra import Rate
from beautyspot.embedded.clock import SystemClock
from beautyspot.embedded.pacing import Pacer

from ..core.traces import Grant, excess, excess_at_once
from .hostile import START, HostileClock

SECOND = 1_000_000_000
RATES = st.sampled_from(
    [
        Rate(1, SECOND, burst=10),
        Rate(7, 3 * SECOND, burst=10),
        Rate(3, SECOND, largest=10),
        Rate(3, SECOND, largest=10, tolerance_ns=SECOND),
        Rate(1_000_003, SECOND, burst=10),
    ]
)


@dataclass
class Run:
    """What became of tasks that asked."""

    grants: list[Grant] = field(default_factory=list)
    order: list[int] = field(default_factory=list)  # numbers of the granted, in order
    waits: dict[int, int] = field(default_factory=dict)  # nanoseconds, by number
    left: int = 0  # how many were cancelled or out of time


async def ran(pacer, clock, seed, tasks, *, leaves):
    """Let tasks ask for random costs at random moments; some of them leave."""
    run, random = Run(), Random(seed)

    async def ask(number, cost, max_wait_ns):
        asked = clock.true
        try:
            await pacer.acquire_async({"tokens": cost}, max_wait_ns=max_wait_ns)
        except LimitTimeout:
            run.left += 1
            return
        run.grants.append(Grant(clock.true, cost))
        run.order.append(number)
        run.waits[number] = clock.true - asked

    driver = asyncio.create_task(clock.drive())
    waiting = []
    for number in range(tasks):
        if random.random() < 0.2:
            await clock.asleep(random.choice([1, SECOND, 30 * SECOND]))
        chance = random.random() if leaves else 1
        limit = random.choice([0, SECOND, 20 * SECOND]) if chance < 0.2 else None
        cost = random.choice([1, 1, 2, 5, 10])
        task = asyncio.create_task(ask(number, cost, limit))
        await asyncio.sleep(0)
        waiting.append(task)
        if 0.2 <= chance < 0.4:
            victim = random.choice(waiting)
            run.left += victim.cancel()
    await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 60)
    driver.cancel()
    return run


@settings(max_examples=60, deadline=None)
@given(RATES, st.integers(0, 2**32))
def test_whatever_the_clock_says(rate, seed):
    """No window of the time that passes holds more, all are served as they came, none hangs."""
    clock = HostileClock(seed)
    pacer = Pacer([Meter("tpm", "tokens", rate)], clock)
    run = asyncio.run(ran(pacer, clock, seed, 30, leaves=True))

    assert excess(rate, run.grants) <= 0
    assert sorted(run.order) == run.order
    assert len(run.order) + run.left >= 30
    assert not pacer.lane("", clock.monotonic_ns()).line.places


def test_a_clock_that_is_set_back_an_hour_makes_nobody_wait_an_hour():
    """Neither who waits nor who comes later: no time has passed then."""
    clock = HostileClock(0, lies=False)
    pacer = Pacer([Meter("tpm", "tokens", Rate(1, SECOND, burst=10))], clock)

    async def main():
        driver = asyncio.create_task(clock.drive())
        pacer.acquire(10)
        waits = asyncio.create_task(pacer.acquire_async(5))
        await asyncio.sleep(0)
        clock.set_back(3600 * SECOND)
        await waits
        clock.set_back(3600 * SECOND)
        await pacer.acquire_async(5)
        driver.cancel()

    asyncio.run(asyncio.wait_for(main(), 20))

    assert clock.true - START <= 20 * SECOND


@settings(max_examples=40, deadline=None)
@given(RATES, st.integers(0, 2**32))
def test_waits_in_line_are_exact(rate, seed):
    """To the nanosecond after those who wait before, when the clock tells the truth."""
    clock = HostileClock(seed, lies=False)
    pacer = Pacer([Meter("tpm", "tokens", rate)], clock)
    run = asyncio.run(ran(pacer, clock, seed, 30, leaves=False))

    tat = START * rate.amount
    for grant, number in zip(run.grants, run.order, strict=True):
        asked = grant.at - run.waits[number]
        charge = grant.cost * rate.period_ns
        ahead = max(tat, asked * rate.amount) + charge if rate.burst else tat
        earliest = max(asked, -((rate.room - ahead) // rate.amount))
        before = run.grants[number - 1].at if number else START
        assert grant.at == max(earliest, before)
        tat = max(tat, grant.at * rate.amount) + charge


@settings(max_examples=60, deadline=None)
@given(RATES, st.integers(0, 2**32))
def test_who_leaves_is_as_if_he_had_never_come(rate, seed):
    """The limits remember the same as without those who were cancelled or out of time."""
    clock = HostileClock(seed, lies=False)
    pacer = Pacer([Meter("tpm", "tokens", rate)], clock)
    run = asyncio.run(ran(pacer, clock, seed, 30, leaves=True))

    tat = START * rate.amount
    for grant in run.grants:
        tat = max(tat, grant.at * rate.amount) + grant.cost * rate.period_ns
    (state,) = pacer.lane("", clock.monotonic_ns()).states
    assert tat == state.tat


class _LatecomersClock(SystemClock):
    """The clock of this machine, as one whose threads sleep too long or too short."""

    def event(self):
        event, random = super().event(), Random(1)
        wait = event.wait

        def badly(timeout_ns=None):
            if timeout_ns is None:
                return wait(None)
            return wait(int(timeout_ns * random.choice([0.1, 0.5, 1, 2])))

        event.wait = badly
        return event


@pytest.mark.parametrize(
    "rate", [Rate(2000, SECOND, burst=20), Rate(2000, SECOND, largest=5)], ids=["burst", "smooth"]
)
def test_real_threads_keep_every_window_and_the_time_that_it_takes(rate):
    """Eight of them that wake too early and too late, by the real clock."""
    pacer = Pacer([Meter("tpm", "tokens", rate)], _LatecomersClock())
    lock, spent = threading.Lock(), []

    def work(seed):
        random = Random(seed)
        for _ in range(25):
            cost = random.choice([1, 2, 5])
            ticket = pacer.acquire({"tokens": cost})
            with lock:
                spent.append(cost)
            del ticket

    began = time.monotonic_ns()
    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic_ns() - began

    assert len(spent) == 200
    assert took * rate.amount >= (sum(spent) - max(rate.burst, 5)) * rate.period_ns


def test_the_long_oracle_sees_one_token_too_many():
    """It is sharp: what conforms does, and one token more does not."""
    rate = Rate(1, SECOND, burst=10)
    conforming = [Grant(n * SECOND, 1 if n else 10) for n in range(100)]

    assert excess_at_once(rate, conforming) == 0
    assert excess_at_once(rate, [*conforming, Grant(99 * SECOND, 1)]) == SECOND
