"""How long a call will have to wait behind others, without waiting for it."""

from collections.abc import Iterable, Sequence

from beautyspot.core.gcra import AdmitAll, Rate, State, WaitAll, decide_all, stepped

__all__ = ["at_least", "foreseen"]


def at_least(
    limits: Sequence[tuple[Rate, State]],
    ahead: Sequence[int],
    costs: Sequence[int],
    now_ns: int,
) -> int:
    """Answer the nanoseconds that a call has to wait at least; exact where there is one limit.

    Args:
        limits: of each limit its rate and its state.
        ahead: by each limit, what all calls cost together that are granted before this one.
        costs: by each limit, what this call costs.
        now_ns: nanoseconds on the clock.
    """
    longest = 0
    for (rate, state), others, cost in zip(limits, ahead, costs, strict=True):
        if not cost:
            continue
        seen = stepped(rate, state, now_ns)
        now = now_ns * rate.amount
        begins = max(seen.tat, now, seen.not_before * rate.amount) if others else seen.tat
        ready = begins + others * rate.period_ns
        if rate.burst:
            ready = max(ready, now) + cost * rate.period_ns
        wait = -((now + rate.room - ready) // rate.amount)
        longest = max(longest, wait, seen.not_before - now_ns)
    return longest


def foreseen(
    limits: Sequence[tuple[Rate, State]], calls: Iterable[Sequence[int]], now_ns: int
) -> tuple[tuple[State, ...], int]:
    """Grant calls one after the other, each as early as it may go.

    Args:
        limits: of each limit its rate and its state.
        calls: what each call costs by each limit; no more than it ever grants.
        now_ns: nanoseconds on the clock, at which the first one asks.

    Returns:
        the states after the last grant, and the nanoseconds on the clock at it.
    """
    states = tuple(state for _, state in limits)
    rates = [rate for rate, _ in limits]
    for costs in calls:
        answer = decide_all(list(zip(rates, states, costs, strict=True)), now_ns)
        if isinstance(answer, WaitAll):
            now_ns += answer.ns
            answer = decide_all(list(zip(rates, answer.states, costs, strict=True)), now_ns)
        if isinstance(answer, AdmitAll):
            states = answer.states
    return states, now_ns
