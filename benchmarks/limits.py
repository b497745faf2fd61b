"""Prints what it costs to ask a limit that has room, and what ten thousand waiters cost.

The floor is a lock held around one reading of the monotonic clock. Blocks of both alternate; read
the ratios.
"""

import argparse
import asyncio
import time
import tracemalloc
from collections.abc import Callable
from threading import Lock
from typing import Any

from measure import Row, compare

import beautyspot as bs
from beautyspot.core.costs import Meter
from beautyspot.core.gcra import Rate
from beautyspot.embedded.clock import SystemClock
from beautyspot.embedded.pacing import Pacer, Slots
from beautyspot.testing import ManualClock

CALLS = 5_000
#: Tokens a minute that nobody uses up.
PLENTY = 60_000_000_000_000_000


def floor() -> Callable[[int], None]:
    """Answer what holds a lock and reads the clock."""
    lock, clock = Lock(), time.monotonic_ns

    def once() -> None:
        with lock:
            clock()

    def block(_: int) -> None:
        for _ in range(CALLS):
            once()

    return block


def asking(ask: Callable[[Any], object], cost: Any) -> Callable[[int], None]:
    """Answer what asks for a cost."""

    def block(_: int) -> None:
        for _ in range(CALLS):
            ask(cost)

    return block


def settling(bucket: bs.TokenBucket) -> Callable[[int], None]:
    """Answer what asks, and settles with less."""

    def block(_: int) -> None:
        for _ in range(CALLS):
            bucket.acquire(1000).settle(500)

    return block


def awaiting(bucket: bs.TokenBucket) -> Callable[[int], None]:
    """Answer what asks in an event loop, which is started once for each block."""

    async def ask() -> None:
        for _ in range(CALLS):
            await bucket.acquire_async(1)

    return lambda _: asyncio.run(ask())


def taking() -> Callable[[int], None]:
    """Answer what takes a slot and gives it back."""
    slots = Slots(8, SystemClock())

    def block(_: int) -> None:
        for _ in range(CALLS):
            slots.take().release()

    return block


def rows(rounds: int) -> list[Row]:
    """Compare every way to ask with the floor."""
    smooth, burst = bs.TokenBucket(PLENTY), bs.TokenBucket(PLENTY, burst=PLENTY // 1000)
    rate = Rate(PLENTY // 60_000_000_000, 1)
    both = Pacer([Meter("rpm", "requests", rate), Meter("tpm", "tokens", rate)], SystemClock())
    subjects = {
        "acquire(1)": asking(smooth.acquire, 1),
        "acquire(50_000)": asking(smooth.acquire, 50_000),
        "acquire(1), burst": asking(burst.acquire, 1),
        "acquire(50_000), burst": asking(burst.acquire, 50_000),
        "consume(1)": asking(smooth.consume, 1),
        "try_acquire(1)": asking(smooth.try_acquire, 1),
        "acquire and settle": settling(smooth),
        "await acquire_async(1)": awaiting(smooth),
        "acquire of rpm and tpm": asking(both.acquire, {"tokens": 812}),
        "a slot, taken and released": taking(),
    }
    return [
        compare(what, floor(), block, calls=CALLS, rounds=rounds)
        for what, block in subjects.items()
    ]


class Counting(ManualClock):
    """A clock that counts how often somebody waits by it."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0

    def event(self) -> Any:
        """Answer an event; each is waited for once."""
        self.waits += 1
        return super().event()


async def crowd(number: int) -> tuple[int, float, float]:
    """Let so many tasks wait; answer the waits, the KiB and the microseconds for each of them."""
    clock = Counting()
    bucket = bs.TokenBucket(60, clock=clock)
    bucket.acquire(1)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    tasks = [asyncio.create_task(bucket.acquire_async(1)) for _ in range(number)]
    await asyncio.sleep(0)
    held = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    began = time.perf_counter()
    for task in tasks:
        clock.advance(1)
        await task
    return clock.waits, held / number / 1024, (time.perf_counter() - began) / number * 1e6


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Limits against a lock and a clock.")
    parser.add_argument("--rounds", type=int, default=30, help="blocks of each side, from 1 on")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds takes a number from 1 on")
    print(f"{'uncontended':<34} {'floor us':>10} {'ours us':>10} {'ratio':>7}")
    for row in rows(options.rounds):
        print(f"{row.what:<34} {row.floor * 1e6:>10.3f} {row.subject * 1e6:>10.3f}", end="")
        print(f" {row.subject / row.floor:>7.2f}")
    print(f"\n{'waiters':<10} {'wake-ups each':>14} {'KiB each':>10} {'us each':>10}")
    for number in (100, 1000, 10_000):
        waits, held, each = asyncio.run(crowd(number))
        print(f"{number:<10} {waits / number:>14.2f} {held:>10.2f} {each:>10.1f}")


if __name__ == "__main__":
    main()
