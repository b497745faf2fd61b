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

__all__ = ["Plan", "Policy", "plan", "plan_uncached"]


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
    lost = _lookup_trouble(policy, miss)
    if policy.mode == "replay":
        return Raised(CacheMiss(_not_stored(policy, keyed)) if lost is None else lost.error)
    if lost is not None:
        # That a class changed is no failure: it has a policy of its own, strict or not.
        outdated = isinstance(miss, Outdated)
        if policy.on_schema_change == "raise" if outdated else policy.strict:
            return Raised(lost.error)
        yield Report(lost)
    match (yield from _boarded()):
        case Leads():
            return (yield from _led(policy, keyed, miss))
        case Alone():
            return (yield from _run(policy, keyed))[0]
        case outcome:
            return outcome


def _boarded() -> Generator[Effect, Answer, Leads | Alone | Recalled | Raised]:
    """Wait for whoever runs the same call; answer what came of it, or that this call is to run."""
    while True:
        match (yield Board()):
            case Wait() as wait:
                yield wait
            case InStore():
                found = yield LookAgain()
                if isinstance(found, Recalled):
                    return found
            case (Leads() | Alone() | Recalled() | Raised()) as boarded:
                return boarded
            case answer:
                raise _unexpected(answer)


def _led(policy: Policy, keyed: Keyed, miss: Miss) -> Plan:
    """Run the call for all who ask meanwhile, unless another process has just done so."""
    if policy.saves and not isinstance(miss, Unreachable):
        while isinstance(wait := (yield Claim()), Wait):
            yield wait
        # Between the look-up and the claim somebody else may have run and stored it.
        found = None if isinstance(miss, Bypassed) else (yield LookAgain())
        if isinstance(found, Recalled):
            yield Land(InStore())
            return found
    outcome, landing = yield from _run(policy, keyed)
    yield Land(landing)
    return outcome


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
                unsaved = yield from _kept(policy, keyed, outcome, sealed)
        case answer:
            raise _unexpected(answer)
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


def _kept(policy: Policy, keyed: Keyed, returned: Returned, sealed: Sealed) -> _Attempt:
    """Store the value; answer what kept it from being stored."""
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
                raise _unexpected(answer)
    record = _record(policy, keyed, returned, sealed, placement.result_type, location)
    match (yield SaveRecord(record) if policy.save_sync else SaveLater(record, blob)):
        case Failed(error):
            return Trouble(TroubleKind.SAVE, policy.func_name, error)
        case _:
            return None


def _record(
    policy: Policy,
    keyed: Keyed,
    returned: Returned,
    sealed: Sealed,
    kind: ResultType,
    location: str | None,
) -> TaskRecord:
    return TaskRecord(
        cache_key=keyed.cache_key,
        func_name=policy.func_name,
        input_id=digest(keyed.arguments),
        version=policy.version,
        result_type=kind,
        content_type=policy.content_type,
        result_value=location,
        result_data=sealed.payload if kind is ResultType.DIRECT_BLOB else None,
        updated_at=returned.at,
        expires_at=expiry(policy.retention, returned.at),
        size=len(sealed.payload),
        checksum=sealed.checksum,
        elapsed=returned.elapsed,
        fingerprint=returned.fingerprint,
        arguments=kept_arguments(keyed.arguments) if policy.explain else None,
    )


def _not_stored(policy: Policy, keyed: Keyed) -> str:
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
    raise _unexpected(answer)


def _unexpected(answer: object) -> TypeError:
    return TypeError(f"a driver answered an effect with {answer!r}, which the effect does not take")
