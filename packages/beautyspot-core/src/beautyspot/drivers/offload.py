"""Running a step that may block in a thread, off the event loop."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import local
from typing import Final, TypeVar

__all__ = ["off_loop"]

A = TypeVar("A")
R = TypeVar("R")

#: The store is one file and one disk: more threads would only wait for each other.
_THREADS: Final = 4


_here = local()


@cache
def _pool() -> ThreadPoolExecutor:
    """Answer threads of our own: those of the loop may all be busy with functions that wait."""
    return ThreadPoolExecutor(
        _THREADS,
        thread_name_prefix="beautyspot",
        initializer=setattr,
        initargs=(_here, "is_pool", True),
    )


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # a child has none of the threads


async def off_loop(step: Callable[[A], R], argument: A) -> R:
    """Answer ``step(argument)``, run in a thread; here, when the interpreter is ending.

    A loop that itself runs in one of the threads (a store that calls a marked function) does not
    wait for the others, which may all be waiting for such loops.
    """
    if getattr(_here, "is_pool", False):
        return step(argument)
    try:
        future = asyncio.get_running_loop().run_in_executor(_pool(), step, argument)
    except RuntimeError:  # no thread can be started any more
        return step(argument)
    return await future
