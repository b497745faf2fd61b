"""The driver of coroutine functions: ``blocking`` with ``await``.

What may block runs in a thread of the event loop's own pool. An inline hit of a database that
answers in microseconds does not: the hop would cost several times the look-up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from beautyspot.core.effects import Answer, Execute, Outcome, Raised
from beautyspot.core.engine import Plan, Policy, plan, plan_uncached
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.judge import Miss
from beautyspot.core.keys import Keyed
from beautyspot.drivers.outcome import value_of
from beautyspot.drivers.results import ResultStore, WouldBlock

__all__ = ["Awaiting"]


class Awaiting:
    """Answers the calls of one coroutine function."""

    def __init__(
        self, function: Callable[..., Awaitable[object]], policy: Policy, results: ResultStore
    ) -> None:
        """Take what to run, how it is remembered, and where."""
        self._function = function
        self._policy = policy
        self._results = results

    async def call(
        self, keyed: Keyed, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> object:
        """Answer a call from the store, or run the function and keep what it returns."""
        found = self._results.recall_now(keyed.cache_key)
        if isinstance(found, WouldBlock):
            found = await asyncio.to_thread(self._results.recall, keyed.cache_key)
        if not isinstance(found, Miss):
            return found
        steps = plan(self._policy, keyed, found)
        return value_of(await self._drive(steps, args, kwargs))

    async def call_uncached(
        self, refusal: UncacheableArgument, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> object:
        """Run the function for a call that has no key, and say so once."""
        steps = plan_uncached(self._policy, refusal)
        return value_of(await self._drive(steps, args, kwargs))

    async def _drive(
        self, steps: Plan, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> Outcome:
        answer: Answer = None
        try:
            while True:
                effect = steps.send(answer)
                if isinstance(effect, Execute):
                    answer = await self._execute(args, kwargs)
                else:
                    answer = await asyncio.to_thread(self._results.perform, effect)
        except StopIteration as end:
            return cast("Outcome", end.value)
        finally:
            del answer  # the traceback of an error holds this frame, which must not hold the error

    async def _execute(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Outcome:
        run = self._results.run()
        try:
            with run:
                value = await self._function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  # the user's own, on its way to the user
            return Raised(error)
        return run.returned(value)
