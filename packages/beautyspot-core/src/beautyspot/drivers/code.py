"""Whether the code that runs is the code whose result is stored."""

from typing import Protocol

from beautyspot.core.choices import CodeChange
from beautyspot.core.errors import CodeChanged, ConfigurationError, SourceNotFound
from beautyspot.core.trouble import Trouble, TroubleKind

__all__ = ["Code", "CodeGuard"]


class Code(Protocol):
    """The code of one function, as it runs now."""

    def text(self) -> str | None:
        """Answer its fingerprint (see ``core.codeprint``); None: it has no source."""
        ...

    def is_unchanged(self, stored: str) -> bool:
        """Tell whether a stored fingerprint is that of the code as it runs now."""
        ...

    def reason(self) -> str:
        """Answer why there is no source."""
        ...

    def changes(self, stored: str) -> tuple[str, ...]:
        """Answer the names of what is other code than when a fingerprint was stored."""
        ...


class CodeGuard:
    """Compares the code of one function with that of its stored results."""

    def __init__(self, func_name: str, on_change: CodeChange, code: Code) -> None:
        """Take the function's name for messages, the policy, and what knows its code."""
        self.warns = on_change == "warn"
        self._func_name = func_name
        self._ignores = on_change == "ignore"
        self._recomputes = on_change == "recompute"
        self._code = code
        #: Asked at every hit, so it is no method around a method.
        self.is_unchanged = code.is_unchanged
        self._told = False

    def fingerprint(self) -> str | None:
        """Answer the fingerprint of the code as it runs now; None is unknown."""
        return self._code.text()

    def changes(self, stored: str) -> tuple[str, ...]:
        """Answer the names of what is other code than when a fingerprint was stored."""
        return () if self._code.text() is None else self._code.changes(stored)

    def change(self, stored: str) -> Trouble | None:
        """Answer what to say about a result of other code; None when there is nothing to say."""
        if self._code.text() is None:
            return self.no_source()
        names = self._code.changes(stored)
        if not names:
            return None
        return Trouble(TroubleKind.CODE, self._func_name, CodeChanged(", ".join(names)))

    def accepted(self) -> tuple[str, str]:
        """Answer the function's name and the fingerprint that its stored results are to have.

        Raises:
            ConfigurationError: the code is part of the key, or has no source.
        """
        if self._recomputes:
            msg = (
                f"{self._func_name} cannot be accepted: with on_code_change='recompute' results of "
                "other code have other keys; mark it with on_code_change='warn' to use them"
            )
            raise ConfigurationError(msg)
        current = self._code.text()
        if current is None:
            msg = f"{self._func_name} cannot be accepted: {self._code.reason()}"
            raise ConfigurationError(msg)
        return self._func_name, current

    def no_source(self) -> Trouble | None:
        """Answer what to say about code without source, the first time."""
        if self._ignores or self._told:
            return None
        self._told = True
        return Trouble(TroubleKind.SOURCE, self._func_name, SourceNotFound(self._code.reason()))
