"""The driver of coroutine functions: ``blocking`` with ``await``.

What may block runs in a thread. Two things do not: an inline hit of a database that answers in
microseconds, because the hop would cost several times the look-up; and the encoding of the value,
because whoever else holds it could change it meanwhile.
"""

from collections.abc import Awaitable, Callable, Mapping

from beautyspot.core.effects import Answer, Effect, Execute, Outcome, SaveBlob, SaveRecord
from beautyspot.core.engine import Policy, plan, plan_uncached
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.judge import Miss
from beautyspot.core.keys import Keyed, KeyMaker
from beautyspot.drivers.offload import off_loop
from beautyspot.drivers.outcome import value_of
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

    async def call(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Answer a call from the store, or run the function and keep what it returns."""
        found: object = None
        try:
            keyed, found = await self._recall(args, kwargs)
        except UncacheableArgument as refusal:
            steps = plan_uncached(self._policy, refusal)
        except TypeError:  # the arguments do not fit, which Python itself says best
            return await self._function(*args, **kwargs)
        else:
            if not isinstance(found, Miss):
                return found
            steps = plan(self._policy, keyed, found)
        answer: Answer = None
        effect: Effect | None = None
        outcome: Outcome | None = None
        try:
            while outcome is None:
                try:
                    effect = steps.send(answer)
                except StopIteration as end:
                    outcome = end.value
                    continue
                if isinstance(effect, Execute):
                    with self._results.run() as run:
                        run.value = await self._function(*args, **kwargs)
                    answer = run.outcome()
                else:
                    answer = await self._perform(effect)
            return value_of(outcome)
        finally:
            # The traceback of an error holds this frame, which must not hold the error.
            del answer, effect, found, outcome, steps

    async def _perform(self, effect: Effect) -> Answer:
        if isinstance(effect, SaveBlob | SaveRecord):
            return await off_loop(self._results.perform, effect)
        return self._results.perform(effect)

    async def _recall(
        self, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> tuple[Keyed, object | Miss]:
        """Answer the key of the call as the function will see it, and what the store has."""
        at_once = not self._keys.may_block
        while True:
            keyed = self._keys.key(args, kwargs) if at_once else await self._key(args, kwargs)
            found = self._results.recall_now(keyed.cache_key)
            if not isinstance(found, WouldBlock):
                return keyed, found
            found = await off_loop(self._results.recall, keyed.cache_key)
            # While this waited, somebody may have changed an argument: then it is another call.
            if not isinstance(found, Miss) or await self._key(args, kwargs) == keyed:
                return keyed, found

    async def _key(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Keyed:
        if self._keys.may_block:
            return await off_loop(lambda call: self._keys.key(*call), (args, kwargs))
        return self._keys.key(args, kwargs)
