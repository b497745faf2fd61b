"""Telling the user, once, that something around a call went wrong."""

import logging
import warnings
from dataclasses import dataclass
from threading import Lock

from beautyspot.core.trouble import Trouble, TroubleKind

__all__ = ["BeautySpotWarning", "Origin", "Reporter"]

_UNSAVED = frozenset({TroubleKind.ENCODE, TroubleKind.SAVE})


class BeautySpotWarning(UserWarning):
    """Something around a call went wrong; the call itself was answered."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the user's function stands, so that a warning points there and not into the library."""

    filename: str
    lineno: int
    module: str


class Reporter:
    """Warns once per kind of trouble and function, and knows whether anything was not saved."""

    def __init__(self) -> None:
        """Begin with nothing reported."""
        self._lock = Lock()
        self._reported: set[tuple[TroubleKind, str]] = set()
        self._unsaved = False

    def report(self, trouble: Trouble, origin: Origin) -> None:
        """Warn, unless the same kind was reported for the same function before."""
        occasion = (trouble.kind, trouble.func_name)
        with self._lock:
            self._unsaved = self._unsaved or trouble.kind in _UNSAVED
            if occasion in self._reported:
                return
            self._reported.add(occasion)
        try:
            warnings.warn_explicit(
                trouble.message, BeautySpotWarning, origin.filename, origin.lineno, origin.module
            )
        except BeautySpotWarning:
            # The program turns warnings into errors. This one must not cost the caller the value
            # of a call that worked; who wants errors says strict=True.
            logging.getLogger("beautyspot").warning(trouble.message)

    def all_saved(self) -> bool:
        """Answer whether every result could be saved since this was asked last."""
        with self._lock:
            unsaved, self._unsaved = self._unsaved, False
        return not unsaved
