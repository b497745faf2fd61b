"""What hooks are told, and the class that users derive theirs from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from beautyspot.core.trouble import TroubleKind

__all__ = [
    "EVENTS",
    "AttemptContext",
    "CacheHitContext",
    "CacheMissContext",
    "HookBase",
    "HookContext",
    "PreExecuteContext",
    "SaveContext",
    "TroubleContext",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class HookContext:
    """Which call it is about. The arguments are the caller's own objects."""

    func_name: str  #: dotted name, "package.module.function"
    cache_key: str | None  #: 32 hexadecimal digits; None: an argument has no stable content
    version: str | None  #: what ``mark(version=...)`` said
    args: tuple[object, ...] = field(repr=False)
    kwargs: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreExecuteContext(HookContext):
    """The function is about to run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptContext(HookContext):
    """One attempt of a function that has a ``Retry`` is over."""

    attempt: int  #: its number, from 1
    error: Exception | None  #: what it raised; None: it returned
    elapsed: float  #: seconds that it ran
    waited: float  #: seconds that the call has waited so far, for limits and between attempts
    delay: float | None  #: seconds until the next attempt; None: there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheHitContext(HookContext):
    """The call is answered without a run: from the store, or by an equal call that just ran."""

    result: object = field(repr=False)  #: what the caller will be given
    elapsed: float  #: seconds from the call to its answer
    seconds_saved: float | None  #: what the run took; None is unknown
    size: int  #: bytes of the stored result


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheMissContext(HookContext):
    """The function has run and returned."""

    result: object = field(repr=False)  #: what the caller will be given
    elapsed: float  #: seconds that the function ran


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveContext(HookContext):
    """The result is stored."""

    elapsed: float  #: seconds that the function ran
    size: int  #: bytes of the stored result
    location: str | None  #: in the blob store; None: inside the record


@dataclass(frozen=True, slots=True, kw_only=True)
class TroubleContext:
    """Something went wrong around a call. Unlike the warning, hooks are told every time."""

    kind: TroubleKind
    func_name: str  #: dotted name, "package.module.function"
    error: Exception
    message: str  #: what happened, what came of it, and what to do


#: The methods of a hook, in the order in which a call can come by them.
EVENTS: Final = (
    "pre_execute",
    "on_attempt",
    "on_cache_hit",
    "on_cache_miss",
    "on_save",
    "on_trouble",
)


class HookBase:
    """Derive from it and write the methods that you want; the others do nothing.

    Hooks are called in the order in which they are given, in the caller's thread or where the store
    is written; those of coroutine functions on the event loop too, so they should be quick. What a
    hook raises stays inside: it is warned about once per function. Several threads can be in one
    hook at the same time; see
    ``ThreadSafeHookBase``.
    """

    def pre_execute(self, context: PreExecuteContext) -> None:
        """Be told that the function is about to run; not called for hits."""

    def on_attempt(self, context: AttemptContext) -> None:
        """Be told that an attempt is over, before the wait for the next one."""

    def on_cache_hit(self, context: CacheHitContext) -> None:
        """Be told that a call is answered without a run."""

    def on_cache_miss(self, context: CacheMissContext) -> None:
        """Be told that the function has run and returned."""

    def on_save(self, context: SaveContext) -> None:
        """Be told that a result is stored."""

    def on_trouble(self, context: TroubleContext) -> None:
        """Be told that something went wrong around a call."""
