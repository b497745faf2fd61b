"""The plan of a run under limits, played by hand."""

from datetime import UTC, datetime

import pytest

from beautyspot.core.attempts import (
    Acquire,
    Announce,
    Attempt,
    Came,
    Cancel,
    Late,
    Observe,
    Opened,
    Pause,
    Readings,
    Settle,
    TakeSlot,
    Tighten,
    attempts,
    is_unbilled,
)
from beautyspot.core.backoff import Backoff
from beautyspot.core.effects import Raised
from beautyspot.core.retry import Retry

SECOND = 1_000_000_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAILED = Raised(ConnectionError("down"))
RETRY = Retry(3, on=ConnectionError, wait=Backoff(first=2, jitter="none"))


class Refused(Exception):
    def __init__(self, status, retry_after=None):
        super().__init__(status)
        self.status_code = status
        self.retry_after = retry_after


def played(steps, *answers):
    """Answer the effects of a plan, and what it came to, when it is told so in this order."""
    effects, told = [], iter(answers)
    answer = None
    while True:
        try:
            effect = steps.send(answer)
        except StopIteration as end:
            assert [] == list(told), "the plan wanted to know less"
            return effects, end.value
        effects.append(effect)
        asks = isinstance(effect, Attempt | Observe | TakeSlot | Acquire)
        answer = next(told) if asks else None


def at(seconds):
    return Readings(int(seconds * SECOND), NOW, 0.5)


def test_without_limits_and_retries_the_function_is_run():
    effects, outcome = played(attempts(None, slots=False, limits=False), Came(1))

    assert [Attempt(1), Settle(Came(1))] == effects
    assert Came(1) == outcome


def test_the_charge_is_the_last_thing_before_the_call():
    effects, _ = played(attempts(None, slots=True, limits=True), None, None, Came(1))

    assert [TakeSlot(), Acquire(), Attempt(1), Settle(Came(1))] == effects


def test_every_attempt_enters_anew_and_a_pause_holds_nothing():
    steps = attempts(RETRY, slots=True, limits=True)
    effects, outcome = played(steps, None, None, FAILED, at(1), None, None, Came(1))
    entered = [TakeSlot(), Acquire()]

    assert [
        *(*entered, Attempt(1), Settle(FAILED), Observe()),
        *(Announce(1, FAILED.error, 2 * SECOND), Pause(2 * SECOND)),
        *(*entered, Attempt(2), Settle(Came(1)), Announce(2, None, None)),
    ] == effects
    assert Came(1) == outcome


def test_a_stream_that_has_begun_is_settled_by_its_end():
    effects, outcome = played(attempts(RETRY, slots=True, limits=False), None, Opened(1))

    assert [TakeSlot(), Attempt(1)] == effects
    assert Opened(1) == outcome


def test_the_last_attempt_is_the_outcome():
    steps = attempts(RETRY, slots=False, limits=False)
    effects, outcome = played(steps, FAILED, at(0), FAILED, at(2), FAILED, at(6))

    assert [1, 2, 3] == [effect.number for effect in effects if isinstance(effect, Attempt)]
    assert [2 * SECOND, 4 * SECOND] == [e.ns for e in effects if isinstance(e, Pause)]
    assert outcome is FAILED


@pytest.mark.parametrize(
    "answers",
    [
        [at(11)],  # the pause has overslept
        [at(5), Late()],  # no slot in time
        [at(5), None, at(11)],  # a slot too late
        [at(5), None, at(5), Late()],  # no grant in time
        [at(5), None, at(5), None, at(11)],  # a grant too late
    ],
    ids=["overslept", "no slot", "late slot", "no grant", "late grant"],
)
def test_no_attempt_begins_after_the_deadline(answers):
    """What is held by then is given back, and the caller gets the failure that he had."""
    retry = Retry(None, on=ConnectionError, wait=Backoff(first=2, jitter="none"), deadline=10)
    steps = attempts(retry, slots=True, limits=True)
    effects, outcome = played(steps, None, None, FAILED, at(1), *answers)

    assert 1 == len([effect for effect in effects if isinstance(effect, Attempt)])
    assert effects[-1] == Cancel()
    assert outcome is FAILED


def test_waits_of_another_attempt_are_bounded_by_the_deadline():
    retry = Retry(None, on=ConnectionError, wait=Backoff(first=2, jitter="none"), deadline=10)
    steps = attempts(retry, slots=True, limits=True)
    effects, _ = played(steps, None, None, FAILED, at(1), at(4), None, at(7), None, at(7), Came(1))

    assert [None, 6 * SECOND] == [e.within_ns for e in effects if isinstance(e, TakeSlot)]
    assert [None, 3 * SECOND] == [e.within_ns for e in effects if isinstance(e, Acquire)]


@pytest.mark.parametrize("retry", [None, Retry(on=KeyError), Retry(1, on=Refused)])
def test_a_server_that_wants_to_be_left_alone_holds_up_all(retry):
    """Whether the call is tried again or not."""
    refused = Raised(Refused(429, 7))
    steps = attempts(retry, slots=False, limits=True)
    effects, _ = played(steps, None, refused, at(0))

    assert Tighten(7 * SECOND) in effects


def test_nobody_is_held_up_for_longer_than_an_hour():
    """By what may be a slip, or the time of day in place of a duration."""
    refused = Raised(Refused(429, 1_790_000_000))
    effects, _ = played(attempts(None, slots=False, limits=True), None, refused, at(0))

    assert Tighten(3600 * SECOND) in effects


@pytest.mark.parametrize(
    ("retry", "status", "limits"),
    [
        (None, 503, True),
        (None, 529, True),
        (None, 429, False),
        (Retry(on=Refused, retry_after=False), 429, True),
    ],
    ids=["down", "overloaded", "no limits", "ignored"],
)
def test_nobody_is_held_up_by_what_is_said_of_no_limit(retry, status, limits):
    refused = Raised(Refused(status, 7))
    told = [None, refused, at(0)] if limits else [refused]
    if retry is not None:
        told += [None, Came(1)]
    effects, _ = played(attempts(retry, slots=False, limits=limits), *told)

    assert [] == [effect for effect in effects if isinstance(effect, Tighten)]


@pytest.mark.parametrize(
    ("unbilled", "statuses"),
    [(True, [400, 401, 404, 422, 429]), (False, [200, 302, 408, 499, 500, 529])],
)
def test_what_a_server_refuses_costs_the_request_alone(unbilled, statuses):
    assert {unbilled} == {is_unbilled(Refused(status)) for status in statuses}
    assert not is_unbilled(TimeoutError())
