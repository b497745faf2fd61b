"""One run of a user's generator: timed and counted, however it ends."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self

from beautyspot.core.effects import Raised, Returned
from beautyspot.core.model import micros
from beautyspot.core.ports import Clock
from beautyspot.drivers.flights import innermost
from beautyspot.drivers.tally import Tally

__all__ = ["Source"]

_SECOND: Final = 1_000_000_000


class Source:
    """Measures the time inside of the generator; what others do between two chunks is not its."""

    def __init__(self, clock: Clock, tally: Tally, fingerprint: str | None) -> None:
        """Take what measures, what counts, and the fingerprint of the code; None is unknown."""
        self._clock = clock
        self._tally = tally
        self._fingerprint = fingerprint
        self._ns = 0
        self._is_running = False  # from its first chunk to its end

    @property
    def elapsed(self) -> float:
        """Seconds inside of the generator up to now."""
        return self._ns / _SECOND

    def running(self) -> AbstractContextManager[object]:
        """Answer the context in which the generator is run to its next chunk."""
        return _Running(self)

    def returned(self, value: object) -> Returned:
        """Answer what to say of a generator that has come to its end."""
        self._count().ran(self.elapsed)
        return Returned(value, self.elapsed, micros(self._clock.now()), self._fingerprint)

    def raised(self, error: Exception) -> Raised:
        """Answer what to say of a generator that raised."""
        self._count().raised()
        return Raised(error)

    def interrupted(self) -> None:
        """Count a generator that an interrupt, an exit or a cancellation has ended."""
        if self._is_running:
            self._count().raised()

    def left(self) -> None:
        """Count a generator that is closed before its end."""
        if self._is_running:
            self._count().left()

    def began(self) -> int:
        """Take note that it runs, and answer the time by which it is measured."""
        self._is_running = True
        return self._clock.monotonic_ns()

    def stopped(self, began: int) -> None:
        """Add to the time inside of the generator."""
        flight = innermost()
        idle = 0 if flight is None else flight.idle_ns
        # A clock that stepped back must not give back time that others saved.
        self._ns += max(0, self._clock.monotonic_ns() - began - idle)

    def _count(self) -> Tally:
        self._is_running = False
        return self._tally


class _Running:
    __slots__ = ("_began", "_source")

    def __init__(self, source: Source) -> None:
        self._source = source
        self._began = 0

    def __enter__(self) -> Self:
        self._began = self._source.began()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._source.stopped(self._began)
