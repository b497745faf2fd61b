"""One missed call on its way: the flight that it leads or follows, and the claim that it holds."""

from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from beautyspot.core.effects import (
    Alone,
    Answer,
    Board,
    Claim,
    Effect,
    Encode,
    Failed,
    InStore,
    Joins,
    Land,
    Landing,
    Leads,
    LookAgain,
    Raised,
    Recalled,
    Returned,
    SaveLater,
    SaveRecord,
    Unshared,
    Wait,
)
from beautyspot.core.judge import Miss
from beautyspot.core.model import TaskRecord
from beautyspot.drivers.copying import copied
from beautyspot.drivers.flights import Flight
from beautyspot.drivers.hooks import Occasion
from beautyspot.drivers.pending import Ended
from beautyspot.drivers.results import ResultStore, WouldBlock
from beautyspot.drivers.run import Run

__all__ = ["Passage"]

_MILLISECOND: Final = 1_000_000
#: Nanoseconds between two tries to claim a call from another process: the kernel tells nobody that
#: a lock is free. A try takes a microsecond, so that even many who wait cost next to nothing.
_LONGEST_PAUSE: Final = 20 * _MILLISECOND
#: Nanoseconds after which who waits for a stream looks whether it can go on at all: an event loop
#: that stops tells nobody.
_LOOK_AFTER: Final = 500 * _MILLISECOND

_LEADS: Final = Leads()
_ALONE: Final = Alone()
_JOINS: Final = Joins()


class Passage:
    """Performs the effects of one missed call. As a context, it gives back what the call holds."""

    __slots__ = ("_claim", "_following", "_mine", "_occasion", "_pause", "_results", "_run")

    def __init__(
        self,
        results: ResultStore,
        cache_key: str | None,
        occasion: Occasion | None,
        flight: Flight | None = None,
    ) -> None:
        """Take where results are, which call it is (None: it has no key), and whom to tell."""
        self._results = results
        self._occasion = occasion
        self._mine: Final = flight or Flight(cache_key or "")
        self._run: Run | None = None
        self._following: Flight | None = None
        self._claim: object | None = None
        self._pause = _MILLISECOND

    def __enter__(self) -> Self:
        """Let calls that hooks, the store or a signal handler make be calls from within this one.

        They would wait for it in vain otherwise, as would calls that the function makes.
        """
        self._mine.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Hand over to those who wait, unless the call has landed."""
        try:
            self._leave()
        except BaseException:  # Ctrl-C: nothing of this may stay undone
            self._leave()
            raise
        finally:
            self._mine.__exit__(kind, error, traceback)

    def run(self) -> Run:
        """Answer the context in which the function is to be run."""
        if self._occasion is not None:
            self._occasion.executes()
        self._run = run = self._results.run()
        return run

    def outcome(self) -> Answer:
        """Answer what came of the run, once."""
        outcome = None if self._run is None else self._run.outcome()
        if not self._mine.key and isinstance(outcome, Returned):
            self._tell_of_miss(outcome.value)
        return outcome

    def perform(self, effect: Effect) -> Answer:
        """Perform an effect other than ``Execute`` and ``Wait``, which belong to the driver.

        No answer is kept in a variable here: the frame of an error must not hold the error.
        """
        match effect:
            case Board():
                answer = self._board
            case Claim():
                answer = self._claimed
            case LookAgain():
                answer = self._looked
            case Land(landing):
                return self._landed(landing)
            case Encode(value):
                return self._encoded(value, self._results.perform(effect))
            case SaveRecord(record):
                return self._saved(record, self._results.perform(effect))
            case SaveLater():
                return self._put_off(
                    self._results.save_later(effect, self._when_saved(), wait=True)
                )
            case _:
                return self._results.perform(effect)
        return answer()

    def look_now(self) -> Answer | WouldBlock:
        """Perform ``LookAgain``, or answer that this would block."""
        found = self._results.recall_now(self._mine.key, self._occasion)
        if isinstance(found, WouldBlock):
            return found
        return None if isinstance(found, Miss) else Recalled(found)

    def save_now(self, effect: SaveLater) -> bool:
        """Perform the effect, unless that would block; answer whether it is done."""
        answer = self._results.save_later(effect, self._when_saved(), wait=False)
        return answer is True and self._put_off(answer) is None

    def _put_off(self, answer: Failed | bool) -> Failed | None:
        """Keep the claim no longer: until the result is saved, it is with what waits."""
        if isinstance(answer, Failed):
            return answer
        self._claim = None
        return None

    def _when_saved(self) -> Ended | None:
        claims, claim, occasion = self._results.claims, self._claim, self._occasion
        if claim is None and occasion is None:
            return None

        def ended(saved: TaskRecord | None) -> None:
            if claims is not None and claim is not None:
                with suppress(Exception):  # foreign code; the process takes its claims with it
                    claims.release(claim)
            if saved is not None and occasion is not None:
                occasion.saved(saved.elapsed or 0.0, saved.size, saved.result_value)

        return ended

    def _looked(self) -> Answer:
        found = self._results.recall(self._mine.key, self._occasion)
        return None if isinstance(found, Miss) else Recalled(found)

    def _encoded(self, value: object, answer: Answer) -> Answer:
        self._tell_of_miss(value)  # now that it is encoded, a hook cannot change what is stored
        return answer

    def _saved(self, record: TaskRecord, answer: Answer) -> Answer:
        if answer is None and self._occasion is not None:
            self._occasion.saved(record.elapsed or 0.0, record.size, record.result_value)
        return answer

    def _board(self) -> Answer:
        flights, mine = self._results.flights, self._mine
        if self._following is not None:
            landing = self._take()
            if landing is not None:
                return self._received(landing)
        if mine.is_within_itself():
            return _ALONE
        flight = flights.begin(mine)
        if flight is mine:
            return _LEADS
        if self._joins(flight):
            return _JOINS
        wait = None if self._is_stalled(flight) else flights.follow(flight, mine)
        if wait is None:
            return _ALONE
        self._following = flight
        return wait if flight.stream is None else Wait(wait.event, _LOOK_AFTER)

    def _joins(self, flight: Flight) -> bool:  # noqa: ARG002  # see StreamPassage
        """Take part in a run that is under way, where its kind allows that."""
        return False

    def _is_stalled(self, flight: Flight) -> bool:  # noqa: ARG002  # see StreamPassage
        """Tell whether nobody may ever go on with a run that is under way."""
        return False

    def _take(self) -> Landing | None:
        following, self._following = self._following, None
        return None if following is None else self._results.flights.take(following, self._mine)

    def _received(self, landing: Landing) -> Answer:
        match landing:
            case Raised(error):
                return Raised(copied(error))
            case InStore():
                return landing
            case Unshared():
                return _ALONE
            case sealed:
                found = self._results.shared(sealed, self._occasion)
                return _ALONE if isinstance(found, Miss) else Recalled(found)

    def _tell_of_miss(self, value: object) -> None:
        if self._occasion is not None and self._run is not None:
            self._occasion.missed(value, self._run.elapsed)

    def _claimed(self) -> Wait | None:
        claims = self._results.claims
        if claims is None:
            return None
        try:
            self._claim = claims.claim(self._mine.key)
        except Exception:  # noqa: BLE001  # foreign code; then every process runs for itself
            return None
        if self._claim is not None or self._results.is_waiting(self._mine.key):
            return None  # what waits to be saved has kept the claim of its call
        self._mine.step_aside()
        pause, self._pause = self._pause, min(2 * self._pause, _LONGEST_PAUSE)
        return Wait(self._results.clock.event(), pause)

    def _landed(self, landing: Landing) -> Answer:
        self._land(landing)
        return None

    def _leave(self) -> None:
        if self._following is not None:
            self._take()
        self._land(None)

    def _land(self, landing: Landing | None) -> None:
        """Give back the claim, then tell those who wait; doing it twice is the same as once."""
        claims, claim = self._results.claims, self._claim
        if claims is not None and claim is not None:
            with suppress(Exception):  # foreign code; the process takes its claims with it
                claims.release(claim)
        self._claim = None
        self._results.flights.land(self._mine, landing)
