"""What is done for a stream, as the plans decide it: fed by hand, nothing runs."""

import pytest

from beautyspot.core.effects import (
    Alone,
    Board,
    Claim,
    Failed,
    InStore,
    Joins,
    Land,
    Leads,
    LookAgain,
    Raised,
    Recalled,
    Report,
    Returned,
    SaveBlob,
    SaveLater,
    SaveRecord,
    Wait,
)
from beautyspot.core.engine import Policy
from beautyspot.core.errors import CacheMiss, SerializationError, StoreError, UncacheableArgument
from beautyspot.core.frames import FrameWriter, Framing
from beautyspot.core.judge import ABSENT, BYPASSED, Damaged, Unreachable
from beautyspot.core.keys import Keyed
from beautyspot.core.model import ResultType
from beautyspot.core.streaming import (
    Collect,
    Commit,
    EncodeChunk,
    Encoded,
    Flush,
    Keep,
    Pass,
    Pull,
    Release,
    Yielded,
    plan_boarding,
    plan_passing,
    plan_recording,
)
from beautyspot.core.trouble import TroubleKind
from beautyspot.testing import ManualClock

KEYED = Keyed("0" * 32, '{"x":1}')
POLICY = Policy(func_name="mod.f")
STRICT = Policy(func_name="mod.f", strict=True)
FRAMING = Framing("msgpack/1")
RETURNED = Returned(value=None, elapsed=0.5, at=1_000)
BOOM = ValueError("boom")
BAD = Failed(SerializationError("no bytes"))
FULL = Failed(StoreError("full"))
WAIT = Wait(ManualClock().event())
SMALL = Encoded((b"chunk",))
LARGE = Encoded((b"x" * 70_000,))


def play(steps, *answers):
    """Drive a plan to its end; answer what it asked for, and its outcome."""
    asked = [next(steps)]
    for answer in answers:
        try:
            asked.append(steps.send(answer))
        except StopIteration as end:
            return asked, end.value
    raise AssertionError(f"the plan goes on after {asked!r}")


def recording(*answers, policy=POLICY, streams=True):
    return play(plan_recording(policy, KEYED, FRAMING, streams=streams), *answers)


def kinds(asked):
    return [type(effect) for effect in asked]


def frames(*contents, gave=None):
    """The parts of a whole stream, and its checksum."""
    writer = FrameWriter(FRAMING)
    parts = [FRAMING.head, *(part for content in contents for part in writer.chunk([content]))]
    if gave is not None:
        parts += writer.gave([gave])
    end, checksum = writer.end()
    return [*parts, end], checksum


def kept(asked):
    return [part for effect in asked if isinstance(effect, Keep) for part in effect.parts]


def test_a_small_stream_goes_into_the_record():
    """Each chunk is encoded and kept before the next is asked for; at the end all is stored."""
    parts, checksum = frames(b"chunk", b"chunk")

    asked, outcome = recording(
        None, Yielded(1), SMALL, None, Yielded(2), SMALL, None, RETURNED, None, b"all", None, None
    )

    chunk = [Pull, EncodeChunk, Keep]
    assert [Keep, *chunk, *chunk, Pull, Keep, Collect, SaveRecord, Land] == kinds(asked)
    assert parts == kept(asked)
    record = asked[-2].record
    assert (b"all", checksum, None) == (record.result_data, record.checksum, record.result_value)
    assert (ResultType.DIRECT_BLOB, 0.5, 1_000) == (
        record.result_type, record.elapsed, record.updated_at
    )  # fmt: skip
    assert Land(InStore()) == asked[-1]
    assert outcome is RETURNED


def test_no_chunk_is_a_stream_too():
    asked, outcome = recording(None, RETURNED, None, b"all", None, None)

    assert [Keep, Pull, Keep, Collect, SaveRecord, Land] == kinds(asked)
    assert frames()[0] == kept(asked)
    assert outcome is RETURNED


def test_what_the_generator_returns_is_kept_behind_the_chunks():
    returned = Returned(value="end", elapsed=0.5, at=1_000)

    asked, outcome = recording(None, returned, Encoded((b"gave",)), None, None, b"all", None, None)

    assert [Keep, Pull, EncodeChunk, Keep, Keep, Collect, SaveRecord, Land] == kinds(asked)
    assert EncodeChunk("end") == asked[2]
    assert frames(gave=b"gave")[0] == kept(asked)
    assert outcome is returned


def test_a_large_stream_moves_into_a_blob_while_it_runs():
    """From the chunk on with which it is too large for a record; memory holds no more than that."""
    parts, checksum = frames(LARGE.parts[0], b"chunk")

    asked, outcome = recording(
        None, Yielded(1), LARGE, None, None, Yielded(2), SMALL, None, RETURNED, None, None,
        "ab/cd", None, None,
    )  # fmt: skip

    chunk = [Pull, EncodeChunk, Keep]
    assert [
        Keep, *chunk, Flush, *chunk, Pull, Keep, Flush, Commit, SaveRecord, Land
    ] == kinds(asked)  # fmt: skip
    record = asked[-2].record
    assert ("ab/cd", ResultType.FILE, None) == (
        record.result_value, record.result_type, record.result_data
    )  # fmt: skip
    assert (sum(map(len, parts)), checksum) == (record.size, record.checksum)
    assert outcome is RETURNED


def test_many_small_chunks_are_moved_together():
    """A blob is written in pieces of the limit, not chunk by chunk."""
    answers = [None]
    for _ in range(200):
        answers += [Yielded(1), Encoded((b"x" * 1_000,)), None]
    steps = plan_recording(POLICY, KEYED, FRAMING, streams=True)
    effect, flushed, answers = next(steps), 0, iter(answers)
    while (answer := next(answers, steps)) is not steps:
        effect = steps.send(answer)
        while isinstance(effect, Flush):
            flushed += 1
            effect = steps.send(None)

    assert flushed == 3


@pytest.mark.parametrize(
    ("policy", "streams"),
    [(Policy(func_name="mod.f", save_blob=False), True), (POLICY, False)],
    ids=["save_blob=False", "a store that cannot be written bit by bit"],
)
def test_otherwise_it_is_collected_in_memory(policy, streams):
    saved = [None] if streams else ["ab/cd", None]
    asked, _ = recording(
        None, Yielded(1), LARGE, None, RETURNED, None, b"x" * 70_000, *saved, None,
        policy=policy, streams=streams,
    )  # fmt: skip

    effects = [SaveRecord] if streams else [SaveBlob, SaveRecord]
    assert [Keep, Pull, EncodeChunk, Keep, Pull, Keep, Collect, *effects, Land] == kinds(asked)


def test_save_blob_puts_a_small_stream_into_a_blob():
    policy = Policy(func_name="mod.f", save_blob=True)

    asked, _ = recording(
        None, Yielded(1), SMALL, None, RETURNED, None, b"all", "ab/cd", None, None, policy=policy
    )

    assert SaveBlob(KEYED.cache_key, b"all") == asked[-3]
    assert "ab/cd" == asked[-2].record.result_value


def test_the_background_saves_the_record_of_a_large_stream():
    """Its blob is written already; the record points to it, and is found from now on."""
    policy = Policy(func_name="mod.f", save_sync=False)

    asked, _ = recording(
        None, Yielded(1), LARGE, None, None, RETURNED, None, None, "ab/cd", None, None,
        policy=policy,
    )  # fmt: skip

    assert SaveLater(asked[-2].record, None) == asked[-2]
    assert "ab/cd" == asked[-2].record.result_value


def test_what_raises_is_not_stored():
    asked, outcome = recording(None, Yielded(1), SMALL, None, Raised(BOOM))

    assert [Keep, Pull, EncodeChunk, Keep, Pull] == kinds(asked)
    assert Raised(BOOM) == outcome


def test_a_chunk_that_cannot_be_encoded_ends_the_keeping_and_not_the_stream():
    """It is told once; this chunk and those after it are handed out all the same."""
    asked, outcome = recording(None, Yielded(1), BAD, None, None, None, Yielded(2), None, RETURNED)

    assert [Keep, Pull, EncodeChunk, Report, Release, Pass, Pull, Pass, Pull] == kinds(asked)
    assert TroubleKind.ENCODE == asked[3].trouble.kind
    assert [1, 2] == [effect.value for effect in asked if isinstance(effect, Pass)]
    assert outcome is RETURNED


def test_a_blob_that_cannot_be_written_ends_the_keeping_and_not_the_stream():
    """The chunk with which it came is kept in memory, and is not handed out twice."""
    asked, outcome = recording(
        None, Yielded(1), LARGE, None, FULL, None, None, Yielded(2), None, RETURNED
    )

    assert [
        Keep, Pull, EncodeChunk, Keep, Flush, Report, Release, Pull, Pass, Pull
    ] == kinds(asked)  # fmt: skip
    assert TroubleKind.SAVE == asked[5].trouble.kind
    assert outcome is RETURNED


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([None, RETURNED, None, b"all", FULL, None], TroubleKind.SAVE),
        ([None, Yielded(1), LARGE, None, None, RETURNED, None, FULL, None], TroubleKind.SAVE),
        ([None, Yielded(1), LARGE, None, None, RETURNED, None, None, FULL, None], TroubleKind.SAVE),
        (
            [None, Yielded(1), LARGE, None, None, RETURNED, None, None, "ab", FULL, None],
            TroubleKind.SAVE,
        ),
        ([None, Returned(value={1}, elapsed=1, at=1), BAD, None], TroubleKind.ENCODE),
    ],
    ids=["record", "rest of a blob", "commit", "record of a blob", "returned"],
)
def test_a_stream_that_cannot_be_stored_in_the_end_is_told_of(answers, kind):
    """The caller has had it all; whoever waits for it is not sent to the store."""
    asked, outcome = recording(*answers)

    assert isinstance(asked[-1], Report)
    assert kind == asked[-1].trouble.kind
    assert Land not in kinds(asked)
    assert isinstance(outcome, Returned)


@pytest.mark.parametrize(
    "answers",
    [
        [None, Yielded(1), BAD],
        [None, Yielded(1), LARGE, None, FULL],
        [None, RETURNED, None, b"all", FULL],
        [None, Returned(value={1}, elapsed=1, at=1), BAD],
    ],
    ids=["chunk", "blob", "record", "returned"],
)
def test_in_strict_mode_trouble_is_raised(answers):
    """In place of the chunk with which it came, or of the end."""
    asked, outcome = recording(*answers, policy=STRICT)

    assert Raised(answers[-1].error) == outcome
    assert Report not in kinds(asked)


@pytest.mark.parametrize("mode", ["readonly"])
def test_a_mode_that_saves_nothing_keeps_only_what_late_comers_need(mode):
    """Up to the limit for records; then nobody can join any more."""
    policy = Policy(func_name="mod.f", mode=mode)

    small, _ = recording(None, Yielded(1), SMALL, None, RETURNED, None, policy=policy)
    large, _ = recording(None, Yielded(1), LARGE, None, None, RETURNED, policy=policy)

    assert [Keep, Pull, EncodeChunk, Keep, Pull, Keep] == kinds(small)
    assert [Keep, Pull, EncodeChunk, Keep, Release, Pull] == kinds(large)


def test_a_call_without_a_key_is_told_of_and_runs():
    asked, outcome = play(
        plan_passing(POLICY, UncacheableArgument("x", "object", "no")),
        None, Yielded(1), None, RETURNED,
    )  # fmt: skip

    assert [Report, Pull, Pass, Pull] == kinds(asked)
    assert outcome is RETURNED


@pytest.mark.parametrize("policy", [STRICT, Policy(func_name="mod.f", mode="replay")])
def test_a_call_without_a_key_is_refused_where_nothing_may_run(policy):
    refusal = UncacheableArgument("x", "object", "no")

    with pytest.raises(StopIteration) as end:
        next(plan_passing(policy, refusal))

    assert Raised(refusal) == end.value.value


def test_who_comes_first_claims_and_looks_again():
    asked, answer = play(plan_boarding(POLICY, KEYED, ABSENT), Leads(), WAIT, None, None, None)

    assert [Board(), Claim(), WAIT, Claim(), LookAgain()] == asked
    assert Leads() == answer


def test_who_finds_it_stored_meanwhile_sends_the_others_there():
    asked, answer = play(
        plan_boarding(POLICY, KEYED, ABSENT), Leads(), None, Recalled("theirs"), None
    )

    assert [Board(), Claim(), LookAgain(), Land(InStore())] == asked
    assert Recalled("theirs") == answer


@pytest.mark.parametrize("answer", [Joins(), Alone()])
def test_who_joins_or_stays_alone_claims_nothing(answer):
    assert ([Board()], answer) == play(plan_boarding(POLICY, KEYED, ABSENT), answer)


def test_who_cannot_join_waits_and_looks_into_the_store():
    asked, answer = play(
        plan_boarding(POLICY, KEYED, ABSENT), WAIT, None, InStore(), Recalled("theirs")
    )

    assert [Board(), WAIT, Board(), LookAgain()] == asked
    assert Recalled("theirs") == answer


def test_a_refresh_looks_for_nothing():
    asked, answer = play(plan_boarding(POLICY, KEYED, BYPASSED), Leads(), None)

    assert [Board(), Claim()] == asked
    assert Leads() == answer


def test_what_is_stored_and_damaged_is_told_of_first():
    asked, _ = play(plan_boarding(POLICY, KEYED, Damaged(BOOM)), None, Joins())

    assert [Report, Board] == kinds(asked)


@pytest.mark.parametrize(
    ("policy", "miss", "error"),
    [
        (STRICT, Unreachable(BOOM), ValueError),
        (Policy(func_name="mod.f", mode="replay"), ABSENT, CacheMiss),
    ],
)
def test_what_may_not_run_is_refused_before_anybody_is_asked(policy, miss, error):
    with pytest.raises(StopIteration) as end:
        next(plan_boarding(policy, KEYED, miss))

    assert isinstance(end.value.value.error, error)
