"""What a granted call cost in fact: how much of its estimate can be given back.

Giving back the difference would grant too much: what a call did not use, others may have been let
in on since, and while nothing was owed it was lost. What may be given back is the difference, but
no more than was owed just before any later grant, nor than is owed now. With that the state is
exactly what it were had the call cost that little from the beginning.
"""

from typing import NamedTuple

from beautyspot.core.arrivals import chained, least_since, lowered
from beautyspot.core.gcra import Rate, State, backlog, checked, stepped

__all__ = ["Charge", "settle"]


class Charge(NamedTuple):
    """What a call was granted by one limit."""

    number: int  #: of the grant: ``State.grants`` just after it
    cost: int  #: tokens


def settle(rate: Rate, state: State, charge: Charge, actual: int, now_ns: int) -> State:
    """Say what a granted call cost in fact; answer the state after it.

    Args:
        rate: the limit.
        state: of the limit.
        charge: what the call was granted. It is settled once; the caller sees to that.
        actual: tokens. More than was granted is charged in full, even beyond the burst.
        now_ns: nanoseconds on the clock.

    Raises:
        ValidationError: the actual cost is not a whole number of at least 0.
    """
    refund = (charge.cost - checked(actual)) * rate.period_ns
    if not refund:
        return state
    seen = stepped(rate, state, now_ns)
    owed = backlog(rate, seen, now_ns)
    if refund < 0:
        return _charged(seen, now_ns * rate.amount, owed, -refund)
    if charge.number < seen.cleared:
        return seen
    least = least_since(seen.newest, charge.number)
    if least is not None:
        refund = min(refund, least)
        seen = seen._replace(newest=lowered(seen.newest, charge.number, refund))
    return seen._replace(tat=seen.tat - min(refund, owed))


def _charged(state: State, now: int, owed: int, extra: int) -> State:
    """Answer the state after a charge that is made, whether there is room for it or not."""
    number = state.grants + 1
    after = state._replace(tat=now + owed + extra, last=now, grants=number)
    if owed:
        return after._replace(newest=chained(state.newest, number, owed))
    return after._replace(cleared=number, newest=None)
