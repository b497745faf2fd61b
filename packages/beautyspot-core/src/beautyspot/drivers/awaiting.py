"""The driver of coroutine functions: ``blocking`` with ``await``.

What may block runs in a thread. Two things do not: an inline hit of a database that answers in
microseconds, because the hop would cost several times the look-up; and the encoding of the value,
because whoever else holds it could change it meanwhile.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from beautyspot.core.effects import (
    Answer,
    Effect,
    Execute,
    LookAgain,
    Outcome,
    SaveBlob,
    SaveLater,
    SaveRecord,
    Wait,
)
from beautyspot.core.engine import Policy, plan, plan_uncached
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.judge import BYPASSED, Miss
from beautyspot.core.keys import Keyed, KeyMaker
from beautyspot.drivers.hooks import Occasion
from beautyspot.drivers.offload import off_loop
from beautyspot.drivers.outcome import value_of
from beautyspot.drivers.passage import Passage
from beautyspot.drivers.results import ResultStore, WouldBlock

__all__ = ["Awaiting"]


class Awaiting:
    """Answers the calls of one coroutine function."""

    def __init__(
        self,
        function: Callable[..., Awaitable[object]],
        keys: KeyMaker,
        policy: Policy,
        results: ResultStore,
    ) -> None:
        """Take what to run, what names its calls, how it is remembered, and where."""
        self._function = function
        self._keys = keys
        self._policy = policy
        self._results = results
        self._has_hooks = bool(results.hooks)
        self._refreshes = policy.mode == "refresh"

    async def call(
        self, args: tuple[object, ...], kwargs: Mapping[str, object], *, refresh: bool = False
    ) -> object:
        """Answer a call from the store, or run the function and keep what it returns.

        Args:
            args: by position.
            kwargs: by name.
            refresh: run the function even though the store may have an answer.
        """
        found: object = None
        occasion: Occasion | None = None
        try:
            keyed, found, occasion = await self._recall(args, kwargs, refresh or self._refreshes)
        except UncacheableArgument as refusal:
            occasion = self._results.occasion(self._policy, None, args, kwargs)
            passage = Passage(self._results, None, occasion)
            steps = plan_uncached(self._policy, refusal)
        except TypeError:  # the arguments do not fit, which Python itself says best
            return await self._function(*args, **kwargs)
        else:
            if not isinstance(found, Miss):
                return found
            passage = Passage(self._results, keyed.cache_key, occasion)
            steps = plan(self._policy, keyed, found)
        answer: Answer = None
        effect: Effect | None = None
        outcome: Outcome | None = None
        try:
            with passage:
                while outcome is None:
                    try:
                        effect = steps.send(answer)
                    except StopIteration as end:
                        outcome = end.value
                        continue
                    if isinstance(effect, Execute):
                        with passage.run() as run:
                            run.value = await self._function(*args, **kwargs)
                        answer = passage.outcome()
                    elif isinstance(effect, Wait):
                        await effect.event.wait_async(effect.timeout_ns)
                        answer = None
                    else:
                        answer = await self._perform(passage, effect)
            return value_of(outcome)
        finally:
            # The traceback of an error holds this frame, which must not hold the error.
            del answer, effect, found, occasion, outcome, passage, steps

    async def _perform(self, passage: Passage, effect: Effect) -> Answer:
        if isinstance(effect, LookAgain):
            found = passage.look_now()
            if not isinstance(found, WouldBlock):
                return found
        if isinstance(effect, SaveLater) and passage.save_now(effect):
            return None
        if isinstance(effect, LookAgain | SaveBlob | SaveRecord | SaveLater):
            return await off_loop(passage.perform, effect)
        return passage.perform(effect)

    async def _recall(
        self, args: tuple[object, ...], kwargs: Mapping[str, object], bypass: bool
    ) -> tuple[Keyed, object | Miss, Occasion | None]:
        """Answer the key of the call as the function will see it, and what the store has."""
        at_once = not self._keys.may_block
        occasion: Occasion | None = None
        while True:
            keyed = self._keys.key(args, kwargs) if at_once else await self._key(args, kwargs)
            if self._has_hooks:
                occasion = self._results.occasion(self._policy, keyed.cache_key, args, kwargs)
            if bypass:
                return keyed, BYPASSED, occasion
            found = self._results.recall_now(keyed.cache_key, occasion)
            if not isinstance(found, WouldBlock):
                return keyed, found, occasion
            recalled = partial(self._results.recall, occasion=occasion)
            found = await off_loop(recalled, keyed.cache_key)
            # While this waited, somebody may have changed an argument: then it is another call.
            if not isinstance(found, Miss) or await self._key(args, kwargs) == keyed:
                return keyed, found, occasion

    async def _key(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Keyed:
        if self._keys.may_block:
            return await off_loop(lambda call: self._keys.key(*call), (args, kwargs))
        return self._keys.key(args, kwargs)
