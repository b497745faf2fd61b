"""The code of one function as it runs now; looked at anew when a name leads to other code."""

from types import FunctionType
from typing import Final

from beautyspot.codeprint.matching import code_digest
from beautyspot.codeprint.reaching import Reached, reach
from beautyspot.codeprint.sources import NoSource
from beautyspot.codeprint.watching import Watch
from beautyspot.core.codeprint import CodeFingerprint, changes

__all__ = ["RunningCode", "fingerprint_of"]

_NOT_IN_PYTHON: Final = "it is not written in Python"


def fingerprint_of(function: object) -> CodeFingerprint | NoSource:
    """Answer the fingerprint of a function's code as it is now."""
    if not isinstance(function, FunctionType):
        return NoSource(_NOT_IN_PYTHON)
    return _reached(function).found


class RunningCode:
    """Knows the fingerprint of a function's code; it is made when it is first asked for."""

    __slots__ = ("_found", "_function", "_text", "_watch")

    def __init__(self, function: object) -> None:
        """Take the function. What is not written in Python has no source."""
        self._function = function if isinstance(function, FunctionType) else None
        self._found: CodeFingerprint | NoSource = NoSource(_NOT_IN_PYTHON)
        self._text: str | None = None
        self._watch: Watch | None = None

    def text(self) -> str | None:
        """Answer the fingerprint as it is kept with results; None: there is no source."""
        watch = self._watch
        if watch is None or watch.changed():
            self._look()
        return self._text

    def is_unchanged(self, stored: str) -> bool:
        """Tell whether a stored fingerprint is that of the code as it runs now."""
        watch = self._watch
        if watch is None or watch.changed():
            self._look()
        return self._text == stored

    def root(self) -> str | None:
        """Answer what stands for the code in a key; None: it is not written in Python.

        Without source it is a digest of the compiled code, of this version of Python.
        """
        self.text()
        found, function = self._found, self._function
        if isinstance(found, CodeFingerprint):
            return found.root
        return None if function is None else f"compiled:{code_digest(function.__code__)}"

    def reason(self) -> str:
        """Answer why there is no source; "" when there is."""
        return self._found.reason if isinstance(self._found, NoSource) else ""

    def changes(self, stored: str) -> tuple[str, ...]:
        """Answer the names of what is other code than when a fingerprint was kept."""
        self.text()
        found = self._found
        return () if isinstance(found, NoSource) else changes(stored, found)

    def _look(self) -> None:
        if self._function is None:
            return
        reached = _reached(self._function)
        self._found = reached.found
        self._text = None if isinstance(reached.found, NoSource) else reached.found.text
        self._watch = reached.watch


def _reached(function: FunctionType) -> Reached:
    try:
        return reach(function)
    except Exception as error:  # noqa: BLE001  # it looks at foreign objects, which can raise anything
        return Reached(NoSource(f"it could not be read ({error!r})"), Watch(function))
