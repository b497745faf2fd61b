"""Tells those who hold connections of a fork, before and after."""

import os
from threading import Lock
from typing import Final, Protocol
from weakref import WeakSet

__all__ = ["Forkable", "never_close", "tell_of_forks"]


class Forkable(Protocol):
    """Something that a child must not share with its parent."""

    def hold_for_fork(self) -> None:
        """Give up what must not be inherited, and take nothing new."""
        ...

    def release_after_fork(self) -> None:
        """Go on, in the parent."""
        ...

    def start_over_in_child(self) -> None:
        """Start anew, in the child, where nobody holds a lock."""
        ...


def tell_of_forks(somebody: Forkable) -> None:
    """Call the three methods around every fork from now on, as long as the object lives."""
    with _lock:
        _ALL.add(somebody)


def never_close(connection: object) -> None:
    """Keep a connection that another thread used at the fork, beyond the interpreter's end.

    Closing it in the child would meddle with files that are the parent's business.
    """
    import ctypes  # noqa: PLC0415  # takes milliseconds, and is hardly ever needed

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))


#: Hooks of ``os.register_at_fork`` cannot be taken back, so there is one set of them for all.
_ALL: Final[WeakSet[Forkable]] = WeakSet()
_lock = Lock()


def _before() -> None:
    _lock.acquire()
    for somebody in list(_ALL):
        somebody.hold_for_fork()


def _in_parent() -> None:
    for somebody in list(_ALL):
        somebody.release_after_fork()
    _lock.release()


def _in_child() -> None:
    global _lock  # noqa: PLW0603  # a new one: the old one is held by a thread of the parent
    _lock = Lock()
    for somebody in list(_ALL):
        somebody.start_over_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
