"""A cold stream that several threads ask for: one run, all chunks for all of them.

Nothing here sleeps: who waits for whom is decided by events and barriers.
"""

import gc
import os
import sqlite3
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import beautyspot as bs

LARGE = 100_000  # bytes: too many for a record
LIMIT = 30


class Beside:
    """What a function uses and what does not count."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __cache_key__(self) -> str:
        return "beside"


@pytest.fixture
def spot(tmp_path):
    with bs.Spot("streams", db=tmp_path / "streams.db") as spot:
        yield spot


def stored(tmp_path: Path) -> int:
    with closing(sqlite3.connect(tmp_path / "streams.db")) as database:
        return database.execute("SELECT count(*) FROM tasks").fetchone()[0]


def files(tmp_path: Path) -> list[str]:
    """The blobs, and what is on its way to be one."""
    folder = tmp_path / "streams.blobs"
    return [path.name for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]


def running(marked: Any) -> int:
    return len(marked._results.flights._aloft)


def seats(marked: Any) -> int:
    """How many take part in the runs that are under way."""
    flights = list(marked._results.flights._aloft.values())
    return sum(len(flight.stream.tee._seats) for flight in flights if flight.stream)


def until_seats(marked: Any, n: int) -> None:
    while seats(marked) < n:
        threading.Event().wait(0.001)


class Gated:
    """A generator function that says when it has begun, and goes on when it is told to."""

    def __cache_key__(self) -> str:
        return "gated"

    def __init__(self, chunks: list[Any], end: BaseException | None = None) -> None:
        self.chunks = chunks
        self.end = end
        self.begun = threading.Event()
        self.go = threading.Event()
        self.runs = 0
        self.closed = 0

    def stream(self):
        self.runs += 1
        self.begun.set()
        assert self.go.wait(LIMIT)
        try:
            yield from self.chunks
            if self.end is not None:
                raise self.end
        finally:
            self.closed += 1
        return ["end"]


def drained(stream):
    chunks = []
    while True:
        try:
            chunks.append(next(stream))
        except StopIteration as end:
            return chunks, end.value


@pytest.mark.parametrize("size", [1, LARGE])
def test_threads_share_a_cold_stream(spot, size):
    """One runs; all get all chunks, and what was returned, each copies of his own."""
    whole = [[b"%d" % number * size] for number in range(10)]
    gated = Gated(whole)
    marked = spot.mark(gated.stream)

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(lambda: drained(marked())) for _ in range(8)]
        until_seats(marked, 8)
        gated.go.set()
        ends = [call.result(LIMIT) for call in calls]

    assert [(whole, ["end"])] * 8 == ends
    assert 8 == len({id(chunks[5]) for chunks, _ in ends})
    assert 8 == len({id(end) for _, end in ends})
    assert 1 == gated.runs
    assert (1, 7) == (marked.counts.runs, marked.counts.hits)
    assert 0 == running(marked)
    assert whole == list(marked())


def test_who_needs_the_next_chunk_pulls_it(spot):
    """Any thread may: what one has pulled the other reads, in turns."""
    gated = Gated(list(range(6)))
    gated.go.set()
    marked = spot.mark(gated.stream)
    one, two = marked(), marked()

    def in_thread(stream):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(next, stream).result(LIMIT)

    assert [0, 0, 1, 1] == [next(one), in_thread(two), in_thread(two), next(one)]
    assert [2, 3, 2, 3] == [next(one), in_thread(one), next(two), next(two)]
    assert [4, 5] == list(two)
    assert [4, 5] == list(one)
    assert 1 == gated.runs


@pytest.mark.parametrize("size", [1, LARGE])
def test_who_comes_late_gets_the_beginning(spot, size):
    """From memory, or from what is already on its way into a blob."""
    whole = [b"%d" % number * size for number in range(6)]
    gated = Gated(whole)
    gated.go.set()
    marked = spot.mark(gated.stream)
    early = marked()
    assert whole[:4] == [next(early) for _ in range(4)]
    late = marked()
    assert whole[:5] == [next(late) for _ in range(5)]
    assert whole[4:] == list(early)
    assert whole[5:] == list(late)
    assert 1 == gated.runs


@pytest.mark.parametrize("size", [1, LARGE])
def test_who_is_slow_gets_everything(spot, tmp_path, size):
    """Also after the stream is stored, and after it is deleted again."""
    whole = [b"%d" % number * size for number in range(6)]
    gated = Gated(whole)
    gated.go.set()
    marked = spot.mark(gated.stream)
    slow, fast = marked(), marked()
    assert whole[0] == next(slow)
    assert whole == list(fast)
    assert 1 == stored(tmp_path)
    assert marked.delete()

    assert whole[1:] == list(slow)
    assert 1 == gated.runs
    assert [] == files(tmp_path)


def test_when_the_one_who_began_leaves_the_others_go_on(spot):
    gated = Gated(list(range(4)))
    gated.go.set()
    marked = spot.mark(gated.stream)
    first, second = marked(), marked()
    next(first), next(second)
    first.close()

    assert 0 == gated.closed
    assert [1, 2, 3] == list(second)
    assert 1 == gated.closed
    assert [0, 1, 2, 3] == list(marked())
    assert 1 == gated.runs


@pytest.mark.parametrize("size", [1, LARGE])
def test_the_generator_is_closed_when_the_last_one_leaves(spot, tmp_path, size):
    gated = Gated([b"%d" % number * size for number in range(4)])
    gated.go.set()
    marked = spot.mark(gated.stream)
    first, second = marked(), marked()
    next(first), next(second), next(second)
    second.close()
    assert 0 == gated.closed
    del first
    gc.collect()

    assert 1 == gated.closed
    assert 0 == running(marked)
    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)
    assert 4 == len(list(marked()))


def test_an_exception_reaches_all_who_take_part(spot):
    """After the chunks before it; one has the very object, the others one like it."""
    error = LookupError("gone", 404)
    gated = Gated([1, 2], error)
    marked = spot.mark(gated.stream)

    def consume():
        chunks = marked()
        seen = [next(chunks), next(chunks)]
        with pytest.raises(LookupError) as raised:
            next(chunks)
        return seen, raised.value

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(consume) for _ in range(4)]
        until_seats(marked, 4)
        gated.go.set()
        ends = [call.result(LIMIT) for call in calls]

    assert [[1, 2]] * 4 == [seen for seen, _ in ends]
    assert [("gone", 404)] * 4 == [raised.args for _, raised in ends]
    assert 4 == len({id(raised) for _, raised in ends})
    assert any(raised is error for _, raised in ends)
    assert 1 == gated.runs


class Chunk:
    """Cannot be encoded."""


@pytest.mark.parametrize("size", [1, LARGE])
def test_a_chunk_that_cannot_be_encoded_is_shared_as_it_is(spot, tmp_path, size):
    """By those who are here; who comes later runs for himself. Nothing is stored."""
    lent = Chunk()
    gated = Gated([b"x" * size, lent, [3], lent])
    gated.go.set()
    marked = spot.mark(gated.stream)
    one, two = marked(), marked()
    next(one), next(two)
    with pytest.warns(bs.BeautySpotWarning, match="returned but not stored"):
        assert lent is next(one)
    assert 0 == running(marked)
    assert [3] == next(one)
    assert lent is next(two)
    third = next(two)

    assert [3] == third
    assert third is not gated.chunks[2]
    assert lent is next(two)
    assert ([], ["end"]) == drained(two)
    assert ([lent], ["end"]) == drained(one)
    assert [] == files(tmp_path)
    assert 4 == len(list(marked()))
    assert 2 == gated.runs


def test_an_interrupt_of_one_is_told_to_the_others(spot):
    """Who has the beginning cannot have the end; nothing is stored, and the next call runs."""
    gated = Gated([1], KeyboardInterrupt())
    gated.go.set()
    marked = spot.mark(gated.stream)
    one, two = marked(), marked()
    next(one), next(two)
    with pytest.raises(KeyboardInterrupt):
        next(one)
    with pytest.raises(RuntimeError, match="ended before its end"):
        next(two)

    assert 0 == running(marked)
    gated.end = None
    assert [1] == list(marked())
    assert 2 == gated.runs


def test_who_has_nothing_yet_begins_anew_after_an_interrupt(spot):
    """He waited for the first chunk; the one who pulled it was interrupted."""
    beside = Beside(begun=threading.Event(), go=threading.Event(), runs=0)

    @spot.mark(ignore=("beside",))
    def stream(beside):
        beside.runs += 1
        if beside.runs == 1:
            beside.begun.set()
            assert beside.go.wait(LIMIT)
            raise KeyboardInterrupt
        yield 7

    def interrupted():
        with pytest.raises(KeyboardInterrupt):
            next(stream(beside))

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(interrupted)
        assert beside.begun.wait(LIMIT)
        second = pool.submit(lambda: list(stream(beside)))
        until_seats(stream, 2)
        beside.go.set()

        first.result(LIMIT)
        assert [7] == second.result(LIMIT)
    assert 2 == beside.runs


def test_a_cycle_of_streams_and_functions_does_not_wait_for_ever(spot):
    """``f`` waits for the next chunk of a stream whose body waits for ``f``."""
    beside = Beside(inside=threading.Event(), asked=threading.Event(), turns=0)

    @spot.mark(ignore=("beside",))
    def f(beside):
        chunks = stream(beside)
        beside.turns += 1
        if beside.turns > 1:
            return ["inner"]
        beside.asked.set()
        return list(chunks)

    @spot.mark(ignore=("beside",))
    def stream(beside):
        beside.inside.set()
        assert beside.asked.wait(LIMIT)
        yield from f(beside)

    with ThreadPoolExecutor(2) as pool:
        streaming = pool.submit(lambda: list(stream(beside)))
        assert beside.inside.wait(LIMIT)
        called = pool.submit(f, beside)

        assert ["inner"] == streaming.result(LIMIT)
        assert ["inner"] == called.result(LIMIT)


def test_a_thousand_consumers_of_many_streams(spot):
    """Threads come and go in any order; every one of them gets all of its stream."""
    barrier = threading.Barrier(8)

    @spot.mark
    def stream(n):
        for number in range(n):
            yield [number] * 50

    def work(seed):
        barrier.wait(LIMIT)
        for turn in range(40):
            n = 20 + turn // 4
            if (seed + turn) % 3 == 0:
                chunks = stream(n)
                for _ in range(turn % 5):
                    next(chunks)
                chunks.close()
            assert [[number] * 50 for number in range(n)] == list(stream(n))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(work, seed) for seed in range(8)]:
            done.result(LIMIT)
    assert 0 == running(stream)


PROGRAM = """
import sys
import beautyspot as bs

spot = bs.Spot("streams", db=sys.argv[1])

@spot.mark
def stream(n, size):
    with open(sys.argv[2], "a") as log:
        log.write("ran\\n")
    for number in range(n):
        yield b"%d" % number * size

sys.stdin.readline()
chunks = list(stream(5, int(sys.argv[3])))
print([chunk[:1].decode() for chunk in chunks], stream.counts.hits, flush=True)
"""


@pytest.mark.parametrize("size", [1, LARGE])
def test_processes_share_one_run(tmp_path, size):
    """The others wait until the stream has landed, and read it from the store."""
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(PROGRAM))
    log = tmp_path / "log"
    processes = [
        subprocess.Popen(
            [sys.executable, program, tmp_path / "streams.db", log, str(size)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0] for process in processes]

    assert 4 == sum("['0', '1', '2', '3', '4']" in output for output in outputs)
    assert "ran\n" == log.read_text()
    assert 3 == sum(int(output.split()[-1]) for output in outputs)


KILLED = """
import os, signal, sys
import beautyspot as bs

spot = bs.Spot("streams", db=sys.argv[1])

@spot.mark
def stream():
    for number in range(5):
        yield b"%d" % number * 100_000
        if number == 3 and len(sys.argv) > 2:
            print("half", flush=True)
            sys.stdin.readline()

print([chunk[:1].decode() for chunk in stream()], flush=True)
"""


def test_a_process_that_is_killed_half_way_holds_nobody_up(tmp_path):
    """Its claim goes with it; what it has left is no blob, and the next one runs."""
    program = tmp_path / "program.py"
    program.write_text(textwrap.dedent(KILLED))
    killed = subprocess.Popen(
        [sys.executable, program, tmp_path / "streams.db", "waits"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert "half\n" == killed.stdout.readline()
    waiting = subprocess.Popen(
        [sys.executable, program, tmp_path / "streams.db"], stdout=subprocess.PIPE, text=True
    )
    killed.kill()
    killed.communicate(timeout=60)
    output, _ = waiting.communicate(timeout=60)

    assert "['0', '1', '2', '3', '4']\n" == output
    assert 1 == stored(tmp_path)
    assert 1 == len(list((tmp_path / "streams.blobs").glob("??/*")))


MEMORY = """
import sys, tracemalloc
import beautyspot as bs

spot = bs.Spot("memory", db=sys.argv[1])
MB = 1_000_000

@spot.mark
def stream(n):
    for number in range(n):
        yield number.to_bytes(4) * (MB // 4)

@spot.mark
async def async_stream(n):
    for number in range(n):
        yield number.to_bytes(4) * (MB // 4)

def consume(n):
    return sum(len(chunk) for chunk in stream(n))

async def consume_async(n):
    return sum([len(chunk) async for chunk in async_stream(n)])

import asyncio

def peak(consumed):
    tracemalloc.reset_peak()
    assert consumed() == 200 * MB
    return tracemalloc.get_traced_memory()[1] / MB

with asyncio.Runner() as runner:
    runner.run(consume_async(1)), consume(1)
    tracemalloc.start()
    print(peak(lambda: consume(200)))
    print(peak(lambda: consume(200)))
    print(peak(lambda: runner.run(consume_async(200))))
    print(peak(lambda: runner.run(consume_async(200))))

    chunks = [stream(201), stream(201)]
    for chunk in chunks:
        next(chunk)
    print(peak(lambda: sum(map(len, chunks[0]))))
    print(peak(lambda: sum(map(len, chunks[1]))))
assert stream.counts.hits == 2
"""


def test_memory_stays_far_below_the_size_of_a_stream(tmp_path):
    """200 MB in chunks of one: while it is stored, replayed, and shared with one who is slow."""
    program = tmp_path / "program.py"
    program.write_text(MEMORY)
    done = subprocess.run(
        [sys.executable, program, tmp_path / "memory.db"],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    peaks = [float(line) for line in done.stdout.split()]
    assert 6 == len(peaks)
    assert max(peaks) < 12, peaks


def test_no_descriptor_stays_open_after_shared_runs(spot):
    gated = Gated([b"%d" % number * LARGE for number in range(4)])
    gated.go.set()
    marked = spot.mark(gated.stream)
    list(marked())
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        marked.delete()
        one, two = marked(), marked()
        next(one), next(two)
        list(one)
        two.close()
        marked.delete()
        one, two = marked(), marked()
        next(one), next(two)
        one.close()
        two.close()

    assert before == len(os.listdir("/proc/self/fd"))


def test_a_half_read_stream_of_another_spot_holds_up_nobody(spot, tmp_path):
    """As when a notebook makes its Spot anew: whoever holds it may never read on."""
    runs = []

    def stream(n):
        runs.append(n)
        yield from range(n)

    held = spot.mark(version="1")(stream)(3)
    next(held)
    with bs.Spot("again", db=tmp_path / "streams.db") as again:
        assert [0, 1, 2] == list(again.mark(version="1")(stream)(3))
    held.close()

    assert [3, 3] == runs
