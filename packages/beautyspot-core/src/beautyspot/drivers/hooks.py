"""Calling the user's hooks: whatever they do, the call goes on."""

import os
from collections.abc import Callable, Mapping, Sequence
from threading import RLock
from typing import Any, Final, Self
from weakref import WeakSet

from beautyspot.core.hooks import (
    CacheHitContext,
    CacheMissContext,
    HookBase,
    PreExecuteContext,
    SaveContext,
    TroubleContext,
)
from beautyspot.core.trouble import Trouble

__all__ = ["Hooks", "Occasion", "ThreadSafeHookBase"]

_SECOND: Final = 1_000_000_000


class ThreadSafeHookBase(HookBase):
    """A hook into which only one thread comes at a time, so that it may keep counts and sums.

    Derive from it as from ``HookBase``; ``super().__init__()`` need not be called.
    """

    lock: RLock

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self:
        """Make the lock here: subclasses forget to call ``__init__``, or take arguments in it."""
        hook = super().__new__(cls)
        hook.lock = RLock()
        _ALL.add(hook)
        return hook


class Hooks:
    """The hooks of one marked function, in their order."""

    def __init__(self, hooks: Sequence[HookBase]) -> None:
        """Take what is to be called."""
        self._hooks = tuple(hooks)

    def __bool__(self) -> bool:
        return bool(self._hooks)

    def tell(self, event: str, context: object) -> Exception | None:
        """Call a method of every hook; answer the first error that one raised."""
        failure: Exception | None = None
        for hook in self._hooks:
            try:
                method: Callable[[object], object] | None = getattr(hook, event, None)
                if method is None:
                    continue
                if isinstance(hook, ThreadSafeHookBase):
                    with hook.lock:
                        method(context)
                else:
                    method(context)
            except Exception as error:  # noqa: BLE001  # the user's code must not cost the value
                failure = failure or error
        return failure

    def trouble(self, trouble: Trouble) -> None:
        """Tell of trouble. What a hook raises here is dropped: it would be told of without end."""
        self.tell(
            "on_trouble",
            TroubleContext(
                kind=trouble.kind,
                func_name=trouble.func_name,
                error=trouble.error,
                message=trouble.message,
            ),
        )


class Occasion:
    """One call, and whom to tell what comes of it."""

    def __init__(  # noqa: PLR0913  # what a hook is told about every call
        self,
        hooks: Hooks,
        failed: Callable[[Exception], None],
        monotonic_ns: Callable[[], int],
        *,
        func_name: str,
        version: str | None,
        cache_key: str | None,
        args: tuple[object, ...],
        kwargs: Mapping[str, object],
    ) -> None:
        """Take whom to tell, who hears of hooks that fail, what measures, and which call it is."""
        self._hooks = hooks
        self._failed = failed
        self._monotonic_ns = monotonic_ns
        self._began = monotonic_ns()
        self._call: dict[str, Any] = {
            "func_name": func_name,
            "version": version,
            "cache_key": cache_key,
            "args": args,
            "kwargs": kwargs,
        }

    def executes(self) -> None:
        """Tell that the function is about to run."""
        self._tell("pre_execute", PreExecuteContext(**self._call))

    def hit(self, result: object, seconds_saved: float | None, size: int) -> None:
        """Tell that the call is answered without a run."""
        elapsed = max(0, self._monotonic_ns() - self._began) / _SECOND
        context = CacheHitContext(
            **self._call, result=result, elapsed=elapsed, seconds_saved=seconds_saved, size=size
        )
        self._tell("on_cache_hit", context)

    def missed(self, result: object, elapsed: float) -> None:
        """Tell that the function has returned after so many seconds."""
        self._tell("on_cache_miss", CacheMissContext(**self._call, result=result, elapsed=elapsed))

    def saved(self, elapsed: float, size: int, location: str | None) -> None:
        """Tell that the result is stored."""
        context = SaveContext(**self._call, elapsed=elapsed, size=size, location=location)
        self._tell("on_save", context)

    def _tell(self, event: str, context: object) -> None:
        failure = self._hooks.tell(event, context)
        if failure is not None:
            self._failed(failure)


_ALL: Final[WeakSet[ThreadSafeHookBase]] = WeakSet()


def _renew_locks() -> None:
    for hook in list(_ALL):
        hook.lock = RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)  # a thread of the parent may hold one
