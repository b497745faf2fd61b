"""The pacing of calls: the bound of every window, exact waits, and what leaves the state alone."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from beautyspot.core.errors import ValidationError
from beautyspot.core.gcra import (
    Admit,
    AdmitAll,
    Never,
    Rate,
    State,
    Wait,
    WaitAll,
    admitted,
    after_idle,
    backlog,
    decide,
    decide_all,
    fresh,
    stepped,
    tighten,
)

from .traces import (
    MINUTE,
    SECOND,
    TEN_YEARS,
    Grant,
    ask,
    calls,
    excess,
    excess_at_once,
    origins,
    rates,
)

SMOOTH = Rate(60, MINUTE)
BURST = Rate(60, MINUTE, burst=10)


def played(rate: Rate, trace, start: int, *, patient: bool) -> tuple[list[Grant], State, int]:
    """Play a trace; who is patient waits for exactly as long as the answer says."""
    now, state = start, fresh(rate, start)
    grants: list[Grant] = []
    for gap, cost in trace:
        now += gap
        match decide(rate, state, now, cost):
            case Wait(_, ns) if patient:
                now += ns
        state = ask(rate, state, now, cost, grants)
    return grants, state, now


@given(st.data(), rates, origins, st.booleans())
def test_no_window_holds_more_than_its_bound(data, rate: Rate, start: int, patient: bool):
    """1: over all windows of a trace, brute force, R*T + B, or R*T + R*tau + c_last when smooth."""
    grants, _, _ = played(rate, data.draw(calls(rate)), start, patient=patient)

    assert excess(rate, grants) <= 0


@given(st.data(), rates)
def test_what_conforms_to_the_bound_is_granted(data, rate: Rate):
    """1, the other way round: a call is refused only when it would break the bound itself."""
    start = 0
    now, state = start, fresh(rate, start)
    grants: list[Grant] = []
    for gap, cost in data.draw(calls(rate, most=15)):
        now += gap
        fits = excess(rate, [*grants, Grant(now, cost)]) <= 0
        before = len(grants)
        state = ask(rate, state, now, cost, grants)

        assert fits == (len(grants) > before)


@given(st.data(), rates)
def test_the_oracle_in_one_pass_agrees_with_brute_force(data, rate: Rate):
    """The oracle that long traces are judged by is the same as looking at every window."""
    now, grants = 0, []
    for gap, cost in data.draw(calls(rate)):
        now += gap
        grants.append(Grant(now, cost))

    assert excess(rate, grants) == excess_at_once(rate, grants)


@given(st.lists(st.tuples(st.integers(0, 4 * SECOND), st.just(1)), max_size=40), st.integers(1, 9))
def test_for_unit_costs_both_pacings_are_the_same(trace, burst: int):
    """With B = 1 + R*tau they grant the same calls."""
    prepaid = Rate(60, MINUTE, burst=burst)
    postpaid = Rate(60, MINUTE, tolerance_ns=(burst - 1) * SECOND)

    assert (
        played(prepaid, trace, 0, patient=False)[0] == played(postpaid, trace, 0, patient=False)[0]
    )


def test_a_long_adversarial_trace_stays_within_every_window():
    """1: 20,000 calls, a nanosecond early and at the moment at which they are let in."""
    for rate in (Rate(70_000, MINUTE, burst=977), Rate(70_000, MINUTE, largest=977)):
        state, now, grants = fresh(rate, 0), 0, []
        for step in range(5_000):
            cost = (step * 7919) % 977 + 1
            match decide(rate, state, now, cost):
                case Wait(_, ns):
                    state = ask(rate, state, now + ns - 1, cost, grants)
                    now += ns
            state = ask(rate, state, now, cost, grants)

        assert len(grants) == 5_000
        assert excess_at_once(rate, grants) <= 0


@given(rates, origins, st.integers(0, TEN_YEARS), st.booleans())
def test_after_any_idle_time_at_most_the_burst_comes_at_once(rate, start, idle, used: bool):
    """2: from the start or after 1 ns to 10 years; smooth without tolerance: one call."""
    state, grants = fresh(rate, start), []
    if used:
        state = ask(rate, state, start, rate.largest, [])
    now = start + idle
    for _ in range(min(1100, rate.largest + 2)):
        state = ask(rate, state, now, 1, grants)

    assert len(grants) <= (rate.burst or 1 + -(-rate.room // rate.period_ns))


def test_idle_time_is_worth_the_burst_and_no_more():
    """2: ten years later there are exactly ten tokens, or one call when smooth."""
    for rate, cost, expected in ((BURST, 1, 10), (SMOOTH, 60, 1)):
        state, grants = fresh(rate, 0), []
        for _ in range(20):
            state = ask(rate, state, TEN_YEARS, cost, grants)

        assert len(grants) == expected


@given(st.data(), rates, origins)
def test_a_refusal_leaves_the_state_alone(data, rate: Rate, start: int):
    """3: the arrival time never decreases, and a call that has to wait changes nothing."""
    now, state = start, fresh(rate, start)
    for gap, cost in data.draw(calls(rate)):
        now += gap
        match decide(rate, state, now, cost):
            case Wait(after, _):
                assert after == state
            case Admit(after):
                assert after.tat >= state.tat
                assert after.last == now * rate.amount
                state = after


@given(st.data(), rates, origins)
def test_the_wait_is_exact_to_the_nanosecond(data, rate: Rate, start: int):
    """4: a nanosecond earlier is too early; after the wait it is granted (work conserving)."""
    _, state, now = played(rate, data.draw(calls(rate)), start, patient=True)
    cost = data.draw(st.integers(1, rate.largest))
    match decide(rate, state, now, cost):
        case Wait(_, ns):
            assert ns >= 1
            assert isinstance(decide(rate, state, now + ns - 1, cost), Wait)
            assert isinstance(decide(rate, state, now + ns, cost), Admit)
        case granted:
            assert isinstance(granted, Admit)


@pytest.mark.parametrize(
    ("rate", "spent", "cost", "expected"),
    [
        (SMOOTH, 5, 1, 5 * SECOND),
        (SMOOTH, 5, 60, 5 * SECOND),
        (SMOOTH, 60, 1, MINUTE),
        (BURST, 10, 1, SECOND),
        (BURST, 10, 10, 10 * SECOND),
        (BURST, 3, 8, SECOND),
        (Rate(70_000, MINUTE), 1, 1, 857_143),  # 857,142.86 rounded up
        (Rate(3, 1), 1, 1, 1),
        (Rate(60, MINUTE, tolerance_ns=2 * SECOND), 5, 1, 3 * SECOND),
    ],
)
def test_waits_by_hand(rate: Rate, spent: int, cost: int, expected: int):
    """4: some waits that one can reckon oneself."""
    state = ask(rate, fresh(rate, 0), 0, spent, [])

    assert Wait(state, expected) == decide(rate, state, 0, cost)


@given(st.data(), rates)
def test_more_never_waits_less_and_later_never_waits_longer(data, rate: Rate):
    """5: a larger cost never waits less; a later arrival never comes to its turn sooner or waits
    longer."""
    _, state, now = played(rate, data.draw(calls(rate)), 0, patient=True)
    small, large = sorted(data.draw(st.tuples(*[st.integers(1, rate.largest)] * 2)))
    later = data.draw(st.integers(0, 2 * MINUTE))

    def wait(at: int, cost: int) -> int:
        answer = decide(rate, state, at, cost)
        return answer.ns if isinstance(answer, Wait) else 0

    assert wait(now, small) <= wait(now, large)
    assert wait(now + later, small) <= wait(now, small)


@given(st.data(), rates, origins)
def test_a_clock_that_steps_back_counts_as_one_that_stood_still(data, rate: Rate, start: int):
    """6: no exception; time that has passed, counting only steps forward, bounds every window."""
    now, state, passed = start, fresh(rate, start), 0
    last = start
    grants: list[Grant] = []
    gaps = st.integers(-MINUTE, MINUTE) | st.sampled_from([0, 1, -1, -TEN_YEARS, 3 * SECOND])
    costs = st.integers(1, rate.largest)
    for gap, cost in data.draw(st.lists(st.tuples(gaps, costs), max_size=40)):
        now += gap
        match decide(rate, state, now, cost):
            case Admit(after):
                passed += max(0, now - last)
                grants.append(Grant(passed, cost))
                last, state = now, after
            case Wait(after, _):
                last = min(now, last)
                state = after

    assert excess(rate, grants) <= 0


@given(st.data(), rates, st.integers(0, TEN_YEARS))
def test_a_step_back_makes_nobody_wait_longer_than_the_burst_takes(data, rate: Rate, step: int):
    """6: the extra wait is at most B/R; smooth: what the last call costs."""
    _, state, now = played(rate, data.draw(calls(rate)), 0, patient=True)
    cost = data.draw(st.integers(1, rate.largest))
    answer = decide(rate, state, now - step, cost)
    longest = -(-max(rate.room, rate.largest * rate.period_ns) // rate.amount)

    assert not isinstance(answer, Wait) or answer.ns <= longest


def test_an_hour_back_costs_nobody_an_hour():
    """6: the debt of the last call is waited for, and the pause that a server asked for."""
    state = ask(SMOOTH, fresh(SMOOTH, 0), 2 * MINUTE, 7, [])
    paused = tighten(SMOOTH, state, 2 * MINUTE, retry_after_ns=9 * SECOND)
    back = 2 * MINUTE - 3600 * SECOND

    for before, expected in ((state, 7 * SECOND), (paused, 9 * SECOND)):
        refused = decide(SMOOTH, before, back, 1)

        assert isinstance(refused, Wait)
        assert refused.ns == expected
        assert isinstance(decide(SMOOTH, refused.state, back + expected, 1), Admit)


@given(st.data(), rates, st.integers(0, TEN_YEARS))
def test_a_step_forward_lets_in_no_more_than_the_burst(data, rate: Rate, step: int):
    """6: it counts as idle time."""
    _, state, now = played(rate, data.draw(calls(rate)), 0, patient=False)
    grants: list[Grant] = []
    for _ in range(20):
        state = ask(rate, state, now + step, rate.largest, grants)

    assert excess(rate, grants) <= 0


@given(rates, st.integers(0, MINUTE))
def test_nothing_costs_nothing(rate: Rate, now: int):
    """7: a cost of 0 is granted whatever the state, and does not even notice the clock."""
    state = tighten(rate, fresh(rate, MINUTE), MINUTE, retry_after_ns=MINUTE, remaining=0)

    assert Admit(state) == decide(rate, state, now, 0)


@pytest.mark.parametrize("cost", [-1, float("nan"), float("inf"), 1.0, 0.5, True, None, "1"])
def test_what_is_no_cost_is_refused_by_its_value(cost):
    """7: the error shows what came; there is no state to be damaged."""
    with pytest.raises(ValidationError, match="is no cost") as caught:
        decide(SMOOTH, fresh(SMOOTH, 0), 0, cost)

    assert repr(cost) in str(caught.value)


@given(rates, st.integers(1, 1 << 70), origins)
def test_more_than_may_ever_come_at_once_is_refused_with_both_numbers(rate, more: int, now: int):
    """8: at once, never a wait."""
    cost = rate.largest + more

    assert Never(cost, rate.largest) == decide(rate, fresh(rate, now), now, cost)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((0, 1), "amount"),
        ((-1, 1), "amount"),
        ((1.5, 1), "amount"),
        ((True, 1), "amount"),
        ((1, 0), "period_ns"),
        ((1, 1, -1), "burst"),
        ((1, 1, 0, -1), "largest"),
        ((1, 1, 0, 0, -1), "tolerance_ns"),
        ((float("nan"), 1), "amount"),
    ],
)
def test_what_is_no_rate_is_refused_by_its_value(arguments, name: str):
    """Every number is a whole one, in its range."""
    with pytest.raises(ValidationError, match=f"{name}=.* is no rate"):
        Rate(*arguments)


@pytest.mark.parametrize("rate", [Rate(70_000, MINUTE), Rate(70_000, MINUTE, burst=3)])
def test_a_million_grants_do_not_drift(rate: Rate):
    """9: after 1,000,000 tokens the arrival time is exact, wherever the clock began."""
    start = 300_000_000 * SECOND
    state, now, calls = fresh(rate, start), start, 20_000
    for _ in range(calls):
        for _ in range(2):
            match decide(rate, state, now, 1):
                case Admit(after):
                    state = after
                    break
                case Wait(_, ns):
                    now += ns
    owed = calls * rate.period_ns

    assert 0 <= state.tat - start * rate.amount - owed < calls * rate.amount
    assert now - start <= -(-owed // rate.amount)


@given(st.integers(1, 10**6), st.integers(1, MINUTE), st.lists(st.integers(1, 100), max_size=50))
def test_the_arrival_time_is_the_sum_of_what_was_granted(amount, period, costs):
    """9: at one instant, in integers, without any rounding."""
    rate = Rate(amount, period, burst=5000)
    state = fresh(rate, 17)
    for cost in costs:
        state = ask(rate, state, 17, cost, [])

    assert sum(costs) * period == backlog(rate, state, 17)


@given(st.data(), st.lists(rates, min_size=1, max_size=3))
def test_several_limits_are_charged_together_or_not_at_all(data, several: list[Rate]):
    """Each of them keeps its bound in every window; a wait charges none, and is the longest."""
    states = [fresh(rate, 0) for rate in several]
    grants: list[list[Grant]] = [[] for _ in several]
    now = 0
    for gap, _ in data.draw(calls(several[0], most=20)):
        now += gap
        costs = [data.draw(st.integers(0, rate.largest)) for rate in several]
        asked = list(zip(several, states, costs, strict=True))
        match decide_all(asked, now):
            case WaitAll(after, ns):
                alone = [decide(*limit[:2], now, limit[2]) for limit in asked]
                assert tuple(states) == after
                assert ns == max(one.ns for one in alone if isinstance(one, Wait))
                assert isinstance(decide_all(asked, now + ns), AdmitAll)
            case AdmitAll(after):
                states = list(after)
                for granted, cost in zip(grants, costs, strict=True):
                    if cost:
                        granted.append(Grant(now, cost))

    assert all(excess(*pair) <= 0 for pair in zip(several, grants, strict=True))


def test_one_impossible_cost_refuses_the_call():
    """Nothing is charged for what can never go."""
    asked = [(SMOOTH, fresh(SMOOTH, 0), 1), (BURST, fresh(BURST, 0), 11)]

    assert Never(11, 10) == decide_all(asked, 0)


def test_no_limit_at_all_grants():
    """A call that nothing limits goes."""
    assert AdmitAll(()) == decide_all([], 0)


@given(st.data(), rates, st.integers(-1, MINUTE), st.none() | st.integers(0, 1100))
def test_what_a_server_says_only_ever_makes_it_stricter(data, rate, retry_after, remaining):
    """3: the arrival time does not decrease, and no call waits less than before."""
    _, state, now = played(rate, data.draw(calls(rate)), 0, patient=False)
    cost = data.draw(st.integers(1, rate.largest))
    after = tighten(rate, state, now, retry_after_ns=retry_after, remaining=remaining)

    def wait(state: State) -> int:
        answer = decide(rate, state, now, cost)
        return answer.ns if isinstance(answer, Wait) else 0

    assert after.tat >= state.tat
    assert wait(after) >= max(wait(state), retry_after)


@pytest.mark.parametrize(("remaining", "expected"), [(10, 0), (99, 0), (7, 3), (0, 10)])
def test_what_is_left_at_the_server_is_what_is_left_here(remaining: int, expected: int):
    """A bucket of 10 of which 7 are left is full again in 3 seconds."""
    state = tighten(BURST, fresh(BURST, 0), 0, remaining=remaining)

    assert expected * SECOND * BURST.amount == backlog(BURST, state, 0)


@pytest.mark.parametrize("remaining", [-1, 1.5, True, float("nan")])
def test_what_cannot_be_left_is_refused(remaining):
    """As a cost is."""
    with pytest.raises(ValidationError, match="is no cost"):
        tighten(BURST, fresh(BURST, 0), 0, remaining=remaining)


@given(rates, origins, st.integers(1, 5))
def test_who_starts_empty_again_and_again_keeps_the_bound(rate: Rate, start: int, restarts: int):
    """Each restart waits until the largest call is paid for."""
    assume(not rate.tolerance_ns)
    now, grants = start, []
    for _ in range(restarts):
        state = fresh(rate, now, empty=True)
        match decide(rate, state, now, rate.largest):
            case Wait(_, ns):
                now += ns
        ask(rate, state, now, rate.largest, grants)

    assert excess(rate, grants) <= 0


@given(st.data(), rates, origins, st.integers(0, 2 * MINUTE))
def test_after_idle_time_a_grant_is_known_by_its_moment_and_cost(data, rate, start, later: int):
    """The short way of the adapters: nothing is owed any more exactly when its inequality says so,
    and then every call is granted; the state is the one that the long way makes."""
    cost, next_cost = data.draw(st.tuples(*[st.integers(1, rate.largest)] * 2))
    state = admitted(rate, fresh(rate, start), start, cost)
    paid = later * rate.amount >= cost * rate.period_ns

    assert state == after_idle(rate, start, cost, 1)
    assert paid == (backlog(rate, state, start + later) == 0)
    if paid:
        after = admitted(rate, state, start + later, next_cost)
        assert after is not None
        assert after._replace(not_before=0) == after_idle(
            rate, start + later, next_cost, 2
        )._replace(not_before=0)


def test_a_step_back_moves_everything_alike():
    """The arrival time, the last reading and the pause, by as much as the clock."""
    state = State(tat=100 * SECOND * 60, last=90 * SECOND * 60, not_before=95 * SECOND)

    assert stepped(SMOOTH, state, 90 * SECOND) is state
    assert stepped(SMOOTH, state, 91 * SECOND) is state
    assert State(50 * SECOND * 60, 40 * SECOND * 60, 45 * SECOND) == stepped(
        SMOOTH, state, 40 * SECOND
    )
