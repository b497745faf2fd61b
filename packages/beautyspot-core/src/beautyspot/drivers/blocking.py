"""The driver of plain functions. ``awaiting`` is the same with ``await``."""

from collections.abc import Callable, Mapping

from beautyspot.core.effects import Answer, Effect, Execute, Outcome
from beautyspot.core.engine import Policy, plan, plan_uncached
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.judge import Miss
from beautyspot.core.keys import KeyMaker
from beautyspot.drivers.outcome import value_of
from beautyspot.drivers.results import ResultStore

__all__ = ["Blocking"]


class Blocking:
    """Answers the calls of one plain function."""

    def __init__(
        self,
        function: Callable[..., object],
        keys: KeyMaker,
        policy: Policy,
        results: ResultStore,
    ) -> None:
        """Take what to run, what names its calls, how it is remembered, and where."""
        self._function = function
        self._keys = keys
        self._policy = policy
        self._results = results

    def call(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> object:
        """Answer a call from the store, or run the function and keep what it returns.

        One frame on purpose: a function that calls itself comes by here at every level.
        """
        found: object = None
        try:
            keyed = self._keys.key(args, kwargs)
        except UncacheableArgument as refusal:
            steps = plan_uncached(self._policy, refusal)
        except TypeError:  # the arguments do not fit, which Python itself says best
            return self._function(*args, **kwargs)
        else:
            found = self._results.recall(keyed.cache_key)
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
                        run.value = self._function(*args, **kwargs)
                    answer = run.outcome()
                else:
                    answer = self._results.perform(effect)
            return value_of(outcome)
        finally:
            # The traceback of an error holds this frame, which must not hold the error.
            del answer, effect, found, outcome, steps
