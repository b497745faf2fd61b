"""The driver of generator functions. ``streaming_async`` is the same with ``await``.

What a call answers is itself a generator, with all manners of one: nothing runs before the first
``next``, and ``close``, ``throw`` and the garbage collector end it.
"""

from collections.abc import Callable, Generator, Mapping
from contextvars import copy_context
from typing import Any, Final

from beautyspot.core.effects import Raised, Returned, Wait
from beautyspot.core.engine import Policy
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.judge import BYPASSED, Miss
from beautyspot.core.keys import KeyMaker
from beautyspot.core.streaming import Boarding, Pull, StreamAnswer, StreamEffect, Yielded
from beautyspot.drivers.flights import Flight
from beautyspot.drivers.outcome import value_of
from beautyspot.drivers.recording import Recording, StreamPassage
from beautyspot.drivers.replay import Replay
from beautyspot.drivers.stream_calls import (
    AGAIN,
    ALONE,
    Anew,
    Begun,
    Step,
    StreamCall,
    refuse_sent,
)
from beautyspot.drivers.stream_store import StreamStore
from beautyspot.drivers.tee import Again, Pulls, Reads, Seat, Waits

__all__ = ["Streaming"]

_Made = Generator[object, Any, object]


class Streaming:
    """Answers the calls of one generator function."""

    def __init__(
        self,
        function: Callable[..., _Made],
        keys: KeyMaker,
        policy: Policy,
        results: StreamStore,
    ) -> None:
        """Take what to run, what names its calls, how it is remembered, and where."""
        self._function = function
        self._keys = keys
        self._policy = policy
        self._results = results
        self._refreshes = policy.mode == "refresh"

    def call(
        self, args: tuple[object, ...], kwargs: Mapping[str, object], *, refresh: bool = False
    ) -> _Made:
        """Answer the chunks of a call: from the store, or of a run, which is kept when complete.

        Args:
            args: by position.
            kwargs: by name.
            refresh: run the function even though the store may have an answer.

        Raises:
            TypeError: the arguments do not fit, as Python itself says.
        """
        self._function(*args, **kwargs)  # runs nothing; says whether the arguments fit
        bypass = refresh or self._refreshes
        return self._chunks(
            StreamCall(self._results, self._policy, args, kwargs, bypass, self._run)
        )

    def _run(self, call: "StreamCall[_Run]") -> "_Run":
        return _Run(call.results, call.cache_key, self._function(*call.args, **call.kwargs))

    def _chunks(self, call: "StreamCall[_Run]") -> _Made:
        hand: list[object] = []  # nothing else here holds a chunk while the caller has it
        chunks: Begun[_Run] | None = None
        left: Begun[_Run] | None = None
        step: Step | None = None
        try:
            call = self._named(call)
            chunks = self._looked_up(call)
            while True:
                step = _step(chunks)
                if isinstance(step, Yielded):
                    if isinstance(chunks, StreamPassage):
                        chunks.recording.lend()
                    hand.append(step.value)
                    step = None
                    refuse_sent((yield hand.pop()))
                elif isinstance(step, Anew):
                    left, chunks = chunks, None
                    _close(left)
                    chunks = self._boarded(call, None, alone=step.alone)
                else:
                    break
            if not isinstance(step, Raised):
                call.finished(chunks, step)
            return value_of(step)
        finally:
            # The traceback of an error holds this frame, which must not hold the error.
            left, chunks, step = chunks, None, None
            _close(left)

    def _named(self, call: "StreamCall[_Run]") -> "StreamCall[_Run]":
        try:
            return call.named(self._keys.key(call.args, call.kwargs))
        except UncacheableArgument as refusal:
            return call.named(None, refusal)

    def _looked_up(self, call: "StreamCall[_Run]") -> Begun["_Run"]:
        found: object = BYPASSED
        if call.cache_key is not None and not call.bypass:
            found = self._results.recall(call.cache_key, call.occasion)
        if isinstance(found, Replay):
            return found
        return self._boarded(call, found if isinstance(found, Miss) else None, alone=False)

    def _boarded(
        self, call: "StreamCall[_Run]", miss: Miss | None, *, alone: bool
    ) -> Begun["_Run"]:
        passage = call.passage()
        begun: Begun[_Run] | None = None
        try:
            with passage.flight:  # what hooks and the store call is called from within
                begun = self._followed(passage, call, call.boarding(miss, alone=alone))
            return begun
        finally:
            if begun is not passage:
                passage.give_up()
                _close(passage)

    def _followed(
        self, passage: "StreamPassage[_Run]", call: "StreamCall[_Run]", steps: Boarding
    ) -> Begun["_Run"]:
        answer: Any = None
        while True:
            try:
                effect = steps.send(answer)
            except StopIteration as end:
                return call.begun(passage, end.value)
            if isinstance(effect, Wait):
                effect.event.wait(effect.timeout_ns)
                answer = None
            else:
                answer = passage.perform(effect)


class _Run(Recording):
    """A run that any thread can pull, one at a time, always in the same context."""

    def __init__(self, results: StreamStore, cache_key: str | None, made: _Made) -> None:
        super().__init__(results, cache_key, None)
        self._made: Final = made
        self._context: Final = copy_context()

    def pull(self, pull: Flight) -> None:
        """Run the generator to its next chunk, and do with it what the plan says."""
        try:
            with pull:  # what hooks and the store call is called from within
                self.pulls()
                self._take(self._context.run(self._next, Flight(self.tee.key)))
        except BaseException as error:
            self.break_off(error)
            self._context.run(self._made.close)
            raise

    def close(self) -> None:
        """End the run, or what is left of it: nobody takes part any more."""
        self.abandon()
        self._context.run(self._made.close)

    def _take(self, answer: StreamAnswer) -> None:
        chunk = answer if isinstance(answer, Yielded) else None
        effect: StreamEffect | Returned | Raised | None = None
        if isinstance(answer, Returned):
            self.tell(answer)
        try:
            while not isinstance(effect := self.advance(answer), Pull):
                if isinstance(effect, Returned | Raised):
                    self._context.run(self._made.close)  # a strict run may end before its generator
                    self.end(effect)
                    return
                answer = self.perform(effect)
            self.pulled()
            if chunk is not None:
                self.tee.publish(chunk)
        finally:
            del answer, chunk, effect  # the frame of an error must not hold the error

    def _next(self, within: Flight) -> StreamAnswer:
        source = self.source
        try:
            with within, source.running():
                chunk = Yielded(next(self._made))
                self.halts()
                return chunk
        except StopIteration as end:
            return source.returned(end.value)
        except Exception as error:  # noqa: BLE001  # the user's own, raised where it belongs
            return source.raised(error)


def _step(chunks: Begun[_Run]) -> Step:
    if isinstance(chunks, Raised):
        return chunks
    if isinstance(chunks, Replay):
        return chunks.step()
    if chunks.seat is None:
        raise RuntimeError("a stream was asked for a chunk after it was left")
    return _seated(chunks.recording, chunks.seat)


def _seated(run: _Run, seat: Seat) -> Step:
    """Answer the next chunk of a run that others may take part in as well."""
    while True:
        turn = run.tee.turn(seat)
        match turn:
            case Pulls(pull):
                run.pull(pull)
            case Waits(pull):
                if not _waited(run, pull):
                    return (
                        Raised(ValueError("generator already executing")) if seat.count else ALONE
                    )
            case Reads():
                try:
                    return run.tee.read(seat)
                except Exception as error:  # noqa: BLE001  # foreign code, in stores and codecs
                    return Raised(error) if seat.count else ALONE
            case Again():
                return AGAIN
            case _:
                try:
                    return turn
                finally:
                    del turn  # the frame of an error must not hold the error


def _waited(run: _Run, pull: Flight) -> bool:
    """Wait for whoever is pulling; answer False when that would never end."""
    flights, mine = run.results.flights, Flight(run.tee.key)
    wait = flights.follow(pull, mine, run.within)
    if wait is None:
        return False
    try:
        wait.event.wait(wait.timeout_ns)
    finally:
        flights.take(pull, mine)
    return True


def _close(chunks: Begun[_Run] | None) -> None:
    if isinstance(chunks, Replay):
        chunks.close()
    elif isinstance(chunks, StreamPassage) and chunks.leave():
        chunks.recording.close()
