"""Equal calls at the same time: one runs, in threads, tasks, loops and across them.

Nothing here sleeps: who waits for whom is decided by events and barriers.
"""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from types import SimpleNamespace
from typing import Any

import pytest

import beautyspot as bs
from beautyspot.core.errors import StoreUnavailable
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB

LIMIT = 30


class Beside(SimpleNamespace):
    """What a function uses and what does not count: events, and lists that it fills."""

    def __cache_key__(self) -> str:
        return "beside"


class Gate:
    """A function that says when it has begun, and goes on when it is told to."""

    def __cache_key__(self) -> str:
        return "gate"

    def __init__(self, result: Any = None) -> None:
        self.result = result
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()
        self.runs = 0

    def run(self, x: Any) -> Any:
        self.runs += 1
        self.begun.release()
        assert self.go.wait(LIMIT)
        if isinstance(self.result, BaseException):
            raise self.result
        return [x] if self.result is None else self.result


@pytest.fixture
def spot(tmp_path):
    with bs.Spot("flight", db=tmp_path / "flight.db") as spot:
        yield spot


def followers(marked: Any) -> int:
    """How many callers wait for a run of a marked function."""
    flights = marked._results.flights
    return sum(flight.followers for flight in list(flights._aloft.values()))


def wait_for_followers(marked: Any, n: int) -> None:
    while followers(marked) < n:
        threading.Event().wait(0.001)


async def until_followers(marked: Any, n: int) -> None:
    while followers(marked) < n:  # noqa: ASYNC110  # the tasks of this loop take turns
        await asyncio.sleep(0)


async def until_runs(runs: list[int]) -> None:
    while not runs:  # noqa: ASYNC110  # the store may be opened in a thread
        await asyncio.sleep(0)


def test_threads_that_ask_for_the_same_call_share_one_run(spot):
    """One runs; the others get the value, each a copy of its own."""
    gate = Gate()
    marked = spot.mark(gate.run)

    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(marked, 1) for _ in range(8)]
        wait_for_followers(marked, 7)
        gate.go.set()
        values = [call.result(LIMIT) for call in calls]

    assert [[1]] * 8 == values
    assert 1 == gate.runs
    assert 8 == len({id(value) for value in values})
    assert (1, 7) == (marked.counts.runs, marked.counts.hits)


def test_other_calls_do_not_wait(spot):
    """Only calls of the same key share a run."""
    gate = Gate()
    marked = spot.mark(gate.run)

    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(marked, x) for x in (1, 2)]
        for _ in calls:
            assert gate.begun.acquire(timeout=LIMIT)
        gate.go.set()

    assert [[1], [2]] == [call.result() for call in calls]


def test_an_exception_reaches_all_who_waited(spot):
    """It is not stored; each raises one of its own, like the one that the function raised."""
    gate = Gate(LookupError("gone", 404))
    marked = spot.mark(gate.run)

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(marked, 1) for _ in range(4)]
        wait_for_followers(marked, 3)
        gate.go.set()
        errors = [call.exception(LIMIT) for call in calls]

    assert [(LookupError, ("gone", 404))] * 4 == [(type(e), e.args) for e in errors]
    assert 4 == len({id(error) for error in errors})
    assert 1 == gate.runs


def test_a_note_is_added_to_one_exception_alone(spot):
    """Each caller may say more about his own."""
    error = LookupError("gone")
    error.add_note("of the function")
    gate = Gate(error)
    marked = spot.mark(gate.run)

    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(marked, 1) for _ in range(2)]
        wait_for_followers(marked, 1)
        gate.go.set()
        one, other = [call.exception(LIMIT) for call in calls]
    one.add_note("of a caller")

    assert ["of the function", "of a caller"] == one.__notes__
    assert ["of the function"] == other.__notes__


class Peculiar(Exception):
    """Cannot be copied: it takes other arguments than it keeps."""

    def __init__(self, code: int, *, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


def test_an_exception_that_cannot_be_copied_is_raised_itself(spot):
    """Better the same object than another error."""
    gate = Gate(Peculiar(404, reason="gone"))
    marked = spot.mark(gate.run)

    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(marked, 1) for _ in range(2)]
        wait_for_followers(marked, 1)
        gate.go.set()
        errors = [call.exception(LIMIT) for call in calls]

    assert [gate.result, gate.result] == errors


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_leader_that_is_stopped_hands_over(spot, stop):
    """Who waited does not get its interrupt: one of them runs the call instead."""
    first = Gate(stop())
    again: list[int] = []

    @spot.mark
    def work(x: int) -> int:
        if first.runs:
            again.append(x)
            return 10 * x
        return first.run(x)

    def lead() -> None:
        with pytest.raises(stop):
            work(1)

    leader = threading.Thread(target=lead)
    leader.start()
    assert first.begun.acquire(timeout=LIMIT)
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(work, 1) for _ in range(4)]
        wait_for_followers(work, 4)
        first.go.set()
        values = [call.result(LIMIT) for call in calls]
    leader.join(LIMIT)

    assert [10] * 4 == values
    assert [1] == again


def test_a_value_that_cannot_be_stored_is_not_shared(spot):
    """No copy can be made of it, so each caller has a run and a value of his own."""
    gate = Gate()

    @spot.mark
    def connect(x: int) -> threading.Event:
        gate.run(x)
        return threading.Event()

    def values() -> list[threading.Event]:
        with ThreadPoolExecutor(3) as pool:
            calls = [pool.submit(connect, 1) for _ in range(3)]
            wait_for_followers(connect, 2)
            gate.go.set()
            return [call.result(LIMIT) for call in calls]

    with pytest.warns(bs.BeautySpotWarning, match="not stored"):
        connections = values()

    assert 3 == len({id(connection) for connection in connections}) == connect.counts.runs


class Unwritable(MemoryTaskDB):
    """A database that answers and takes nothing."""

    def save(self, record: Any) -> None:
        raise StoreUnavailable("down")


def test_a_value_that_could_not_be_saved_is_shared():
    """The store is down: still one run for all who ask at the same time."""
    gate = Gate()
    marked = bs.Spot("down", db=Unwritable(), storage=MemoryBlobStore()).mark(gate.run)

    def values() -> list[Any]:
        with ThreadPoolExecutor(3) as pool:
            calls = [pool.submit(marked, 1) for _ in range(3)]
            wait_for_followers(marked, 2)
            gate.go.set()
            return [call.result(LIMIT) for call in calls]

    with pytest.warns(bs.BeautySpotWarning, match="down"):
        assert [[1]] * 3 == values()

    assert 1 == gate.runs


def test_a_function_that_calls_itself_with_the_same_key_runs(spot):
    """Detected, and not a deadlock."""
    depth = []

    @spot.mark(ignore=("left",))
    def again(x: int, left: int) -> int:
        depth.append(left)
        return again(x, left - 1) + 1 if left else 0

    assert 3 == again(1, 3)
    assert [3, 2, 1, 0] == depth


def test_a_coroutine_function_that_calls_itself_with_the_same_key_runs(spot):
    """The same for tasks: what it gathers belongs to its run."""

    @spot.mark(ignore=("left",))
    async def again(x: int, left: int) -> int:
        return sum(await asyncio.gather(again(x, left - 1))) + 1 if left else 0

    assert 3 == asyncio.run(again(1, 3))


def test_two_calls_that_wait_for_each_other_run(spot):
    """f(1) asks for g(1) while g(1) asks for f(1): one of them runs once more, and both end."""
    here = Beside(both=threading.Barrier(2, timeout=LIMIT), inside=threading.local(), marked={})

    def meet(name: str, other: str, x: int) -> str:
        if getattr(here.inside, "nested", False):
            return name
        here.both.wait()
        here.inside.nested = True
        return name + here.marked[other](x)

    @spot.mark
    def f(x: int) -> str:
        return meet("f", "g", x)

    @spot.mark
    def g(x: int) -> str:
        return meet("g", "f", x)

    here.marked.update(f=f, g=g)
    with ThreadPoolExecutor(2) as pool:
        one, two = pool.submit(f, 1), pool.submit(g, 1)

        assert ("f", "g") == (one.result(LIMIT)[0], two.result(LIMIT)[0])


def test_tasks_share_one_run(spot):
    """Fifty tasks of one loop, one run."""
    runs = []

    @spot.mark
    async def work(x: int) -> list[int]:
        runs.append(x)
        await asyncio.sleep(0)
        return [x]

    async def main() -> list[list[int]]:
        return await asyncio.gather(*(work(1) for _ in range(50)))

    values = asyncio.run(main())

    assert [[1]] * 50 == values
    assert 50 == len({id(value) for value in values})
    assert [1] == runs


def test_tasks_of_several_loops_share_one_run(spot):
    """Each thread has a loop of its own; who waits is woken in it."""
    gate = Gate()

    @spot.mark
    async def work(x: int) -> list[int]:
        return await asyncio.to_thread(gate.run, x)

    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(lambda: asyncio.run(work(1))) for _ in range(4)]
        wait_for_followers(work, 3)
        gate.go.set()
        values = [call.result(LIMIT) for call in calls]

    assert [[1]] * 4 == values
    assert 1 == gate.runs


def test_a_cancelled_leader_hands_over(spot):
    """Its followers are not cancelled with it: one of them runs the call."""
    runs = []

    async def main() -> tuple[list[int], bool]:
        here = Beside(go=asyncio.Event())

        @spot.mark
        async def work(x: int) -> int:
            runs.append(x)
            await here.go.wait()
            return x

        leader = asyncio.create_task(work(1))
        await until_runs(runs)
        others = [asyncio.create_task(work(1)) for _ in range(3)]
        await until_followers(work, 3)
        leader.cancel()
        await asyncio.wait([leader])
        here.go.set()
        return await asyncio.gather(*others), leader.cancelled()

    assert ([1, 1, 1], True) == asyncio.run(main())
    assert [1, 1] == runs


def test_a_cancelled_follower_leaves_the_others_alone(spot):
    """It goes, and the run that it waited for goes on."""
    runs = []

    async def main() -> list[int]:
        here = Beside(go=asyncio.Event())

        @spot.mark
        async def work(x: int) -> int:
            runs.append(x)
            await here.go.wait()
            return x

        tasks = [asyncio.create_task(work(1))]
        await until_runs(runs)
        tasks += [asyncio.create_task(work(1)) for _ in range(2)]
        await until_followers(work, 2)
        tasks[1].cancel()
        await asyncio.wait([tasks[1]])
        assert 1 == followers(work)
        here.go.set()
        return await asyncio.gather(tasks[0], tasks[2])

    assert [1, 1] == asyncio.run(main())
    assert [1] == runs


def test_cancellation_at_every_step_leaves_nothing_behind(spot):
    """Wherever a leader and its follower are cancelled, the next caller gets the value."""

    async def main(steps: int) -> tuple[bool, int]:
        @spot.mark(version=str(steps))
        async def work(x: int) -> int:
            for _ in range(3):
                await asyncio.sleep(0)
            return x

        tasks = [asyncio.create_task(work(1)) for _ in range(2)]
        for _ in range(steps):
            await asyncio.sleep(0)
        ended = all(task.done() for task in tasks)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        value = await work(1)
        assert 0 == followers(work)
        assert {} == work._results.flights._aloft
        return ended, value

    steps, ended = 0, False
    while not ended and steps < 2000:
        ended, value = asyncio.run(main(steps))
        assert 1 == value
        steps += 1

    assert steps > 3


def test_a_dropped_coroutine_hands_over(spot):
    """A coroutine that nobody awaits to its end is closed: that ends its run too."""

    async def main() -> int:
        @spot.mark
        async def work(x: int) -> int:
            await asyncio.sleep(0)
            return x

        dropped = work(1)
        dropped.send(None)
        dropped.close()
        return await work(1)

    assert 1 == asyncio.run(main())


def test_what_began_within_a_run_keeps_no_payload_alive(spot):
    """A task or thread of the run knows the run for ever, and not what it returned."""
    from beautyspot.drivers.flights import _INNERMOST

    gate = Gate()
    contexts: list[Context] = []

    @spot.mark
    def work(x: int) -> bytes:
        contexts.append(copy_context())
        gate.run(x)
        return b"payload" * 1000

    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(work, 1) for _ in range(2)]
        wait_for_followers(work, 1)
        gate.go.set()
        assert calls[0].result(LIMIT) == calls[1].result(LIMIT)

    flight = contexts[0][_INNERMOST]
    assert (True, None) == (flight.landed, flight.landing)


def test_what_began_within_runs_that_are_over_keeps_none_of_them(spot):
    """A task that starts a task that starts a task: each knows only whom it can wait for."""
    from beautyspot.drivers.flights import _INNERMOST

    contexts = [Context()]

    @spot.mark
    def work(x: int) -> int:
        contexts.append(copy_context())
        return x

    for x in range(3):
        assert x == contexts[-1].run(work, x)

    assert contexts[-1][_INNERMOST].outer is None


def test_runs_of_a_fast_function_are_not_repeated(spot):
    """Who becomes leader looks again: the call may have been stored a moment ago."""
    runs = []

    @spot.mark
    def fast(x: int) -> int:
        runs.append(x)
        return x

    with ThreadPoolExecutor(4) as pool:
        for x in range(200):
            start = threading.Barrier(4)

            def call(x: int = x, start: threading.Barrier = start) -> int:
                start.wait(LIMIT)
                return fast(x)

            assert [x] * 4 == [c.result(LIMIT) for c in [pool.submit(call) for _ in range(4)]]

    assert list(range(200)) == sorted(runs)


def test_calls_that_are_kept_in_another_way_share_no_run(spot):
    """Who waits is to find the result stored as his own would be."""
    gate = Gate()
    normal, reading = spot.mark(gate.run), spot.mark(mode="readonly")(gate.run)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(reading, 1)
        assert gate.begun.acquire(timeout=LIMIT)
        second = pool.submit(normal, 1)
        assert gate.begun.acquire(timeout=LIMIT)
        gate.go.set()
        assert [1] == first.result(LIMIT) == second.result(LIMIT)

    assert [1] == normal.peek(1)
