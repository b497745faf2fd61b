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
from dataclasses import dataclass
from typing import Final, NamedTuple

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

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            given = getattr(self, name)
            if type(given) is not int or given < least:
                msg = f"{name}={given!r} is no rate: expected a whole number, at least {least}"
                raise ValidationError(msg)
        object.__setattr__(self, "largest", self.burst or self.largest or self.amount)

    @property
    def room(self) -> int:
        """How far the arrival time may be ahead, in nanoseconds times the amount."""
        return self.burst * self.period_ns or self.tolerance_ns * self.amount


_LEAST: Final = {"amount": 1, "period_ns": 1, "burst": 0, "largest": 0, "tolerance_ns": 0}


class State(NamedTuple):
    """What a limit remembers. ``tat`` and ``last`` are in nanoseconds times the amount."""

    tat: int  #: the theoretical arrival time
    last: int  #: the reading of the clock at the last grant
    not_before: int = 0  #: nanoseconds on the clock; nothing is granted earlier


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


def checked(cost: object) -> int:
    """Answer the cost, when it is one.

    Raises:
        ValidationError: it is not a whole number, or below 0.
    """
    if type(cost) is not int or cost < 0:
        msg = (
            f"{cost!r} is no cost: expected a whole number of tokens, at least 0. "
            "Round up what is estimated: math.ceil(tokens)"
        )
        raise ValidationError(msg)
    return cost


def stepped(rate: Rate, state: State, now_ns: int) -> State:
    """Answer the state, moved along with a clock that has stepped back: no time has passed then."""
    back = state.last - now_ns * rate.amount
    if back <= 0:
        return state
    return State(state.tat - back, state.last - back, state.not_before - back // rate.amount)


def backlog(rate: Rate, state: State, now_ns: int) -> int:
    """Answer how far the arrival time is ahead, at least 0, in nanoseconds times the amount."""
    return max(0, state.tat - now_ns * rate.amount)


def admitted(rate: Rate, state: State, now_ns: int, cost: int) -> State | None:
    """Answer the state when a call of this cost, from 1 to the largest, goes now; None: it may not.

    The clock must not have stepped back; ``stepped`` sees to that.
    """
    tat, _, not_before = state
    now = now_ns * rate.amount
    after = (max(now, tat)) + cost * rate.period_ns
    if (after if rate.burst else tat) > now + rate.room or now_ns < not_before:
        return None
    return State(after, now, not_before)


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
    longest = 0
    before: list[State] = []
    after: list[State] = []
    for rate, state, cost in limits:
        if checked(cost) > rate.largest:
            return Never(cost, rate.largest)
        seen = stepped(rate, state, now_ns) if cost else state
        charged = admitted(rate, seen, now_ns, cost) if cost else seen
        if charged is None:
            longest = max(longest, _wait(rate, seen, now_ns, cost))
        before.append(seen)
        after.append(charged or seen)
    return WaitAll(tuple(before), longest) if longest else AdmitAll(tuple(after))


def _wait(rate: Rate, state: State, now_ns: int, cost: int) -> int:
    """Answer how many nanoseconds to wait, at least 1, when the call may not go now."""
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
    it is never a reason to grant more.

    Args:
        rate: the limit.
        state: of the limit.
        now_ns: nanoseconds on the clock.
        retry_after_ns: nothing is granted for so many nanoseconds; below 0 is 0.
        remaining: tokens that are left, at least 0; None is not known.
    """
    seen = stepped(rate, state, now_ns)
    now = now_ns * rate.amount
    tat, not_before = seen.tat, seen.not_before
    if remaining is not None:
        used = rate.largest - checked(remaining)
        if used > 0:
            tat = max(tat, now + used * rate.period_ns)
    if retry_after_ns > 0:
        not_before = max(not_before, now_ns + retry_after_ns)
    return State(tat, now, not_before)
