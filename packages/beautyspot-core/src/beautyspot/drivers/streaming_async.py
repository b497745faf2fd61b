"""The driver of async generator functions: ``streaming`` with ``await``.

The user's generator runs in a task of its own from its first chunk to its last, whoever asks for
them: so the cancellation of one who waits ends the wait of nobody else, and time-outs, task groups
and context variables inside of it work as in any coroutine.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from functools import partial
from typing import Any, Final

from beautyspot.core.effects import (
    LookAgain,
    Raised,
    Returned,
    SaveBlob,
    SaveLater,
    SaveRecord,
    Wait,
)
from beautyspot.core.engine import Policy
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.judge import BYPASSED, Miss
from beautyspot.core.keys import Keyed, KeyMaker
from beautyspot.core.streaming import (
    Boarding,
    Commit,
    Flush,
    Pull,
    Release,
    StreamAnswer,
    StreamEffect,
    Yielded,
)
from beautyspot.drivers.flights import Flight
from beautyspot.drivers.offload import off_loop
from beautyspot.drivers.outcome import value_of
from beautyspot.drivers.recording import Recording, StreamPassage
from beautyspot.drivers.replay import Replay
from beautyspot.drivers.results import WouldBlock
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

__all__ = ["StreamingAsync"]

_Made = AsyncGenerator[object, Any]

_EXECUTING: Final = "async generator already executing"


class StreamingAsync:
    """Answers the calls of one async generator function."""

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

    async def _chunks(self, call: "StreamCall[_Run]") -> _Made:
        hand: list[object] = []  # nothing else here holds a chunk while the caller has it
        chunks: Begun[_Run] | None = None
        left: Begun[_Run] | None = None
        step: Step | None = None
        try:
            call, found = await self._looked_up(call)
            chunks = found if isinstance(found, Replay) else await self._boarded(call, found)
            while True:
                step = await _step(chunks)
                if isinstance(step, Yielded):
                    if isinstance(chunks, StreamPassage):
                        chunks.recording.lend()
                    hand.append(step.value)
                    step = None
                    refuse_sent((yield hand.pop()))
                elif isinstance(step, Anew):
                    left, chunks = chunks, None
                    await _close(left)
                    chunks = await self._boarded(call, None, alone=step.alone)
                else:
                    break
            if not isinstance(step, Raised):
                call.finished(chunks, step)
            value_of(step)
        finally:
            # The traceback of an error holds this frame, which must not hold the error.
            left, chunks, step = chunks, None, None
            await _close(left)

    async def _looked_up(
        self, call: "StreamCall[_Run]"
    ) -> "tuple[StreamCall[_Run], Replay | Miss | None]":
        """Answer the call with its key, and what the store has; None: it was not asked."""
        while True:
            try:
                named = call.named(await self._key(call))
            except UncacheableArgument as refusal:
                return call.named(None, refusal), None
            if call.bypass or named.keyed is None:
                return named, BYPASSED
            found = self._results.recall_now(named.keyed.cache_key, named.occasion)
            if isinstance(found, WouldBlock):
                recall = partial(self._results.recall, occasion=named.occasion)
                found = await off_loop(recall, named.keyed.cache_key)
            if isinstance(found, Replay):
                return named, found
            # While this waited, somebody may have changed an argument: then it is another call.
            if isinstance(found, Miss) and await self._key(call) == named.keyed:
                return named, found

    async def _key(self, call: "StreamCall[_Run]") -> Keyed:
        if self._keys.may_block:
            return await off_loop(lambda given: self._keys.key(*given), (call.args, call.kwargs))
        return self._keys.key(call.args, call.kwargs)

    async def _boarded(
        self, call: "StreamCall[_Run]", miss: Miss | None, *, alone: bool = False
    ) -> Begun["_Run"]:
        passage = call.passage()
        begun: Begun[_Run] | None = None
        try:
            with passage.flight:  # what hooks and the store call is called from within
                begun = await self._followed(passage, call, call.boarding(miss, alone=alone))
            return begun
        finally:
            if begun is not passage:
                passage.give_up()
                await _close(passage)

    async def _followed(
        self, passage: "StreamPassage[_Run]", call: "StreamCall[_Run]", steps: Boarding
    ) -> Begun["_Run"]:
        answer: Any = None
        while True:
            try:
                effect = steps.send(answer)
            except StopIteration as end:
                return call.begun(passage, end.value)
            if isinstance(effect, Wait):
                await effect.event.wait_async(effect.timeout_ns)
                answer = None
            elif isinstance(effect, LookAgain):
                answer = await _looked_again(passage, effect)
            else:
                answer = passage.perform(effect)


class _Run(Recording):
    """A run in a task of its own, which pulls when it is asked to."""

    def __init__(self, results: StreamStore, cache_key: str | None, made: _Made) -> None:
        self._loop: Final = asyncio.get_running_loop()
        super().__init__(results, cache_key, self._loop)
        self._made: Final = made
        self._awake: Final = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._asked: Flight | None = None
        self._asker: Seat | None = None
        self._is_inside = False  # in the user's generator
        self._is_left = False  # nobody takes part any more
        self.error: BaseException | None = None  #: what has broken it off

    def is_gone(self) -> bool:
        """Whether its loop has ended without it."""
        return self._loop.is_closed()

    def is_stalled(self) -> bool:
        """Whether its loop stands still, and may never go on."""
        return not self._loop.is_running()

    def ask(self, pull: Flight, seat: Seat) -> None:
        """Have the generator run to its next chunk."""
        self._asked, self._asker = pull, seat
        self._awake.set()
        if self._task is None:
            self._task = self._loop.create_task(self._work())

    async def wait(self, pull: Flight) -> None:
        """Return when a pull has ended."""
        waiting = self._loop.create_future()

        def ended() -> None:
            if not waiting.done():
                waiting.set_result(None)

        if self.tee.listen(pull, ended):
            await waiting

    def complain(self, seat: Seat) -> None:
        """Raise to the one in a seat what has broken off the run, when that is his to hear."""
        cancelled = isinstance(self.error, asyncio.CancelledError)
        if self.error is not None and (seat is self._asker or (cancelled and seat.count)):
            raise self.error

    async def close(self) -> None:
        """End the run, or what is left of it: nobody takes part any more."""
        task, self._is_left = self._task, True
        if task is not None and not self.is_gone():
            if self._is_inside:
                task.cancel()
            self._awake.set()
            while not task.done():
                await asyncio.wait((task,))
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error
        if self.tee.spool.may_block and not self.is_gone():
            await off_loop(lambda _: self.abandon(), None)
        else:
            self.abandon()

    async def _work(self) -> None:
        failure: BaseException | None = None
        try:
            await self._serve()
        except GeneratorExit as gone:  # the loop is gone as well: nothing can be awaited
            self.break_off(gone)
            self.abandon()
            raise
        except BaseException as error:  # noqa: BLE001  # raised to whoever asked, or below
            self.error = failure = error
            if not self._is_left:
                self.break_off(error)
        try:
            await self._made.aclose()
            if failure is not None and (self._is_left or not self._is_told(failure)):
                raise failure
        finally:
            del failure

    def _is_told(self, failure: BaseException) -> bool:
        """Answer whether those who take part are told of it, so that the task need not fail."""
        task = asyncio.current_task()
        if isinstance(failure, asyncio.CancelledError):  # the generator's own, or everything ends
            return task is None or not task.cancelling()
        return isinstance(failure, Exception)

    async def _serve(self) -> None:
        """Pull whenever that is asked for, until the run has ended or is left."""
        while self.is_running:
            await self._awake.wait()
            self._awake.clear()
            if self._is_left:
                return
            pull, self._asked = self._asked, None
            if pull is not None:
                with pull:  # what hooks and the store call is called from within
                    self.pulls()
                    await self._take(await self._next())

    async def _take(self, answer: StreamAnswer) -> None:
        chunk = answer if isinstance(answer, Yielded) else None
        effect: StreamEffect | Returned | Raised | None = None
        if isinstance(answer, Returned):
            self.tell(answer)
        try:
            while not isinstance(effect := self.advance(answer), Pull):
                if isinstance(effect, Returned | Raised):
                    await self._made.aclose()  # a strict run may end before its generator
                    self.end(effect)
                    return
                answer = await self._perform(effect)
            self.pulled()
            if chunk is not None:
                self.tee.publish(chunk)
        finally:
            del answer, chunk, effect  # the frame of an error must not hold the error

    async def _perform(self, effect: StreamEffect) -> StreamAnswer:
        if isinstance(effect, SaveLater) and self.save_now(effect):
            return None
        in_blob = isinstance(effect, Release) and self.tee.spool.may_block
        if in_blob or isinstance(effect, Flush | Commit | SaveBlob | SaveRecord | SaveLater):
            return await off_loop(self.perform, effect)
        return self.perform(effect)

    async def _next(self) -> StreamAnswer:
        source = self.source
        self._is_inside = True
        try:
            with source.running():
                chunk = Yielded(await anext(self._made))
                self.halts()
                return chunk
        except StopAsyncIteration:
            return source.returned(None)
        except Exception as error:
            if self._is_left:
                raise
            return source.raised(error)
        finally:
            self._is_inside = False


async def _looked_again(passage: StreamPassage[_Run], effect: LookAgain) -> StreamAnswer:
    found = passage.look_now()
    return await off_loop(passage.perform, effect) if isinstance(found, WouldBlock) else found


async def _step(chunks: Begun[_Run]) -> Step:
    if isinstance(chunks, Raised):
        return chunks
    if isinstance(chunks, Replay):
        if not chunks.is_ready:
            await off_loop(Replay.fill, chunks)
        return chunks.step()
    if chunks.seat is None:
        raise RuntimeError("a stream was asked for a chunk after it was left")
    return await _seated(chunks.recording, chunks.seat)


async def _seated(run: _Run, seat: Seat) -> Step:
    """Answer the next chunk of a run that others may take part in as well."""
    while True:
        turn = run.tee.turn(seat)
        match turn:
            case Pulls(pull):
                run.ask(pull, seat)
                await run.wait(pull)
            case Waits(pull):
                if not await _waited(run, pull):
                    return Raised(ValueError(_EXECUTING)) if seat.count else ALONE
            case Reads():
                try:
                    return await _read(run, seat)
                except Exception as error:  # noqa: BLE001  # foreign code, in stores and codecs
                    return Raised(error) if seat.count else ALONE
            case _:
                try:
                    if isinstance(turn, Again | Raised):
                        run.complain(seat)
                    return AGAIN if isinstance(turn, Again) else turn
                finally:
                    del turn  # the frame of an error must not hold the error


async def _read(run: _Run, seat: Seat) -> Yielded:
    return await off_loop(run.tee.read, seat) if run.tee.spool.may_block else run.tee.read(seat)


async def _waited(run: _Run, pull: Flight) -> bool:
    """Wait for whoever is pulling; answer False when that would never end."""
    flights, mine = run.results.flights, Flight(run.tee.key)
    if flights.follow(pull, mine, run.within) is None:
        return False
    try:
        await run.wait(pull)
    finally:
        flights.take(pull, mine)
    return True


async def _close(chunks: Begun[_Run] | None) -> None:
    if isinstance(chunks, Replay):
        chunks.close()
    elif isinstance(chunks, StreamPassage) and chunks.leave():
        await chunks.recording.close()
