"""Blocks of the floor and of the subject in turn, and the best of each."""

import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Block", "Row", "compare"]

#: Does the calls of one side once; it is given the number of the round.
Block = Callable[[int], None]


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    floor: float  #: seconds per call
    subject: float  #: seconds per call

    def __str__(self) -> str:
        ratio = self.subject / self.floor
        return (
            f"{self.what:<34} {self.floor * 1e6:>10.1f} {self.subject * 1e6:>10.1f} {ratio:>7.2f}"
        )


def compare(
    what: str,
    floor: Block,
    subject: Block,
    *,
    calls: int,
    rounds: int,
    between: Callable[[], object] = lambda: None,
) -> Row:
    """Time blocks of ``calls`` in turn, and keep the best of each side.

    ``between`` is called before each block, and not timed.
    """
    best = [float("inf"), float("inf")]
    for number in range(rounds):
        for side, block in enumerate((floor, subject)):
            between()
            began = time.perf_counter()
            block(number)
            best[side] = min(best[side], (time.perf_counter() - began) / calls)
    return Row(what, *best)
