"""Whether a call is tried again, and when: decided without a clock and without chance."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beautyspot.core.backoff import Backoff
from beautyspot.core.errors import (
    LimitImpossible,
    LimitTimeout,
    QuotaExceeded,
    UncacheableArgument,
    ValidationError,
)
from beautyspot.core.retrying import Again, GiveUp, Retry, decide, left_ns, noted

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = 1_000_000_000
EXACT = Backoff(first=1, jitter="none")


class Refused(Exception):
    """As a client would raise it."""

    def __init__(self, retry_after: object = None) -> None:
        super().__init__("slow down")
        self.retry_after = retry_after


def after(retry, attempt=1, exception=None, *, elapsed=0.0, random=0.5, max_wait=None):
    """What is decided after an attempt; in seconds."""
    error = Refused() if exception is None else exception
    longest = None if max_wait is None else int(max_wait * SECOND)
    elapsed_ns = int(elapsed * SECOND)
    return decide(retry, attempt, error, elapsed_ns, NOW, random, max_wait_ns=longest)


# ------------------------------------------------------------------------------ what is tried again


@pytest.mark.parametrize(
    ("on", "exception", "again"),
    [
        (Refused, Refused(), True),
        (Refused, KeyError("x"), False),
        (LookupError, KeyError("x"), True),
        ((Refused, KeyError), KeyError("x"), True),
        ((Refused, KeyError), OSError(), False),
        (Exception, ExceptionGroup("several", [KeyError("x")]), True),
        (lambda error: "slow" in str(error), Refused(), True),
        (lambda error: "slow" in str(error), KeyError("x"), False),
    ],
)
def test_only_what_is_named_is_tried_again(on, exception, again: bool):
    """By its class, or by what a function says about it."""
    decision = after(Retry(on=on), 1, exception)

    assert again == isinstance(decision, Again)
    assert again or GiveUp("unnamed") == decision


@pytest.mark.parametrize(
    "ending",
    [
        KeyboardInterrupt(),
        SystemExit(1),
        GeneratorExit(),
        asyncio.CancelledError(),
        BaseExceptionGroup("several", [KeyboardInterrupt()]),
    ],
)
@pytest.mark.parametrize("on", [Exception, lambda error: True, lambda error: 0.5])
def test_what_ends_a_program_or_a_task_is_never_tried_again(on, ending):
    """Not even when a function names everything; it is not asked."""
    assert GiveUp("unnamed") == after(Retry(on=on), 1, ending)


@pytest.mark.parametrize(
    ("on", "refusal"),
    [
        (ValueError, LimitImpossible("tpm", 9, 5)),
        (TimeoutError, LimitTimeout(5.0, 1.0)),
        (Exception, QuotaExceeded("rpd", 1, 0, NOW)),
        (TypeError, UncacheableArgument("x", "m.X", "of no content")),
        (lambda error: True, LimitTimeout(5.0, 1.0)),
    ],
)
def test_what_a_limit_refuses_is_never_tried_again(on, refusal):
    """Waiting would not help, or has been decided on, whatever else the class is named for."""
    assert GiveUp("unnamed") == after(Retry(on=on), 1, refusal)


@given(attempts=st.integers(1, 10_000), attempt=st.integers(1, 20_000))
@example(attempts=1, attempt=1)
def test_attempts_are_calls_in_all(attempts: int, attempt: int):
    """The last of them is never followed by another one; every one before it is."""
    decision = after(Retry(attempts, on=Refused), attempt)

    assert (attempt < attempts) == isinstance(decision, Again)
    assert attempt < attempts or GiveUp("attempts") == decision


# ------------------------------------------------------------------------------------------- delays


@given(
    attempt=st.integers(1, 10_000),
    random=st.floats(0, 1, exclude_max=True),
    first=st.integers(0, 10**6),
    most=st.integers(0, 10**6),
    factor=st.floats(1, 1e6),
)
@example(attempt=10_000, random=0.999999, first=1.0, most=60.0, factor=1e6)
@example(attempt=10_000, random=0.999999, first=1.0, most=60.0, factor=1)
def test_full_jitter_stays_between_nothing_and_the_wait(attempt, random, first, most, factor):
    """The wait grows by the factor each time, up to the longest; no number is too large for it."""
    backoff = Backoff(first, most, factor)
    decision = after(Retry(None, on=Refused, wait=backoff, deadline=1e9), attempt, random=random)
    try:
        wait = min(first * float(factor) ** (attempt - 1), float(most))
    except OverflowError:
        wait = most if first else 0

    assert isinstance(decision, Again)
    assert 0 <= decision.delay_ns <= wait * SECOND * (1 + 1e-9) + 1
    assert type(decision.delay_ns) is int


def test_a_wait_without_jitter_is_that_wait():
    """It doubles up to a minute when nothing else is said."""
    retry = Retry(None, on=Refused, wait=EXACT, deadline=1e6)
    delays = [after(retry, attempt).delay_ns / SECOND for attempt in (1, 2, 3, 6, 7, 8, 10_000)]

    assert [1, 2, 4, 32, 60, 60, 60] == delays


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (4, 8.0),
        (timedelta(seconds=4), 8.0),
        (0, 0.0),
        (Backoff(4, 5), 2.5),
        (Backoff(4, factor=3), 6.0),
        (lambda attempt: attempt * 1.5, 4.5),
        (lambda attempt: timedelta(minutes=attempt), 180.0),
    ],
)
def test_a_number_is_the_first_wait_and_a_function_answers_the_very_one(wait, expected: float):
    """Half of it is drawn here; of what a function answers nothing is."""
    attempt = 2 if isinstance(wait, Backoff) else 3

    assert Again(int(expected * SECOND)) == after(Retry(5, on=Refused, wait=wait), attempt)


@pytest.mark.parametrize("delay", [0, 0.0, 0.25, 7, timedelta(milliseconds=3)])
def test_what_names_an_exception_may_answer_the_very_delay(delay):
    """Nothing is added to it, and 0 is a delay and not a refusal."""
    seconds = delay.total_seconds() if isinstance(delay, timedelta) else delay

    assert Again(int(seconds * SECOND)) == after(Retry(on=lambda error: delay, wait=99))


# ----------------------------------------------------------------------------------------- deadline


@given(
    elapsed=st.integers(-10, 200),
    deadline=st.integers(1, 100),
    asked=st.none() | st.integers(0, 200),
    wait=st.integers(0, 100),
    jitter=st.sampled_from(["full", "none"]),
    random=st.floats(0, 1, exclude_max=True),
)
def test_nothing_begins_after_the_deadline(elapsed, deadline, asked, wait, jitter, random):
    """Neither by the schedule nor because a server asks for it; at the deadline is not after."""
    backoff = Backoff(wait, factor=1, most=wait, jitter=jitter)
    retry = Retry(None, on=Refused, wait=backoff, deadline=deadline)
    decision = after(retry, 1, Refused(asked), elapsed=elapsed, random=random)
    begins = max(0, elapsed) + max(wait * (random if jitter == "full" else 1), asked or 0)

    match decision:
        case Again(delay_ns):
            assert max(0, elapsed) * SECOND + delay_ns <= deadline * SECOND
        case GiveUp(reason):
            assert reason in {"deadline", "asked"}
            assert begins > deadline - 1e-6


def test_a_delay_that_would_end_after_the_deadline_is_not_begun():
    """Who cannot try again learns it at once."""
    retry = Retry(5, on=Refused, wait=EXACT, deadline=timedelta(seconds=10))

    assert Again(4 * SECOND) == after(retry, 3, elapsed=6)
    assert GiveUp("deadline") == after(retry, 3, elapsed=6.001)
    assert GiveUp("deadline") == after(Retry(on=lambda error: 11, deadline=10))


@pytest.mark.parametrize(
    ("deadline", "elapsed", "expected"),
    [
        (None, 5, None),
        (10, 0, 10),
        (10, 10, 0),
        (10, 11, -1),
        (timedelta(minutes=1), 1, 59),
        (10, -3, 10),
    ],
)
def test_what_is_left_of_the_deadline_can_be_asked(deadline, elapsed: int, expected):
    """Who waits for something else between two attempts asks; a clock that steps back adds none."""
    left = left_ns(Retry(on=Refused, deadline=deadline), elapsed * SECOND)

    assert left == (None if expected is None else expected * SECOND)


# -------------------------------------------------------------------------------------- Retry-After


@given(random=st.floats(0, 1, exclude_max=True), asked=st.integers(0, 3600))
def test_what_the_server_asks_for_is_the_least(random: float, asked: int):
    """The schedule's jitter comes on top, so that all who hear the same come at different times."""
    decision = after(Retry(on=Refused, wait=4), 1, Refused(asked), random=random)

    assert Again(asked * SECOND + int(4 * SECOND * random), asked * SECOND) == decision


def test_many_who_hear_the_same_number_come_back_spread():
    """A thousand waiters of one limit do not ask again in the same instant."""
    retry = Retry(on=Refused, wait=1)
    delays = {after(retry, 1, Refused(5), random=n / 1000).delay_ns for n in range(1000)}

    assert 1000 == len(delays)


def test_waits_without_jitter_are_not_added_to_what_the_server_asks_for():
    """The longer of the two counts."""
    assert Again(7 * SECOND, 7 * SECOND) == after(Retry(on=Refused, wait=EXACT), 1, Refused(7))
    assert Again(2 * SECOND, SECOND) == after(Retry(on=Refused, wait=EXACT), 2, Refused(1))
    assert Again(9 * SECOND, SECOND) == after(Retry(on=Refused, wait=lambda n: 9), 2, Refused(1))


@pytest.mark.parametrize(
    ("retry", "asked", "max_wait", "named"),
    [
        (Retry(on=Refused, deadline=30), 31, None, ("31.000", "30.000 s of its deadline")),
        (Retry(on=Refused, deadline=30), 25, 20, ("25.000", "20.000 s is the longest")),
        (Retry(on=Refused), 171, 120, ("171.000", "120.000 s is the longest")),
        (Retry(on=Refused), 86_400, None, ("86400.000", "3600.000 s is what it waits at most")),
        (Retry(on=Refused, deadline=30), float("inf"), None, ("30.000 s",)),
    ],
)
def test_a_server_that_asks_for_too_long_is_not_waited_for(retry, asked, max_wait, named):
    """The exception is the caller's at once, with both times."""
    decision = after(retry, 1, Refused(asked), max_wait=max_wait)

    assert isinstance(decision, GiveUp)
    assert "asked" == decision.reason
    assert all(words in decision.note for words in named)


def test_a_deadline_allows_any_wait_that_ends_before_it():
    """The hour is for those who have said nothing."""
    assert isinstance(after(Retry(on=Refused, deadline=9000), 1, Refused(7200)), Again)
    assert isinstance(after(Retry(on=Refused), 1, Refused(7200), max_wait=9000), Again)


def test_what_the_server_asks_for_is_known_after_the_last_attempt_too():
    """Others who share the limit want to hear of it."""
    assert GiveUp("attempts", 5 * SECOND) == after(Retry(1, on=Refused), 1, Refused(5))


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (None, 5 * SECOND),
        (False, None),
        (lambda error: error.retry_after + 1, 6 * SECOND),
        (lambda error: timedelta(seconds=2), 2 * SECOND),
        (lambda error: None, None),
    ],
)
def test_where_it_is_read_can_be_said(reader, expected):
    """In the usual places, by a function, or not at all."""
    retry = Retry(on=Refused, wait=0, retry_after=reader)

    assert Again(expected or 0, expected) == after(retry, 1, Refused(5))


# ------------------------------------------------------------------------- functions of the user's


def failing(*_args):
    raise ZeroDivisionError("mine")


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def unspeakable(*_args):
    raise Unspeakable


@pytest.mark.parametrize(
    "answer",
    [None, "1", -1, -0.5, float("nan"), float("inf"), 1e300, 10**400, [], timedelta(-1), NOW],
)
@pytest.mark.parametrize("role", ["on", "wait", "retry_after"])
def test_nonsense_ends_the_attempts_and_says_so(role: str, answer):
    """The exception of the call is the one that the caller sees; the note names the nonsense."""
    if role == "retry_after" and answer is None:
        answer = True
    decision = after(Retry(**{"on": Refused, role: lambda given: answer}))

    assert "broken" == decision.reason
    assert f"{role}= answered {answer!r}" in decision.note


@pytest.mark.parametrize("role", ["on", "wait", "retry_after"])
@pytest.mark.parametrize(
    ("function", "words"), [(failing, "ZeroDivisionError: mine"), (unspeakable, "Unspeakable")]
)
def test_a_function_that_raises_ends_the_attempts_and_says_so(role: str, function, words: str):
    """Whatever it raises, if only it can be survived."""
    decision = after(Retry(**{"on": Refused, role: function}))

    assert "broken" == decision.reason
    assert words in decision.note


def test_a_note_is_added_once():
    """An exception that is raised again and again does not collect them."""
    error = Refused()
    noted(error, None)
    noted(error, "a")
    noted(error, "a")
    noted(error, "b")

    assert ["a", "b"] == error.__notes__


class Sealed(Exception):
    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)


def test_an_exception_that_takes_no_note_goes_without():
    """Its class may refuse to be written to."""
    error = Sealed()
    noted(error, "a")

    assert not hasattr(error, "__notes__")


# ------------------------------------------------------------------------------ checked at once


async def later(error):
    return True


@pytest.mark.parametrize(
    ("options", "match"),
    [
        *(({"attempts": n}, f"attempts={n!r}") for n in (0, -1, 1.5, True, "3")),
        ({"attempts": None}, "attempts=None and deadline=None"),
        *(({"on": on}, "names nothing") for on in ((), None, "KeyError", [KeyError], later, 3)),
        *(
            ({"on": on}, "never tried again")
            for on in (
                BaseException,
                KeyboardInterrupt,
                SystemExit,
                GeneratorExit,
                asyncio.CancelledError,
                (KeyError, SystemExit),
                (KeyError, "OSError"),
                (KeyError, (OSError,)),
                int,
                LimitTimeout,
                LimitImpossible,
                (KeyError, QuotaExceeded),
            )
        ),
        *(
            ({"wait": wait}, "is no wait")
            for wait in (
                -1,
                float("nan"),
                float("inf"),
                True,
                "1s",
                None,
                timedelta(-1),
                later,
                int,
            )
        ),
        *(({"deadline": end}, "deadline=") for end in (0, -1, float("nan"), True, "1m")),
        *(({"retry_after": reader}, "retry_after=") for reader in (True, 0, 5, "header", later)),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(options, match: str):
    """With what came, and with what is expected."""
    with pytest.raises(ValidationError, match=match) as caught:
        Retry(**{"on": Refused, **options})

    assert "expected" in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [
        *({name: wait} for name in ("first", "most") for wait in (-1, float("nan"), True, "1s")),
        *(
            {"factor": factor}
            for factor in (0.5, 0, -2, float("nan"), float("inf"), True, "2", 1e7)
        ),
        {"jitter": "half"},
        {"jitter": True},
    ],
)
def test_a_schedule_that_cannot_be_is_refused_at_once(options):
    """With what came, and with what is expected."""
    [(name, given)] = options.items()
    with pytest.raises(ValidationError, match="expected") as caught:
        Backoff(**options)

    assert f"{name}={given!r}" in str(caught.value)


def test_naming_nothing_is_refused():
    """Nothing is tried again that was not named."""
    with pytest.raises(TypeError, match="'on'"):
        Retry(3)
