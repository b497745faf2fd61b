"""One call under limits: the slot that it holds, and what it is charged."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import random
from types import TracebackType
from typing import Any, Final, Self

from beautyspot.core.attempts import (
    Announce,
    Attempts,
    Came,
    Cancel,
    Late,
    Observe,
    Readings,
    Settle,
    Step,
    Tighten,
    attempts,
    is_unbilled,
)
from beautyspot.core.costs import REQUESTS, Cost
from beautyspot.core.effects import Raised
from beautyspot.core.errors import ConfigurationError, LimitError, LimitTimeout, ValidationError
from beautyspot.core.ports import Clock, Limiter, Slots, Ticket
from beautyspot.core.retry import Retry
from beautyspot.drivers.flights import Flight
from beautyspot.drivers.teller import Teller

__all__ = ["Pace", "Turn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Under which limits the calls of one function run, and when they are tried again."""

    clock: Clock
    teller: Teller
    limiter: Limiter | None = None
    slots: Slots | None = None
    cost: Cost | Callable[..., Cost] = 0  #: of a call, or a function of its arguments
    unit: str | None = None  #: that a cost is in which is a plain number; None: the limiter knows
    settle: Callable[[Any], Cost] | None = None  #: answers what a call cost, of what it returned
    key: str | Callable[..., str] = ""  #: whose limits they are, or a function of the arguments
    max_wait_ns: int | None = None  #: for a slot and the limits together; None waits for ever
    retry: Retry | None = None
    strict: bool = False  #: raise what a limiter does instead of reporting it


class Turn:
    """What one call holds and is charged. As a context, it gives back what is held."""

    def __init__(self, pace: Pace, args: tuple[object, ...], kwargs: Mapping[str, object]) -> None:
        """Ask the user's functions for cost and key; what they raise passes.

        Raises:
            ValidationError: what they answer is no cost, or no text.
        """
        self.pace: Final = pace
        self.args: Final = args
        self.kwargs: Final = kwargs
        #: As a context, what is called in it is called from within this call.
        self.flight: Final = Flight("")
        self.ticket: Ticket | None = None
        self._idle_since = self._began = pace.clock.monotonic_ns()
        self._number = 0  # of the attempt under way
        self._is_sent = False  # whether the function has begun to run since the last charge
        self._ran_ns = 0  # what it took
        self._waited_ns = 0  # what was waited in all, for limits and between attempts
        self._waits_since: int | None = None
        self.cost: Final = self._named(_of_call(pace.cost, args, kwargs))
        self.key: Final = _text(_of_call(pace.key, args, kwargs))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Give the slot back; the charge too, unless the function has begun to run for it."""
        self.flight.landed = True
        if self._is_sent:
            self.flight.give_back()
        else:
            self._cancel()

    def steps(self) -> Attempts:
        """Answer the plan of the call."""
        pace = self.pace
        return attempts(
            pace.retry,
            slots=pace.slots is not None,
            limits=pace.limiter is not None,
            max_wait_ns=pace.max_wait_ns,
        )

    def take_slot(self, within_ns: int | None) -> Late | None:
        """Wait for a slot. Raises as ``_asking`` does."""
        with self._asking(within_ns) as asking:
            if (slots := self.pace.slots) is not None:
                self.flight.slot = slots.take(max_wait_ns=asking.allowed)
        return asking.late

    async def take_slot_async(self, within_ns: int | None) -> Late | None:
        """Do as ``take_slot`` does without blocking the event loop."""
        with self._asking(within_ns) as asking:
            if (slots := self.pace.slots) is not None:
                self.flight.slot = await slots.take_async(max_wait_ns=asking.allowed)
        return asking.late

    def acquire(self, within_ns: int | None) -> Late | None:
        """Wait for the limits to grant the cost. Raises as ``_asking`` does."""
        with self._asking(within_ns) as asking:
            if (limiter := self.pace.limiter) is not None:
                self.ticket = limiter.acquire(self.cost, key=self.key, max_wait_ns=asking.allowed)
        return asking.late

    async def acquire_async(self, within_ns: int | None) -> Late | None:
        """Do as ``acquire`` does without blocking the event loop."""
        with self._asking(within_ns) as asking:
            if (limiter := self.pace.limiter) is not None:
                self.ticket = await limiter.acquire_async(
                    self.cost, key=self.key, max_wait_ns=asking.allowed
                )
        return asking.late

    @contextmanager
    def _asking(self, within_ns: int | None) -> Generator["_Asking"]:
        """Answer how long may be waited for a slot or for limits.

        A limiter that fails holds up nobody, unless the function is strict.

        Args:
            within_ns: when it comes later, it is too late; None: it never is.

        Raises:
            LimitError: it would take longer than it may, or a quota is used up.
            ConfigurationError: the cost cannot be granted, or is none.
        """
        pace = self.pace
        now = pace.clock.monotonic_ns()
        if self._waits_since is None:
            self._waits_since = now
        waited = max(0, now - self._waits_since)
        most = None if pace.max_wait_ns is None else max(0, pace.max_wait_ns - waited)
        by_deadline = within_ns is not None and (most is None or within_ns < most)
        asking = _Asking(within_ns if by_deadline else most)
        try:
            yield asking
        except LimitTimeout:
            if not by_deadline:
                raise
            asking.late = Late()
        except (LimitError, ConfigurationError):
            raise
        except Exception as error:
            if pace.strict:
                raise
            pace.teller.trouble(error)

    def sends(self, number: int) -> None:
        """Take note that an attempt begins: the time before it is not the function's own."""
        now = self.pace.clock.monotonic_ns()
        idle = max(0, now - self._idle_since)
        self._waited_ns += idle - self._ran_ns
        if (outer := self.flight.outer) is not None:
            outer.idle_ns += idle
        self._idle_since, self._waits_since = now, None
        self._number, self._ran_ns, self._is_sent = number, 0, True
        if number == 1:
            self._began = now

    def ends(self) -> None:
        """Take note that the attempt is over, or has come to its first chunk."""
        self._ran_ns = max(0, self.pace.clock.monotonic_ns() - self._idle_since)

    def finish(self, outcome: Came | Raised) -> None:
        """Take note that a stream has come to its end.

        One that breaks off after a chunk was not refused, whatever it raises: the estimate stands.
        """
        self.ends()
        if isinstance(outcome, Raised):
            self.flight.give_back()
            self.ticket = None
        else:
            self.settle(outcome)
        if self.pace.retry is not None:
            error = outcome.error if isinstance(outcome, Raised) else None
            self._announce(Announce(self._number, error, None))

    def perform(self, effect: Step) -> Readings | None:
        """Perform an effect that waits for nothing."""
        pace = self.pace
        match effect:
            case Settle(outcome):
                self.settle(outcome)
            case Cancel():
                self._cancel()
            case Observe():
                elapsed = max(0, pace.clock.monotonic_ns() - self._began)
                return Readings(elapsed, pace.clock.now(), random())  # noqa: S311  # no secret
            case Tighten(ns):
                self._tighten(ns)
            case Announce():
                self._announce(effect)
            case _:
                raise TypeError(f"{effect!r} belongs to the driver itself")
        return None

    def settle(self, outcome: Came | Raised) -> None:
        """Give the slot back, and say what the call cost, as far as that is known."""
        self.flight.give_back()
        ticket, self.ticket, self._is_sent = self.ticket, None, False
        if ticket is None:
            return
        settle = self.pace.settle
        with self._reporting():
            if isinstance(outcome, Raised):
                if is_unbilled(outcome.error):
                    ticket.settle(_but_requests(self.cost))
            elif settle is not None:
                ticket.settle(self._named(settle(outcome.value)))

    def _cancel(self) -> None:
        self.flight.give_back()
        ticket, self.ticket = self.ticket, None
        if ticket is not None:
            with self._reporting():
                ticket.cancel()

    def _announce(self, attempt: Announce) -> None:
        teller, ran, waited = self.pace.teller, self._ran_ns, self._waited_ns
        teller.attempted(attempt, self.args, self.kwargs, elapsed_ns=ran, waited_ns=waited)

    def _tighten(self, ns: int) -> None:
        limiter = self.pace.limiter
        if limiter is not None:
            with self._reporting():
                limiter.tighten(key=self.key, retry_after_ns=ns)

    @contextmanager
    def _reporting(self) -> Generator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  # foreign code; what is paid for goes on
            self.pace.teller.trouble(error)

    def _named(self, cost: Cost) -> Cost:
        unit = self.pace.unit
        return cost if isinstance(cost, Mapping) or unit is None else {unit: cost}


@dataclass(slots=True)
class _Asking:
    allowed: int | None  #: nanoseconds that may be waited; None is for ever
    late: Late | None = None  #: what came of it


def _of_call(said: object, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Any:  # noqa: ANN401
    """Answer what is said of a call, or what a function says of its arguments."""
    return said(*args, **kwargs) if callable(said) else said


def _text(key: object) -> str:
    if isinstance(key, str):
        return key
    msg = f"key= answered {key!r}: expected a text, such as the name of an account"
    raise ValidationError(msg)


def _but_requests(cost: Cost) -> Cost:
    """Answer what a refused call cost: the request was made, and nothing else."""
    if isinstance(cost, Mapping):
        return {unit: 0 for unit in cost if unit != REQUESTS}
    return 0
