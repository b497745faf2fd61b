"""Pacing by the Generic Cell Rate Algorithm (GCRA), in integers and without a clock.

A limit remembers one moment, the theoretical arrival time: until then the calls that were granted
use up what the rate gives back. There are two ways to weigh a call of cost ``c`` at the rate ``R``
(tokens per second), and each has a bound that holds in every window of ``T`` seconds:

===========  ==============================  =================================
pacing       a call is granted when          granted in any window, at most
===========  ==============================  =================================
``burst=B``  all of it fits into the bucket  ``R*T + B``
smooth       nothing is owed any more        ``R*T + R*tolerance + c_last``
===========  ==============================  =================================

Smooth pacing lets one call go at once after any idle time, whatever it costs, and then waits until
its debt is paid; ``c_last`` is the cost of the last call in the window.

Moments are kept in nanoseconds times the amount of the rate, so that what a token costs is a whole
number and nothing is ever rounded but a wait, which is rounded up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from beautyspot.core.arrivals import Arrival, chained
from beautyspot.core.errors import ValidationError

__all__ = [
    "Admit",
    "AdmitAll",
    "Never",
    "Rate",
    "State",
    "Wait",
    "WaitAll",
    "admitted",
    "admitted_all",
    "after_idle",
    "backlog",
    "checked",
    "decide",
    "decide_all",
    "fresh",
    "stepped",
    "tighten",
]


@dataclass(frozen=True, slots=True)
class Rate:
    """So many tokens for every period, and how much of it may come at once.

    Raises:
        ValidationError: a number is not a whole one, or out of its range.
    """

    amount: int  #: tokens that come back in every period, at least 1
    period_ns: int  #: nanoseconds, at least 1
    burst: int = 0  #: tokens that may come at once; 0 paces smoothly
    largest: int = 0  #: the largest cost of a smooth call; 0 is ``amount``. With a burst: the burst
    tolerance_ns: int = 0  #: how early a smooth call may come
    #: how far the arrival time may be ahead, in nanoseconds times the amount
    room: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            given = getattr(self, name)
            if type(given) is not int or given < least:
                msg = f"{name}={given!r} is no rate: expected a whole number, at least {least}"
                raise ValidationError(msg)
        object.__setattr__(self, "largest", self.burst or self.largest or self.amount)
        room = self.burst * self.period_ns or self.tolerance_ns * self.amount
        object.__setattr__(self, "room", room)


_LEAST: Final = {"amount": 1, "period_ns": 1, "burst": 0, "largest": 0, "tolerance_ns": 0}


class State(NamedTuple):
    """What a limit remembers. ``tat`` and ``last`` are in nanoseconds times the amount."""

    tat: int  #: the theoretical arrival time
    last: int  #: the reading of the clock at the last grant
    not_before: int = 0  #: nanoseconds on the clock; nothing is granted earlier
    grants: int = 0  #: how many there were; the number of the last one
    cleared: int = 0  #: the number of the last one before which nothing was owed
    newest: Arrival | None = None  #: those since then, for settling


#: Makes a named tuple in a third of the time; a grant takes less than a microsecond.
_new = tuple.__new__  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


@dataclass(frozen=True, slots=True)
class Admit:
    """The call may go now."""

    state: State


@dataclass(frozen=True, slots=True)
class AdmitAll:
    """The call may go now, by each of its limits."""

    states: tuple[State, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """The call may go in ``ns`` nanoseconds, at least 1, rounded up; nothing is charged."""

    state: State  #: as it was, but for a clock that has stepped back
    ns: int


@dataclass(frozen=True, slots=True)
class WaitAll:
    """The call may go in ``ns`` nanoseconds, when the last of its limits lets it."""

    states: tuple[State, ...]
    ns: int


@dataclass(frozen=True, slots=True)
class Never:
    """The call can never go: it costs more than may ever come at once."""

    cost: int
    burst: int  #: the largest cost that is granted


def fresh(rate: Rate, now_ns: int, *, empty: bool = False) -> State:
    """Answer the state of a limit that nobody has used yet.

    Args:
        rate: the limit.
        now_ns: nanoseconds on the clock.
        empty: whether to begin as after a call of the largest cost. Who starts again and again
            then never exceeds the rate.
    """
    now = now_ns * rate.amount
    return State(now + rate.largest * rate.period_ns if empty else now, now, now_ns)


def checked(cost: object, largest: int | None = None) -> int:
    """Answer the cost, when it is one.

    Args:
        cost: what is said to be one.
        largest: that is ever granted, for the message; None: there is no bound, or it is not known.

    Raises:
        ValidationError: it is not a whole number, or below 0.
    """
    if type(cost) is not int or cost < 0:
        range_ = "at least 0" if largest is None else f"from 0 to {largest}"
        msg = (
            f"{cost!r} is no cost: expected a whole number of tokens, {range_}. "
            "Round up what is estimated: math.ceil(tokens)"
        )
        raise ValidationError(msg)
    return cost


def stepped(rate: Rate, state: State, now_ns: int) -> State:
    """Answer the state, moved along with a clock that has stepped back: no time has passed then."""
    back = state.last - now_ns * rate.amount
    if back <= 0:
        return state
    return state._replace(
        tat=state.tat - back,
        last=state.last - back,
        not_before=state.not_before - back // rate.amount,
    )


def backlog(rate: Rate, state: State, now_ns: int) -> int:
    """Answer how far the arrival time is ahead, at least 0, in nanoseconds times the amount."""
    return max(0, state.tat - now_ns * rate.amount)


def admitted(rate: Rate, state: State, now_ns: int, cost: int) -> State | None:
    """Answer the state when a call of this cost, from 1 to the largest, goes now; None: it may not.

    Neither may it when the clock has stepped back, unless ``stepped`` has seen to that.
    """
    tat, last, not_before, grants, cleared, newest = state
    now = now_ns * rate.amount
    if now < last or now_ns < not_before:
        return None
    charge = cost * rate.period_ns
    number = grants + 1
    if tat <= now:
        return _new(State, (now + charge, now, not_before, number, number, None))
    if (tat + charge if rate.burst else tat) > now + rate.room:
        return None
    newest = chained(newest, number, tat - now)
    return _new(State, (tat + charge, now, not_before, number, cleared, newest))


def admitted_all(
    rates: Sequence[Rate], states: Sequence[State], now_ns: int, costs: Sequence[int]
) -> tuple[State, ...] | None:
    """Answer the states when a call goes now by all limits; None: it may not, by one of them.

    Args:
        rates: of each limit.
        states: of each limit.
        now_ns: nanoseconds on the clock.
        costs: by each limit, from 0 to the largest; 0 leaves a limit alone.
    """
    after: list[State] = []
    for rate, state, cost in zip(rates, states, costs, strict=True):
        charged = admitted(rate, state, now_ns, cost) if cost else state
        if charged is None:
            return None
        after.append(charged)
    return tuple(after)


def after_idle(rate: Rate, now_ns: int, cost: int, number: int) -> State:
    """Answer the state just after a grant of that number before which nothing was owed.

    It is all that such a grant leaves to remember: when it was, and what it cost. Until
    ``(later_ns - now_ns) * rate.amount >= cost * rate.period_ns`` something is owed; from then on
    any call may go, in either pacing.
    """
    now = now_ns * rate.amount
    return State(now + cost * rate.period_ns, now, now_ns, number, number, None)


def decide(rate: Rate, state: State, now_ns: int, cost: int) -> Admit | Wait | Never:
    """Decide on one call by one limit.

    Args:
        rate: the limit.
        state: of the limit.
        now_ns: nanoseconds on the clock, by which the state was made.
        cost: tokens; 0 is granted whatever the state, and leaves it alone.

    Raises:
        ValidationError: the cost is not a whole number of at least 0.
    """
    match decide_all([(rate, state, cost)], now_ns):
        case AdmitAll((after,)):
            return Admit(after)
        case WaitAll((after,), ns):
            return Wait(after, ns)
        case Never() as never:
            return never
        case _:  # pragma: no cover
            raise AssertionError


def decide_all(
    limits: Sequence[tuple[Rate, State, int]], now_ns: int
) -> AdmitAll | WaitAll | Never:
    """Decide on one call by several limits at one instant: all are charged, or none.

    Args:
        limits: of each limit its rate, its state, and what the call costs there.
        now_ns: nanoseconds on the clock.

    Raises:
        ValidationError: a cost is not a whole number of at least 0.
    """
    for rate, _, cost in limits:
        if checked(cost, rate.largest) > rate.largest:
            return Never(cost, rate.largest)
    rates = [rate for rate, _, _ in limits]
    costs = [cost for _, _, cost in limits]
    seen = tuple(stepped(rate, state, now_ns) if cost else state for rate, state, cost in limits)
    granted = admitted_all(rates, seen, now_ns, costs)
    if granted is not None:
        return AdmitAll(granted)
    waits = map(_wait, rates, seen, [now_ns] * len(limits), costs)
    return WaitAll(seen, max(waits))


def _wait(rate: Rate, state: State, now_ns: int, cost: int) -> int:
    """Answer how many nanoseconds to wait, at least 1 when the call may not go now."""
    if not cost:
        return 0
    now = now_ns * rate.amount
    ahead = max(state.tat, now) + cost * rate.period_ns if rate.burst else state.tat
    return max(-((now + rate.room - ahead) // rate.amount), state.not_before - now_ns)


def tighten(
    rate: Rate,
    state: State,
    now_ns: int,
    *,
    retry_after_ns: int = 0,
    remaining: int | None = None,
) -> State:
    """Take over what the server says of the limit; the state becomes stricter, or stays.

    What a server says counts the calls of other processes and misses ours that are on their way, so
    it is never a reason to grant more. What was granted before is given back to nobody then.

    Args:
        rate: the limit.
        state: of the limit.
        now_ns: nanoseconds on the clock.
        retry_after_ns: nothing is granted for so many nanoseconds; below 0 is 0.
        remaining: tokens that are left, at least 0; None is not known.
    """
    seen = stepped(rate, state, now_ns)
    now = now_ns * rate.amount
    if retry_after_ns > 0:
        seen = seen._replace(not_before=max(seen.not_before, now_ns + retry_after_ns))
    if remaining is not None:
        tat = now + (rate.largest - checked(remaining)) * rate.period_ns
        if tat > seen.tat:
            number = seen.grants + 1
            seen = seen._replace(tat=tat, grants=number, cleared=number, newest=None)
    return seen._replace(last=now)
