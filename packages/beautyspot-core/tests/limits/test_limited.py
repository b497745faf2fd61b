"""Calls under limits: what runs pays, what is remembered is free."""

import asyncio
import functools
import inspect
import math
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import beautyspot as bs
from beautyspot.drivers.turns import Turn
from beautyspot.testing import ManualClock

from .conftest import running_on


def seconds(clock):
    return clock.monotonic_ns() / 1e9


async def somebody_sleeps(clock):
    while not clock.sleepers:  # noqa: ASYNC110  # the clock tells nobody
        await asyncio.sleep(0)


def test_every_run_pays_and_waits(clock, kind, marked):
    """60 tokens a minute, 10 a call: the first goes at once, the third after twenty seconds."""
    spot = bs.Spot("a", tpm=60)
    function = marked(spot, kind.of(lambda x: x), cost=10)

    assert [1, 2, 3] == [kind.call(function, x) for x in (1, 2, 3)]
    assert 20 == seconds(clock)


def test_what_is_remembered_is_free(clock, kind, marked):
    """In whatever order the decorators stand."""
    spot = bs.Spot("a", tpm=60)
    function = marked(spot, kind.of(lambda x: x), cost=10)
    for _ in range(10):
        assert 7 == kind.call(function, 7)

    assert 0 == seconds(clock)
    assert (9, 1) == (function.counts.hits, function.counts.runs)


def test_the_cost_is_asked_of_the_arguments(clock, kind, marked):
    spot = bs.Spot("a", tpm=60)
    function = marked(spot, kind.of(lambda x: x), cost=lambda x: len(x))
    kind.call(function, "a" * 30)
    kind.call(function, "b")

    assert 30 == seconds(clock)


def test_requests_count_without_being_asked_for(clock, kind):
    """Also those of functions that say nothing of limits."""
    spot = bs.Spot("a", rpm=6)
    function = spot.mark(kind.of(lambda x: x))
    for x in range(4):
        kind.call(function, x)

    assert 30 == seconds(clock)


def test_all_functions_of_a_spot_share_its_limits(clock):
    spot = bs.Spot("a", rpm=6)
    one, other = spot.mark(lambda x: x), spot.mark(lambda y: y)
    one(1), other(1), one(2)

    assert 20 == seconds(clock)


def test_a_function_that_says_no_cost_uses_no_tokens(clock):
    spot = bs.Spot("a", tpm=60)
    paying, other = spot.mark(cost=60)(lambda x: x), spot.mark(lambda y: y)
    paying(1), other(1), other(2)

    assert 0 == seconds(clock)


def test_a_function_may_be_left_out(clock):
    spot = bs.Spot("a", rpm=1)
    local = spot.mark(limited=False)(lambda x: x)
    local(1), local(2), local(3)

    assert 0 == seconds(clock)


def test_what_it_cost_in_fact_is_settled(clock, kind, marked):
    """60 are estimated and 6 are used: the next one waits 6 seconds, not 60."""
    spot = bs.Spot("a", tpm=60)
    function = marked(spot, kind.of(lambda x: {"used": 6}), cost=60, settle=lambda r: r["used"])
    kind.call(function, 1)
    kind.call(function, 2)

    assert 6 == seconds(clock)


def test_units_are_settled_by_name(clock, kind):
    spot = bs.Spot("a", limits={"itpm": 60, "otpm": 60})
    function = spot.mark(
        cost={"input_tokens": 1, "output_tokens": 60},
        settle=lambda r: {"output_tokens": r},
    )(kind.of(lambda x: 5))
    kind.call(function, 1)
    kind.call(function, 2)

    assert 5 == seconds(clock)


def test_a_settlement_that_fails_costs_nobody_the_value(clock, kind, marked):
    """The estimate stands, and one warning says so."""
    spot = bs.Spot("a", tpm=60)
    function = marked(spot, kind.of(lambda x: x), cost=10, settle=lambda r: r["usage"])
    with pytest.warns(bs.BeautySpotWarning, match="settle= answers"):
        assert 1 == kind.call(function, 1)
    kind.call(function, 2)

    assert 10 == seconds(clock)


def test_every_key_has_the_limits_for_itself(clock, kind, marked):
    spot = bs.Spot("a", tpm=60)
    function = marked(spot, kind.of(lambda x: x), cost=30, key=lambda x: x[0])
    kind.call(function, "a1"), kind.call(function, "b1")
    assert 0 == seconds(clock)

    kind.call(function, "a2")
    assert 30 == seconds(clock)


def test_a_wait_that_is_too_long_is_refused_at_once(clock, kind, marked):
    """Nothing runs, nothing is kept, and it is known before it is waited for."""
    spot = bs.Spot("a", tpm=60)
    function = marked(spot, kind.of(lambda x: x), cost=60, max_wait=30)
    kind.call(function, 1)
    with pytest.raises(bs.LimitTimeout) as caught:
        kind.call(function, 2)

    assert (60, 30) == (caught.value.needed, caught.value.allowed)
    assert (0, 1) == (seconds(clock), function.counts.runs - function.counts.errors)


@pytest.mark.parametrize("cost", [-1, True, 1.5, math.nan, math.inf, "3", {"tokens": -1}, {"x": 1}])
@pytest.mark.parametrize("said", ["constant", "asked"])
def test_a_cost_that_is_none_is_refused(clock, kind, marked, cost, said):
    """Constant ones when they are said, the others before anything runs or is charged."""
    spot = bs.Spot("a", tpm=60)
    given = cost if said == "constant" else lambda x: cost
    ran = []
    with pytest.raises(bs.ValidationError, match="expected") as caught:
        kind.call(marked(spot, kind.of(ran.append), cost=given), 1)
    if cost != {"x": 1}:
        assert "from 0 to 60" in str(caught.value)

    assert ([], 0) == (ran, seconds(clock))


@pytest.mark.parametrize("said", ["constant", "asked"])
def test_a_cost_that_can_never_be_granted_is_refused_by_both_numbers(clock, kind, marked, said):
    spot = bs.Spot("a", tpm=60)
    with pytest.raises(bs.LimitImpossible, match=r"cost of 61 .* at most 60"):
        kind.call(marked(spot, kind.of(str), cost=61 if said == "constant" else lambda x: 61), 1)


def test_what_a_cost_function_raises_is_the_callers(clock, kind, marked):
    def cost(x):
        raise LookupError("no tokenizer")

    function = marked(bs.Spot("a", tpm=60), kind.of(str), cost=cost)
    with pytest.raises(LookupError, match="no tokenizer"):
        kind.call(function, 1)


def test_arguments_that_do_not_fit_are_not_charged(clock, kind, marked):
    spot = bs.Spot("a", tpm=60)
    function = marked(spot, kind.of(str), cost=60)
    with pytest.raises(TypeError, match="positional"):
        kind.call(function, 1, 2, 3)
    kind.call(function, 1)

    assert 0 == seconds(clock)


@pytest.mark.parametrize("how", ["uncached", "off", "unmarked"])
def test_limits_are_kept_without_the_store_too(clock, kind, how):
    spot = bs.Spot("a", tpm=60, mode="off" if how == "off" else None)
    plain = spot.limiter(cost=30)(kind.of(lambda x: x))
    function = plain if how == "unmarked" else spot.mark(plain)
    run = function.uncached if how == "uncached" else function

    assert [5, 5] == [kind.call(run, 5), kind.call(run, 5)]
    assert 30 == seconds(clock)


def test_a_run_is_timed_without_its_waits(clock, kind):
    """What is saved is the work, not the queue."""
    spot = bs.Spot("a", tpm=60)

    def work(x):
        clock.advance(2)
        return x

    function = spot.mark(cost=60)(kind.of(work))
    kind.call(function, 1), kind.call(function, 2)

    assert 62 == seconds(clock)
    assert 4 == function.counts.seconds_run


class Model:
    spot = None

    def __init__(self, name):
        self.name = name

    def __cache_key__(self):
        return self.name


def test_methods_are_limited(clock):
    spot = bs.Spot("a", tpm=60)

    class Client(Model):
        @spot.mark
        @spot.limiter(cost=lambda self, text: len(text))
        def ask(self, text):
            return self.name + text

        @spot.mark
        @staticmethod
        @spot.limiter(cost=5)
        def plain(text):
            return text

        @classmethod
        @spot.mark
        @spot.limiter(cost=5)
        def of(cls, text):
            return cls(text).name

        @spot.limiter(cost=5)
        def bare(self, text):
            return text

    client = Client("m")

    assert ("mx" * 1, "y", "z") == (client.ask("x"), client.plain("y"), Client.of("z"))
    assert "b" == client.bare("b")
    assert 11 == seconds(clock)


def test_a_decorator_between_stays_where_it_is(clock):
    """It is run with the function: inside of what remembers, around what is limited."""
    spot = bs.Spot("a", tpm=60)
    seen = []

    def shouting(function):
        @functools.wraps(function)
        def shout(x):
            seen.append(x)
            return function(x).upper()

        return shout

    @spot.mark
    @shouting
    @spot.limiter(cost=30)
    def f(x):
        return x

    assert ["A", "A", "B"] == [f("a"), f("a"), f("b")]
    assert (["a", "b"], 30) == (seen, seconds(clock))


def test_limits_around_what_remembers_are_refused(clock):
    """They would count hits, and a decorator between hides what remembers."""
    spot = bs.Spot("a", tpm=60)
    marked = spot.mark(lambda x: x)

    @functools.wraps(marked)
    def around(x):
        return marked(x)

    with pytest.raises(bs.ConfigurationError, match="right above or below"):
        spot.limiter(cost=1)(around)


@pytest.mark.parametrize("said", [{"share": 0.5}, {"provider": "sliding"}])
@pytest.mark.parametrize("beside", [{}, {"concurrency": 2}])
def test_what_says_more_about_limits_needs_one(here, monkeypatch, said, beside):
    """As an argument: the environment says it for all Spots of a program."""
    with pytest.raises(bs.ValidationError, match="without a limit"):
        bs.Spot("a", **said, **beside)

    monkeypatch.setenv("BEAUTYSPOT_SHARE", "1/2")
    monkeypatch.setenv("BEAUTYSPOT_PROVIDER", "sliding")
    bs.Spot("a", **beside)


def test_a_longest_wait_needs_something_to_wait_for(here):
    """Limits, slots, or a server that says when it may be asked again."""
    with pytest.raises(bs.ConfigurationError, match=r"max_wait= .* has no limits"):
        bs.Spot("a").mark(max_wait=3)(lambda x: x)

    bs.Spot("a", concurrency=2).mark(max_wait=3)(lambda x: x)
    bs.Spot("a").mark(max_wait=3, retry=bs.Retry(on=OSError))(lambda x: x)


@pytest.mark.parametrize("said", [{"cost": 1}, {"settle": len}])
def test_a_spot_without_limits_has_nothing_to_be_charged_by(here, said):
    with pytest.raises(bs.ConfigurationError, match="has no limits"):
        bs.Spot("a").mark(**said)(lambda x: x)
    with pytest.raises(bs.ConfigurationError, match="has no limits"):
        bs.Spot("a").limiter(**said)(lambda x: x)
    with pytest.raises(bs.ConfigurationError, match="only limits how many"):
        bs.Spot("a", concurrency=2).mark(**said)(lambda x: x)


def test_a_thing_is_said_once(here):
    spot = bs.Spot("a", tpm=60)
    limited = spot.limiter(cost=1)(lambda x: x)
    with pytest.raises(bs.ConfigurationError, match=r"cost= .* said twice"):
        spot.mark(cost=2)(limited)
    with pytest.raises(bs.ConfigurationError, match="said twice"):
        spot.limiter(cost=2)(limited)
    with pytest.raises(bs.ConfigurationError, match="exclude each other"):
        spot.mark(cost=2, limited=False)


@pytest.mark.parametrize(
    "said", [{"settle": 3}, {"max_wait": -1}, {"max_wait": math.nan}, {"max_wait": "1"}, {"key": 3}]
)
def test_what_cannot_be_used_is_refused_when_it_is_said(here, said):
    with pytest.raises(bs.ValidationError, match="is not possible: expected"):
        bs.Spot("a", tpm=60).limiter(**said)


def test_a_key_that_is_no_text_is_refused(clock):
    function = bs.Spot("a", tpm=60).limiter(cost=1, key=lambda x: None)(lambda x: x)
    with pytest.raises(bs.ValidationError, match="key= answered None"):
        function(1)


def test_a_refusal_keeps_the_request_and_gives_back_the_tokens(clock, kind):
    """A server that answers 4xx has not worked; after 5xx or a time-out nobody knows."""

    class Refused(Exception):
        def __init__(self, status):
            self.status_code = status

    def ask(status):
        if status:
            raise Refused(status)

    spot = bs.Spot("a", tpm=60)
    function = spot.mark(cost=60)(kind.of(ask))
    with pytest.raises(Refused):
        kind.call(function, 400)
    assert 0 == seconds(clock)
    with pytest.raises(Refused):
        kind.call(function, 500)
    assert 0 == seconds(clock)
    kind.call(function, 0)

    assert 60 == seconds(clock)


def test_a_server_that_wants_to_be_left_alone_is_left_alone_by_everybody(clock, kind):
    class TooMany(Exception):
        status_code = 429
        retry_after = 17

    def ask(x):
        if x == 1:
            raise TooMany

    spot = bs.Spot("a", rpm=6000)
    one, other = spot.mark(kind.of(ask)), spot.mark(kind.of(lambda x: x))
    with pytest.raises(TooMany):
        kind.call(one, 1)
    kind.call(other, 2)

    assert 17 == seconds(clock)


def test_at_most_so_many_run_at_the_same_time(here):
    """Threads and tasks of several event loops together, of all functions of a Spot."""
    running, most, lock = [0], [0], threading.Lock()

    def work(x):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        threading.Event().wait(0.002)
        with lock:
            running[0] -= 1
        return x

    spot = bs.Spot("a", concurrency=3)
    plain = spot.mark(work)

    @spot.mark
    async def coroutine(x):
        return await asyncio.to_thread(work, x)

    async def several(n):
        await asyncio.gather(*(coroutine(n + i) for i in range(10)))

    with ThreadPoolExecutor(12) as pool:
        jobs = [pool.submit(plain, x) for x in range(30)]
        jobs += [pool.submit(asyncio.run, several(100 * n)) for n in range(3)]
        for job in jobs:
            job.result(20)

    assert 3 == most[0]


def test_a_limited_call_within_another_does_not_wait_for_it(here):
    """With one slot for all: it has the slot of the one that waits for it."""
    spot = bs.Spot("a", concurrency=1)
    inner = spot.mark(lambda x: x + 1)
    outer = spot.mark(lambda x: inner(x) + inner(x + 10))

    assert 14 == outer(1)


def test_who_waits_for_an_equal_call_lends_it_his_slot(here):
    """One slot: it is held by a call that asks for what another thread leads, and that waits."""
    spot = bs.Spot("a", concurrency=1)
    leads, holds = threading.Event(), threading.Event()

    @spot.mark
    def shared(x):
        return x

    @spot.mark
    def holder(x):
        holds.set()
        leads.wait(20)
        return shared(x)

    def lead():
        holds.wait(20)
        original = shared._results.flights.begin

        def begin(flight):
            begun = original(flight)
            leads.set()
            return begun

        shared._results.flights.begin = begin
        return shared(1)

    with ThreadPoolExecutor(2) as pool:
        jobs = pool.submit(holder, 1), pool.submit(lead)
        assert [1, 1] == [job.result(20) for job in jobs]


def test_a_cancelled_task_leaves_nothing_behind(here):
    """Neither in the line of a limit nor with a slot."""
    clock = ManualClock()
    with running_on(clock):
        spot = bs.Spot("a", tpm=60, concurrency=2)

    @spot.mark(cost=60)
    async def call(x):
        return x

    async def main():
        await call(0)
        waiting = [asyncio.ensure_future(call(x)) for x in (1, 2)]
        await somebody_sleeps(clock)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        last = asyncio.ensure_future(call(3))
        await somebody_sleeps(clock)
        clock.advance(60)
        return await last

    assert 3 == asyncio.run(main())


def test_an_interrupt_before_the_call_costs_nothing(clock, monkeypatch):
    """After it is granted, and before the function runs."""
    spot = bs.Spot("a", tpm=60)
    function = spot.mark(cost=60)(lambda x: x)
    with monkeypatch.context() as patch:
        patch.setattr(Turn, "sends", interrupted)
        with pytest.raises(KeyboardInterrupt):
            function(1)
    function(2)

    assert 0 == seconds(clock)


def interrupted(*_):
    raise KeyboardInterrupt


def test_followers_pay_nothing(here):
    """Twenty threads ask the same: one runs and is charged."""
    clock = ManualClock()
    with running_on(clock):
        spot = bs.Spot("a", tpm=60)
    function = spot.mark(cost=60)(lambda x: x)
    with ThreadPoolExecutor(20) as pool:
        assert [5] * 20 == list(pool.map(function, [5] * 20))

    assert 1 == function.counts.runs
    assert 0 == clock.monotonic_ns()


def test_a_limiter_of_ones_own(clock, kind):
    """Any adapter of the port: what it refuses is refused, what fails in it holds up nobody."""

    asked = []

    class Mine:
        def acquire(self, cost, *, key="", max_wait_ns=None):
            asked.append(cost)
            raise ConnectionError("no server")

        async def acquire_async(self, cost, *, key="", max_wait_ns=None):
            return self.acquire(cost)

        def try_acquire(self, cost, *, key=""): ...

        def tighten(self, **what): ...

    spot = bs.Spot("a", limiter=Mine())
    function = spot.mark(cost={"tokens": 3})(kind.of(lambda x: x))
    with pytest.warns(bs.BeautySpotWarning, match="no server"):
        assert 1 == kind.call(function, 1)
    assert [{"tokens": 3}] == asked
    asked.clear()
    with pytest.raises(ConnectionError):
        kind.call(spot.mark(strict=True)(kind.of(lambda x: x + 1)), 1)

    with pytest.raises(bs.ConfigurationError, match="exclude each other"):
        bs.Spot("b", limiter=Mine(), rpm=3)
    with pytest.raises(bs.ConfigurationError, match="acquire"):
        bs.Spot("b", limiter=object())


@pytest.mark.parametrize("said", ["limiter", "retry"])
def test_without_mark_a_function_is_seen_to_be_of_its_kind(clock, kind, said):
    """By decorators, web frameworks and test runners: whoever awaits what is to be awaited."""
    spot = bs.Spot("a", rpm=60)
    decorate = spot.limiter if said == "limiter" else spot.retry(on=ValueError)
    function = kind.of(lambda x: x)
    limited = decorate(function)

    for asks in (
        inspect.iscoroutinefunction,
        asyncio.iscoroutinefunction,
        inspect.isgeneratorfunction,
        inspect.isasyncgenfunction,
    ):
        assert asks(function) is asks(limited)
    assert 7 == kind.call(limited, 7)
    with pytest.raises(TypeError, match=r"takes from 0 to 1 positional arguments but 2 were given"):
        kind.call(limited, 1, 2)
    assert 0 == seconds(clock)


@pytest.mark.parametrize("limits", [{"tpm": 60}, {"tpm": 60, "rpm": 60}, {"limits": {"tpd": 60}}])
def test_what_is_settled_has_a_cost_to_wait_for(here, limits):
    """A call that costs nothing waits for nothing, so that what it used would limit nobody."""
    spot = bs.Spot("a", **limits)

    unmarked = spot.limiter(settle=lambda result: 3)(lambda x: x)
    with pytest.raises(bs.ConfigurationError, match=r"settle= without cost=.* 'tokens'"):
        unmarked(1)
    with pytest.raises(bs.ConfigurationError, match=r"settle= without cost="):
        spot.mark(settle=lambda result: 3)(lambda x: x)
    assert 1 == spot.mark(cost=5)(unmarked)(1)
    assert 1 == bs.Spot("b", rpm=60).limiter(settle=lambda result: 1)(lambda x: x)(1)


@pytest.mark.parametrize("said", [{}, {"key": "a"}, {"max_wait": 3}])
def test_a_limit_of_tokens_wants_to_know_how_many(here, said):
    """Who asks for it at a function is not left without a limit for lack of a cost."""
    spot = bs.Spot("a", tpm=60)

    unmarked = spot.limiter(**said)(lambda x: x)
    with pytest.raises(bs.ConfigurationError, match=r"say cost=.* 'tokens'"):
        unmarked(1)
    with pytest.raises(bs.ConfigurationError, match=r"say cost="):
        spot.mark(unmarked)
    assert 1 == spot.mark(cost=5)(unmarked)(1)
    assert 1 == spot.mark(lambda x: x)(1)
    assert 1 == bs.Spot("b", tpm=60, concurrency=1).limiter(**said)(lambda x: x)(1)


def test_a_limiter_without_limits_is_named_as_it_is_written(here):
    with pytest.raises(bs.ConfigurationError, match=r"^@spot\.limiter is said .* has no limits"):
        bs.Spot("a").limiter(lambda x: x)


def test_a_bucket_of_tokens_wants_to_know_how_many(clock):
    """A ``TokenBucket`` is treated as the limit of a Spot is."""
    spot = bs.Spot("a", limiter=bs.TokenBucket(60, clock=clock))

    with pytest.raises(bs.ConfigurationError, match="say cost="):
        spot.limiter(lambda x: x)(1)
    with pytest.raises(bs.LimitImpossible, match=r"61 .* 60"):
        spot.mark(cost=61)(lambda x: x)
    assert [1, 1] == [spot.limiter(cost=30)(lambda x: x)(1) for _ in range(2)]
    assert 30 == seconds(clock)
