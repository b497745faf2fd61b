"""Async generator functions: as generator functions, and nobody's cancellation is another one's.

Nothing here sleeps: who waits for whom is decided by events, or by steps of the loop.
"""

import asyncio
import gc
import os
import sqlite3
import threading
import weakref
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, closing
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any

import pytest

import beautyspot as bs
from beautyspot.core.errors import CacheMiss, StoreUnavailable
from beautyspot.core.explanation import Verdict
from beautyspot.drivers import offload
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB

LARGE = 100_000  # bytes: too many for a record
LIMIT = 30


class Beside:
    """What a function uses and what does not count."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __cache_key__(self) -> str:
        return "beside"


@pytest.fixture
def log() -> list[Any]:
    return []


@pytest.fixture
def spot(tmp_path):
    with bs.Spot("streams", db=tmp_path / "streams.db") as spot:
        yield spot


def run(main, *args):
    """Run in a loop that complains of what is left behind."""
    with asyncio.Runner(debug=False) as runner:
        return runner.run(asyncio.wait_for(main(*args), LIMIT))


async def drained(stream):
    return [chunk async for chunk in stream]


async def steps(n):
    for _ in range(n):
        await asyncio.sleep(0)


async def alone():
    """Wait until all other tasks have ended: a generator that was dropped is closed in one."""
    while len(asyncio.all_tasks()) > 1:  # noqa: ASYNC110  # the tasks of this loop take turns
        await asyncio.sleep(0)


def stored(tmp_path: Path) -> int:
    """How many records there are."""
    with closing(sqlite3.connect(tmp_path / "streams.db")) as database:
        if not database.execute("SELECT * FROM sqlite_master WHERE name = 'tasks'").fetchall():
            return 0
        return database.execute("SELECT count(*) FROM tasks").fetchone()[0]


def files(tmp_path: Path) -> list[str]:
    """The blobs, and what is on its way to be one."""
    folder = tmp_path / "streams.blobs"
    return [path.name for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]


def running(marked: Any) -> int:
    """How many runs are under way."""
    return len(marked._results.flights._aloft)


CHUNKS = {
    "none": [],
    "falsy": [None, 0, "", b"", [], {}, False],
    "large": [os.urandom(LARGE), b"small", os.urandom(LARGE)],
    "very large": [os.urandom(700_000)] * 3,
    "many": list(range(5_000)),
}


@pytest.mark.parametrize("kind", CHUNKS)
def test_what_was_yielded_is_replayed(spot, log, kind):
    @spot.mark(ignore=("log",))
    async def stream(kind, log):
        log.append(kind)
        for chunk in CHUNKS[kind]:
            await asyncio.sleep(0)
            yield chunk

    async def main():
        return await drained(stream(kind, log)), await drained(stream(kind, log))

    assert (CHUNKS[kind], CHUNKS[kind]) == run(main)
    assert [kind] == log
    assert (1, 1, 0) == (stream.counts.runs, stream.counts.hits, stream.counts.errors)


def test_a_call_answers_an_async_generator(spot, log, tmp_path):
    """Nothing runs before it is asked for its first chunk; wrong arguments are refused at once."""

    @spot.mark(ignore=("log",))
    async def stream(x, log):
        log.append(x)
        yield x

    async def main():
        unused = stream(1, log)
        assert isinstance(unused, AsyncGenerator)
        del unused
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'log'"):
            stream(1)
        await steps(3)

    run(main)
    assert [] == log
    assert not (tmp_path / "streams.db").exists()


def test_chunks_pass_through_as_they_come(spot, log):
    """The next one is not made before somebody asks for it."""

    @spot.mark(ignore=("log",))
    async def stream(log):
        for number in range(3):
            log.append(number)
            yield number

    async def main():
        chunks = stream(log)
        assert 0 == await anext(chunks)
        await steps(10)
        assert [0] == log
        assert 1 == await anext(chunks)
        await steps(10)
        assert [0, 1] == log
        await chunks.aclose()

    run(main)


def test_a_chunk_is_the_very_object(spot):
    made = [1]

    @spot.mark(ignore=("beside",))
    async def stream(beside):
        yield beside.made

    async def main():
        return await drained(stream(Beside(made=made)))

    (chunk,) = run(main)
    assert chunk is made


@pytest.mark.parametrize("size", [1, LARGE])
@pytest.mark.parametrize("how", ["closed", "dropped", "thrown", "left"])
def test_a_stream_that_is_not_read_to_its_end_is_not_stored(spot, tmp_path, log, size, how):
    """The generator is closed at once, and may await while it is; nothing stays."""

    @spot.mark(ignore=("log",))
    async def stream(log):
        try:
            for _ in range(3):
                await asyncio.sleep(0)
                yield b"x" * size
        finally:
            await asyncio.sleep(0)
            log.append("closed")

    async def main():
        chunks = stream(log)
        await anext(chunks), await anext(chunks)
        if how == "closed":
            await chunks.aclose()
            await chunks.aclose()
        elif how == "thrown":
            with pytest.raises(LookupError):
                await chunks.athrow(LookupError("by the caller"))
        elif how == "dropped":
            del chunks
            await alone()
        else:
            with pytest.raises(LookupError):
                async with aclosing(chunks):
                    raise LookupError("by the caller")
        assert ["closed"] == log
        await alone()

    with asyncio.Runner() as runner:
        runner.run(main())
    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)
    assert 0 == running(stream)
    assert (1, 0) == (stream.counts.runs, stream.counts.errors)


@pytest.mark.parametrize("size", [1, LARGE])
def test_an_exception_passes_untouched(spot, tmp_path, size):
    error = LookupError("gone", 404)

    @spot.mark(ignore=("error",))
    async def stream(error):
        yield b"x" * size
        await asyncio.sleep(0)
        raise error

    async def main():
        chunks = stream(error)
        await anext(chunks)
        with pytest.raises(LookupError) as caught:
            await anext(chunks)
        assert caught.value is error
        assert [] == await drained(chunks)
        return caught

    caught = run(main)
    assert "raise error" in str(caught.traceback[-1].statement)
    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)
    assert (1, 1) == (stream.counts.runs, stream.counts.errors)


class Heavy(Exception):
    pass


class Chunk:
    """Cannot be encoded."""


def test_an_error_and_a_chunk_are_not_kept_alive(spot):
    @spot.mark
    async def stream():
        yield {1}
        yield Chunk()
        yield Chunk()
        raise Heavy

    async def main():
        chunks = stream()
        await anext(chunks)
        for _ in range(2):
            gone = weakref.ref(await anext(chunks))
            assert gone() is None
        try:
            await anext(chunks)
        except Heavy as error:
            gone = weakref.ref(error)
        await steps(3)
        assert gone() is None

    gc.disable()
    try:
        with pytest.warns(bs.BeautySpotWarning, match="returned but not stored"):
            run(main)
    finally:
        gc.enable()


def test_what_is_sent_is_refused(spot):
    @spot.mark
    async def stream():
        yield 1
        yield 2

    async def main():
        for _ in range(2):
            chunks = stream()
            await anext(chunks)
            with pytest.raises(bs.ConfigurationError, match="takes nothing"):
                await chunks.asend("more")
            assert [] == await drained(chunks)
            await drained(stream())

    run(main)


@pytest.mark.parametrize("size", [1, LARGE])
def test_a_chunk_that_cannot_be_encoded_passes(spot, tmp_path, size):
    @spot.mark
    async def stream():
        yield b"x" * size
        yield Chunk()
        yield b"last"

    async def main():
        first, second, last = await drained(stream())
        assert (b"x" * size, Chunk, b"last") == (first, type(second), last)

    with pytest.warns(bs.BeautySpotWarning, match="returned but not stored"):
        run(main)
    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)


def test_in_strict_mode_a_chunk_that_cannot_be_encoded_is_raised(spot, log):
    @spot.mark(strict=True, ignore=("log",))
    async def stream(log):
        try:
            yield b"x" * LARGE
            yield Chunk()
            yield 3
        finally:
            log.append("closed")

    async def main():
        chunks = stream(log)
        await anext(chunks)
        with pytest.raises(bs.SerializationError):
            await anext(chunks)
        assert ["closed"] == log

    run(main)


class Down(MemoryTaskDB):
    def save(self, record):
        raise StoreUnavailable("the database is down")


def test_a_record_that_cannot_be_saved_costs_no_chunk(tmp_path):
    with bs.Spot("down", db=Down(), storage=MemoryBlobStore()) as spot:

        @spot.mark
        async def stream():
            yield b"x" * LARGE

        async def main():
            assert [b"x" * LARGE] == await drained(stream())

        with pytest.warns(bs.BeautySpotWarning, match="the database is down"):
            run(main)


def test_a_damaged_stream_is_a_miss(spot, tmp_path):
    @spot.mark
    async def stream():
        for number in range(3):
            yield b"%d" % number * LARGE

    async def main():
        return await drained(stream())

    run(main)
    (path,) = [p for p in (tmp_path / "streams.blobs").glob("??/*") if p.is_file()]
    content = bytearray(path.read_bytes())
    content[-30] ^= 1
    path.write_bytes(content)
    with pytest.warns(bs.BeautySpotWarning, match="could not be read back"):
        assert [b"%d" % number * LARGE for number in range(3)] == run(main)
    assert 2 == stream.counts.runs


def test_what_can_be_asked_of_a_call(spot, log):
    @spot.mark(ignore=("log",))
    async def stream(size, log):
        log.append(size)
        yield b"x" * size

    async def main():
        for size in (1, LARGE):
            with pytest.raises(CacheMiss):
                stream.peek(size, log)
            assert [b"x" * size] == await drained(stream(size, log))
            assert Verdict.HIT is stream.explain(size, log).verdict
            assert [b"x" * size] == list(stream.peek(size, log))
            assert [b"x" * size] == await drained(stream.refresh(size, log))
            assert [b"x" * size] == await drained(stream.uncached(size, log))
            assert stream.delete(size, log)
            assert [size] * 3 == log
            log.clear()

    run(main)


def test_an_argument_without_content_runs_uncached(spot, log):
    @spot.mark
    async def stream(x, client):
        log.append(x)
        yield x

    async def main():
        assert [1] == await drained(stream(1, object()))

    with pytest.warns(bs.BeautySpotWarning, match="ran uncached"):
        run(main)
    run(main)
    assert [1, 1] == log


def test_background_saves_store_streams(tmp_path, log):
    with bs.Spot("later", db=tmp_path / "later.db", save_sync=False) as spot:

        @spot.mark(ignore=("log",))
        async def stream(size, log):
            log.append(size)
            yield b"x" * size

        async def main():
            for size in (1, LARGE):
                for _ in range(2):
                    assert [b"x" * size] == await drained(stream(size, log))

        run(main)
        assert spot.flush()
        assert [1, LARGE] == log


def test_many_tasks_share_a_cold_stream(spot, log):
    """One runs; all get all chunks from the first on, each copies of his own."""

    @spot.mark(ignore=("beside",))
    async def stream(beside):
        beside.log.append("ran")
        await beside.go.wait()
        for number in range(20):
            await asyncio.sleep(0)
            yield [number]

    async def main():
        beside = Beside(log=log, go=asyncio.Event())
        consumers = [asyncio.create_task(drained(stream(beside))) for _ in range(8)]
        while seats(stream) < 8:  # noqa: ASYNC110  # the tasks of this loop take turns
            await asyncio.sleep(0)
        beside.go.set()
        return await asyncio.gather(*consumers)

    everything = run(main)
    assert [[[n] for n in range(20)]] * 8 == everything
    assert 8 == len({id(chunks[7]) for chunks in everything})
    assert ["ran"] == log
    assert (1, 7) == (stream.counts.runs, stream.counts.hits)
    assert 0 == running(stream)


@pytest.mark.parametrize("size", [1, LARGE])
def test_who_comes_late_gets_the_beginning(spot, log, size):
    """From memory, or from what is already on its way into a blob."""

    @spot.mark(ignore=("log",))
    async def stream(log):
        log.append("ran")
        for number in range(6):
            yield b"%d" % number * size

    async def main():
        early = stream(log)
        first = [await anext(early) for _ in range(4)]
        late = stream(log)
        assert first == [await anext(late) for _ in range(4)]
        assert b"4" * size == await anext(late)
        rest = await drained(early)
        assert [b"4" * size, b"5" * size] == rest
        assert [b"5" * size] == await drained(late)
        assert [b"%d" % number * size for number in range(6)] == await drained(stream(log))

    run(main)
    assert ["ran"] == log


def test_who_leaves_takes_nothing_from_the_others(spot, log):
    """Not even the one who began; the generator goes on in its task."""

    @spot.mark(ignore=("log",))
    async def stream(log):
        try:
            for number in range(4):
                yield number
            log.append("end")
        finally:
            log.append("closed")

    async def main():
        one, two = stream(log), stream(log)
        assert 0 == await anext(one) == await anext(two)
        await one.aclose()
        assert [] == log
        assert [1, 2, 3] == await drained(two)
        assert ["end", "closed"] == log
        assert [0, 1, 2, 3] == await drained(stream(log))

    run(main)
    assert ["end", "closed"] == log


def test_the_generator_is_closed_when_the_last_one_leaves(spot, tmp_path, log):
    @spot.mark(ignore=("log",))
    async def stream(log):
        try:
            for number in range(4):
                yield b"%d" % number * LARGE
        finally:
            log.append("closed")

    async def main():
        one, two = stream(log), stream(log)
        await anext(one), await anext(two), await anext(one)
        await one.aclose()
        assert [] == log
        await two.aclose()
        assert ["closed"] == log

    run(main)
    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)


def test_a_cancelled_puller_does_not_break_the_others(spot, log):
    """What he has begun is not lost: the others get the chunk that he asked for."""

    @spot.mark(ignore=("beside",))
    async def stream(beside):
        try:
            yield 0
            await beside.go.wait()
            yield 1
        except asyncio.CancelledError:
            beside.log.append("cancelled")
            raise

    async def main():
        beside = Beside(go=asyncio.Event(), log=log)
        puller, other = stream(beside), stream(beside)
        assert 0 == await anext(puller) == await anext(other)
        pulling = asyncio.create_task(anext(puller))
        await steps(5)
        waiting = asyncio.create_task(anext(other))
        await steps(5)
        pulling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pulling
        beside.go.set()
        assert 1 == await waiting
        assert [] == await drained(other)
        assert [0, 1] == await drained(stream(beside))

    run(main)
    assert [] == log
    assert 1 == stream.counts.runs


def test_a_cancelled_consumer_cancels_the_generator_that_nobody_else_wants(spot, tmp_path, log):
    """Where it stands, as if it was not marked; it has ended when the consumer has."""

    @spot.mark(ignore=("log",))
    async def stream(log):
        yield b"x" * LARGE
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            log.append("cancelled")
            raise
        yield 2

    async def main():
        chunks = stream(log)
        await anext(chunks)
        pulling = asyncio.create_task(anext(chunks))
        await steps(5)
        pulling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pulling
        assert ["cancelled"] == log

    run(main)
    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)
    assert (1, 0) == (stream.counts.runs, stream.counts.errors)


def test_a_timeout_around_a_chunk_ends_the_stream(spot, log):
    @spot.mark(ignore=("log",))
    async def stream(log):
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            log.append("closed")

    async def main():
        chunks = stream(log)
        await anext(chunks)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await anext(chunks)
        assert ["closed"] == log

    run(main)


VARIABLE: ContextVar[str] = ContextVar("VARIABLE", default="outside")


def test_the_body_is_one_task_with_one_context(spot):
    """Time-outs, task groups and context variables may span chunks, whoever asks for them."""

    @spot.mark
    async def stream():
        token = VARIABLE.set("inside")
        async with asyncio.timeout(LIMIT), asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0))
            yield VARIABLE.get()
            await asyncio.sleep(0)
            yield VARIABLE.get()
        VARIABLE.reset(token)
        yield VARIABLE.get()

    async def main():
        chunks = stream()
        seen = [await asyncio.create_task(anext(chunks)) for _ in range(3)]
        assert [] == await drained(chunks)
        assert "outside" == VARIABLE.get()
        return seen

    assert ["inside", "inside", "outside"] == run(main)


def test_a_generator_that_is_cancelled_by_what_it_awaits_says_so(spot):
    """``CancelledError`` of the generator's own passes like every other exception."""

    @spot.mark
    async def stream():
        yield 1
        other = asyncio.get_running_loop().create_future()
        other.cancel()
        await other

    async def main():
        chunks = stream()
        await anext(chunks)
        with pytest.raises(asyncio.CancelledError):
            await anext(chunks)
        first = stream()
        assert 1 == await anext(first)
        await first.aclose()

    run(main)
    assert 0 == running(stream)


def seats(marked: Any) -> int:
    """How many take part in the runs that are under way."""
    flights = list(marked._results.flights._aloft.values())
    return sum(len(flight.stream.tee._seats) for flight in flights)


def test_an_exception_reaches_all_who_take_part(spot):
    """After the chunks before it; one has the very object, the others one like it."""

    @spot.mark(ignore=("beside",))
    async def stream(beside):
        yield 1
        await beside.go.wait()
        raise beside.error

    async def consume(beside):
        chunks = stream(beside)
        seen = [await anext(chunks)]
        with pytest.raises(LookupError) as raised:
            await anext(chunks)
        return seen, raised.value

    async def main():
        beside = Beside(error=LookupError("gone", 404), go=asyncio.Event())
        consumers = [asyncio.create_task(consume(beside)) for _ in range(4)]
        while seats(stream) < 4:  # noqa: ASYNC110  # the tasks of this loop take turns
            await asyncio.sleep(0)
        beside.go.set()
        return beside.error, await asyncio.gather(*consumers)

    error, ends = run(main)
    assert [[1]] * 4 == [seen for seen, _ in ends]
    assert [("gone", 404)] * 4 == [raised.args for _, raised in ends]
    assert 4 == len({id(raised) for _, raised in ends})
    assert any(raised is error for _, raised in ends)
    assert 1 == stream.counts.runs


def test_a_chunk_that_cannot_be_encoded_is_shared_as_it_is(spot):
    """By those who are here; who comes later runs for himself."""

    @spot.mark
    async def stream():
        yield [1]
        yield Chunk()
        yield [3]

    async def main():
        one, two, three = stream(), stream(), stream()
        for chunks in (one, two, three):
            assert [1] == await anext(chunks)
        lent = await anext(one)
        assert [3] == await anext(one)
        assert 0 == running(stream)
        later = stream()
        await anext(later)
        assert await anext(later) is not lent
        assert await anext(two) is lent
        third = await anext(two)
        assert lent is await anext(three)
        assert third is not await anext(three)
        for chunks in (one, two, three):
            assert [] == await drained(chunks)
        await later.aclose()

    with pytest.warns(bs.BeautySpotWarning, match="returned but not stored"):
        run(main)
    assert 2 == stream.counts.runs


def test_a_stream_that_asks_for_itself_runs_instead_of_waiting(spot):
    @spot.mark(ignore=("beside",))
    async def stream(x, beside):
        beside.depth += 1
        if beside.depth < 3:
            async for chunk in stream(x, beside):
                yield chunk
        yield beside.depth

    async def main():
        assert [3, 3, 3] == await drained(stream(1, Beside(depth=0)))

    run(main)


def test_two_streams_that_ask_for_each_other_do_not_wait_for_ever(spot):
    """Each of them is running; then whoever would wait runs for itself."""

    @spot.mark(ignore=("beside",))
    async def one(beside):
        yield 1
        beside.both.set()
        async for chunk in two(beside):
            yield chunk

    @spot.mark(ignore=("beside",))
    async def two(beside):
        yield 2
        await beside.both.wait()
        if not beside.depth:
            beside.depth += 1
            async for chunk in one(beside):
                yield chunk

    async def main():
        beside = Beside(both=asyncio.Event(), depth=0)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(drained(f(beside))) for f in (one, two)]
        return [task.result() for task in tasks]

    first, second = run(main)
    assert 1 == first[0]
    assert 2 == second[0]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("event", ["pre_execute", "on_cache_miss"])
def test_a_hook_may_ask_for_the_very_stream_that_it_is_told_of(event):
    """It belongs to the call; a loop of its own runs the function again instead of waiting."""
    answers = []

    class Curious:
        def tell(self, _context):
            if not answers:
                answers.append(0)
                with ThreadPoolExecutor(1) as pool:
                    again = copy_context().run
                    answers.append(pool.submit(again, run, lambda: drained(stream(2))).result())

    curious = Curious()
    setattr(curious, event, curious.tell)
    spot = bs.Spot("curious", db=MemoryTaskDB(), storage=MemoryBlobStore(), hooks=[curious])

    @spot.mark(key=lambda n: n)
    async def stream(n):
        for number in range(n):
            yield number

    assert [0, 1] == run(lambda: drained(stream(2)))
    assert [0, [0, 1]] == answers


def waiting(marked: Any) -> int:
    """How many callers of other loops wait for a run to land."""
    return sum(flight.followers for flight in list(marked._results.flights._aloft.values()))


async def until(event: threading.Event) -> None:
    while not event.is_set():  # noqa: ASYNC110  # it is set by another thread
        await asyncio.sleep(0)


def test_another_loop_waits_and_replays(spot, log):
    """It cannot take part: it waits until the stream has landed, and reads it from the store."""
    beside = Beside(begun=threading.Event(), go=threading.Event(), log=log)

    @spot.mark(ignore=("beside",))
    async def stream(beside):
        beside.log.append("ran")
        yield 1
        beside.begun.set()
        await until(beside.go)
        yield 2

    def consume():
        return run(lambda: drained(stream(beside)))

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(consume)
        assert beside.begun.wait(LIMIT)
        second = pool.submit(consume)
        while not waiting(stream):
            threading.Event().wait(0.001)
        beside.go.set()

        assert [1, 2] == first.result(LIMIT) == second.result(LIMIT)
    assert ["ran"] == log


def test_another_loop_runs_what_was_not_stored(spot, log):
    """The first one leaves half way; then the other is the first one."""
    begun, go = threading.Event(), threading.Event()

    @spot.mark(ignore=("log",))
    async def stream(log):
        log.append("ran")
        yield 1
        yield 2

    async def half():
        chunks = stream(log)
        await anext(chunks)
        begun.set()
        await until(go)
        await chunks.aclose()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(run, half)
        assert begun.wait(LIMIT)
        second = pool.submit(run, lambda: drained(stream(log)))
        while not waiting(stream):
            threading.Event().wait(0.001)
        go.set()

        first.result(LIMIT)
        assert [1, 2] == second.result(LIMIT)
    assert ["ran"] * 2 == log


def test_a_loop_that_ends_gives_its_streams_up(spot, tmp_path, log):
    """``asyncio.run`` cancels what is left: the generator is closed, and nobody waits for it."""

    @spot.mark(ignore=("log",))
    async def stream(log):
        try:
            yield b"x" * LARGE
            yield 2
        finally:
            log.append("closed")

    kept = []

    async def main():
        chunks = stream(log)
        kept.append(chunks)
        await anext(chunks)

    run(main)
    assert ["closed"] == log
    assert [] == files(tmp_path)

    async def again():
        return await drained(stream(log))

    assert 2 == len(run(again))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_was_closed_without_its_streams_holds_nobody_up(spot, log, caplog):
    """Nothing of it can be awaited any more; who comes next runs for himself."""

    @spot.mark(ignore=("log",))
    async def stream(log):
        log.append("ran")
        yield 1
        yield 2

    loop = asyncio.new_event_loop()
    chunks = stream(log)
    loop.run_until_complete(anext(chunks))
    loop.close()

    async def main():
        return await drained(stream(log))

    assert [1, 2] == run(main)
    assert ["ran"] * 2 == log
    del chunks, loop
    gc.collect()
    assert {"asyncio"} >= {record.name for record in caplog.records}  # which complains of the loop


class Cancelled:
    """A stream of three chunks, and one of its consumers, who is cancelled after n steps."""

    def __init__(self, folder: Path, size: int, others: int) -> None:
        self.whole = [b"%d" % number * size for number in range(3)]
        self.closed = []
        self._folder = folder
        self._others = others

    def after(self, n: int) -> bool:
        """Answer whether the consumer had come to his end by then."""
        folder = self._folder / str(n)
        folder.mkdir()
        self.closed.clear()
        with bs.Spot("streams", db=folder / "streams.db") as spot:
            marked = spot.mark(stream, ignore=("beside",))
            with asyncio.Runner() as runner:
                end = runner.run(asyncio.wait_for(self._cancel(marked, n), LIMIT))
            assert isinstance(end, asyncio.CancelledError) or self.whole == end
            assert 0 == running(marked)
            assert len(self.closed) == marked.counts.runs
            assert [] == list(folder.rglob("tmp/*"))
            if isinstance(end, list) or self._others:
                assert 1 == stored(folder)
            assert self.whole == run(lambda: drained(marked(self)))
        return isinstance(end, list)

    async def _cancel(self, marked: Any, n: int) -> Any:
        consumer = asyncio.create_task(drained(marked(self)))
        beside = [asyncio.create_task(drained(marked(self))) for _ in range(self._others)]
        await steps(n)
        consumer.cancel()
        (end,) = await asyncio.gather(consumer, return_exceptions=True)
        for task in beside:
            assert self.whole == await task
        await alone_but(asyncio.current_task())
        return end

    def __cache_key__(self) -> str:
        return "beside"


async def alone_but(*tasks):
    """Wait until no task but these, and the one that times them out, is left."""
    while len(asyncio.all_tasks() - set(tasks)) > 1:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def stream(beside):
    try:
        for chunk in beside.whole:
            await asyncio.sleep(0)
            yield chunk
            await asyncio.sleep(0)
    finally:
        beside.closed.append(1)
        await asyncio.sleep(0)


@pytest.mark.parametrize("size", [1, LARGE])
@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("threads", [False, True])
def test_a_cancellation_at_every_step_leaves_nothing_behind(
    tmp_path, monkeypatch, size, others, threads
):
    """Whenever it comes: who is cancelled ends, the others get everything, no half is stored."""
    if not threads:  # what may block is done at once, so that the number of steps is the same
        monkeypatch.setattr(offload._here, "is_pool", True, raising=False)
    cancelled = Cancelled(tmp_path, size, others)
    n = 0
    while not cancelled.after(n):
        n += 1 if n < 60 else n  # in threads things take their time
        assert n < 10**6

    assert n > 5


def test_a_loop_that_stands_still_holds_up_nobody(spot, log):
    """It may never go on, so who asks in another loop runs the stream for himself."""

    @spot.mark(ignore=("log",))
    async def stream(log):
        log.append("ran")
        yield 1
        yield 2

    async def leave(chunks):
        await chunks.aclose()

    still = asyncio.new_event_loop()
    chunks = stream(log)
    try:
        assert 1 == still.run_until_complete(anext(chunks))
        assert [1, 2] == run(lambda: drained(stream(log)))
        still.run_until_complete(leave(chunks))
    finally:
        still.close()

    assert ["ran"] * 2 == log
