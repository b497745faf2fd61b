"""Running a step that may block in a thread, off the event loop."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

__all__ = ["off_loop"]

A = TypeVar("A")
R = TypeVar("R")

#: The store is one file and one disk: more threads would only wait for each other.
_THREADS: Final = 4


_here = local()

#: The threads of each event loop end with it: a program that has left ``asyncio.run`` has none of
#: them, and may fork.
_POOLS: Final[WeakKeyDictionary[object, ThreadPoolExecutor]] = WeakKeyDictionary()


def _pool(loop: object) -> ThreadPoolExecutor | None:
    """Answer threads of our own: those of the loop may all be busy with functions that wait.

    None, which means those of the loop, where nobody can tell when the loop is gone.
    """
    try:
        pool = _POOLS.get(loop)
    except TypeError:  # no weak reference can be made to it
        return None
    if pool is None:
        pool = _POOLS[loop] = ThreadPoolExecutor(
            _THREADS,
            thread_name_prefix="beautyspot",
            initializer=setattr,
            initargs=(_here, "is_pool", True),
        )
    return pool


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_POOLS.clear)  # a child has none of the threads


async def off_loop(step: Callable[[A], R], argument: A) -> R:
    """Answer ``step(argument)``, run in a thread; here, when the interpreter is ending.

    A loop that itself runs in one of the threads (a store that calls a marked function) does not
    wait for the others, which may all be waiting for such loops.
    """
    if getattr(_here, "is_pool", False):
        return step(argument)
    loop = asyncio.get_running_loop()
    try:
        future = loop.run_in_executor(_pool(loop), step, argument)
    except RuntimeError:  # no thread can be started any more
        return step(argument)
    return await future
