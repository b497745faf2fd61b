"""How equal calls find each other, as the plan decides it: fed by hand, nothing waits."""

import pytest

from beautyspot.core.effects import (
    Alone,
    Board,
    Claim,
    Encode,
    Execute,
    Failed,
    InStore,
    Land,
    Leads,
    LookAgain,
    Raised,
    Recalled,
    Report,
    Returned,
    SaveRecord,
    Unshared,
    Wait,
)
from beautyspot.core.engine import Policy, plan
from beautyspot.core.errors import CacheMiss, StoreUnavailable, UncacheableArgument
from beautyspot.core.judge import ABSENT, BYPASSED, Unreachable
from beautyspot.core.keys import Keyed
from beautyspot.core.payload import Sealed
from beautyspot.testing import ManualClock

KEYED = Keyed("0" * 32, '{"x":1}')
POLICY = Policy(func_name="mod.f")
RETURNED = Returned(value=[1], elapsed=0.5, at=1_000)
SMALL = Sealed(b"payload", b"s" * 16)
BOOM = ValueError("boom")
DOWN = StoreUnavailable("down")
WAIT = Wait(ManualClock().event())


def play(steps, *answers):
    """Drive a plan to its end; answer what it asked for, and its outcome."""
    asked = [next(steps)]
    for answer in answers:
        try:
            asked.append(steps.send(answer))
        except StopIteration as end:
            return asked, end.value
    raise AssertionError(f"the plan goes on after {asked!r}")


def kinds(asked):
    return [type(effect) for effect in asked]


def test_the_leader_claims_looks_again_runs_saves_and_lands():
    """A result is told to those who wait when it is stored, and not before."""
    asked, outcome = play(
        plan(POLICY, KEYED, ABSENT), Leads(), None, None, RETURNED, SMALL, None, None
    )

    assert [Board, Claim, LookAgain, Execute, Encode, SaveRecord, Land] == kinds(asked)
    assert Land(SMALL) == asked[-1]
    assert outcome is RETURNED


def test_a_leader_that_finds_the_result_stored_meanwhile_runs_nothing():
    """Between the look-up and the claim another process may have run the call."""
    asked, outcome = play(plan(POLICY, KEYED, ABSENT), Leads(), None, Recalled("theirs"), None)

    assert [Board(), Claim(), LookAgain(), Land(InStore())] == asked
    assert Recalled("theirs") == outcome


def test_a_claim_is_tried_until_it_is_given():
    """While another process runs the call, the leader waits; there is no end to its patience."""
    waits = [answer for _ in range(50) for answer in (WAIT, None)]

    asked, outcome = play(
        plan(POLICY, KEYED, ABSENT), Leads(), *waits, None, Recalled("theirs"), None
    )

    assert [Claim(), WAIT] * 50 == asked[1:101]
    assert Recalled("theirs") == outcome


@pytest.mark.parametrize("landed", [Recalled([1]), Raised(BOOM)], ids=["value", "exception"])
def test_a_follower_gets_what_the_leader_got(landed):
    """Who waits runs nothing and stores nothing, whether the leader returned or raised."""
    asked, outcome = play(plan(POLICY, KEYED, ABSENT), WAIT, None, landed)

    assert [Board(), WAIT, Board()] == asked
    assert landed == outcome


def test_a_follower_looks_into_the_store_when_the_leader_found_the_result_there():
    """Every caller decodes a value of its own."""
    asked, outcome = play(plan(POLICY, KEYED, ABSENT), WAIT, None, InStore(), Recalled("theirs"))

    assert [Board(), WAIT, Board(), LookAgain()] == asked
    assert Recalled("theirs") == outcome


def test_a_follower_begins_anew_when_the_result_is_gone_again():
    """Deleted between the landing and the look: then this call runs it."""
    asked, outcome = play(
        plan(POLICY, KEYED, ABSENT), InStore(), None, Leads(), None, None, Raised(BOOM), None
    )

    assert [Board(), LookAgain(), Board(), Claim(), LookAgain(), Execute()] == asked[:-1]
    assert Raised(BOOM) == outcome


def test_a_call_from_within_itself_runs_plainly():
    """It would wait for itself: so it runs, is stored, and claims and lands nothing."""
    asked, outcome = play(plan(POLICY, KEYED, ABSENT), Alone(), RETURNED, SMALL, None)

    assert [Board, Execute, Encode, SaveRecord] == kinds(asked)
    assert outcome is RETURNED


def test_an_exception_lands():
    """Those who wait get the exception too, instead of each paying for it again."""
    asked, outcome = play(plan(POLICY, KEYED, ABSENT), Leads(), None, None, Raised(BOOM), None)

    assert Land(Raised(BOOM)) == asked[-1]
    assert Raised(BOOM) == outcome


def test_a_value_that_cannot_be_encoded_is_not_shared():
    """Without a copy for each caller nobody may have it but the one who ran."""
    asked, outcome = play(
        plan(POLICY, KEYED, ABSENT), Leads(), None, None, RETURNED, Failed(BOOM), None, None
    )

    assert [Report, Land] == kinds(asked[-2:])
    assert Land(Unshared()) == asked[-1]
    assert outcome is RETURNED


def test_a_value_that_cannot_be_saved_is_shared_all_the_same():
    """The store is in trouble, not the value."""
    asked, outcome = play(
        plan(POLICY, KEYED, ABSENT), Leads(), None, None, RETURNED, SMALL, Failed(BOOM), None, None
    )

    assert Land(SMALL) == asked[-1]
    assert outcome is RETURNED


def test_strict_lands_with_the_error():
    """In strict mode those who wait are told as well that the result is not stored."""
    policy = Policy(func_name="mod.f", strict=True)

    asked, outcome = play(
        plan(policy, KEYED, ABSENT), Leads(), None, None, RETURNED, SMALL, Failed(BOOM), None
    )

    assert Land(Raised(BOOM)) == asked[-1]
    assert Raised(BOOM) == outcome


def test_a_store_that_cannot_be_asked_is_not_asked_again():
    """One budget of time for the look-up is enough; equal calls of this process still share."""
    asked, outcome = play(
        plan(POLICY, KEYED, Unreachable(DOWN)), None, Leads(), RETURNED, SMALL, None, None
    )

    assert [Report, Board, Execute, Encode, SaveRecord, Land] == kinds(asked)
    assert outcome is RETURNED


def test_refresh_does_not_look_again():
    """What is stored is to be overwritten, whoever stored it a moment ago."""
    policy = Policy(func_name="mod.f", mode="refresh")

    asked, _ = play(plan(policy, KEYED, BYPASSED), Leads(), None, RETURNED, SMALL, None, None)

    assert [Board, Claim, Execute, Encode, SaveRecord, Land] == kinds(asked)


def test_readonly_shares_and_stores_nothing():
    """Equal calls of the process still run once; the store, and other processes, hear nothing."""
    policy = Policy(func_name="mod.f", mode="readonly")

    asked, outcome = play(plan(policy, KEYED, ABSENT), Leads(), RETURNED, SMALL, None)

    assert [Board, Execute, Encode, Land] == kinds(asked)
    assert outcome is RETURNED


def outcome_of(steps):
    with pytest.raises(StopIteration) as end:
        next(steps)
    return end.value.value


def test_replay_raises_what_is_missing():
    """Nothing runs: the error names the function, the key and the way out."""
    policy = Policy(func_name="mod.f", mode="replay")

    raised = outcome_of(plan(policy, KEYED, ABSENT))

    assert isinstance(raised.error, CacheMiss)
    assert "mod.f" in str(raised.error)
    assert KEYED.cache_key in str(raised.error)


def test_replay_raises_why_the_store_had_no_answer():
    """A store that cannot be asked is not the same as nothing stored."""
    policy = Policy(func_name="mod.f", mode="replay")

    assert Raised(DOWN) == outcome_of(plan(policy, KEYED, Unreachable(DOWN)))


def test_replay_refuses_calls_without_a_key():
    """They can never be answered from the store."""
    from beautyspot.core.engine import plan_uncached

    policy = Policy(func_name="mod.f", mode="replay")
    refusal = UncacheableArgument("x", "builtins.object", "no content")

    assert Raised(refusal) == outcome_of(plan_uncached(policy, refusal))


@pytest.mark.parametrize("nonsense", [None, "text", SMALL])
def test_boarding_takes_only_its_own_answers(nonsense):
    """A driver that answers something else is told so."""
    steps = plan(POLICY, KEYED, ABSENT)
    next(steps)

    with pytest.raises(TypeError, match="does not take"):
        steps.send(nonsense)
