"""Waiting for something that another thread will say."""

from threading import Lock

__all__ = ["Gate", "Gates"]


class Gate:
    """A wait of one thread."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        """Be closed."""
        self._lock = Lock()
        self._lock.acquire()

    def wait(self, seconds: float) -> None:
        """Return when it is opened, or after so many seconds."""
        self._lock.acquire(timeout=seconds)

    def open(self) -> None:
        """End the wait. To be called once."""
        self._lock.release()


class Gates:
    """The threads that wait for the same thing.

    What ``Condition.wait`` is for, but for the main thread: that gives back a lock and takes it
    again in Python code, where Ctrl-C can leave it given back. Here nobody holds one while waiting.
    """

    __slots__ = ("_closed",)

    def __init__(self) -> None:
        """Begin without any."""
        self._closed: list[Gate] = []

    def close_one(self) -> Gate:
        """Answer a gate to wait at. To be called with the lock that ``open_all`` is called with."""
        gate = Gate()
        self._closed.append(gate)
        return gate

    def open_all(self) -> None:
        """Let all go on who wait."""
        while self._closed:
            self._closed.pop().open()
