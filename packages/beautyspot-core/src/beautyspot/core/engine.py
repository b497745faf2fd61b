"""What a call does when the store had no answer: one plan, performed by both drivers."""

from collections.abc import Generator
from dataclasses import dataclass

from beautyspot.core.choices import Mode, SchemaChange
from beautyspot.core.effects import (
    Alone,
    Answer,
    Board,
    Claim,
    Effect,
    Encode,
    Execute,
    Failed,
    InStore,
    Joins,
    Land,
    Landing,
    Leads,
    LookAgain,
    Outcome,
    Raised,
    Recalled,
    Report,
    Returned,
    SaveBlob,
    SaveLater,
    SaveRecord,
    Unshared,
    Wait,
)
from beautyspot.core.errors import CacheMiss, UncacheableArgument, ValidationError
from beautyspot.core.judge import Bypassed, Damaged, Miss, Outdated, Unreachable
from beautyspot.core.kept_arguments import kept_arguments
from beautyspot.core.keys import Keyed, digest
from beautyspot.core.model import ResultType, TaskRecord
from beautyspot.core.payload import Sealed
from beautyspot.core.placement import WARN_LIMIT, place
from beautyspot.core.retention import expiry
from beautyspot.core.trouble import Trouble, TroubleKind

__all__ = [
    "Plan",
    "Policy",
    "arrived",
    "boarded",
    "claimed",
    "kept",
    "plan",
    "plan_uncached",
    "record_of",
    "recorded",
    "unexpected",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What is the same for every call of one marked function."""

    func_name: str  #: dotted name, "package.module.function"
    version: str | None = None
    save_blob: bool | None = None  #: None lets the size of the payload decide
    content_type: str | None = None
    retention: int | None = None  #: microseconds; None keeps for ever
    save_sync: bool = True  #: False: the caller has the value before it is saved
    strict: bool = False  #: raise what goes wrong around the call instead of reporting it
    on_schema_change: SchemaChange = "recompute"
    explain: bool = True  #: keep the text of the arguments, so that a later miss can be explained
    mode: Mode = "normal"

    @property
    def saves(self) -> bool:
        """Whether what a run returns is stored."""
        return self.mode in {"normal", "refresh"}


Plan = Generator[Effect, Answer, Outcome]
_Attempt = Generator[Effect, Answer, Trouble | None]


def plan(policy: Policy, keyed: Keyed, miss: Miss) -> Plan:
    """Yield what has to be done for a call that the store could not answer, and answer its outcome.

    One call of each key runs, and the others get its outcome: those of this process from the call
    itself, those of other processes from the store.

    Args:
        policy: of the marked function.
        keyed: which call it is.
        miss: why the store had no answer.
    """
    refused = yield from arrived(policy, keyed, miss)
    if refused is not None:
        return refused
    match (yield from boarded()):
        case Leads():
            return (yield from _led(policy, keyed, miss))
        case Alone():
            return (yield from _run(policy, keyed))[0]
        case Joins() as answer:
            raise unexpected(answer)
        case outcome:
            return outcome


def arrived(policy: Policy, keyed: Keyed, miss: Miss) -> Generator[Effect, Answer, Raised | None]:
    """Tell why the store had no answer; answer what is raised instead of going on."""
    lost = _lookup_trouble(policy, miss)
    if policy.mode == "replay":
        return Raised(CacheMiss(_not_replayed(policy, keyed, miss)) if lost is None else lost.error)
    if lost is not None:
        # That a class changed is no failure: it has a policy of its own, strict or not.
        outdated = isinstance(miss, Outdated)
        if policy.on_schema_change == "raise" if outdated else policy.strict:
            return Raised(lost.error)
        yield Report(lost)
    return None


def boarded() -> Generator[Effect, Answer, Leads | Alone | Joins | Recalled | Raised]:
    """Wait for whoever runs the same call; answer what came of it, or that this call is to run."""
    while True:
        match (yield Board()):
            case Wait() as wait:
                yield wait
            case InStore():
                found = yield LookAgain()
                if isinstance(found, Recalled):
                    return found
            case (Leads() | Alone() | Joins() | Recalled() | Raised()) as answer:
                return answer
            case answer:
                raise unexpected(answer)


def _led(policy: Policy, keyed: Keyed, miss: Miss) -> Plan:
    """Run the call for all who ask meanwhile, unless another process has just done so."""
    found = yield from claimed(policy, miss)
    if found is not None:
        return found
    outcome, landing = yield from _run(policy, keyed)
    yield Land(landing)
    return outcome


def claimed(policy: Policy, miss: Miss) -> Generator[Effect, Answer, Recalled | None]:
    """Keep other processes from running the call; answer what one has just stored, if any has."""
    if policy.saves and not isinstance(miss, Unreachable):
        while isinstance(wait := (yield Claim()), Wait):
            yield wait
        # Between the look-up and the claim somebody else may have run and stored it.
        found = None if isinstance(miss, Bypassed) else (yield LookAgain())
        if isinstance(found, Recalled):
            yield Land(InStore())
            return found
    return None


def _run(policy: Policy, keyed: Keyed) -> Generator[Effect, Answer, tuple[Outcome, Landing]]:
    """Run the function and keep its value; answer the outcome, and what others may have of it.

    The value is encoded before it is handed out, so that nobody can change what will be stored. A
    blob is written before the record that points to it, so that no record ever points to nothing;
    what is saved in the background is handed over whole, to be written in the same order.
    """
    outcome = yield Execute()
    if not isinstance(outcome, Returned):
        raised = _raised(outcome)
        return raised, raised
    shared: Landing
    unsaved: Trouble | None = None
    match (yield Encode(outcome.value)):
        case Failed(error):
            shared = Unshared()
            unsaved = Trouble(TroubleKind.ENCODE, policy.func_name, error)
        case Sealed() as sealed:
            shared = sealed
            if policy.saves:
                unsaved = yield from kept(policy, keyed, outcome, sealed)
        case answer:
            raise unexpected(answer)
    if unsaved is not None:
        if policy.strict:
            raised = Raised(unsaved.error)
            return raised, raised
        yield Report(unsaved)
    return outcome, shared


def plan_uncached(policy: Policy, refusal: UncacheableArgument) -> Plan:
    """Yield what has to be done for a call that has no key, and answer its outcome."""
    if policy.strict or policy.mode == "replay":
        return Raised(refusal)
    yield Report(Trouble(TroubleKind.ARGUMENT, policy.func_name, refusal))
    outcome = yield Execute()
    return outcome if isinstance(outcome, Returned) else _raised(outcome)


def _lookup_trouble(policy: Policy, miss: Miss) -> Trouble | None:
    match miss:
        case Unreachable(error):
            return Trouble(TroubleKind.LOOKUP, policy.func_name, error)
        case Damaged(error):
            return Trouble(TroubleKind.DAMAGED, policy.func_name, error)
        case Outdated(error):
            return Trouble(TroubleKind.SCHEMA, policy.func_name, error)
        case _:
            return None


def kept(policy: Policy, keyed: Keyed, returned: Returned, sealed: Sealed) -> _Attempt:
    """Store a whole payload; answer what kept it from being stored."""
    placement = place(len(sealed.payload), policy.save_blob)
    if placement.oversized:
        yield Report(_oversized(policy, len(sealed.payload)))
    blob = sealed.payload if placement.result_type is ResultType.FILE else None
    location: str | None = None
    if blob is not None and policy.save_sync:
        match (yield SaveBlob(keyed.cache_key, blob)):
            case Failed(error):
                return Trouble(TroubleKind.SAVE, policy.func_name, error)
            case str() as location:
                pass
            case answer:
                raise unexpected(answer)
    record = record_of(
        policy,
        keyed,
        returned,
        size=len(sealed.payload),
        checksum=sealed.checksum,
        payload=sealed.payload if blob is None else None,
        location=location,
    )
    return (yield from recorded(policy, record, blob))


def recorded(policy: Policy, record: TaskRecord, blob: bytes | None = None) -> _Attempt:
    """Store a record, and in the background its blob too; answer what kept it from being stored."""
    match (yield SaveRecord(record) if policy.save_sync else SaveLater(record, blob)):
        case Failed(error):
            return Trouble(TroubleKind.SAVE, policy.func_name, error)
        case _:
            return None


def record_of(  # noqa: PLR0913  # what a record is made of
    policy: Policy,
    keyed: Keyed,
    returned: Returned,
    *,
    size: int,
    checksum: bytes,
    payload: bytes | None,
    location: str | None,
) -> TaskRecord:
    """Answer the record of a run; without a payload it is, or will be, in the blob store."""
    return TaskRecord(
        cache_key=keyed.cache_key,
        func_name=policy.func_name,
        input_id=digest(keyed.arguments),
        version=policy.version,
        result_type=ResultType.FILE if payload is None else ResultType.DIRECT_BLOB,
        content_type=policy.content_type,
        result_value=location,
        result_data=payload,
        updated_at=returned.at,
        expires_at=expiry(policy.retention, returned.at),
        size=size,
        checksum=checksum,
        elapsed=returned.elapsed,
        fingerprint=returned.fingerprint,
        arguments=kept_arguments(keyed.arguments) if policy.explain else None,
    )


def _not_replayed(policy: Policy, keyed: Keyed, miss: Miss) -> str:
    if isinstance(miss, Bypassed):
        return (
            f"{policy.func_name}: a refresh would run the function, and mode='replay' runs "
            "nothing. Do it with mode='normal'"
        )
    return (
        f"{policy.func_name}: nothing is stored for the call with the key {keyed.cache_key}, and "
        "mode='replay' runs nothing. Run it once with mode='normal', or see f.explain(...)"
    )


def _oversized(policy: Policy, size: int) -> Trouble:
    error = ValidationError(f"save_blob=False and {size:,} bytes, above {WARN_LIMIT:,}")
    return Trouble(TroubleKind.OVERSIZED, policy.func_name, error)


def _raised(answer: Answer) -> Raised:
    if isinstance(answer, Raised):
        return answer
    raise unexpected(answer)


def unexpected(answer: object) -> TypeError:
    """Answer the error of a driver that answers what it was not asked for."""
    return TypeError(f"a driver answered an effect with {answer!r}, which the effect does not take")
