"""How long a call will have to wait, told beforehand."""

from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.foresight import at_least, foreseen
from beautyspot.core.gcra import Rate, fresh, tighten

from .traces import MINUTE, calls, rates


@given(st.data(), rates, st.booleans())
def test_behind_one_limit_the_wait_is_known_exactly(data, rate: Rate, paused: bool):
    """Without playing the calls ahead one by one: the same nanosecond, or the one before (each
    grant of theirs is rounded up to a whole nanosecond)."""
    state = fresh(rate, 0)
    if paused:
        state = tighten(rate, state, 0, retry_after_ns=data.draw(st.integers(0, MINUTE)))
    used = [cost for _, cost in data.draw(calls(rate, most=5))]
    (state,), _ = foreseen([(rate, state)], [(cost,) for cost in used], 0)
    now = state.last // rate.amount
    ahead = [cost for _, cost in data.draw(calls(rate, most=10))]
    cost = data.draw(st.integers(1, rate.largest))
    _, moment = foreseen([(rate, state)], [(c,) for c in [*ahead, cost]], now)
    wait = at_least([(rate, state)], [sum(ahead)], [cost], now)

    assert wait <= moment - now <= max(0, wait) + len(ahead)


@given(st.data(), st.lists(rates, min_size=2, max_size=3))
def test_behind_several_limits_the_wait_is_no_shorter_than_told(data, several: list[Rate]):
    """What cannot be in time is known without playing the queue."""
    limits = [(rate, fresh(rate, 0)) for rate in several]
    rows = st.tuples(*[st.integers(0, rate.largest) for rate in several])
    ahead = data.draw(st.lists(rows, max_size=10))
    costs = data.draw(rows)
    _, moment = foreseen(limits, [*ahead, costs], 0)
    sums = [sum(column) for column in zip(*ahead, strict=True)] or [0] * len(several)

    assert at_least(limits, sums, costs, 0) <= moment


def test_alternating_bottlenecks_take_longer_than_each_of_them():
    """Which is why the queue behind several limits is played."""
    slow = Rate(60, MINUTE, burst=1)
    limits = [(slow, fresh(slow, 0)), (slow, fresh(slow, 0))]
    queue = [(1, 0), (1, 0), (0, 1), (0, 1), (1, 1)]
    states, moment = foreseen(limits, queue, 0)

    assert 3 * MINUTE // 60 == moment
    assert 2 == len(states)
    assert 2 * MINUTE // 60 == at_least(limits, [2, 2], [1, 1], 0)
