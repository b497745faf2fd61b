"""What calls of generator functions have in common, plain and async ones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Generic, TypeVar

from beautyspot.core.effects import Alone, Joins, Leads, Raised, Recalled, Returned
from beautyspot.core.engine import Policy
from beautyspot.core.errors import ConfigurationError, UncacheableArgument
from beautyspot.core.judge import ABSENT, BYPASSED, Miss
from beautyspot.core.keys import Keyed
from beautyspot.core.streaming import (
    Boarding,
    Yielded,
    plan_boarding,
    plan_passing,
    plan_recording,
)
from beautyspot.drivers.hooks import Occasion
from beautyspot.drivers.recording import Recording, StreamPassage
from beautyspot.drivers.replay import Replay
from beautyspot.drivers.stream_store import StreamStore

__all__ = ["AGAIN", "ALONE", "Begun", "Step", "StreamCall", "refuse_sent"]

R = TypeVar("R", bound=Recording)


@dataclass(frozen=True, slots=True)
class Anew:
    """The call has got nothing of the run that it took part in, and begins anew."""

    alone: bool  #: for itself: waiting would never end, or what the others have cannot be read


AGAIN: Final = Anew(alone=False)
ALONE: Final = Anew(alone=True)

Step = Yielded | Returned | Recalled | Raised | Anew
Begun = Replay | Raised | StreamPassage[R]


@dataclass(frozen=True, slots=True)
class StreamCall(Generic[R]):
    """One call of a marked generator function, as far as nothing has to be waited for."""

    results: StreamStore
    policy: Policy
    args: tuple[object, ...]
    kwargs: Mapping[str, object]
    bypass: bool  #: run the function even though the store may have an answer
    record: Callable[["StreamCall[R]"], R]  #: makes a run of the function, which does not begin
    keyed: Keyed | None = None  #: None: it has no key, or not yet
    refusal: UncacheableArgument | None = None  #: why it has no key
    occasion: Occasion | None = None

    @property
    def cache_key(self) -> str | None:
        """Which call it is; None: it has no key."""
        return None if self.keyed is None else self.keyed.cache_key

    def named(
        self, keyed: Keyed | None, refusal: UncacheableArgument | None = None
    ) -> "StreamCall[R]":
        """Answer the call with its key, or with why it has none."""
        key = None if keyed is None else keyed.cache_key
        occasion = self.results.occasion(self.policy, key, self.args, self.kwargs)
        return replace(self, keyed=keyed, refusal=refusal, occasion=occasion)

    def passage(self) -> StreamPassage[R]:
        """Answer the way of the call to its chunks."""
        return StreamPassage(self.results, self.cache_key, self.occasion, self.record(self))

    def boarding(self, miss: Miss | None, *, alone: bool) -> Boarding:
        """Answer the plan.

        Args:
            miss: why the store had no answer; None: that is told already.
            alone: take no part in what others run.
        """
        if self.keyed is None or alone:
            return _alone()
        if miss is None:
            miss = BYPASSED if self.bypass else ABSENT
        return plan_boarding(self.policy, self.keyed, miss)

    def begun(
        self, passage: StreamPassage[R], answer: Leads | Alone | Joins | Recalled | Raised
    ) -> Begun[R]:
        """Answer where the chunks come from: the store, or the seat that the passage has."""
        match answer:
            case Recalled(value=Replay() as replay):
                return replay
            case Raised():
                return answer
            case Joins():
                return passage
            case Leads() | Alone():
                return self._led(passage)
            case _:
                raise TypeError(f"{answer!r} is no way to the chunks of a stream")

    def finished(self, chunks: Begun[R], end: Returned | Recalled) -> None:
        """Count a call that has got all the chunks of somebody else's run."""
        if isinstance(chunks, StreamPassage) and not chunks.leads:
            self.results.tally.hit(None)
            if self.occasion is not None:
                self.occasion.hit(end.value, None, 0)

    def _led(self, passage: StreamPassage[R]) -> Begun[R]:
        if self.keyed is not None:
            framing, streams = self.results.framing, self.results.streams
            steps = plan_recording(self.policy, self.keyed, framing, streams=streams)
        elif self.refusal is not None:
            steps = plan_passing(self.policy, self.refusal)
        else:
            raise TypeError("a call that has no key has a reason for that")
        refused = passage.recording.begin(passage, steps, self.occasion)
        return passage if refused is None else refused


def refuse_sent(sent: object) -> None:
    """Refuse what is sent into a stream.

    Raises:
        ConfigurationError: something was sent.
    """
    if sent is not None:
        msg = (
            f"{sent!r} was sent into a remembered stream, which is the same for everybody: it "
            "takes nothing. Pass it as an argument of the call, or use f.uncached(...)"
        )
        raise ConfigurationError(msg)


def _alone() -> Boarding:
    return Alone()
    yield  # what makes it a generator
