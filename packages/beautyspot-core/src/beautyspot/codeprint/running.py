"""The code of one function as it runs now; made anew when a name leads to other code."""

from operator import itemgetter
from types import FunctionType
from typing import Any, Final

from beautyspot.codeprint.helpers import Use, parts_of
from beautyspot.codeprint.sources import NoSource
from beautyspot.core.codeprint import CodeFingerprint, changes, fingerprint, root

__all__ = ["RunningCode"]

_C: Final = "it is not written in Python, so no source is at hand"


class RunningCode:
    """Knows the fingerprint of a function's code; it is made when it is first asked for."""

    __slots__ = ("_code", "_fingerprint", "_function", "_reason", "_text", "_watched")

    def __init__(self, function: object) -> None:
        """Take the function; anything that is not written in Python has no source."""
        self._function = function if isinstance(function, FunctionType) else None
        self._fingerprint: CodeFingerprint | None = None
        self._text: str | None = None
        self._reason = _C
        self._code: object = None
        #: For each module that is used: its variables, what reads the names, what they led to.
        self._watched: tuple[tuple[dict[str, Any], Any, object], ...] = ()

    def text(self) -> str | None:
        """Answer the fingerprint as it is stored; None: there is no source."""
        function = self._function
        if function is None:
            return None
        if function.__code__ is not self._code:
            self._read(function)
        for variables, read, expected in self._watched:
            try:
                if read(variables) != expected:
                    break
            except Exception:  # noqa: BLE001  # a name is gone; or a class compares in its own way
                break
        else:
            return self._text
        self._read(function)
        return self._text

    def root(self) -> str | None:
        """Answer what stands for the whole in a key; None: there is no source."""
        text = self.text()
        return None if text is None else root(text)

    def reason(self) -> str:
        """Answer why there is no source."""
        return self._reason

    def changes(self, stored: str) -> tuple[str, ...]:
        """Answer the names of what is other code than when a fingerprint was stored."""
        self.text()
        return () if self._fingerprint is None else changes(stored, self._fingerprint)

    def _read(self, function: FunctionType) -> None:
        self._watched = ()
        try:
            seen = parts_of(function)
        except NoSource as none:
            self._fingerprint, self._text, self._reason = None, None, none.reason
        except Exception as error:  # noqa: BLE001  # objects of the user were looked at
            reason = f"its source could not be read ({type(error).__name__}: {error})"
            self._fingerprint, self._text, self._reason = None, None, reason
        else:
            self._fingerprint = fingerprint(seen.parts)
            self._text = self._fingerprint.text
            self._watched = _watched(seen.uses)
        self._code = function.__code__


def _watched(uses: tuple[Use, ...]) -> tuple[tuple[dict[str, Any], Any, object], ...]:
    by_space: dict[int, list[Use]] = {}
    for use in uses:
        by_space.setdefault(id(use.space), []).append(use)
    watched: list[tuple[dict[str, Any], Any, object]] = []
    for group in by_space.values():
        values = {use.name: use.value for use in group}
        expected: object = (
            tuple(values.values()) if len(values) > 1 else next(iter(values.values()))
        )
        watched.append((group[0].space, itemgetter(*values), expected))
    return tuple(watched)
