"""The plan of a missed call, fed by hand: no store, no loop, no clock."""

from collections.abc import Sequence

import pytest

from beautyspot.core.effects import (
    Answer,
    Board,
    Claim,
    Effect,
    Encode,
    Execute,
    Failed,
    Land,
    Leads,
    LookAgain,
    Outcome,
    Raised,
    Report,
    Returned,
    SaveBlob,
    SaveLater,
    SaveRecord,
)
from beautyspot.core.engine import Plan, Policy, plan, plan_uncached
from beautyspot.core.errors import CacheCorruptedError, StoreUnavailable, UncacheableArgument
from beautyspot.core.judge import ABSENT, Damaged, Expired, Miss, Unreachable
from beautyspot.core.keys import Keyed
from beautyspot.core.model import ResultType
from beautyspot.core.payload import Sealed
from beautyspot.core.placement import INLINE_LIMIT, WARN_LIMIT
from beautyspot.core.trouble import Trouble, TroubleKind

KEYED = Keyed("0" * 32, '{"x":1}')
POLICY = Policy(func_name="mod.f")
STRICT = Policy(func_name="mod.f", strict=True)
RETURNED = Returned(value=[1], elapsed=0.5, at=1_000)
SMALL = Sealed(b"payload", b"s" * 16)
BOOM = ValueError("boom")
DOWN = StoreUnavailable("down")


#: What a driver answers when nobody else asks for the same call.
UNDISTURBED = {Board: Leads(), Claim: None, LookAgain: None, Land: None}


def play(steps: Plan, answers: Sequence[Answer]) -> tuple[list[Effect], Outcome]:
    """Drive a plan with prepared answers; answer what it asked for, and its outcome.

    Effects by which equal calls find each other are answered as if there were none.
    """
    asked: list[Effect] = []
    left = list(answers)
    answer: Answer = None
    while True:
        try:
            effect = steps.send(answer)
        except StopIteration as end:
            assert not left
            return asked, end.value
        if type(effect) in UNDISTURBED:
            answer = UNDISTURBED[type(effect)]
            continue
        asked.append(effect)
        if not left:
            raise AssertionError(f"the plan goes on after {asked[-1]!r}")
        answer = left.pop(0)


def test_a_small_result_is_stored_inline():
    """Run, encode, save the record; the caller gets what the function returned."""
    asked, outcome = play(plan(POLICY, KEYED, ABSENT), [RETURNED, SMALL, None])

    execute, encode, save = asked
    assert execute == Execute()
    assert encode == Encode([1])
    assert isinstance(save, SaveRecord)
    assert save.record.result_data == b"payload"
    assert save.record.result_value is None
    assert save.record.result_type is ResultType.DIRECT_BLOB
    assert outcome is RETURNED


def test_the_record_says_all_that_is_known():
    """Nothing that the plan was told is lost on the way to the record."""
    policy = Policy(func_name="mod.f", version="v2", content_type="image/png", retention=10)

    asked, _ = play(plan(policy, KEYED, ABSENT), [RETURNED, SMALL, None])

    record = asked[-1].record
    assert record.cache_key == KEYED.cache_key
    assert record.func_name == "mod.f"
    assert record.version == "v2"
    assert record.content_type == "image/png"
    assert record.updated_at == 1_000
    assert record.expires_at == 1_010
    assert record.size == len(b"payload")
    assert record.checksum == b"s" * 16
    assert record.elapsed == 0.5
    assert record.arguments == '{"x":1}'
    assert len(record.input_id) == 32


def test_equal_arguments_of_two_functions_have_one_input_id():
    """The input is told apart from the function."""

    def input_id(policy: Policy, keyed: Keyed) -> str:
        return play(plan(policy, keyed, ABSENT), [RETURNED, SMALL, None])[0][-1].record.input_id

    one = input_id(Policy(func_name="f"), Keyed("1" * 32, '{"x":1}'))
    two = input_id(Policy(func_name="g"), Keyed("2" * 32, '{"x":1}'))
    other = input_id(Policy(func_name="g"), Keyed("3" * 32, '{"x":2}'))

    assert one == two != other


def test_a_long_text_of_arguments_is_not_kept():
    """A record stays small whatever the arguments are; the key stands for them."""
    asked, _ = play(plan(POLICY, Keyed("0" * 32, "x" * 4097), ABSENT), [RETURNED, SMALL, None])

    assert asked[-1].record.arguments is None


LATER = Policy(func_name="mod.f", save_sync=False)


def test_in_the_background_a_small_result_is_the_same_record():
    """Who saves it makes no difference to what is saved."""
    now, _ = play(plan(POLICY, KEYED, ABSENT), [RETURNED, SMALL, None])

    later, outcome = play(plan(LATER, KEYED, ABSENT), [RETURNED, SMALL, None])

    assert later[-1] == SaveLater(now[-1].record, None)
    assert outcome is RETURNED


def test_in_the_background_a_large_result_is_handed_over_whole():
    """The record lacks nothing but the location, which is not known yet."""
    large = Sealed(b"x" * INLINE_LIMIT, b"s" * 16)

    asked, outcome = play(plan(LATER, KEYED, ABSENT), [RETURNED, large, None])

    save = asked[-1]
    assert isinstance(save, SaveLater)
    assert save.payload is large.payload
    assert save.record.result_type is ResultType.FILE
    assert (save.record.result_value, save.record.result_data) == (None, None)
    assert save.record.size == INLINE_LIMIT
    assert outcome is RETURNED


def test_what_cannot_even_wait_is_reported():
    """The caller has the value all the same."""
    asked, outcome = play(plan(LATER, KEYED, ABSENT), [RETURNED, SMALL, Failed(DOWN), None])

    assert asked[-1] == Report(Trouble(TroubleKind.SAVE, "mod.f", DOWN))
    assert outcome is RETURNED


def test_a_large_result_goes_to_a_blob_before_its_record():
    """The blob is written first: no record ever points to nothing."""
    large = Sealed(b"x" * INLINE_LIMIT, b"s" * 16)

    asked, outcome = play(plan(POLICY, KEYED, ABSENT), [RETURNED, large, "ab/cd", None])

    assert asked[2] == SaveBlob(KEYED.cache_key, large.payload)
    assert asked[3].record.result_value == "ab/cd"
    assert asked[3].record.result_data is None
    assert asked[3].record.result_type is ResultType.FILE
    assert asked[3].record.size == INLINE_LIMIT
    assert outcome is RETURNED


@pytest.mark.parametrize("miss", [ABSENT, Expired()], ids=["absent", "expired"])
def test_an_ordinary_miss_is_not_reported(miss: Miss):
    """That nothing is stored, or no longer, is no trouble."""
    asked, _ = play(plan(POLICY, KEYED, miss), [RETURNED, SMALL, None])

    assert asked[0] == Execute()


@pytest.mark.parametrize(
    ("miss", "kind"),
    [
        (Unreachable(DOWN), TroubleKind.LOOKUP),
        (Damaged(CacheCorruptedError("bad")), TroubleKind.DAMAGED),
    ],
)
def test_a_failed_lookup_is_reported_and_the_call_goes_on(miss: Miss, kind: TroubleKind):
    """The cache is a helper: the function runs, and its result is stored."""
    asked, outcome = play(plan(POLICY, KEYED, miss), [None, RETURNED, SMALL, None])

    assert asked[0] == Report(Trouble(kind, "mod.f", miss.error))
    assert isinstance(asked[-1], SaveRecord)
    assert outcome is RETURNED


def test_raised_is_passed_on_and_not_stored():
    """What the function raises reaches the caller, and is kept by nobody."""
    asked, outcome = play(plan(POLICY, KEYED, ABSENT), [Raised(BOOM)])

    assert asked == [Execute()]
    assert outcome == Raised(BOOM)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([RETURNED, Failed(BOOM)], TroubleKind.ENCODE),
        ([RETURNED, SMALL, Failed(BOOM)], TroubleKind.SAVE),
        ([RETURNED, Sealed(b"x" * INLINE_LIMIT, b""), Failed(BOOM)], TroubleKind.SAVE),
    ],
    ids=["encode", "record", "blob"],
)
def test_what_cannot_be_stored_is_returned_all_the_same(answers, kind: TroubleKind):
    """A failure to store costs the caller a warning, not the value; and nothing follows it."""
    asked, outcome = play(plan(POLICY, KEYED, ABSENT), [*answers, None])

    assert asked[-1] == Report(Trouble(kind, "mod.f", BOOM))
    assert len(asked) == len(answers) + 1
    assert outcome is RETURNED


def test_strict_raises_before_running_when_the_store_cannot_be_asked():
    """In strict mode a broken store stops the call before it costs anything."""
    with pytest.raises(StopIteration) as end:
        next(plan(STRICT, KEYED, Unreachable(DOWN)))

    assert end.value.value == Raised(DOWN)


@pytest.mark.parametrize("answers", [[RETURNED, Failed(BOOM)], [RETURNED, SMALL, Failed(BOOM)]])
def test_strict_raises_what_kept_the_result_from_being_stored(answers):
    """In strict mode a result that is not stored is an error."""
    _, outcome = play(plan(STRICT, KEYED, ABSENT), answers)

    assert outcome == Raised(BOOM)


def test_inline_on_demand_is_reported_when_it_is_slow():
    """save_blob=False is obeyed; above 1 MiB the user hears what it costs."""
    policy = Policy(func_name="mod.f", save_blob=False, strict=True)
    huge = Sealed(b"x" * (WARN_LIMIT + 1), b"s" * 16)

    asked, outcome = play(plan(policy, KEYED, ABSENT), [RETURNED, huge, None, None])

    assert asked[2].trouble.kind is TroubleKind.OVERSIZED
    assert asked[3].record.result_data == huge.payload
    assert outcome is RETURNED


def test_a_call_without_a_key_runs_and_is_not_stored():
    """What cannot be told from another call is not remembered, and said so."""
    refusal = UncacheableArgument("x", "builtins.object", "no content")

    asked, outcome = play(plan_uncached(POLICY, refusal), [None, RETURNED])

    assert asked == [Report(Trouble(TroubleKind.ARGUMENT, "mod.f", refusal)), Execute()]
    assert outcome is RETURNED


def test_strict_refuses_a_call_without_a_key():
    """In strict mode the function does not run at all."""
    refusal = UncacheableArgument("x", "builtins.object", "no content")

    with pytest.raises(StopIteration) as end:
        next(plan_uncached(STRICT, refusal))

    assert end.value.value == Raised(refusal)


@pytest.mark.parametrize(
    "answers", [["nonsense"], [RETURNED, "nonsense"], [RETURNED, Sealed(b"x" * 70_000, b""), None]]
)
def test_a_driver_that_answers_nonsense_is_told_so(answers):
    """An effect takes the answers that it names, and no others."""
    with pytest.raises(TypeError, match="does not take"):
        play(plan(POLICY, KEYED, ABSENT), answers)


def test_every_message_says_what_came_of_it_and_what_to_do():
    """A trouble names the function, the error, the consequence and the way out."""
    for kind in TroubleKind:
        message = Trouble(kind, "mod.f", BOOM).message

        assert message.startswith("mod.f: ")
        assert "ValueError: boom" in message
        assert message.endswith(f"{kind.advice}.")
