"""The driver of plain functions. ``awaiting`` is the same with ``await``."""

from collections.abc import Callable, Mapping
from typing import cast

from beautyspot.core.effects import Answer, Execute, Outcome, Raised
from beautyspot.core.engine import Plan, Policy, plan, plan_uncached
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.judge import Miss
from beautyspot.core.keys import Keyed
from beautyspot.drivers.outcome import value_of
from beautyspot.drivers.results import ResultStore

__all__ = ["Blocking"]


class Blocking:
    """Answers the calls of one plain function."""

    def __init__(
        self, function: Callable[..., object], policy: Policy, results: ResultStore
    ) -> None:
        """Take what to run, how it is remembered, and where."""
        self._function = function
        self._policy = policy
        self._results = results

    def call(self, keyed: Keyed, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Answer a call from the store, or run the function and keep what it returns."""
        found = self._results.recall(keyed.cache_key)
        if not isinstance(found, Miss):
            return found
        steps = plan(self._policy, keyed, found)
        return value_of(self._drive(steps, args, kwargs))

    def call_uncached(
        self, refusal: UncacheableArgument, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> object:
        """Run the function for a call that has no key, and say so once."""
        steps = plan_uncached(self._policy, refusal)
        return value_of(self._drive(steps, args, kwargs))

    def _drive(
        self, steps: Plan, args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> Outcome:
        answer: Answer = None
        try:
            while True:
                effect = steps.send(answer)
                if isinstance(effect, Execute):
                    answer = self._execute(args, kwargs)
                else:
                    answer = self._results.perform(effect)
        except StopIteration as end:
            return cast("Outcome", end.value)
        finally:
            del answer  # the traceback of an error holds this frame, which must not hold the error

    def _execute(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Outcome:
        run = self._results.run()
        try:
            with run:
                value = self._function(*args, **kwargs)
        except Exception as error:  # noqa: BLE001  # the user's own, on its way to the user
            return Raised(error)
        return run.returned(value)
