"""What attempts come to: deadlines, charges, and what the caller is told in the end."""

import pytest

import beautyspot as bs


class Refused(Exception):
    """As a client raises it."""

    def __init__(self, status: int = 503, retry_after: float | None = None) -> None:
        super().__init__(status)
        self.status_code = status
        self.retry_after = retry_after


class Server:
    """Answers as it is told to, in this order, and then echoes; knows when it was asked."""

    def __init__(self, clock, *answers: BaseException) -> None:
        self.answers = list(answers)
        self.clock = clock
        self.asked: list[float] = []

    def __call__(self, x: object) -> object:
        self.asked.append(self.clock.monotonic_ns() / 1e9)
        if self.answers:
            raise self.answers.pop(0)
        return x

    def __cache_key__(self) -> str:
        """Functions are closed over it, and are the same function all the same."""
        return "server"


class Recorder(bs.HookBase):
    def __init__(self) -> None:
        self.told: list[bs.AttemptContext] = []

    def on_attempt(self, context: bs.AttemptContext) -> None:
        self.told.append(context)


EXACT = bs.Backoff(first=1, jitter="none")


def patient(attempts: int | None = 4, **options) -> bs.Retry:
    return bs.Retry(attempts, **{"on": Refused, "wait": EXACT, **options})


def test_an_answer_from_the_store_tries_nothing(clock, kind):
    """Not even once."""
    server = Server(clock)
    function = bs.Spot("a").mark(retry=patient())(kind.of(server))
    kind.call(function, 7)
    server.answers.append(Refused())

    assert 7 == kind.call(function, 7)
    assert [0] == server.asked


def test_no_attempt_begins_after_the_deadline(clock, kind):
    """A wait that would end later is not begun."""
    server = Server(clock, *(Refused() for _ in range(10)))
    function = bs.Spot("a").mark(retry=patient(None, deadline=8))(kind.of(server))
    with pytest.raises(Refused):
        kind.call(function, 7)

    assert [0, 1, 3, 7] == server.asked
    assert 7 == clock.monotonic_ns() / 1e9


def test_no_attempt_begins_after_the_deadline_because_of_a_limit(clock, kind):
    """Waiting for a limit counts; the caller gets what the function raised."""
    server = Server(clock, *(Refused() for _ in range(10)))
    spot = bs.Spot("a", rpm=6)
    function = spot.mark(retry=patient(None, deadline=25))(kind.of(server))
    with pytest.raises(Refused):
        kind.call(function, 7)

    assert [0, 10, 20] == server.asked


def test_an_attempt_that_is_refused_pays_no_tokens(clock, kind):
    """What the server did not do it does not bill; the wait is that of the schedule."""
    server = Server(clock, Refused(429), Refused(429))
    function = bs.Spot("a", tpm=60).mark(cost=10, retry=patient())(kind.of(server))

    assert 7 == kind.call(function, 7)
    assert [0, 1, 3] == server.asked


def test_everybody_waits_when_the_server_asks_to_be_left_alone(clock, kind):
    """A function without retries, too, when it shares the limit."""
    spot = bs.Spot("a", rpm=60)
    refused, other = Server(clock, Refused(429, 30)), Server(clock)
    first = spot.mark(retry=patient(1))(kind.of(refused))
    second = spot.mark(kind.of(other))
    with pytest.raises(Refused):
        kind.call(first, 7)

    assert 7 == kind.call(second, 7)
    assert [30] == other.asked


def test_a_server_that_asks_for_too_long_is_not_waited_for(clock, kind):
    """The exception comes at once, with a note that names the time."""
    server = Server(clock, Refused(429, 500))
    function = bs.Spot("a", rpm=60).mark(retry=patient(), max_wait=100)(kind.of(server))
    with pytest.raises(Refused) as caught:
        kind.call(function, 7)

    assert [0] == server.asked
    assert ["500.000 s" in note for note in caught.value.__notes__] == [True]


def test_a_hook_hears_that_no_attempt_follows(clock, kind):
    """The last failure has no delay."""
    recorder = Recorder()
    server = Server(clock, *(Refused() for _ in range(5)))
    function = bs.Spot("a", hooks=[recorder]).mark(retry=patient(2))(kind.of(server))
    with pytest.raises(Refused):
        kind.call(function, 7)

    assert [(1, 1.0), (2, None)] == [(told.attempt, told.delay) for told in recorder.told]


def test_a_function_of_the_users_that_fails_costs_nobody_the_exception(clock, kind):
    """It ends the attempts, with a note."""
    server = Server(clock, Refused())
    function = bs.Spot("a").mark(retry=bs.Retry(on=lambda error: 1 / 0))(kind.of(server))
    with pytest.raises(Refused) as caught:
        kind.call(function, 7)

    assert ["ZeroDivisionError" in note for note in caught.value.__notes__] == [True]


def test_the_seconds_that_a_result_took_leave_out_the_waits(clock):
    """What a hit saves is the work, not the patience."""
    server = Server(clock, Refused(), Refused())
    function = bs.Spot("a").mark(retry=patient())(lambda x: server(x))
    function(7)

    assert 0 == function.counts.seconds_run
