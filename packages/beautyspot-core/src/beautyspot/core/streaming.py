"""What a call of a generator function does when the store had no answer: two plans.

``plan_boarding`` is that of every caller: does it get the chunks of a run that is under way, or
begin one? ``plan_recording`` is that of a run, whoever asks for its next chunk. As those of
``engine`` they yield effects, are sent their answers, and do nothing themselves.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import cast

from beautyspot.core.effects import (
    Alone,
    Answer,
    Effect,
    Failed,
    InStore,
    Joins,
    Land,
    Leads,
    Raised,
    Recalled,
    Report,
    Returned,
)
from beautyspot.core.engine import (
    Policy,
    arrived,
    boarded,
    claimed,
    kept,
    record_of,
    recorded,
    unexpected,
)
from beautyspot.core.errors import UncacheableArgument
from beautyspot.core.frames import FrameWriter, Framing, Parts
from beautyspot.core.judge import Miss
from beautyspot.core.keys import Keyed
from beautyspot.core.payload import Sealed
from beautyspot.core.placement import INLINE_LIMIT
from beautyspot.core.trouble import Trouble, TroubleKind

__all__ = [
    "Boarding",
    "Collect",
    "Commit",
    "EncodeChunk",
    "Encoded",
    "Flush",
    "Keep",
    "Pass",
    "Pull",
    "Recording",
    "Release",
    "StreamAnswer",
    "StreamEffect",
    "Yielded",
    "plan_boarding",
    "plan_passing",
    "plan_recording",
]


@dataclass(frozen=True, slots=True)
class Pull:
    """Hand out what has come, and run the user's generator to its next chunk when it is asked for.

    Answer: ``Yielded``, ``Returned`` or ``Raised``.
    """


@dataclass(frozen=True, slots=True)
class EncodeChunk:
    """Turn a chunk, or what the generator returned, into bytes.

    Answer: ``Encoded`` or ``Failed``.
    """

    value: object


@dataclass(frozen=True, slots=True)
class Keep:
    """Put bytes behind what is kept of the stream, in memory. Answer: None."""

    parts: Parts = field(repr=False)


@dataclass(frozen=True, slots=True)
class Flush:
    """Move what is in memory into a blob, behind what is there. Answer: None or ``Failed``."""

    cache_key: str


@dataclass(frozen=True, slots=True)
class Commit:
    """Complete the blob. Answer: its location (``str``) or ``Failed``."""


@dataclass(frozen=True, slots=True)
class Collect:
    """Answer all that is kept, of which nothing was moved into a blob, as ``bytes``."""


@dataclass(frozen=True, slots=True)
class Release:
    """Keep nothing: who asks for the call from now on runs it. Answer: None."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Hand a chunk to those who are here; nothing of it is kept. Answer: None."""

    value: object


@dataclass(frozen=True, slots=True)
class Yielded:
    """The generator yielded a chunk."""

    value: object


@dataclass(frozen=True, slots=True)
class Encoded:
    """A chunk as bytes, in parts."""

    parts: Parts = field(repr=False)


StreamEffect = Effect | Pull | EncodeChunk | Keep | Flush | Commit | Collect | Release | Pass
StreamAnswer = Answer | Yielded | Encoded | bytes

Boarding = Generator[Effect, Answer, Leads | Alone | Joins | Recalled | Raised]
Recording = Generator[StreamEffect, StreamAnswer, Returned | Raised]
_Attempt = Generator[StreamEffect, StreamAnswer, Trouble | None]


def plan_boarding(policy: Policy, keyed: Keyed, miss: Miss) -> Boarding:
    """Yield what has to be done before a call runs, and answer where its chunks come from.

    ``Leads`` and ``Alone`` mean a run, ``Joins`` that of somebody else, ``Recalled`` the store.

    Args:
        policy: of the marked function.
        keyed: which call it is.
        miss: why the store had no answer.
    """
    refused = yield from arrived(policy, keyed, miss)
    if refused is not None:
        return refused
    answer = yield from boarded()
    if isinstance(answer, Leads):
        found = yield from claimed(policy, miss)
        if found is not None:
            return found
    return answer


def plan_recording(policy: Policy, keyed: Keyed, framing: Framing, *, streams: bool) -> Recording:
    """Yield what has to be done for a run, chunk by chunk, and answer how it ended.

    A chunk is encoded before it is handed out, so that nobody can change what will be stored. The
    stream is stored when it is complete, and not at all when it is not.

    Args:
        policy: of the marked function.
        keyed: which call it is.
        framing: how the stream is written.
        streams: whether the blob store can be written bit by bit.
    """
    taking = _Taking(policy, keyed, FrameWriter(framing), streams=streams)
    yield Keep((framing.head,))
    while isinstance(pulled := (yield Pull()), Yielded):
        unsaved = yield from taking.chunk(pulled.value)
        if unsaved is not None and policy.strict:
            return Raised(unsaved.error)
        if unsaved is not None or not taking.may_go_on:
            yield from _given_up(pulled, unsaved)
            del pulled, unsaved  # nobody may hold a chunk but who has taken it, nor its error
            return (yield from _passing())
        del pulled
    if not isinstance(pulled, Returned):
        return _raised(pulled)
    unsaved = yield from taking.end(pulled)
    if unsaved is None:
        if policy.saves:
            yield Land(InStore())
        return pulled
    if policy.strict:
        return Raised(unsaved.error)
    yield Report(unsaved)
    return pulled


def plan_passing(policy: Policy, refusal: UncacheableArgument) -> Recording:
    """Yield what has to be done for a call that has no key, and answer how it ended."""
    if policy.strict or policy.mode == "replay":
        return Raised(refusal)
    yield Report(Trouble(TroubleKind.ARGUMENT, policy.func_name, refusal))
    return (yield from _passing())


def _given_up(pulled: Yielded, unsaved: Trouble | None) -> Generator[StreamEffect, object, None]:
    """Keep nothing any more; ``pulled`` is the last chunk that might have been kept."""
    if unsaved is not None:
        yield Report(unsaved)
    yield Release()
    if unsaved is not None and unsaved.kind is TroubleKind.ENCODE:
        yield Pass(pulled.value)


def _passing() -> Recording:
    while isinstance(pulled := (yield Pull()), Yielded):
        yield Pass(pulled.value)
        del pulled
    return pulled if isinstance(pulled, Returned) else _raised(pulled)


class _Taking:
    """How a stream is kept: in memory up to the limit for records, then in a blob."""

    def __init__(self, policy: Policy, keyed: Keyed, frames: FrameWriter, *, streams: bool) -> None:
        self._policy = policy
        self._keyed = keyed
        self._frames = frames
        self._moves = streams and policy.saves and policy.save_blob is not False
        self._moved = 0  #: bytes that are in the blob

    @property
    def may_go_on(self) -> bool:
        """Whether what is kept is worth its memory: what is not stored only serves late comers."""
        return self._policy.saves or self._frames.size < INLINE_LIMIT

    def chunk(self, value: object) -> _Attempt:
        """Keep a chunk; answer what kept it from being kept."""
        match (yield EncodeChunk(value)):
            case Encoded(parts):
                yield Keep(self._frames.chunk(parts))
            case answer:
                return self._trouble(TroubleKind.ENCODE, answer)
        if self._moves and self._frames.size - self._moved >= INLINE_LIMIT:
            return (yield from self._flush())
        return None

    def end(self, returned: Returned) -> _Attempt:
        """Keep what the generator returned, and store the whole."""
        if returned.value is not None:
            match (yield EncodeChunk(returned.value)):
                case Encoded(parts):
                    yield Keep(self._frames.gave(parts))
                case answer:
                    return self._trouble(TroubleKind.ENCODE, answer)
        end, checksum = self._frames.end()
        yield Keep((end,))
        if not self._policy.saves:
            return None
        if self._moved:
            return (yield from self._committed(returned, checksum))
        match (yield Collect()):
            case bytes() as payload:
                sealed = Sealed(payload, checksum)
                return (
                    yield from _as_for_values(kept(self._policy, self._keyed, returned, sealed))
                )
            case answer:
                raise unexpected(answer)

    def _committed(self, returned: Returned, checksum: bytes) -> _Attempt:
        unsaved = yield from self._flush()
        if unsaved is not None:
            return unsaved
        match (yield Commit()):
            case str() as location:
                record = record_of(
                    self._policy,
                    self._keyed,
                    returned,
                    size=self._frames.size,
                    checksum=checksum,
                    payload=None,
                    location=location,
                )
                return (yield from _as_for_values(recorded(self._policy, record)))
            case answer:
                return self._trouble(TroubleKind.SAVE, answer)

    def _flush(self) -> _Attempt:
        self._moved = self._frames.size
        answer = yield Flush(self._keyed.cache_key)
        return None if answer is None else self._trouble(TroubleKind.SAVE, answer)

    def _trouble(self, kind: TroubleKind, answer: StreamAnswer) -> Trouble:
        if isinstance(answer, Failed):
            return Trouble(kind, self._policy.func_name, answer.error)
        raise unexpected(answer)


def _as_for_values(steps: Generator[Effect, Answer, Trouble | None]) -> _Attempt:
    """Answer steps that are those of values too: their effects are answered in the same way."""
    return cast("_Attempt", steps)


def _raised(answer: StreamAnswer) -> Raised:
    if isinstance(answer, Raised):
        return answer
    raise unexpected(answer)
