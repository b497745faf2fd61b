"""How a function is run under limits, and tried again: one plan for functions of every kind.

From outside in stand the attempts, the slot, the charge, and the call itself. So an attempt pays
each time, is charged at the last moment before it is sent, and a wait between two holds no slot.
As the plans of ``engine`` this one yields effects, is sent their answers, and does nothing itself.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from beautyspot.core.effects import Raised
from beautyspot.core.engine import unexpected
from beautyspot.core.retry import Retry
from beautyspot.core.retry_after import asked_ns, status_of
from beautyspot.core.retrying import PATIENCE_NS, Again, GiveUp, decide, left_ns, noted

__all__ = [
    "Acquire",
    "Announce",
    "Attempt",
    "Attempts",
    "Came",
    "Cancel",
    "Late",
    "Observe",
    "Opened",
    "Pause",
    "Readings",
    "Settle",
    "Step",
    "StepAnswer",
    "TakeSlot",
    "Tighten",
    "attempts",
    "is_unbilled",
]


@dataclass(frozen=True, slots=True)
class TakeSlot:
    """Wait until another call may run. Answer: None, or ``Late``."""

    within_ns: int | None = None  #: it is of no use later than that; None: it always is of use


@dataclass(frozen=True, slots=True)
class Acquire:
    """Wait until the limits grant what the call costs. Answer: None, or ``Late``."""

    within_ns: int | None = None  #: as for ``TakeSlot``


@dataclass(frozen=True, slots=True)
class Attempt:
    """Run the user's function. Answer: ``Came``, ``Opened`` or ``Raised``."""

    number: int  #: from 1


@dataclass(frozen=True, slots=True)
class Settle:
    """Give the slot back, and settle the charge by what came of the attempt. Answer: None."""

    outcome: "Came | Raised"


@dataclass(frozen=True, slots=True)
class Cancel:
    """Give the slot and the charge back: nothing was sent. Answer: None."""


@dataclass(frozen=True, slots=True)
class Observe:
    """Read the clocks, and draw a number. Answer: ``Readings``."""


@dataclass(frozen=True, slots=True)
class Tighten:
    """Let nobody who shares the limits go for so many nanoseconds. Answer: None."""

    ns: int


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell that an attempt is over. Answer: None."""

    number: int  #: of the attempt, from 1
    error: Exception | None  #: what it raised; None: it returned
    delay_ns: int | None  #: until the next one; None: there is none


@dataclass(frozen=True, slots=True)
class Pause:
    """Let so many nanoseconds pass. Answer: None."""

    ns: int


@dataclass(frozen=True, slots=True)
class Came:
    """The function returned."""

    value: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """The generator has come to its first chunk. It is settled when it ends, and not tried again.

    What it has handed out cannot be taken back.
    """

    value: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Late:
    """There is no slot, or no grant, in the time in which it would be of use."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What is known of the world outside at one moment."""

    elapsed_ns: int  #: since the first attempt began
    now: datetime  #: aware
    chance: float  #: from 0 to below 1, drawn at random


Step = TakeSlot | Acquire | Attempt | Settle | Cancel | Observe | Tighten | Announce | Pause
StepAnswer = Came | Opened | Raised | Late | Readings | None
Attempts = Generator[Step, StepAnswer, Came | Opened | Raised]

#: Of answers of a server: the request took too long, or the client went away. It may be billed.
_MAYBE_BILLED: Final = (408, 499)


def attempts(
    retry: Retry | None, *, slots: bool, limits: bool, max_wait_ns: int | None = None
) -> Attempts:
    """Yield what has to be done to run a function, and answer what came of it.

    Args:
        retry: what is tried again; None is nothing.
        slots: whether the number of calls that run at the same time is limited.
        limits: whether what calls cost is limited.
        max_wait_ns: the longest time that a server may ask to be left alone; None is what
            ``decide`` says.
    """
    number = 0
    failed: Raised | None = None
    while True:
        number += 1
        again = retry if failed is not None else None
        if not (yield from _admitted(again, slots=slots, limits=limits)) and failed is not None:
            yield Cancel()
            return failed
        outcome = yield Attempt(number)
        if isinstance(outcome, Opened):
            return outcome
        if not isinstance(outcome, Came | Raised):
            raise unexpected(outcome)
        yield Settle(outcome)
        failed = outcome if isinstance(outcome, Raised) else None
        delay: int | None = None
        if failed is not None:
            delay = yield from _delay(retry, number, failed.error, max_wait_ns, limits=limits)
        if retry is not None:
            yield Announce(number, None if failed is None else failed.error, delay)
        if delay is None:
            return outcome
        yield Pause(delay)


def _admitted(
    again: Retry | None, *, slots: bool, limits: bool
) -> Generator[Step, StepAnswer, bool]:
    """Wait for a slot and for the limits; answer False when it has become too late for it.

    Args:
        again: whose deadline it is, for any attempt but the first one.
        slots: whether there are slots.
        limits: whether there are limits.
    """
    entrances = [TakeSlot] * slots + [Acquire] * limits
    for enter in entrances:
        left = yield from _left(again)
        if left is not None and left < 0:
            return False
        if isinstance((yield enter(left)), Late):
            return False
    left = yield from _left(again)
    return left is None or left >= 0


def _left(again: Retry | None) -> Generator[Step, StepAnswer, int | None]:
    if again is None or again.deadline is None:
        return None
    seen = yield Observe()
    if not isinstance(seen, Readings):
        raise unexpected(seen)
    return left_ns(again, seen.elapsed_ns)


def _delay(
    retry: Retry | None, number: int, error: Exception, max_wait_ns: int | None, *, limits: bool
) -> Generator[Step, StepAnswer, int | None]:
    """Answer the nanoseconds until the next attempt; None: there is none.

    Whatever comes next, a server that wants to be left alone is left alone by everybody.
    """
    if retry is None and not limits:
        return None
    seen = yield Observe()
    if not isinstance(seen, Readings):
        raise unexpected(seen)
    decision = None
    if retry is not None:
        decision = decide(
            retry, number, error, seen.elapsed_ns, seen.now, seen.chance, max_wait_ns=max_wait_ns
        )
        if isinstance(decision, GiveUp):
            noted(error, decision.note)
    if limits and (asked := _asked(retry, decision, error, seen.now)):
        yield Tighten(min(asked, PATIENCE_NS))  # a slip of one server must not stop all for ever
    return decision.delay_ns if isinstance(decision, Again) else None


def _asked(
    retry: Retry | None, decision: Again | GiveUp | None, error: Exception, now: datetime
) -> int | None:
    """Answer for how many nanoseconds everybody is to leave the server alone; None: it is not said.

    A server that is overloaded, or down, says nothing about our limits.
    """
    status = status_of(error)
    if (status is not None and status >= 500) or (retry is not None and retry.retry_after is False):
        return None
    if decision is None or (decision.retry_after_ns is None and not _has_answered(retry, decision)):
        return asked_ns(error, now)
    return decision.retry_after_ns


def _has_answered(retry: Retry | None, decision: Again | GiveUp) -> bool:
    """Tell whether the user's own function has said what the server asks for."""
    if retry is None or not callable(retry.retry_after):
        return False
    return isinstance(decision, Again) or decision.reason not in ("unnamed", "broken")


def is_unbilled(error: BaseException) -> bool:
    """Tell whether a server has refused a call, so that it cost nothing but the request.

    Any other failure may have been paid for: time-outs, errors of the server, lost connections.
    """
    status = status_of(error)
    return status is not None and 400 <= status < 500 and status not in _MAYBE_BILLED
