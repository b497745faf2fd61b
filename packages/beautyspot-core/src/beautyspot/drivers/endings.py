"""Tells those who hold unsaved results that the program ends, or that it has forked.

A program ends in several ways. ``atexit`` knows of a normal end, ``sys.exit`` and an exception that
nobody caught. Children of ``multiprocessing`` leave through ``os._exit``, which ``atexit`` does not
see; they run the finalizers of ``multiprocessing`` before. Nothing is told of ``os._exit`` by
itself and of signals without a handler.
"""

import atexit
import os
import sys
import threading
from typing import Final, Protocol
from weakref import WeakSet

__all__ = ["Ending", "is_told_of_the_end", "tell_of_endings"]


class Ending(Protocol):
    """Something that has to be finished before the process ends."""

    def leave(self) -> None:
        """Finish, in this thread: no other can be started any more."""
        ...

    def start_over_in_child(self) -> None:
        """Forget what is the parent's business. There are no other threads."""
        ...


_ALL: Final[WeakSet[Ending]] = WeakSet()


class _Process:
    """What is known of the process that this is."""

    forks_are_told = False  #: a hook of ``os.register_at_fork`` cannot be taken back: one for all
    end_is_told = False  #: the hooks are in place
    is_over = False  #: they have run


def tell_of_endings(somebody: Ending) -> None:
    """Call its methods from now on, as long as it lives."""
    _ALL.add(somebody)
    if not _Process.forks_are_told and hasattr(os, "register_at_fork"):
        # Not when this is imported: adapters have to start over first, and hooks run in order.
        _Process.forks_are_told = True
        os.register_at_fork(after_in_child=_in_child)


def is_told_of_the_end() -> bool:
    """Answer whether ``leave`` will be called; False: results must not wait to be saved.

    False while the interpreter ends, and in daemonic processes of ``multiprocessing``: the workers
    of a ``Pool`` are killed when their parent does not need them any more.
    """
    if not _Process.end_is_told and not _Process.is_over:
        _Process.is_over = not threading.main_thread().is_alive() or _is_daemonic()
        if not _Process.is_over:
            _watch()
    return not _Process.is_over


def _watch() -> None:
    _Process.end_is_told = True
    # Last registered is first called: before adapters close what is to be used.
    atexit.unregister(_leave)
    atexit.register(_leave)
    multiprocessing = sys.modules.get("multiprocessing.util")
    if multiprocessing is not None:  # a process that it has started has loaded it
        multiprocessing.Finalize(None, _leave, exitpriority=0)


def _is_daemonic() -> bool:
    multiprocessing = sys.modules.get("multiprocessing.process")
    return multiprocessing is not None and bool(multiprocessing.current_process().daemon)


def _leave() -> None:
    _Process.is_over = True
    for somebody in list(_ALL):
        somebody.leave()


def _in_child() -> None:
    _Process.end_is_told = _Process.is_over = False
    for somebody in list(_ALL):
        somebody.start_over_in_child()
