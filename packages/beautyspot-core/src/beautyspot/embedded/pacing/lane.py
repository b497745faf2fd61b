"""The limits of one key: what they remember, and who waits for them."""

from collections.abc import Callable, Sequence
from typing import Final

from beautyspot.core.foresight import at_least, foreseen
from beautyspot.core.gcra import AdmitAll, Rate, State, WaitAll, admitted_all, decide_all
from beautyspot.embedded.pacing.line import Line, Place
from beautyspot.embedded.pacing.ticket import Known, Memory

__all__ = ["Lane"]


class Lane:
    """What one key needs. To be used under the lock of its pacer.

    ``memory`` is replaced as a whole, and only when it is what the decision was made of: a signal
    handler may be granted something by this very thread in between. It is that of a sole grant only
    while nobody is in line.
    """

    __slots__ = ("_forecast", "_pending", "_rates", "_unplayed", "line", "memory")

    def __init__(self, rates: Sequence[Rate], states: tuple[State, ...]) -> None:
        """Begin with nobody in line."""
        self._rates: Final = rates
        self.line: Final = Line()
        self.memory: Memory = Known(states)
        self._pending = (0,) * len(states)  # what all in line ask for
        #: What the limits will remember, and when, once all have gone that are in line; None: it
        #: has to be played anew. ``_unplayed`` have joined since.
        self._forecast: tuple[tuple[State, ...], int] | None = None
        self._unplayed: list[Place] = []

    @property
    def states(self) -> tuple[State, ...]:
        """The state of each limit."""
        return self.memory.states(self._rates)

    def change(self, after: Callable[[Rate, State, int], State]) -> None:
        """Replace the state of each limit by what is answered for it, and its place in the row."""
        while True:
            memory = self.memory
            pairs = zip(self._rates, memory.states(self._rates), strict=True)
            states = tuple(after(*pair, index) for index, pair in enumerate(pairs))
            if self.memory is memory:
                self.memory = Known(states)
                break
        self.forget_forecast()

    def is_idle(self, now_ns: int) -> bool:
        """Tell whether this is the same as a lane that nobody has used yet."""
        return not self.line.places and all(
            state.tat <= now_ns * rate.amount and state.not_before <= now_ns
            for rate, state in zip(self._rates, self.states, strict=True)
        )

    def grant(self, costs: Sequence[int], now_ns: int) -> tuple[State, ...] | int:
        """Charge all limits, and answer what they remember then; or the nanoseconds to wait."""
        while True:
            memory = self.memory
            states = memory.states(self._rates)
            after = admitted_all(self._rates, states, now_ns, costs)
            if after is not None:
                known = Known(after)
                if self.memory is memory:
                    self.memory = known
                    return after
                continue
            answer = decide_all(list(zip(self._rates, states, costs, strict=True)), now_ns)
            if isinstance(answer, AdmitAll):
                known = Known(answer.states)
                if self.memory is memory:
                    self.memory = known
                    return answer.states
            elif isinstance(answer, WaitAll):
                known = Known(answer.states)
                if self.memory is memory:
                    self.memory = known  # a step back of the clock is taken notice of
                    return answer.ns
            else:
                msg = f"{answer!r}: a cost is checked before it is asked for"
                raise AssertionError(msg)

    def join(self, place: Place, *, first: bool) -> None:
        """Add a place at the end of the line, or before all others."""
        if not isinstance(self.memory, Known):
            self.memory = Known(self.states)
        if first or self.line.blocked_by(place):
            self.forget_forecast()
        elif self._forecast is not None:
            self._unplayed.append(place)
        self.line.join(place, first=first)
        self._ask_for(place.costs, 1)

    def leave(self, place: Place, *, granted: bool) -> None:
        """Take a place out of the line, if it is there."""
        if place not in self.line.places:
            return
        if not (granted and place.played):
            self.forget_forecast()
        self._ask_for(place.costs, -1)
        self.line.leave(place)

    def forget_forecast(self) -> None:
        """Take notice that those in line may be granted at other moments than was foreseen."""
        self._forecast = None
        self._unplayed = []

    def wait_of(self, place: Place, now_ns: int) -> int:
        """Answer the nanoseconds that a place, not in line yet, will have to wait, at least 0."""
        blocked = self.line.blocked_by(place)
        if blocked:
            ahead = [other for other in self.line.places if other not in blocked]
            costs = [other.costs for other in ahead]
            pending = tuple(sum(column) for column in zip(*costs, strict=True))
        else:
            ahead, pending = None, self._pending
        limits = list(zip(self._rates, self.states, strict=True))
        least = at_least(limits, pending or (0,) * len(limits), place.costs, now_ns)
        if len(limits) == 1 or not self.line.places:
            return max(0, least)
        if ahead is not None:
            states, moment = foreseen(limits, [other.costs for other in ahead], now_ns)
        else:
            states, moment = self._played(now_ns)
        after = list(zip(self._rates, states, strict=True))
        _, granted = foreseen(after, [place.costs], max(moment, now_ns))
        return max(0, least, granted - now_ns)

    def least_wait_of(self, costs: Sequence[int], now_ns: int) -> int:
        """Answer the nanoseconds that a call has to wait at least behind all in line."""
        limits = list(zip(self._rates, self.states, strict=True))
        return at_least(limits, self._pending, costs, now_ns)

    def _played(self, now_ns: int) -> tuple[tuple[State, ...], int]:
        """Answer the forecast, kept up to date: each place is played once."""
        if self._forecast is None:
            self._forecast, self._unplayed = (self.states, now_ns), list(self.line.places)
        states, moment = self._forecast
        joined, self._unplayed = self._unplayed, []
        for place in joined:
            place.played = True
        limits = list(zip(self._rates, states, strict=True))
        self._forecast = foreseen(limits, [place.costs for place in joined], moment)
        return self._forecast

    def _ask_for(self, costs: Sequence[int], sign: int) -> None:
        while True:
            pending = self._pending
            after = tuple(sum_ + sign * cost for sum_, cost in zip(pending, costs, strict=True))
            if self._pending is pending:
                self._pending = after
                return
