"""Finding out why a call would be answered from the store, or would not."""

from collections.abc import Mapping, Sequence
from itertools import islice

from beautyspot.core.engine import Policy
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.explaining import CANDIDATES, Wanted, explain, refused
from beautyspot.core.explanation import Explanation, Verdict
from beautyspot.core.judge import Unreachable
from beautyspot.core.keys import KeyMaker
from beautyspot.core.model import TaskRecord
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
        now, changes = self._results.now(), self._results.guard.changes
        try:
            return explain(wanted, found, now, self._candidates, changes)
        except _NoCatalogError:
            return Explanation(
                func_name=func_name, verdict=Verdict.NOT_COMPARABLE, key=keyed.cache_key
            )
        except _UnreadError as unread:
            return explain(wanted, Unreachable(unread.error), now, tuple, changes)

    def _candidates(self) -> Sequence[TaskRecord]:
        try:
            records = self._results.newest(self._policy.func_name, CANDIDATES)
            read = None if records is None else list(islice(records, CANDIDATES))
        except Exception as error:
            # The database may be foreign code, which can raise anything.
            raise _UnreadError(error) from error
        if read is None:
            raise _NoCatalogError
        return read


class _NoCatalogError(Exception):
    """The database cannot be asked for the records of a function."""


class _UnreadError(Exception):
    """The database was asked for the records of a function, and failed."""

    def __init__(self, error: Exception) -> None:
        """Take what it raised."""
        self.error = error
