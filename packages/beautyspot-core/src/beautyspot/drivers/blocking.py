"""The driver of plain functions. ``awaiting`` is the same with ``await``."""

from collections.abc import Callable, Mapping

from beautyspot.core.effects import Answer, Effect, Execute, Outcome, Wait
from beautyspot.core.engine import Policy, plan, plan_uncached
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.judge import BYPASSED, Miss
from beautyspot.core.keys import KeyMaker
from beautyspot.drivers.outcome import value_of
from beautyspot.drivers.passage import Passage
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
        self._has_hooks = bool(results.hooks)
        self._refreshes = policy.mode == "refresh"

    def call(  # noqa: C901, PLR0912  # see below
        self, args: tuple[object, ...], kwargs: Mapping[str, object], *, refresh: bool = False
    ) -> object:
        """Answer a call from the store, or run the function and keep what it returns.

        One frame on purpose: a function that calls itself comes by here at every level.

        Args:
            args: by position.
            kwargs: by name.
            refresh: run the function even though the store may have an answer.
        """
        found: object = None
        occasion = None
        try:
            keyed = self._keys.key(args, kwargs)
        except UncacheableArgument as refusal:
            occasion = self._results.occasion(self._policy, None, args, kwargs)
            passage = Passage(self._results, None, occasion)
            steps = plan_uncached(self._policy, refusal)
        except TypeError:  # the arguments do not fit, which Python itself says best
            return self._function(*args, **kwargs)
        else:
            if self._has_hooks:
                occasion = self._results.occasion(self._policy, keyed.cache_key, args, kwargs)
            if refresh or self._refreshes:
                found = BYPASSED
            else:
                found = self._results.recall(keyed.cache_key, occasion)
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
                            run.value = self._function(*args, **kwargs)
                        answer = passage.outcome()
                    elif isinstance(effect, Wait):
                        effect.event.wait(effect.timeout_ns)
                        answer = None
                    else:
                        answer = passage.perform(effect)
            return value_of(outcome)
        finally:
            # The traceback of an error holds this frame, which must not hold the error.
            del answer, effect, found, occasion, outcome, passage, steps
