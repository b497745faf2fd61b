"""Finding out why a call would be answered from the store, or would not."""

from collections.abc import Callable, Iterable, Mapping

from beautyspot.core.engine import Policy
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.explaining import CANDIDATES, Wanted, explain, refused
from beautyspot.core.explanation import Explanation, Verdict
from beautyspot.core.judge import Miss, Unreachable
from beautyspot.core.keys import KeyMaker
from beautyspot.core.model import Entry, TaskRecord
from beautyspot.drivers.results import ResultStore

__all__ = ["Explainer"]


class Explainer:
    """Explains the calls of one marked function; fetches what the decision needs."""

    def __init__(self, keys: KeyMaker, policy: Policy, results: ResultStore) -> None:
        """Take what names the calls, how they are remembered, and where."""
        self._keys = keys
        self._policy = policy
        self._results = results

    def explain(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Explanation:
        """Say why the store would answer a call, or why it would not.

        Raises:
            TypeError: the arguments do not fit the function.
        """
        func_name = self._policy.func_name
        try:
            keyed = self._keys.key(args, kwargs)
        except UncacheableArgument as refusal:
            return refused(func_name, refusal)
        wanted = Wanted(
            key=keyed.cache_key,
            func_name=func_name,
            arguments=keyed.arguments,
            version=self._policy.version,
            code_counts=self._keys.code_counts,
        )
        found = self._results.look(keyed.cache_key)
        try:
            return self._explained(wanted, found, self._candidates)
        except _NoCatalogError:
            return Explanation(
                func_name=func_name, verdict=Verdict.NOT_COMPARABLE, key=keyed.cache_key
            )
        except Exception as error:  # noqa: BLE001  # the database may be foreign code
            return self._explained(wanted, Unreachable(error), tuple)

    def _explained(
        self, wanted: Wanted, found: Entry | Miss, candidates: Callable[[], Iterable[TaskRecord]]
    ) -> Explanation:
        now, guard = self._results.now(), self._results.guard
        return explain(wanted, found, now, candidates, guard.changes)

    def _candidates(self) -> Iterable[TaskRecord]:
        records = self._results.newest(self._policy.func_name, CANDIDATES)
        if records is None:
            raise _NoCatalogError
        return records


class _NoCatalogError(Exception):
    """The database cannot be asked for the records of a function."""
