"""What a granted call cost in fact: how much of its estimate can be given back.

Giving back the difference would grant too much: what a call did not use, others may have been let
in on since, and while nothing was owed it was lost. What may be given back is the difference, but
no more than was owed just before any later grant, nor than is owed now. With that the state is
exactly what it were had the call cost that little from the beginning.

So a limit remembers what was owed before each grant. Of these backlogs only those count that are
lower than all later ones; they are kept as a chain from the newest to the oldest, which ends where
nothing was owed. Tickets need no entry: a call that is never settled leaves nothing behind.
"""

from typing import Final, NamedTuple

from beautyspot.core.gcra import Rate, State, backlog, checked, stepped

__all__ = ["EMPTY", "Arrival", "Charge", "Journal", "noted", "settle", "voided"]

#: Arrivals that are remembered; beyond, pairs of the older half become one, which gives back less.
_MOST: Final = 1000


class Arrival(NamedTuple):
    """A grant, and what was owed just before it, in nanoseconds times the amount."""

    number: int
    owed: int
    before: "Arrival | None"  #: the newest earlier one at which less was owed
    depth: int  #: how many there are, this one included


class Journal(NamedTuple):
    """What has to be known of the grants of one limit to settle them."""

    grants: int  #: the number of the last one
    newest: Arrival | None


class Charge(NamedTuple):
    """What a ticket was granted by one limit."""

    number: int  #: of the grant
    cost: int  #: tokens


EMPTY: Final = Journal(0, None)


def noted(journal: Journal, owed: int) -> Journal:
    """Answer the journal after one more grant.

    Args:
        journal: of the limit.
        owed: the backlog just before the grant, in nanoseconds times the amount.
    """
    number = journal.grants + 1
    return Journal(number, _chained(journal.newest, number, owed))


def voided(journal: Journal) -> Journal:
    """Answer the journal of which nothing that was granted until now can be given back."""
    return noted(journal, 0)


def settle(
    rate: Rate, state: State, journal: Journal, charge: Charge, actual: int, now_ns: int
) -> tuple[State, Journal]:
    """Say what a granted call cost in fact; answer the state and the journal after it.

    Args:
        rate: the limit.
        state: of the limit.
        journal: of the limit.
        charge: what the call was granted. It is settled once; the caller sees to that.
        actual: tokens. More than was granted is charged in full, even beyond the burst.
        now_ns: nanoseconds on the clock.

    Raises:
        ValidationError: the actual cost is not a whole number of at least 0.
    """
    refund = (charge.cost - checked(actual)) * rate.period_ns
    if not refund:
        return state, journal
    seen = stepped(rate, state, now_ns)
    owed = backlog(rate, seen, now_ns)
    now = now_ns * rate.amount
    if refund < 0:
        return State(now + owed - refund, now, seen.not_before), noted(journal, owed)
    later, lowest = _since(journal.newest, charge.number)
    if lowest is not None:
        refund = min(refund, lowest)
        journal = Journal(journal.grants, _lowered(journal.newest, later, refund))
    return seen._replace(tat=seen.tat - min(refund, owed)), journal


def _chained(newest: Arrival | None, number: int, owed: int) -> Arrival:
    while newest is not None and newest.owed >= owed:
        newest = newest.before
    if newest is None or not owed:
        return Arrival(number, owed, None, 1)
    if newest.depth >= _MOST:
        newest = _thinned(newest)
    return Arrival(number, owed, newest, newest.depth + 1)


def _since(newest: Arrival | None, number: int) -> tuple[int, int | None]:
    """Answer how many remembered arrivals came after that number, and the least owed at one."""
    later, lowest = 0, None
    while newest is not None and newest.number > number:
        later, lowest, newest = later + 1, newest.owed, newest.before
    return later, lowest


def _lowered(newest: Arrival | None, later: int, refund: int) -> Arrival | None:
    """Answer the chain of which the newest ``later`` arrivals have less owed before them."""
    moved: list[Arrival] = []
    for _ in range(later):
        if newest is not None:
            moved.append(newest)
            newest = newest.before
    for arrival in reversed(moved):
        newest = _chained(newest, arrival.number, arrival.owed - refund)
    return newest


def _thinned(newest: Arrival) -> Arrival:
    """Answer the chain with each pair of its older half as one: the lower, at the later."""
    chain: list[Arrival] = []
    arrival: Arrival | None = newest
    while arrival is not None:
        chain.append(arrival)
        arrival = arrival.before
    chain.reverse()
    half = len(chain) // 4 * 2
    kept = [(chain[i + 1].number, chain[i].owed) for i in range(0, half, 2)]
    kept += [(arrival.number, arrival.owed) for arrival in chain[half:]]
    thin: Arrival | None = None
    for number, owed in kept:
        thin = Arrival(number, owed, thin, 1 if thin is None else thin.depth + 1)
    return newest if thin is None else thin
