"""Streams under limits: charged before their first chunk, settled after their last."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

import beautyspot as bs


def seconds(clock):
    return clock.monotonic_ns() / 1e9


def test_a_stream_is_charged_when_its_first_chunk_is_asked_for(clock):
    spot = bs.Spot("a", tpm=60)

    @spot.limiter(cost=60)
    def stream(x):
        yield from range(3)

    first, second = stream(1), stream(2)
    assert 0 == next(first)
    assert 0 == seconds(clock)
    assert 0 == next(second)
    assert 60 == seconds(clock)


def test_it_is_settled_by_what_it_returned_or_by_its_last_chunk(clock):
    spot = bs.Spot("a", tpm=60)
    settled = []

    def settle(result):
        settled.append(result)
        return 0

    @spot.mark(cost=60, settle=settle)
    def returning(x):
        yield 1
        return {"usage": 3}

    @spot.mark(cost=60, settle=settle)
    def ending(x):
        yield 1
        yield {"usage": 4}

    @spot.mark(cost=60, settle=settle)
    async def ending_async(x):
        yield 1
        yield {"usage": 5}

    async def all_of(x):
        return [chunk async for chunk in ending_async(x)]

    for _ in range(2):  # the second time from the store
        list(returning(1)), list(ending(1)), asyncio.run(all_of(1))

    assert [{"usage": 3}, {"usage": 4}, {"usage": 5}] == settled
    assert 0 == seconds(clock)


def test_a_slot_is_held_until_a_stream_ends(clock):
    spot = bs.Spot("a", concurrency=1)

    @spot.limiter
    def stream(x):
        yield 1
        yield 2

    slots = spot._parts.gate().slots

    def is_free():
        with ThreadPoolExecutor(1) as pool:  # in a context of its own, where nobody lends a slot
            try:
                pool.submit(slots.take, max_wait_ns=0).result(20).release()
            except bs.LimitTimeout:
                return False
        return True

    for end in (list, lambda chunks: chunks.close()):
        chunks = stream(1)
        assert is_free()
        next(chunks)
        assert not is_free()
        end(chunks)
        assert is_free()

    chunks = stream(1)
    next(chunks)
    with pytest.raises(ZeroDivisionError):
        chunks.throw(ZeroDivisionError)
    assert is_free()


def test_what_is_sent_and_thrown_reaches_the_generator(clock):
    """Without ``mark`` a limited generator is one like any other."""
    spot = bs.Spot("a", tpm=60)

    @spot.limiter(cost=1)
    def echo(x):
        got = []
        while len(got) < 3:
            try:
                got.append((yield len(got)))
            except KeyError as error:
                got.append(error.args)
        return got

    chunks = echo(1)
    assert 0 == next(chunks)
    assert 1 == chunks.send("a")
    assert 2 == chunks.throw(KeyError("b"))
    with pytest.raises(StopIteration) as end:
        chunks.send("c")
    assert ["a", ("b",), "c"] == end.value.value


def test_what_is_sent_and_thrown_reaches_an_async_generator(clock):
    spot = bs.Spot("a", tpm=60)

    @spot.limiter(cost=1)
    async def echo(x):
        got = []
        while len(got) < 3:
            try:
                got.append((yield list(got)))
            except KeyError as error:
                got.append(error.args)

    async def main():
        chunks = echo(1)
        assert [] == await anext(chunks)
        assert ["a"] == await chunks.asend("a")
        assert ["a", ("b",)] == await chunks.athrow(KeyError("b"))
        with pytest.raises(StopAsyncIteration):
            await chunks.asend("c")
        closed = echo(2)
        await anext(closed)
        await closed.aclose()

    asyncio.run(main())


def test_a_limited_stream_within_a_loop_over_one_goes_on(here):
    """One slot for both: the inner one has it while the outer one waits for its reader."""
    spot = bs.Spot("a", concurrency=1)

    @spot.mark
    def stream(x):
        yield x
        yield x + 1

    assert [[1, [5, 6]], [2, [5, 6]]] == [[chunk, list(stream(5))] for chunk in stream(1)]


def test_so_does_an_async_stream_within_a_loop_over_one(here):
    """The generator runs in a task of its own; it is its reader who has the slot meanwhile."""
    spot = bs.Spot("a", concurrency=1)

    @spot.mark
    async def stream(x):
        yield x
        yield x + 1

    async def main():
        return [[chunk, [inner async for inner in stream(5)]] async for chunk in stream(1)]

    assert [[1, [5, 6]], [2, [5, 6]]] == asyncio.run(asyncio.wait_for(main(), 20))


def test_readers_of_one_stream_have_its_slot_for_what_they_call(here):
    """Each of them, and not only the one who has begun it."""
    spot = bs.Spot("a", concurrency=1)

    @spot.mark
    def stream(x):
        yield from range(x)

    @spot.mark
    def step(chunk):
        return chunk

    def read(_):
        return [step(chunk) for chunk in stream(50)]

    with ThreadPoolExecutor(4) as pool:
        assert [list(range(50))] * 4 == list(pool.map(read, range(4), timeout=60))


def test_so_do_tasks_that_read_one_stream(here):
    spot = bs.Spot("a", concurrency=1)

    @spot.mark
    async def stream(x):
        for chunk in range(x):
            await asyncio.sleep(0)
            yield chunk

    @spot.mark
    async def step(chunk):
        await asyncio.sleep(0)
        return chunk

    async def read():
        return [await step(chunk) async for chunk in stream(20)]

    async def main():
        return await asyncio.gather(*[read() for _ in range(4)])

    assert [list(range(20))] * 4 == asyncio.run(asyncio.wait_for(main(), 60))


@pytest.mark.parametrize("decorators", ["limiter", "mark"])
def test_who_reads_a_stream_gives_its_slot_to_the_call_he_waits_for(here, decorators):
    """The reader waits for a call that waits for the slot of the stream that he reads."""
    spot = bs.Spot("a", concurrency=1)

    @(spot.limiter if decorators == "limiter" else spot.mark)
    def stream(x):
        yield 1
        yield 2

    @spot.mark
    def step(chunk):
        return chunk

    slots = spot._parts.gate().slots
    chunks = stream(1)
    first = next(chunks)
    with ThreadPoolExecutor(1) as pool:
        led = pool.submit(step, first)
        while not slots.line.places:  # until it waits for the slot
            pass

        assert first == step(first)
        assert first == led.result(20)
    assert [2] == list(chunks)
    assert not slots.held


@pytest.mark.parametrize("decorators", ["limiter", "mark"])
def test_what_breaks_off_after_a_chunk_was_not_refused(clock, decorators):
    """Its tokens may be billed, also when what it raises tells of another request."""
    spot = bs.Spot("a", tpm=60)

    class TooMany(Exception):
        status_code = 429

    def stream(x):
        yield x
        raise TooMany

    chunks = getattr(spot, decorators)(cost=60)(stream)
    with pytest.raises(TooMany):
        list(chunks(1))
    with pytest.raises(TooMany):
        list(chunks(2))

    assert 60 == seconds(clock)
