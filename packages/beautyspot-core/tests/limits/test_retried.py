"""Calls that are tried again: inside of what remembers, outside of the limits."""

import asyncio
import threading

import pytest

import beautyspot as bs


def seconds(clock):
    return clock.monotonic_ns() / 1e9


class Failing:
    """Fails so many times."""

    def __init__(self, times, error=ConnectionError):
        self.times = times
        self.error = error
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        if self.calls <= self.times:
            raise self.error(f"attempt {self.calls}")
        return x


STEADY = bs.Backoff(first=1, factor=1, jitter="none")


@pytest.fixture(params=["mark=", "retry below", "retry above", "retry in between"])
def tried(request):
    """Answer how to mark a function that is tried again: the spellings mean the same."""

    def mark(spot, function, **options):
        if request.param == "mark=":
            return spot.mark(retry=bs.Retry(**options))(function)
        if request.param == "retry above":
            return spot.retry(**options)(spot.mark(function))
        if request.param == "retry in between":
            return spot.mark(limited=True)(spot.retry(bs.Retry(**options))(function))
        return spot.mark(spot.retry(**options)(function))

    return mark


def test_what_is_named_is_tried_again(clock, kind, tried):
    """After the wait that is said; what is returned in the end is remembered."""
    body = Failing(2)
    function = tried(bs.Spot("a", rpm=6000), kind.of(body), on=ConnectionError, wait=STEADY)

    assert [5, 5] == [kind.call(function, 5), kind.call(function, 5)]
    assert (3, 2) == (body.calls, seconds(clock))
    assert (1, 1, 0) == (function.counts.hits, function.counts.runs, function.counts.errors)


def test_what_is_not_named_is_never_tried_again(clock, kind, tried):
    body = Failing(1, KeyError)
    function = tried(bs.Spot("a", rpm=6000), kind.of(body), on=ConnectionError)
    with pytest.raises(KeyError):
        kind.call(function, 5)

    assert (1, 0) == (body.calls, seconds(clock))


def test_the_last_failure_is_the_callers(clock, kind, tried):
    body = Failing(9)
    function = tried(bs.Spot("a", rpm=6000), kind.of(body), on=ConnectionError, attempts=4)
    with pytest.raises(ConnectionError, match="attempt 4"):
        kind.call(function, 5)


def test_every_attempt_pays(clock, kind):
    """20 tokens each of 60 a minute: the third begins after forty seconds."""
    body = Failing(2)
    spot = bs.Spot("a", tpm=60)
    function = spot.mark(
        cost=20, retry=bs.Retry(on=ConnectionError, wait=bs.Backoff(first=1, jitter="none"))
    )(kind.of(body))
    kind.call(function, 5)

    assert 40 == seconds(clock)


def test_a_wait_holds_no_slot(here):
    """One slot: while one call waits for its next attempt, another one runs."""
    spot = bs.Spot("a", concurrency=1)
    failed, done = threading.Event(), threading.Event()

    class Watch(bs.HookBase):
        def on_attempt(self, context):
            failed.set()

    body = Failing(1)

    @spot.mark(hooks=[Watch()], retry=bs.Retry(on=ConnectionError, wait=lambda n: 0.3))
    def waiting(x):
        assert body.calls == 0 or done.is_set()
        return body(x)

    @spot.mark
    def other(x):
        failed.wait(20)
        done.set()
        return x

    async def main():
        waits = asyncio.to_thread(waiting, 1)
        task = asyncio.ensure_future(waits)
        await asyncio.to_thread(failed.wait, 20)
        assert 2 == await asyncio.to_thread(other, 2)
        return await task

    assert 1 == asyncio.run(main())


def test_the_limits_of_a_run_go_with_every_attempt(clock, kind):
    """What a limit refuses is not tried again, whatever is named."""
    spot = bs.Spot("a", tpm=60)
    body = Failing(9)
    retry = bs.Retry(on=Exception, attempts=9, wait=STEADY)
    function = spot.mark(cost=60, max_wait=10, retry=retry)(kind.of(body))
    with pytest.raises(bs.LimitTimeout):
        kind.call(function, 5)

    assert 1 == body.calls


def test_a_server_says_when_to_come_back(clock, kind, tried):
    """Retry-After is the least that is waited, and everybody keeps to it."""

    class TooMany(Exception):
        status_code = 429
        retry_after = 30

    body = Failing(1, TooMany)
    function = tried(bs.Spot("a", rpm=6000), kind.of(body), on=TooMany, wait=STEADY)
    kind.call(function, 5)

    assert 30 == seconds(clock)


def test_a_server_that_is_down_says_nothing_of_limits(clock):
    class Overloaded(Exception):
        status_code = 529
        retry_after = 30

    spot = bs.Spot("a", rpm=6000)
    with pytest.raises(Overloaded):
        spot.mark(Failing(1, Overloaded))(1)
    spot.mark(lambda x: x)(1)

    assert seconds(clock) < 1


def test_hooks_are_told_of_every_attempt(clock, kind):
    told = []

    class Watch(bs.HookBase):
        def on_attempt(self, context):
            told.append(context)

    def work(x):
        clock.advance(2)
        return body(x)

    body = Failing(1)
    spot = bs.Spot("a", tpm=60, hooks=[Watch()])
    function = spot.mark(cost=30, version="v", retry=bs.Retry(on=ConnectionError, wait=STEADY))(
        kind.of(work)
    )
    kind.call(function, 5)
    first, second = told

    assert (1, 1.0, 2.0, 0.0) == (first.attempt, first.delay, first.elapsed, first.waited)
    assert isinstance(first.error, ConnectionError)
    # 30 s after the first grant: 2 s of work, 1 s of delay, 27 s for the limit.
    assert (2, None, None) == (second.attempt, second.delay, second.error)
    assert (2.0, 28.0) == (second.elapsed, second.waited)
    assert {function.key(5)} == {context.cache_key for context in told}
    assert ((5,), "v") == (first.args, first.version)


def test_a_hook_that_fails_stops_no_attempt(clock, kind):
    class Broken(bs.HookBase):
        def on_attempt(self, context):
            raise RuntimeError("mine")

    function = bs.Spot("a", hooks=[Broken()]).mark(retry=bs.Retry(on=ConnectionError, wait=STEADY))(
        kind.of(Failing(2))
    )
    with pytest.warns(bs.BeautySpotWarning, match="a hook raised"):
        assert 5 == kind.call(function, 5)


def test_a_stream_is_not_tried_again_once_it_has_begun(clock):
    """What is handed out cannot be taken back."""
    calls = []

    @bs.Spot("a").mark(retry=bs.Retry(on=ConnectionError, wait=STEADY))
    def stream(x):
        calls.append(x)
        if len(calls) == 1:
            raise ConnectionError("before the first chunk")
        yield 1
        raise ConnectionError("after it")

    chunks = stream(1)
    assert 1 == next(chunks)
    with pytest.raises(ConnectionError, match="after it"):
        next(chunks)
    assert 2 == len(calls)


def test_without_mark_calls_are_tried_again_too(clock, kind):
    body = Failing(2)
    function = bs.Spot("a").retry(on=ConnectionError, wait=STEADY)(kind.of(body))

    assert [5, 6] == [kind.call(function, 5), kind.call(function, 6)]
    assert 4 == body.calls


@pytest.mark.parametrize("ends", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_what_ends_a_program_or_a_task_passes(clock, ends):
    body = Failing(1, ends)
    function = bs.Spot("a", concurrency=1).mark(retry=bs.Retry(on=Exception))(body)
    with pytest.raises(ends):
        function(1)

    assert 1 == body.calls
    assert 1 == function(1)


def test_an_option_that_is_no_retry_is_refused(here):
    with pytest.raises(bs.ValidationError, match=r"retry=3 is not possible: expected Retry"):
        bs.Spot("a").mark(retry=3)
    with pytest.raises(TypeError, match="on"):
        bs.Spot("a").retry(attempts=3)


def test_what_a_retry_says_is_not_said_beside_it(here):
    """It would be said to nobody."""
    with pytest.raises(TypeError, match=r"attempts= goes into Retry\("):
        bs.Spot("a").retry(bs.Retry(on=ValueError), attempts=9)


def test_the_deadline_begins_with_the_first_attempt(clock, kind):
    """What waits for its limits in a long line has its retries all the same."""
    spot = bs.Spot("a", tpm=60)
    first = spot.mark(cost=60)(lambda x: x)
    first(1)
    body = Failing(1)
    retry = bs.Retry(on=ConnectionError, attempts=2, wait=STEADY, deadline=62)
    function = spot.mark(cost=60, retry=retry)(kind.of(body))

    assert 5 == kind.call(function, 5)
    assert 120 == seconds(clock)


@pytest.mark.parametrize(("says", "resumed"), [(None, 1), (5.0, 5)])
def test_who_says_how_to_read_a_server_is_believed(clock, kind, tried, says, resumed):
    """Also that it says nothing: the usual places are not looked at then."""

    class TooMany(Exception):
        status_code = 429
        retry_after = 30

    body = Failing(1, TooMany)
    spot = bs.Spot("a", rpm=6000)
    kind.call(tried(spot, kind.of(body), on=TooMany, wait=STEADY, retry_after=lambda _: says), 5)

    assert resumed == seconds(clock)
