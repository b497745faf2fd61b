"""Telling the user, once, that something around a call went wrong."""

import logging
import warnings
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from beautyspot.core.errors import BlobUnavailable
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
    """Warns once per kind of trouble and function, and knows whether anything was not saved.

    A blob store that could be asked neither for a result nor to keep one is one trouble.

    Without a lock, which a fork could leave locked for ever in the child: every step that two
    threads must not share is one operation of a dict or a counter.
    """

    def __init__(self) -> None:
        """Begin with nothing reported."""
        self._reported: dict[tuple[str, str], Trouble] = {}
        #: Functions of which a result could not be loaded from the blob store a moment ago.
        self._unloaded: dict[str, bool] = {}
        self._numbers = count(1)
        self._unsaved = 0  #: number of the latest failure to save
        self._told = 0  #: the number that ``all_saved`` has told of

    def report(self, trouble: Trouble, origin: Origin) -> None:
        """Warn, unless the same kind was reported for the same function before."""
        if trouble.kind in _UNSAVED:
            self._unsaved = next(self._numbers)
        if self._is_the_same_outage(trouble):
            return
        occasion = (trouble.kind.name, trouble.func_name)
        if self._reported.setdefault(occasion, trouble) is not trouble:
            return
        self._reported[occasion] = _FORGOTTEN  # what the error holds is not ours to keep
        try:
            warnings.warn_explicit(
                trouble.message, BeautySpotWarning, origin.filename, origin.lineno, origin.module
            )
        except Exception:  # noqa: BLE001  # see below
            # Warnings are made errors, or stderr is closed, or a foreign error cannot be shown.
            # Nothing of that may cost the caller the value; who wants errors says strict=True.
            with suppress(Exception):
                logging.getLogger("beautyspot").warning(trouble.message)

    def _is_the_same_outage(self, trouble: Trouble) -> bool:
        """Tell whether this has come of what the same call was in trouble with before.

        A call that cannot load its result runs, and then cannot save it: one cause, one warning.
        A save that fails by itself is told of, whatever was in trouble earlier.
        """
        if not isinstance(trouble.error, BlobUnavailable):
            return False
        if trouble.kind is TroubleKind.LOOKUP:
            self._unloaded[trouble.func_name] = True
            return False
        return trouble.kind is TroubleKind.SAVE and self._unloaded.pop(trouble.func_name, False)

    def forget(self, kind: TroubleKind, func_name: str) -> None:
        """Warn of this again when it comes up again."""
        self._reported.pop((kind.name, func_name), None)

    def all_saved(self) -> bool:
        """Answer whether every result could be saved since this was asked last."""
        unsaved, told = self._unsaved, self._told
        self._told = unsaved
        return unsaved == told


_FORGOTTEN = Trouble(TroubleKind.SAVE, "", Exception())
