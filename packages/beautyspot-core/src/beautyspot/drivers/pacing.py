"""Running functions under limits, and again: what a paced function is called instead of it.

It stands right around the user's function, inside of all that remembers. So what is answered from
the store, or by an equal call that is running, waits for nothing and costs nothing.
"""

import functools
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, cast

from beautyspot.core.attempts import (
    Acquire,
    Attempt,
    Came,
    Opened,
    Pause,
    Step,
    StepAnswer,
    TakeSlot,
)
from beautyspot.core.effects import Raised
from beautyspot.drivers.flights import reads
from beautyspot.drivers.outcome import value_of
from beautyspot.drivers.turns import Pace, Turn

__all__ = ["Kind", "paced"]

#: What a call answers: a value, something to await, a generator, or an async generator.
Kind = Literal["value", "awaitable", "stream", "async stream"]

_Made: TypeAlias = Generator[object, Any, object]
_AsyncMade: TypeAlias = AsyncGenerator[object, Any]


def paced(
    function: Callable[..., Any],
    kind: Kind,
    pace: Pace,
    fits: Callable[..., object] | None = None,
    *,
    is_alike: bool = False,
) -> Callable[..., Any]:
    """Answer what runs a function under limits.

    Args:
        function: of the user.
        kind: what its calls answer.
        pace: the limits.
        fits: raises a TypeError for arguments that the function cannot take; None: it is not known.
        is_alike: whether it is to be seen by others that it is of that kind. Arguments that do not
            fit are refused at once otherwise, and with the first step then.
    """
    if is_alike and kind != "value":
        return functools.wraps(function)(_KINDS[kind](function, pace, fits))
    make = _KINDS[kind](function, pace, None)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  # whatever the function takes
        if fits is not None:
            try:
                fits(args, kwargs)
            except TypeError:  # which Python itself says best, and nothing is charged
                return function(*args, **kwargs)
        return make(*args, **kwargs)

    return call


#: What raises a TypeError for arguments that do not fit; None: nothing does.
_Fits: TypeAlias = Callable[..., object] | None


def _refuse_unfit(
    function: Callable[..., object],
    fits: _Fits,
    args: tuple[object, ...],
    kwargs: Mapping[str, object],
) -> None:
    if fits is not None:
        try:
            fits(args, kwargs)
        except TypeError:
            function(*args, **kwargs)  # Python itself says it best
            raise


def _plain(function: Callable[..., object], pace: Pace, _: _Fits) -> Callable[..., object]:
    def call(*args: object, **kwargs: object) -> object:
        with Turn(pace, args, kwargs) as turn:
            return value_of(_came(turn, lambda: Came(function(*args, **kwargs))))

    return call


def _awaitable(
    function: Callable[..., Awaitable[object]], pace: Pace, fits: _Fits
) -> Callable[..., Awaitable[object]]:
    async def call(*args: object, **kwargs: object) -> object:
        _refuse_unfit(function, fits, args, kwargs)

        async def attempt() -> Came:
            return Came(await function(*args, **kwargs))

        with Turn(pace, args, kwargs) as turn:
            return value_of(await _came_async(turn, attempt))

    return call


def _stream(function: Callable[..., _Made], pace: Pace, fits: _Fits) -> Callable[..., _Made]:
    def call(*args: object, **kwargs: object) -> _Made:
        _refuse_unfit(function, fits, args, kwargs)

        def opening() -> Came | Opened:
            made = function(*args, **kwargs)
            try:
                chunk = next(made)
            except StopIteration as end:
                return Came(end.value)
            return Opened((made, chunk))

        with Turn(pace, args, kwargs) as turn:
            opened = _came(turn, opening)
            if not isinstance(opened, Opened):
                return value_of(opened)
            made, *hand = cast("tuple[_Made, object]", opened.value)
            del opened
            return (yield from _chunks(turn, made, hand))

    return call


def _chunks(turn: Turn, made: _Made, hand: list[object]) -> _Made:
    """Hand out chunks of a generator that has begun; ``hand`` holds the first one.

    It is ``yield from`` (PEP 380), with each step inside of the turn.
    """
    last = _Last(turn)
    while True:
        try:
            sent = yield last.seen(hand.pop())
        except GeneratorExit:
            made.close()
            raise
        except BaseException as error:  # noqa: BLE001  # is thrown into the generator
            step = partial(made.throw, error)
        else:
            step = partial(made.send, sent)
        try:
            with turn.flight:
                hand.append(step())
        except StopIteration as end:
            last.came(end.value)
            return end.value
        except Exception as error:
            turn.finish(Raised(error))
            raise


def _async_stream(
    function: Callable[..., _AsyncMade], pace: Pace, fits: _Fits
) -> Callable[..., _AsyncMade]:
    async def call(*args: object, **kwargs: object) -> _AsyncMade:
        _refuse_unfit(function, fits, args, kwargs)

        async def opening() -> Came | Opened:
            made = function(*args, **kwargs)
            try:
                chunk = await anext(made)
            except StopAsyncIteration:
                return Came(None)
            return Opened((made, chunk))

        with Turn(pace, args, kwargs) as turn:
            opened = await _came_async(turn, opening)
            if not isinstance(opened, Opened):
                value_of(opened)
                return
            made, *hand = cast("tuple[_AsyncMade, object]", opened.value)
            del opened
            last = _Last(turn)
            while not last.is_past:
                step: Awaitable[object]
                try:
                    sent = yield last.seen(hand.pop())
                except GeneratorExit:
                    await made.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001  # is thrown into the generator
                    step = made.athrow(error)
                else:
                    step = made.asend(sent)
                await last.step(step, hand)

    return call


class _Last:
    """The last chunk of a stream, for those who settle by it; nobody else may hold chunks."""

    __slots__ = ("_chunk", "_is_wanted", "_turn", "is_past")

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._is_wanted = turn.pace.settle is not None
        self._chunk: object = None
        self.is_past = False  #: whether no other chunk comes

    def seen(self, chunk: object) -> object:
        """Answer the chunk, which may be the last one, to who reads the stream."""
        if self._turn.flight.slot is not None:
            reads((self._turn.flight,))
        if self._is_wanted:
            self._chunk = chunk
        return chunk

    def came(self, returned: object) -> None:
        """Take note of the end: the stream came to what was returned, else to its last chunk."""
        self.is_past = True
        self._turn.finish(Came(self._chunk if returned is None else returned))

    async def step(self, step: Awaitable[object], hand: list[object]) -> None:
        """Run an async generator to its next chunk, which is put into the hand, or to its end."""
        try:
            with self._turn.flight:
                hand.append(await step)
        except StopAsyncIteration:
            self.came(None)
        except Exception as error:
            self._turn.finish(Raised(error))
            raise


def _came(turn: Turn, attempt: Callable[[], Came | Opened]) -> Came | Opened | Raised:
    """Perform the plan of a turn; answer what came of it."""
    steps = turn.steps()
    answer: StepAnswer = None
    effect: Step | None = None
    try:
        while True:
            try:
                effect = steps.send(answer)
            except StopIteration as end:
                return _outcome(end)
            answer = None
            match effect:
                case TakeSlot(within):
                    answer = turn.take_slot(within)
                case Acquire(within):
                    answer = turn.acquire(within)
                case Attempt(number):
                    turn.sends(number)
                    try:
                        with turn.flight:
                            answer = attempt()
                    except Exception as error:  # noqa: BLE001  # raised where it belongs
                        answer = Raised(error)
                    turn.ends()
                case Pause(ns):
                    turn.pace.clock.sleep_ns(ns)
                case _:
                    answer = turn.perform(effect)
    finally:
        # The traceback of an error holds this frame, which must not hold the error.
        del answer, effect, steps


async def _came_async(
    turn: Turn, attempt: Callable[[], Awaitable[Came | Opened]]
) -> Came | Opened | Raised:
    """Do as ``_came`` does, with ``await``."""
    steps = turn.steps()
    answer: StepAnswer = None
    effect: Step | None = None
    try:
        while True:
            try:
                effect = steps.send(answer)
            except StopIteration as end:
                return _outcome(end)
            answer = None
            match effect:
                case TakeSlot(within):
                    answer = await turn.take_slot_async(within)
                case Acquire(within):
                    answer = await turn.acquire_async(within)
                case Attempt(number):
                    turn.sends(number)
                    try:
                        with turn.flight:
                            answer = await attempt()
                    except Exception as error:  # noqa: BLE001  # raised where it belongs
                        answer = Raised(error)
                    turn.ends()
                case Pause(ns):
                    await turn.pace.clock.sleep_ns_async(ns)
                case _:
                    answer = turn.perform(effect)
    finally:
        # The traceback of an error holds this frame, which must not hold the error.
        del answer, effect, steps


def _outcome(end: StopIteration) -> Came | Opened | Raised:
    """Answer what a plan has ended with; no frame that lives on may hold an error."""
    return cast("Came | Opened | Raised", end.value)


_KINDS: Final[Mapping[Kind, Callable[[Any, Pace, _Fits], Callable[..., Any]]]] = MappingProxyType(
    {
        "value": _plain,
        "awaitable": _awaitable,
        "stream": _stream,
        "async stream": _async_stream,
    }
)
