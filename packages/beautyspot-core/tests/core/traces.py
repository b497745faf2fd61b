"""Traces of calls to a limit, and what they must never exceed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from beautyspot.core.gcra import Admit, Rate, State, Wait, decide

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
TEN_YEARS = 10 * 365 * 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Grant:
    at: int
    cost: int


def excess(rate: Rate, grants: Sequence[Grant]) -> int:
    """Answer by how much the worst of all windows exceeds its bound, in ns times the amount.

    Every window begins with a grant and ends with one: others hold no more. For smooth pacing the
    last call in the window may come on top.
    """
    worst = -(1 << 200)
    for i in range(len(grants)):
        spent = 0
        for j in range(i, len(grants)):
            before, spent = spent, spent + grants[j].cost
            counted = spent if rate.burst else before
            allowed = (grants[j].at - grants[i].at) * rate.amount + rate.room
            worst = max(worst, counted * rate.period_ns - allowed)
    return worst


def excess_at_once(rate: Rate, grants: Iterable[Grant]) -> int:
    """Answer the same in one pass, for long traces."""
    worst = lowest = None
    spent = 0
    for grant in grants:
        before = spent * rate.period_ns - grant.at * rate.amount
        spent += grant.cost
        after = spent * rate.period_ns - grant.at * rate.amount
        lowest = before if lowest is None else min(lowest, before)
        over = (after if rate.burst else before) - lowest - rate.room
        worst = over if worst is None else max(worst, over)
    return -(1 << 200) if worst is None else worst


def ask(rate: Rate, state: State, now: int, cost: int, grants: list[Grant]) -> State:
    """Ask once; keep the grant, if it is one."""
    match decide(rate, state, now, cost):
        case Admit(after):
            grants.append(Grant(now, cost))
            return after
        case Wait(after, _):
            return after
        case never:
            raise AssertionError(never)


rates = st.one_of(
    st.builds(
        Rate,
        amount=st.integers(1, 5_000_000),
        period_ns=st.sampled_from([1, 7, SECOND, MINUTE, 3600 * SECOND]) | st.integers(1, MINUTE),
        burst=st.integers(1, 1000),
    ),
    st.builds(
        Rate,
        amount=st.integers(1, 5_000_000),
        period_ns=st.sampled_from([1, 7, SECOND, MINUTE, 3600 * SECOND]) | st.integers(1, MINUTE),
        largest=st.integers(1, 1000),
        tolerance_ns=st.just(0) | st.integers(0, MINUTE),
    ),
)

#: Where clocks begin: some count from the start of the machine, some from 1970.
origins = st.sampled_from([0, 1, -MINUTE, 1_700_000_000 * SECOND, 1 << 63])


@st.composite
def calls(draw, rate: Rate, most: int = 40) -> list[tuple[int, int]]:
    """Answer gaps and costs: bursts, idle years, and gaps at the edge of what one token takes."""
    token = max(1, rate.period_ns // rate.amount)
    gaps = st.one_of(
        st.just(0),
        st.integers(0, 3 * token),
        st.sampled_from([token - 1, token, token + 1]),
        st.integers(0, 20).map(lambda n: n * token),
        st.sampled_from([1, rate.period_ns, TEN_YEARS]),
    )
    costs = st.integers(1, rate.largest) | st.sampled_from([1, rate.largest])
    return draw(st.lists(st.tuples(gaps, costs), max_size=most))
