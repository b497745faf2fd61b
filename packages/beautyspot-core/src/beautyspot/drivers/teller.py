"""Telling of what goes wrong around the runs of one function."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from beautyspot.core.attempts import Announce
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.hooks import AttemptContext
from beautyspot.core.keys import KeyMaker
from beautyspot.core.trouble import Trouble, TroubleKind
from beautyspot.drivers.hooks import Hooks

__all__ = ["Teller"]

_SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Who hears of what goes wrong around the runs of one function."""

    func_name: str  #: dotted
    version: str | None
    hooks: Hooks
    tell: Callable[[Trouble], None]  #: the user, and the hooks
    keys: KeyMaker | None  #: None: it is not marked

    def trouble(self, error: Exception) -> None:
        """Tell that a limiter, or what settles with it, has failed."""
        self.tell(Trouble(TroubleKind.LIMIT, self.func_name, error))

    def attempted(
        self,
        attempt: Announce,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
        *,
        elapsed_ns: int,
        waited_ns: int,
    ) -> None:
        """Tell hooks that an attempt is over."""
        if not self.hooks:
            return
        context = AttemptContext(
            func_name=self.func_name,
            version=self.version,
            cache_key=self._cache_key(args, kwargs),
            args=args,
            kwargs=kwargs,
            attempt=attempt.number,
            error=attempt.error,
            elapsed=elapsed_ns / _SECOND,
            waited=waited_ns / _SECOND,
            delay=None if attempt.delay_ns is None else attempt.delay_ns / _SECOND,
        )
        raised = self.hooks.tell("on_attempt", context)
        if raised is not None:
            self.tell(Trouble(TroubleKind.HOOK, self.func_name, raised))

    def _cache_key(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> str | None:
        with suppress(UncacheableArgument, TypeError):
            return None if self.keys is None else self.keys.key(args, kwargs).cache_key
        return None
