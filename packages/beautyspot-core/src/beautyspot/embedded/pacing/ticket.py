"""What granted calls hold, and what the limits of a key remember."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol, cast

from beautyspot.core.costs import Cost
from beautyspot.core.errors import ValidationError
from beautyspot.core.gcra import Rate, State, after_idle

if TYPE_CHECKING:
    from beautyspot.embedded.pacing.pacer import Pacer

__all__ = ["BusyTicket", "Known", "Memory", "PacerTicket", "QueueTicket"]


class Memory(Protocol):
    """What the limits of a key remember."""

    @property
    def at(self) -> int:
        """Nanoseconds on the clock at the last grant, when this and its cost are all there is."""
        ...

    @property
    def cost(self) -> float:
        """What the last grant cost, when that is all there is; else infinite."""
        ...

    @property
    def number(self) -> int:
        """The number of the last grant, when that is all there is."""
        ...

    def states(self, rates: Sequence[Rate]) -> tuple[State, ...]:
        """Answer the state of each limit."""
        ...


class Known:
    """The states of the limits, in full."""

    __slots__ = ("_states", "at", "cost", "number")

    def __init__(self, states: tuple[State, ...]) -> None:
        """Keep them."""
        self._states = states
        self.at = self.number = 0
        self.cost = math.inf

    def states(self, rates: Sequence[Rate]) -> tuple[State, ...]:  # noqa: ARG002  # of the protocol
        """Answer the state of each limit."""
        return self._states


class PacerTicket:
    """A grant by one limit before which nothing was owed: all that this limit has to remember.

    There is no ``__init__``, which would take as long as all the rest; most calls are granted like
    this.
    """

    __slots__ = ("at", "cost", "key", "number", "pacer")

    pacer: "Pacer | None"  #: None once it is settled
    key: str
    at: int
    cost: float
    number: int

    def __repr__(self) -> str:
        return f"<ticket for {self.costs}{', settled' if self.pacer is None else ''}>"

    def states(self, rates: Sequence[Rate]) -> tuple[State, ...]:
        """Answer the state of the limit after this grant."""
        return (after_idle(rates[0], self.at, cast("int", self.cost), self.number),)

    @property
    def waited_ns(self) -> int:
        """Nanoseconds between asking and the grant."""
        return 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """By each limit, the number of the grant."""
        return (self.number,)

    @property
    def costs(self) -> tuple[int, ...]:
        """By each limit, what was charged."""
        return (cast("int", self.cost),)

    def settle(self, actual: Cost) -> None:
        """Say what the call cost in fact; what is not named cost its estimate.

        Raises:
            ValidationError: the ticket is settled or cancelled already, or this is no cost.
        """
        pacer = self._open()
        pacer.settle(self, pacer.tariff.actual(self.costs, actual))

    def cancel(self) -> None:
        """Say that the call was never sent.

        Raises:
            ValidationError: the ticket is settled or cancelled already.
        """
        self._open().settle(self, (0,) * len(self.costs))

    def close(self) -> None:
        """Take notice that it is settled now. To be called under the lock of the pacer.

        Raises:
            ValidationError: it is settled already.
        """
        self._open()
        self.pacer = None

    def _open(self) -> "Pacer":
        if self.pacer is None:
            msg = f"{self!r} is settled or cancelled already: say once what a call cost"
            raise ValidationError(msg)
        return self.pacer


class BusyTicket(PacerTicket):
    """A grant by one limit, while something was owed; it holds all that the limit remembers.

    Its ``cost`` is infinite, because there is more to remember than that.
    """

    __slots__ = ("charged", "state")

    charged: int
    state: State

    def states(self, rates: Sequence[Rate]) -> tuple[State, ...]:  # noqa: ARG002  # of the protocol
        """Answer the state of the limit after this grant."""
        return (self.state,)

    @property
    def costs(self) -> tuple[int, ...]:
        """By each limit, what was charged."""
        return (self.charged,)


class QueueTicket(PacerTicket):
    """A grant by several limits, or after a wait."""

    __slots__ = ("_costs", "_numbers", "_waited_ns")

    def __init__(
        self,
        pacer: "Pacer",
        key: str,
        numbers: tuple[int, ...],
        costs: tuple[int, ...],
        waited_ns: int,
    ) -> None:
        """Take what was granted."""
        self.pacer = pacer
        self.key = key
        self._numbers: Final = numbers
        self._costs: Final = costs
        self._waited_ns: Final = waited_ns

    @property
    def waited_ns(self) -> int:
        """Nanoseconds between asking and the grant."""
        return self._waited_ns

    @property
    def numbers(self) -> tuple[int, ...]:
        """By each limit, the number of the grant."""
        return self._numbers

    @property
    def costs(self) -> tuple[int, ...]:
        """By each limit, what was charged."""
        return self._costs
