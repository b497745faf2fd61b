"""What marked coroutine functions do on the event loop."""

import asyncio

from beautyspot.core.errors import (
    StoreBusy,
)
from beautyspot.core.model import Entry
from beautyspot.testing import MemoryTaskDB

from .stores import Remote, spot_of


def test_a_coroutine_function_is_seen_as_one(db, blobs):
    """By those who ask, as web frameworks do."""

    async def f() -> int:
        return 1

    def g() -> int:
        return 1

    spot = spot_of(db, blobs)

    assert asyncio.iscoroutinefunction(spot.mark(f))
    assert not asyncio.iscoroutinefunction(spot.mark(g))


def test_a_hit_of_a_local_database_stays_on_the_loop(blobs):
    """It is asked in a way that cannot wait; what would wait is asked in a thread."""
    asked: list[tuple[bool, bool]] = []

    class Watched(MemoryTaskDB):
        busy = False

        def entry(self, cache_key: str, *, wait: bool) -> Entry | None:
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                asked.append((wait, False))
            else:
                asked.append((wait, True))
                if self.busy:
                    raise StoreBusy("a moment")
            return super().entry(cache_key, wait=wait)

    db = Watched()
    marked = spot_of(db, blobs).mark(one)

    async def twice() -> None:
        await marked()
        asked.clear()
        await marked()
        db.busy = True
        await marked()

    asyncio.run(twice())

    assert asked == [(False, True), (False, True), (True, False)]
    assert marked.counts.hits == 2


async def one() -> int:
    return 1


def test_an_argument_changed_before_the_run_is_another_call(blobs):
    """The key is that of the arguments as the function sees them."""
    marked = spot_of(Remote(), blobs).mark(total)

    async def change_while_it_waits() -> int:
        numbers = [1]
        task = asyncio.create_task(marked(numbers))
        await asyncio.sleep(0)  # the look-up is in a thread now
        numbers.append(100)
        return await task

    assert asyncio.run(change_while_it_waits()) == 101
    assert asyncio.run(marked([1])) == 1
    assert asyncio.run(marked([1, 100])) == 101


async def total(numbers: list[int]) -> int:
    return sum(numbers)


def test_a_value_is_encoded_before_anybody_can_change_it(blobs):
    """Of five calls that share a list, each stores what it returned at that moment."""
    marked = spot_of(Remote(), blobs).mark(push)
    LOG.clear()

    async def at_once() -> None:
        await asyncio.gather(*(marked(number) for number in range(5)))

    asyncio.run(at_once())
    stored = [asyncio.run(marked(number)) for number in range(5)]

    assert marked.counts.hits == 5
    assert sorted(map(len, stored)) == [1, 2, 3, 4, 5]
    assert all(number == log[-1] for number, log in enumerate(stored))


LOG: list[int] = []


async def push(number: int) -> list[int]:
    LOG.append(number)
    return LOG
