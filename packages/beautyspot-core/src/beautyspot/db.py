"""Databases as version 1 of beautyspot had them: a class to inherit from, and the one of SQLite.

``Spot(db=...)`` takes an instance of a subclass. A new adapter rather implements the port, which
has nothing to inherit and gives the database whole records: ``beautyspot.core.ports.TaskDB``.
"""

from abc import ABC, abstractmethod
from typing import Any

from beautyspot.embedded.sqlite import SQLiteTaskDB

__all__ = ["SQLiteTaskDB", "TaskDB"]


class TaskDB(ABC):
    """Keeps one row of texts per cache key, wherever a subclass likes.

    Every method may be called from several threads at once. ``result_value`` is JSON text of any
    length that holds the result and all that is known about it; it has to come back unchanged, or
    as an equal JSON value. A method ``delete(cache_key) -> bool`` is used when there is one.
    """

    @abstractmethod
    def init_schema(self) -> None:
        """Make the database ready to be used, if it is not; called again and again."""

    @abstractmethod
    def get(self, cache_key: str) -> dict[str, Any] | None:
        """Answer the row that was saved last under a key, by column, or None when there is none."""

    @abstractmethod
    def save(  # noqa: PLR0913, PLR0917  # the columns, as version 1 named them
        self,
        cache_key: str,
        func_name: str,
        input_id: str,
        version: str | None,
        result_type: str,
        content_type: str | None,
        result_value: str,
    ) -> None:
        """Keep a row, in place of the one with the same key if there is one.

        A subclass whose ``save`` has a parameter ``result_data`` as well is given the bytes of a
        small result there (None for a large one), and ``result_value`` without them.

        Args:
            cache_key: identifies the call.
            func_name: dotted name of the function.
            input_id: digest of the arguments.
            version: what ``mark(version=...)`` said.
            result_type: ``"DIRECT_BLOB"``, or ``"FILE"`` when the result is in the blob store.
            content_type: what ``mark(content_type=...)`` said.
            result_value: JSON text.
        """

    @abstractmethod
    def get_history(self, limit: int = 1000) -> Any:  # noqa: ANN401  # a frame, a list: for people
        """Answer the newest rows, for people to look at; beautyspot never asks."""
