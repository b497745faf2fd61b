"""What can go wrong around a call without being the function's fault, and what to say about it.

The cache is a helper, never a gate: a trouble is reported, and the call goes on without the cache.
"""

from dataclasses import dataclass
from enum import Enum

__all__ = ["Trouble", "TroubleKind"]


class TroubleKind(Enum):
    """The step that went wrong; the value says what came of it and what to do."""

    ARGUMENT = (
        "the call cannot be remembered and ran uncached",
        "As long as it is given that, the function runs at every call",
    )
    LOOKUP = (
        "the store could not be asked, so the function ran",
        "Results are found again as soon as the store can be reached",
    )
    DAMAGED = (
        "the stored result could not be read back, so the function ran again",
        "The new result replaces it; nothing need be done unless this comes back",
    )
    ENCODE = (
        "the result was returned but not stored",
        "As long as it returns that, the function runs at every call",
    )
    SCHEMA = (
        "the stored result is of a class that has changed since, so the function ran again",
        "The new result replaces it; on_schema_change='raw' answers the stored fields as a dict",
    )
    CODE = (
        "the stored result is that of other code, and was returned",
        "Say spot.accept(function) if it still counts, version='...' or "
        "on_code_change='recompute' if it does not, on_code_change='ignore' if code never matters",
    )
    SOURCE = (
        "changes of its code cannot be noticed",
        "Say version='...' and change it with the code, or on_code_change='ignore'",
    )
    SAVE = (
        "the result was returned but not stored",
        "It runs again at the next call; results are stored again as soon as the store works",
    )
    HOOK = (
        "a hook raised, and the call went on without it",
        "Mend the hook; it is called again at the next occasion",
    )
    LIMIT = (
        "what the call cost could not be settled with its limits, and the call went on",
        "Its estimate stands. Mend what settle= answers, or see why the limiter cannot be asked",
    )
    OVERSIZED = (
        "the result was stored inside the database, where large results are slow",
        "Leave save_blob=None, which puts results from 64 KiB on into files",
    )

    def __init__(self, consequence: str, advice: str) -> None:
        """Keep both halves of the message by name."""
        self.consequence = consequence
        self.advice = advice


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that went wrong around one call."""

    kind: TroubleKind
    func_name: str
    error: Exception

    @property
    def message(self) -> str:
        """What happened, what came of it, and what to do."""
        kind, error = self.kind, self.error
        return (
            f"{self.func_name}: {kind.consequence} ({type(error).__name__}: {error}). "
            f"{kind.advice}."
        )
