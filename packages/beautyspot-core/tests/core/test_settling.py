"""Settling: the state is that of a history in which each call cost what it cost in fact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.errors import ValidationError
from beautyspot.core.gcra import Admit, Rate, State, Wait, backlog, decide, fresh, tighten
from beautyspot.core.settling import EMPTY, Charge, Journal, noted, settle, voided

from .traces import MINUTE, SECOND, Grant, calls, excess, rates

BURST = Rate(60, MINUTE, burst=10)  # one token in a second
SMOOTH = Rate(60, MINUTE)


class Ledger:
    """A limit, and the history of what was granted and charged."""

    def __init__(self, rate: Rate) -> None:
        self.rate, self.state, self.journal = rate, fresh(rate, 0), EMPTY
        self.history: list[Grant] = []
        self.open: list[tuple[int, Charge]] = []  # where it stands in the history

    def ask(self, now: int, cost: int) -> int:
        """Answer 0 when granted, else the wait."""
        match decide(self.rate, self.state, now, cost):
            case Admit(after):
                self.journal = noted(self.journal, backlog(self.rate, self.state, now))
                self.state = after
                self.open.append((len(self.history), Charge(self.journal.grants, cost)))
                self.history.append(Grant(now, cost))
                return 0
            case Wait(_, ns):
                return ns
            case never:
                raise AssertionError(never)

    def settle(self, which: int, actual: int, now: int) -> None:
        place, charge = self.open.pop(which)
        self.state, self.journal = settle(self.rate, self.state, self.journal, charge, actual, now)
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
    """The very same state and journal."""
    ledger = Ledger(BURST)
    ledger.ask(0, 2)
    before = (ledger.state, ledger.journal)

    assert before == settle(BURST, *before, Charge(1, 2), 2, 5 * SECOND)


def test_what_a_server_has_said_is_not_given_back():
    """Tickets from before it was said get nothing; what they cost on top is charged still."""
    ledger = Ledger(BURST)
    ledger.ask(0, 5)
    ledger.state = tighten(BURST, ledger.state, 0, remaining=0)
    ledger.journal = voided(ledger.journal)
    ledger.settle(0, 0, 0)

    assert 10 * SECOND * BURST.amount == backlog(BURST, ledger.state, 0)


def test_settling_survives_a_clock_that_has_stepped_back():
    """No time has passed then: what was owed is owed, less what is given back."""
    ledger = Ledger(BURST)
    ledger.ask(MINUTE, 10)
    state, _ = settle(BURST, ledger.state, ledger.journal, Charge(1, 10), 4, -MINUTE)

    assert 4 * SECOND * BURST.amount == backlog(BURST, state, -MINUTE)


@pytest.mark.parametrize("actual", [-1, 1.5, float("nan"), float("inf"), True, None])
def test_what_cannot_have_been_the_cost_is_refused(actual):
    """Nothing is settled by it."""
    with pytest.raises(ValidationError, match="is no cost"):
        settle(BURST, fresh(BURST, 0), EMPTY, Charge(1, 2), actual, 0)


# --------------------------------------------------------------------------- bounded memory


def depth(journal: Journal) -> int:
    count, arrival = 0, journal.newest
    while arrival is not None:
        count, arrival = count + 1, arrival.before
        assert arrival is None or arrival.depth + count == journal.newest.depth
    return count


def test_the_journal_is_bounded_and_then_gives_back_a_little_less():
    """However many grants a busy time holds; what is given back stays below the exact credit."""
    rate = Rate(1, SECOND, burst=100_000)
    state, journal = fresh(rate, 0), EMPTY
    for _ in range(20_000):
        journal = noted(journal, backlog(rate, state, 0))
        state = decide(rate, state, 0, 2).state

    assert 500 < depth(journal) <= 1000
    for number in (1, 2, 37, 5_000, 19_998, 19_999, 20_000):
        after, _ = settle(rate, state, journal, Charge(number, 2), 0, 0)
        assert (0 if number == 1 else 2) * SECOND >= state.tat - after.tat >= 0
    after, _ = settle(rate, state, journal, Charge(19_999, 2), 0, 0)
    assert state.tat - after.tat == 2 * SECOND


def test_where_nothing_was_owed_the_journal_ends():
    """Idle time forgets: no earlier call can be given anything back."""
    journal = EMPTY
    for owed in (1, 2, 3, 0):
        journal = noted(journal, owed)

    assert depth(journal) == 1
    assert settle(BURST, State(9, 0), journal, Charge(3, 5), 0, 0)[0] == State(9, 0)
