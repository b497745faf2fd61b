"""What was owed just before each grant of a limit: as much of it as settling has to know.

Of these backlogs only those count that are lower than all later ones. They are kept as a chain from
the newest to the oldest, which ends where nothing was owed. Tickets need no entry, so that a call
that is never settled leaves nothing behind.
"""

from typing import Final, NamedTuple

__all__ = ["Arrival", "chained", "least_since", "lowered"]

#: Links of a chain. Beyond, an arrival takes the place of the newest one and counts as if no more
#: had been owed than there, so that less is given back; a busy hour must not fill the memory.
_MOST: Final = 1000


class Arrival(NamedTuple):
    """A grant, and what was owed just before it, in nanoseconds times the amount of the rate."""

    number: int
    owed: int
    before: "Arrival | None"  #: the newest earlier one at which less was owed
    depth: int  #: how many there are, this one included

    def __repr__(self) -> str:
        return f"Arrival(number={self.number}, owed={self.owed}, depth={self.depth})"


#: Makes a named tuple in a third of the time.
_new = tuple.__new__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def chained(newest: Arrival | None, number: int, owed: int) -> Arrival:
    """Answer the chain with one more arrival."""
    while newest is not None and newest[1] >= owed:
        newest = newest[2]
    if newest is None:
        return _new(Arrival, (number, owed, None, 1))
    depth = newest[3]
    if depth < _MOST:
        return _new(Arrival, (number, owed, newest, depth + 1))
    return _new(Arrival, (number, *newest[1:]))


def least_since(newest: Arrival | None, number: int) -> int | None:
    """Answer the least that was owed at an arrival after that number; None: there was none."""
    least = None
    while newest is not None and newest.number > number:
        least, newest = newest.owed, newest.before
    return least


def lowered(newest: Arrival | None, number: int, refund: int) -> Arrival | None:
    """Answer the chain, with so much less owed at each arrival after that number."""
    later: list[Arrival] = []
    while newest is not None and newest.number > number:
        later.append(newest)
        newest = newest.before
    while later:
        arrival = later.pop()
        newest = chained(newest, arrival.number, arrival.owed - refund)
    return newest
