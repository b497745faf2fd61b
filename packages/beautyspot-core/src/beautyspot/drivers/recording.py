"""One run of a generator function: performs what its plan asks for, for all who take part."""

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from beautyspot.core.effects import Failed, Raised, Returned, SaveLater, Wait
from beautyspot.core.frames import Parts
from beautyspot.core.streaming import (
    Collect,
    Commit,
    EncodeChunk,
    Encoded,
    Flush,
    Keep,
    Pass,
    Pull,
    Release,
    StreamAnswer,
    StreamEffect,
)
from beautyspot.core.streaming import Recording as Plan
from beautyspot.drivers.flights import Flight, read_here, reads
from beautyspot.drivers.hooks import Occasion
from beautyspot.drivers.passage import Passage
from beautyspot.drivers.patience import Patience, Pulse, pulse_of
from beautyspot.drivers.source import Source
from beautyspot.drivers.stream_store import StreamStore
from beautyspot.drivers.tee import Seat, Tee

__all__ = ["Recording", "StreamPassage"]


class Recording:
    """A run, and those who take part in it. How the generator is run is the drivers' business."""

    def __init__(self, results: StreamStore, cache_key: str | None, place: object) -> None:
        """Take what is needed to begin.

        Args:
            results: where they go.
            cache_key: of the call; None: it has none.
            place: where others have to be to take part: their event loop, or None for any thread.
        """
        self.results: Final = results
        self.place: Final = place
        self.tee: Final = Tee(
            results.flights, cache_key or "", results.framing, results.spool(), results.decoded
        )
        self._source: Source | None = None
        self._steps: Plan | None = None
        self._passage: Passage | None = None
        self._pulse: Pulse | None = None
        self._occasion: Occasion | None = None
        self._others: Final = read_here()  # that are read by who makes this one
        #: Streams that hold slots while this one waits to be asked for more; mostly just its own.
        self.within: tuple[Flight, ...] = ()

    def begin(
        self, passage: "StreamPassage[Any]", steps: Plan, occasion: Occasion | None
    ) -> Raised | None:
        """Get ready for the first chunk; answer what keeps the run from beginning.

        Args:
            passage: has what the run holds for the call; it is given back at the end.
            steps: the plan.
            occasion: whom to tell; None is nobody.
        """
        self._passage = passage
        try:
            while not isinstance(effect := steps.send(None), Pull):
                self.perform(effect)
        except StopIteration as end:
            refused: Raised = end.value
            return refused
        self._steps = steps
        self._occasion = occasion
        if occasion is not None:
            occasion.executes()
        self._source = self.results.source()
        self._pulse = passage.pulse()
        self.tee.prepared()
        return None

    @property
    def source(self) -> Source:
        """What measures and counts the run.

        Raises:
            RuntimeError: it has not begun.
        """
        if self._source is None:
            raise RuntimeError("a stream that has not begun has no source")
        return self._source

    @property
    def is_running(self) -> bool:
        """Whether it has begun, and not ended."""
        return self._steps is not None

    def is_gone(self) -> bool:
        """Whether nobody can bring it to its end any more."""
        return False

    def is_stalled(self) -> bool:
        """Whether nobody else can have it go on at this moment."""
        return False

    def pulls(self) -> None:
        """Take note that the generator is run to its next chunk."""
        if self._pulse is not None:
            self._pulse.pulls()

    def pulled(self) -> None:
        """Take note that the next chunk waits to be asked for."""
        if self._pulse is not None:
            self._pulse.pulled()

    def halts(self) -> None:
        """Take note that the generator has come to a chunk. To be called in its own context."""
        self.within = tuple(stream for stream in read_here() if stream not in self._others)

    def lend(self) -> None:
        """Let who has got a chunk call others with the slot that the generator holds meanwhile."""
        if self.within:
            reads(self.within)

    def advance(self, answer: StreamAnswer) -> StreamEffect | Returned | Raised:
        """Answer what the plan asks for next, or how the run has ended.

        Raises:
            RuntimeError: it has not begun, or has ended already.
        """
        if self._steps is None:
            raise RuntimeError("a stream that does not run was asked for its next chunk")
        try:
            return self._steps.send(answer)
        except StopIteration as end:
            outcome: Returned | Raised = end.value
            return outcome

    def perform(self, effect: StreamEffect) -> StreamAnswer:  # see below
        """Perform an effect other than ``Pull``, which belongs to the driver.

        No answer is kept in a variable here: the frame of an error must not hold the error.
        """
        spool = self.tee.spool
        match effect:
            case EncodeChunk(value):
                return self.results.encoded(value)
            case Flush(cache_key):
                return _attempt(lambda: spool.flush(cache_key))
            case Commit():
                return _attempt(spool.commit)
            case Collect():
                return spool.collected()
            case Keep() | Release() | Pass():
                self._share(effect)
                return None
            case Pull():
                raise TypeError(f"{effect!r} belongs to the driver itself")
            case _:
                perform = self.results.perform if self._passage is None else self._passage.perform
                return perform(effect)

    def save_now(self, effect: SaveLater) -> bool:
        """Perform the effect, unless that would block; answer whether it is done."""
        return self._passage is not None and self._passage.save_now(effect)

    def tell(self, returned: Returned) -> None:
        """Tell that the generator has come to its end."""
        if self._occasion is not None:
            self._occasion.missed(returned.value, returned.elapsed)

    def end(self, outcome: Returned | Raised) -> None:
        """Let all know how the run has ended, and give back what it held for the call."""
        self._steps = None
        self._let_go()
        self.tee.end(outcome)

    def break_off(self, error: BaseException) -> None:
        """Let all know that the run has not come to an end."""
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()
            self.source.interrupted()
        self._let_go()
        self.tee.break_off(error)

    def abandon(self) -> None:
        """Keep nothing of the run: nobody takes part any more. May block. Twice is quiet."""
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()
            self.source.left()
        self._let_go()
        self.tee.spool.close()

    def _let_go(self) -> None:
        pulse, self._pulse = self._pulse, None
        if pulse is not None:
            pulse.stop()
        passage, self._passage = self._passage, None
        if passage is not None:
            passage.__exit__(None, None, None)

    def _share(self, effect: Keep | Release | Pass) -> None:
        match effect:
            case Keep(parts):
                self.tee.spool.keep(parts)
            case Release():
                self.tee.release()
                self._let_go()
            case Pass(value):
                self.tee.lend(value, self._copy)

    def _copy(self, value: object) -> Parts | None:
        encoded = self.results.encoded(value)
        return encoded.parts if isinstance(encoded, Encoded) else None


R = TypeVar("R", bound=Recording)


class StreamPassage(Passage, Generic[R]):
    """The way of a call to its chunks: to a run of its own, or to a seat in that of another."""

    __slots__ = ("_patience", "recording", "seat")

    def __init__(
        self, results: StreamStore, cache_key: str | None, occasion: Occasion | None, mine: R
    ) -> None:
        """Take where results are, which call it is, whom to tell, and the run that may begin."""
        super().__init__(results, cache_key, occasion, mine.tee.flight)
        self.recording = mine
        self.seat: Seat | None = mine.tee.join()
        self._mine.stream = mine
        self._patience = Patience(results.clock.monotonic_ns)

    @property
    def flight(self) -> Flight:
        """The flight of the call; as a context, what is called in it is called from within."""
        return self._mine

    @property
    def leads(self) -> bool:
        """Whether the run is that of this call."""
        return self.recording.tee.flight is self._mine

    def pulse(self) -> Pulse | None:
        """Answer what shows other processes that the run moves; None: it is not claimed."""
        claims = self._results.claims
        if claims is None or self._claim is None:
            return None
        return Pulse(claims, self._mine.key)

    def give_up(self) -> None:
        """Take no part in what has not begun."""
        self.__exit__(None, None, None)
        if self.leads and not self.recording.is_running:
            self.recording.tee.break_off(GeneratorExit())

    def leave(self) -> bool:
        """Give up the seat; answer whether it was the last one: then the run has to be closed."""
        seat, self.seat = self.seat, None
        return seat is not None and self.recording.tee.leave(seat)

    def _claimed(self) -> Wait | None:
        """Claim the call; answer None, without a claim, when what has it may never go on.

        A stream may be held half read for ever: by this process itself, which it is not to wait
        for, or by one that shows no sign of going on.
        """
        wait, claims, key = super()._claimed(), self._results.claims, self._mine.key
        if wait is None or claims is None or claims.holds(key):
            return None
        return None if self._patience.is_over(pulse_of(claims, key)) else wait

    def _is_stalled(self, flight: Flight) -> bool:
        other: object = flight.stream
        if not isinstance(other, Recording):
            return False
        return other.is_stalled() or self._patience.is_over(other.tee.progress())

    def _joins(self, flight: Flight) -> bool:
        other: object = flight.stream
        if not isinstance(other, type(self.recording)):
            return False
        if other.is_gone():
            other.break_off(RuntimeError("the event loop of the stream was closed"))
            return False
        seat = other.tee.join() if other.place is self.recording.place else None
        if seat is None:
            return False
        self._mine.stream = None
        self.recording, self.seat = other, seat
        return True


def _attempt(step: Callable[[], str | None]) -> str | Failed | None:
    try:
        return step()
    except Exception as error:  # noqa: BLE001  # foreign code; the plan decides what becomes of it
        return Failed(error)
