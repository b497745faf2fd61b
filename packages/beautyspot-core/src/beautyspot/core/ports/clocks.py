"""Time: what tells it, and lets it pass."""

from datetime import datetime
from typing import Protocol

__all__ = [
    "Clock",
    "Event",
]


class Event(Protocol):
    """A wait that can be ended from any thread."""

    def set(self) -> None:
        """End the wait, now and for ever. Setting twice is the same as setting once."""
        ...

    def wait(self, timeout_ns: int | None = None) -> bool:
        """Block until it is set, or for so many nanoseconds (None: no end); answer whether set."""
        ...

    async def wait_async(self, timeout_ns: int | None = None) -> bool:
        """Do as ``wait`` does without blocking the event loop."""
        ...


class Clock(Protocol):
    """Tells the time and lets it pass."""

    def now(self) -> datetime:
        """Answer the aware UTC time of day. It may step back and forth."""
        ...

    def monotonic_ns(self) -> int:
        """Answer nanoseconds since some moment of its own; meant never to step back."""
        ...

    def sleep_ns(self, ns: int) -> None:
        """Block for at least ``ns`` nanoseconds; 0 and less return at once."""
        ...

    async def sleep_ns_async(self, ns: int) -> None:
        """Do as ``sleep_ns`` does without blocking the event loop."""
        ...

    def event(self) -> Event:
        """Answer a new event, not set, whose time-outs pass by this clock."""
        ...
