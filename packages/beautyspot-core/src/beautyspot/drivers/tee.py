"""A running stream, shared: whoever needs the next chunk pulls it, and all get all of them.

Everybody who takes part has a seat. The chunks that have come are bytes in a ``Spool``, so that one
who comes late, or is slow, reads them from there; the latest is also kept as it is, for the first
who comes to it. One at a time pulls the user's generator, and the others wait for him. Nothing here
waits or runs anything: the drivers do.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from threading import RLock
from typing import Final, TypeAlias
from weakref import WeakSet

from beautyspot.core.effects import InStore, Raised, Recalled, Returned
from beautyspot.core.frames import Chunk, Framing, Gave, Lent, Parts, chunk_frame, lent_frame
from beautyspot.core.streaming import Yielded
from beautyspot.drivers.copying import copied
from beautyspot.drivers.flights import Flight, Flights
from beautyspot.drivers.spool import Spool

__all__ = ["Again", "Pulls", "Reads", "Seat", "Tee", "Turn", "Waits"]


@dataclass(frozen=True, slots=True)
class Pulls:
    """The next chunk has not come: run the user's generator to it, and tell what came of it."""

    pull: Flight


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody else is pulling: wait for him, and ask again."""

    pull: Flight


@dataclass(frozen=True, slots=True)
class Reads:
    """The next chunk has come and is among the bytes: read it."""


@dataclass(frozen=True, slots=True)
class Again:
    """Nothing came of the run, and this one has got nothing of it: begin anew."""


Turn = Yielded | Reads | Pulls | Waits | Returned | Recalled | Raised | Again
Decode: TypeAlias = Callable[[bytes], object]


class Seat:
    """The place of one who takes part: how far he has come."""

    __slots__ = ("count", "outer", "reader")

    def __init__(self, framing: Framing, spool: Spool) -> None:
        """Begin before the first chunk, within the flight that is running here."""
        self.count = 0  #: chunks that were taken
        self.reader: Final = framing.reader(spool.read)
        self.outer: Final = Flight("").outer


class Tee:
    """One run of a generator function, and those who take part in it."""

    def __init__(
        self, flights: Flights, key: str, framing: Framing, spool: Spool, decode: Decode
    ) -> None:
        """Begin with a run that is being prepared.

        Args:
            flights: the calls that are running in this process.
            key: which call it is.
            framing: how the stream is written.
            spool: the bytes of it.
            decode: makes a chunk of its bytes.
        """
        self.flight: Final = Flight(key)
        self.spool: Final = spool
        self._flights = flights
        self._framing = framing
        self._decode = decode
        # Re-entrant: a stream may be closed by the garbage collector, in any thread at any time.
        self._lock = RLock()
        self._seats: list[Seat] = []
        self._count = 0  # chunks that have come
        self._end = 0  # where the bytes of the latest one end
        self._latest: Yielded | None = None  # until somebody has taken it
        self._lent: dict[int, object] = {}  # chunks of which there are no bytes
        self._is_kept = True  # from the first chunk on
        self._pull: Flight | None = Flight(key)  # while it is prepared, by the call itself
        self._pull.waits_for.append(self.flight)
        self._outcome: Returned | Raised | None = None
        self._is_taken = False  # the outcome: others get copies
        self._broken: BaseException | None = None
        self._listeners: list[Callable[[], None]] = []
        _ALL.add(self)

    @property
    def key(self) -> str:
        """The cache key of the call."""
        return self.flight.key

    def join(self) -> Seat | None:
        """Answer a seat from which all chunks are seen; None: there is none any more."""
        with self._lock:
            if not self._is_kept or self._outcome is not None or self._broken is not None:
                return None
            seat = Seat(self._framing, self.spool)
            self._seats.append(seat)
            self._flights.tie(self.flight, seat.outer)
            return seat

    def leave(self, seat: Seat) -> bool:
        """Give up a seat; answer whether it was the last one: then the run has to be ended."""
        with self._lock:
            if seat not in self._seats:
                return False
            self._seats.remove(seat)
            self._flights.untie(self.flight, seat.outer)
            if self._seats:
                self._forget()
                return False
            self._latest = self._outcome = None
            self._lent.clear()
            if self._broken is None:
                self._broken = GeneratorExit()
            self._land()  # who comes now begins anew
            return True

    def turn(self, seat: Seat) -> Turn:
        """Answer what the one in a seat has to do for his next chunk, or the chunk itself."""
        with self._lock:
            if seat.count < self._count:
                return self._take(seat) or Reads()
            if self._outcome is not None:
                return self._ended(seat, self._outcome)
            if self._broken is not None:
                return Raised(_gone(self._broken)) if seat.count else Again()
            if self._pull is not None:
                return Waits(self._pull)
            self._pull = Flight(self.key)
            self._flights.tie(self.flight, self._pull)
            return Pulls(self._pull)

    def read(self, seat: Seat) -> Yielded:
        """Answer the next chunk, which has come, from the bytes. May block.

        Raises:
            DataError: it cannot be read back.
            StoreError: it cannot be read back.
        """
        match seat.reader.frame():
            case Chunk(content):
                value = self._decode(content)
            case Lent(number):
                value = self._lent[number]
            case frame:
                raise TypeError(f"{frame!r} among the chunks of a stream")
        with self._lock:
            seat.count += 1
            self._forget()
        return Yielded(value)

    def progress(self) -> int | None:
        """Answer how many chunks have come; None: somebody is pulling."""
        with self._lock:
            return self._count if self._pull is None else None

    def listen(self, pull: Flight, listener: Callable[[], None]) -> bool:
        """Have somebody told, once, when a pull has ended; answer False when it has ended."""
        with self._lock:
            if self._pull is not pull:
                return False
            self._listeners.append(listener)
            return True

    def prepared(self) -> None:
        """Take note that the run can begin."""
        self._pulled()

    def publish(self, chunk: Yielded) -> None:
        """Let all have a chunk that has come and whose bytes, if any, are among the others."""
        with self._lock:
            self._count += 1
            self._latest = chunk
            self._end = self.spool.size
        self._pulled()

    def lend(self, value: object, encode: Callable[[object], Parts | None]) -> None:
        """Keep a chunk as long as somebody is here who has not taken it, and no longer."""
        with self._lock:
            if len(self._seats) < 2:
                return
            number = self._count
        parts = encode(value)
        if parts is None:
            self._lent[number] = value
            self.spool.keep(lent_frame(number))
        else:
            self.spool.keep(chunk_frame(parts))

    def release(self) -> None:
        """Keep chunks no longer than those who are here need them: nobody else can join."""
        with self._lock:
            self._is_kept = False
            self._forget()
        self._land()

    def end(self, outcome: Returned | Raised) -> None:
        """Let all know how the run has ended."""
        with self._lock:
            self._outcome = outcome
        self._land()
        self._pulled()

    def break_off(self, error: BaseException) -> None:
        """Let all know that the run has not come to an end: who has nothing yet begins anew."""
        with self._lock:
            self._broken = error
        self._land()
        self._pulled()

    def start_over_in_child(self) -> None:
        """Wait, after a fork, for no thread of the parent."""
        self._lock = RLock()
        self._pull = None
        self.spool.start_over_in_child()

    def _land(self) -> None:
        self._flights.land(self.flight, None)
        self.flight.stream = None

    def _pulled(self) -> None:
        with self._lock:
            pull, self._pull = self._pull, None
            listeners, self._listeners = self._listeners, []
            self._flights.untie(self.flight, pull)
        if pull is not None:
            self._flights.land(pull, InStore())
        for listener in listeners:
            listener()

    def _take(self, seat: Seat) -> Yielded | None:
        latest = self._latest
        if latest is None or seat.count != self._count - 1:
            return None
        self._latest = None
        seat.count += 1
        seat.reader.skip(self._end)
        self._forget()
        return latest

    def _ended(self, seat: Seat, outcome: Returned | Raised) -> Recalled | Raised | Returned:
        if isinstance(outcome, Raised):
            first, self._is_taken = not self._is_taken, True
            return outcome if first else Raised(copied(outcome.error))
        if outcome.value is None or not self._is_taken:
            self._is_taken = True
            return outcome
        with suppress(Exception):  # what cannot be copied is shared
            match seat.reader.frame():
                case Gave(content):
                    return Recalled(self._decode(content))
                case _:
                    pass
        return outcome

    def _forget(self) -> None:
        """Forget what everybody has taken, when nobody else can come."""
        seats = list(self._seats)  # the garbage collector may close another one meanwhile
        if seats and not self._is_kept:
            self.spool.forget(min(seat.reader.offset for seat in seats))
            taken = min(seat.count for seat in seats)
            for number in [number for number in self._lent if number < taken]:
                del self._lent[number]


def _gone(error: BaseException) -> RuntimeError:
    gone = RuntimeError(
        f"the stream ended before its end, where another consumer ran it: {error!r}"
    )
    gone.__cause__ = error
    return gone


_ALL: Final[WeakSet[Tee]] = WeakSet()


def _start_over() -> None:
    for tee in list(_ALL):
        tee.start_over_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_over)
