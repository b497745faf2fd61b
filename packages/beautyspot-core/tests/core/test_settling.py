"""Settling: the state is that of a history in which each call cost what it cost in fact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core import arrivals
from beautyspot.core.arrivals import Arrival
from beautyspot.core.errors import ValidationError
from beautyspot.core.gcra import Admit, Rate, Wait, backlog, decide, fresh, tighten
from beautyspot.core.settling import Charge, settle

from .traces import MINUTE, SECOND, Grant, calls, excess, rates

BURST = Rate(60, MINUTE, burst=10)  # one token in a second
SMOOTH = Rate(60, MINUTE)


class Ledger:
    """A limit, and the history of what was granted and charged."""

    def __init__(self, rate: Rate) -> None:
        self.rate, self.state = rate, fresh(rate, 0)
        self.history: list[Grant] = []
        self.open: list[tuple[int, Charge]] = []  # where it stands in the history

    def ask(self, now: int, cost: int) -> int:
        """Answer 0 when granted, else the wait."""
        match decide(self.rate, self.state, now, cost):
            case Admit(after):
                self.state = after
                self.open.append((len(self.history), Charge(after.grants, cost)))
                self.history.append(Grant(now, cost))
                return 0
            case Wait(_, ns):
                return ns
            case never:
                raise AssertionError(never)

    def settle(self, which: int, actual: int, now: int) -> None:
        place, charge = self.open.pop(which)
        self.state = settle(self.rate, self.state, charge, actual, now)
        if actual <= charge.cost:
            self.history[place] = Grant(self.history[place].at, actual)
        else:  # charged when it is known
            self.history.append(Grant(now, actual - charge.cost))

    def replayed(self, now: int) -> int:
        """Answer what is owed now, had each call cost what it cost from the beginning."""
        tat = 0
        for at, cost in ((g.at * self.rate.amount, g.cost) for g in self.history):
            tat = max(tat, at) + cost * self.rate.period_ns
        return max(0, tat - now * self.rate.amount)


@given(st.data(), rates)
def test_settling_is_as_exact_as_playing_the_whole_history_again(data, rate: Rate):
    """The credit is exact however many are open and in whatever order they are settled: the state
    equals a full replay with the actual costs, overage being charged when it is known."""
    ledger, now = Ledger(rate), 0
    for gap, cost in data.draw(calls(rate)):
        now += gap
        wait = ledger.ask(now, cost)
        if wait and data.draw(st.booleans()):
            now += wait
            ledger.ask(now, cost)
        while ledger.open and data.draw(st.booleans()):
            which = data.draw(st.integers(0, len(ledger.open) - 1))
            now += data.draw(st.sampled_from([0, 1, rate.period_ns // rate.amount]))
            ledger.settle(which, data.draw(st.integers(0, 2 * ledger.open[which][1].cost)), now)

            assert ledger.replayed(now) == backlog(rate, ledger.state, now)


@given(st.data(), rates)
def test_what_calls_cost_in_fact_keeps_the_bound_of_every_window(data, rate: Rate):
    """No window of actual costs exceeds its bound, when nothing cost more than estimated."""
    ledger, now = Ledger(rate), 0
    for gap, cost in data.draw(calls(rate)):
        now += gap
        wait = ledger.ask(now, cost)
        now += wait
        if wait:
            ledger.ask(now, cost)
        while ledger.open and data.draw(st.booleans()):
            which = data.draw(st.integers(0, len(ledger.open) - 1))
            ledger.settle(which, data.draw(st.integers(0, ledger.open[which][1].cost)), now)

    assert excess(rate, ledger.history) <= 0


@given(st.data(), rates)
def test_only_settling_ever_gives_back_and_never_more_than_the_difference(data, rate: Rate):
    """3: the arrival time decreases by at most what the estimate was too high."""
    ledger, now = Ledger(rate), 0
    for gap, cost in data.draw(calls(rate, most=20)):
        now += gap
        ledger.ask(now, cost)
        if ledger.open and data.draw(st.booleans()):
            before, (_, charge) = ledger.state.tat, ledger.open[-1]
            actual = data.draw(st.integers(0, charge.cost))
            ledger.settle(-1, actual, now)
            given_back = before - ledger.state.tat

            assert 0 <= given_back <= (charge.cost - actual) * rate.period_ns


def test_the_naive_refund_would_let_twenty_in_at_one_instant():
    """R = 1, B = 10: ten at 0 s and ten at 10 s; settling the first with 0 frees nothing."""
    ledger = Ledger(BURST)

    assert ledger.ask(0, 10) == 0
    assert ledger.ask(10 * SECOND, 10) == 0
    ledger.settle(0, 0, 10 * SECOND)
    assert ledger.ask(10 * SECOND, 10) == 10 * SECOND


def test_what_nobody_else_was_let_in_on_is_given_back_in_full():
    """A call is settled at once: the next may go at once."""
    for rate in (BURST, SMOOTH):
        ledger = Ledger(rate)
        ledger.ask(0, 10)
        ledger.settle(0, 0, 0)

        assert ledger.ask(0, 10) == 0


def test_more_than_the_estimate_is_charged_in_full():
    """Never clipped at the size of the bucket: 2 estimated and 18 used is 8 seconds longer than
    2 estimated and 10 used."""
    waits = []
    for actual in (10, 18):
        ledger = Ledger(BURST)
        ledger.ask(0, 2)
        ledger.settle(0, actual, 0)
        waits.append(ledger.ask(0, 1))

    assert [1 * SECOND, 9 * SECOND] == waits


def test_settling_with_the_estimate_changes_nothing():
    """The very same state."""
    ledger = Ledger(BURST)
    ledger.ask(0, 2)

    assert ledger.state is settle(BURST, ledger.state, Charge(1, 2), 2, 5 * SECOND)


def test_what_a_server_has_said_is_not_given_back():
    """Tickets from before it was said get nothing; what they cost on top is charged still."""
    ledger = Ledger(BURST)
    ledger.ask(0, 5)
    ledger.state = tighten(BURST, ledger.state, 0, remaining=0)
    ledger.settle(0, 0, 0)

    assert 10 * SECOND * BURST.amount == backlog(BURST, ledger.state, 0)


def test_settling_survives_a_clock_that_has_stepped_back():
    """No time has passed then: what was owed is owed, less what is given back."""
    ledger = Ledger(BURST)
    ledger.ask(MINUTE, 10)
    state = settle(BURST, ledger.state, Charge(1, 10), 4, -MINUTE)

    assert 4 * SECOND * BURST.amount == backlog(BURST, state, -MINUTE)


@pytest.mark.parametrize("actual", [-1, 1.5, float("nan"), float("inf"), True, None])
def test_what_cannot_have_been_the_cost_is_refused(actual):
    """Nothing is settled by it."""
    with pytest.raises(ValidationError, match="is no cost"):
        settle(BURST, fresh(BURST, 0), Charge(1, 2), actual, 0)


def depth(arrival: Arrival | None) -> int:
    count, expected = 0, 0 if arrival is None else arrival.depth
    while arrival is not None:
        count, arrival = count + 1, arrival.before

    assert expected == count
    return count


def test_what_is_remembered_is_bounded_and_then_gives_back_less():
    """However many grants a busy time holds: never more is given back than was granted too much."""
    rate = Rate(1, SECOND, burst=100_000)
    state = fresh(rate, 0)
    for _ in range(20_000):
        state = decide(rate, state, 0, 2).state

    assert depth(state.newest) == 1000
    for number, expected in [(1, 2), (2, 2), (500, 2), (19_999, 2), (20_000, 2)]:
        after = settle(rate, state, Charge(number, 2), 0, 0)
        assert state.tat - after.tat == expected * SECOND


@given(st.data(), st.integers(1, 5))
def test_a_chain_that_is_cut_short_never_gives_back_more(data, most: int):
    """Beside a ledger that remembers everything, with the same calls and the same settlements."""
    rate = Rate(60, MINUTE, burst=50)
    with pytest.MonkeyPatch.context() as patch:
        cut, whole, now = Ledger(rate), Ledger(rate), 0
        for gap, cost in data.draw(calls(rate)):
            now += gap
            patch.setattr(arrivals, "_MOST", most)
            wait = cut.ask(now, cost)
            patch.undo()
            if not wait:
                assert whole.ask(now, cost) == 0
            if cut.open and data.draw(st.booleans()):
                which = data.draw(st.integers(0, len(cut.open) - 1))
                actual = data.draw(st.integers(0, cut.open[which][1].cost))
                patch.setattr(arrivals, "_MOST", most)
                cut.settle(which, actual, now)
                patch.undo()
                whole.settle(which, actual, now)

            assert backlog(rate, cut.state, now) >= backlog(rate, whole.state, now)


def test_where_nothing_was_owed_the_chain_ends():
    """Idle time forgets: no earlier call can be given anything back."""
    ledger = Ledger(BURST)
    for now in (0, 0, 0, MINUTE):
        ledger.ask(now, 2)

    assert depth(ledger.state.newest) == 0
    for number in (1, 2, 3):
        assert settle(BURST, ledger.state, Charge(number, 2), 0, MINUTE) == ledger.state


def test_a_long_chain_can_be_shown():
    """It is a thousand tuples within each other."""
    rate = Rate(1, SECOND, burst=100_000)
    state = fresh(rate, 0)
    for _ in range(2000):
        state = decide(rate, state, 0, 2).state

    assert "depth=1000" in repr(state)
