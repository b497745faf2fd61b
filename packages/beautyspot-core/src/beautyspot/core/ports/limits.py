"""Limits: what grants what a call costs, and how many calls run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from beautyspot.core.costs import Cost

__all__ = [
    "Limiter",
    "NotYet",
    "Slot",
    "Slots",
    "Ticket",
]


@dataclass(frozen=True, slots=True)
class NotYet:
    """A cost is not granted now. It counts as false, where a ticket counts as true."""

    ns: int  #: nanoseconds after which to ask again, at least 1

    def __bool__(self) -> Literal[False]:
        return False


class Ticket(Protocol):
    """A cost that was granted. It is settled or cancelled at most once."""

    @property
    def waited_ns(self) -> int:
        """Nanoseconds between asking and the grant."""
        ...

    def settle(self, actual: Cost) -> None:
        """Say what the call cost in fact; a unit that is not named cost its estimate.

        What was estimated too much is given back, as far as the limit holds in every window still;
        what was estimated too little is charged in full. Never said, the estimate stands.

        Raises:
            ValidationError: the ticket is settled or cancelled already, or this is no cost; the
                ticket is as it was then.
        """
        ...

    def cancel(self) -> None:
        """Say that the call was never sent: the same as settling with nothing."""
        ...


class Slot(Protocol):
    """The right of one call to run. One that is dropped is given back."""

    def release(self) -> None:
        """Give it back. Twice is quiet."""
        ...

    def lend(self) -> None:
        """Let what this thread or task calls have it meanwhile; for who reads a stream."""
        ...


class Slots(Protocol):
    """Bounds how many calls run at the same time; first come, first served.

    A waiter that is cancelled, interrupted or out of time leaves nothing behind.
    """

    def take(self, max_wait_ns: int | None = None) -> Slot:
        """Block until another call may run.

        Args:
            max_wait_ns: nanoseconds, at least 0. None waits for ever.

        Raises:
            LimitTimeout: it has taken longer.
        """
        ...

    async def take_async(self, max_wait_ns: int | None = None) -> Slot:
        """Do as ``take`` does without blocking the event loop, in the same queue."""
        ...


class Limiter(Protocol):
    """Grants costs so that the limits hold in every window; first come, first served.

    A waiter is charged when it is granted, by all limits at one instant, and not before: one that
    is cancelled, interrupted or out of time leaves nothing behind. A cost that is negative, not a
    whole number or more than is ever granted is refused at once with a ``ValidationError``.
    """

    def acquire(self, cost: Cost, *, key: str = "", max_wait_ns: int | None = None) -> Ticket:
        """Block until the cost is granted.

        Args:
            cost: whole numbers, at least 0 each; nothing at all is granted at once.
            key: callers of one key share the limits and the queue.
            max_wait_ns: nanoseconds, at least 0. None waits for ever.

        Raises:
            LimitTimeout: it is known, from those who wait before, that it would take longer; or it
                has taken longer.
        """
        ...

    async def acquire_async(
        self, cost: Cost, *, key: str = "", max_wait_ns: int | None = None
    ) -> Ticket:
        """Do as ``acquire`` does without blocking the event loop, in the same queue."""
        ...

    def try_acquire(self, cost: Cost, *, key: str = "") -> Ticket | NotYet:
        """Answer a ticket, or after how many nanoseconds to ask again; charge nothing then."""
        ...

    def tighten(
        self, *, key: str = "", retry_after_ns: int = 0, remaining: Mapping[str, int] | None = None
    ) -> None:
        """Take over what the server says of its limits; only ever makes them stricter.

        Args:
            key: as in ``acquire``.
            retry_after_ns: nothing is granted for so many nanoseconds; below 0 is 0.
            remaining: what is left, by the unit of the limit; None is not known.
        """
        ...
