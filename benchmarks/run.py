"""What ``make bench`` prints: beautyspot against the hand-written floor, in one process.

Blocks of the floor and of the subject alternate, and the best block of each is compared: so both
meet the same disk, the same caches and the same neighbours. Read the ratios; microseconds are of
this machine alone.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import arrays
import scale
from floor import Floor
from measure import Block, Row, compare

import beautyspot as bs

KEYS = 50
#: In a block of hits: a few milliseconds, so that some blocks are disturbed by nobody.
CALLS = 1000
#: Of the large result, and how many of them: a block is a few disk writes, not hundreds.
LARGE, LARGE_CALLS = bytes(range(256)) * 4096, 5
#: Seconds after which a blob is trusted that was read before.
SETTLED = 2.5
OPTIONS = {"model": "m", "temperature": 0.5, "stop": None, "n": 1, "stream": False}


def work(a: Any, b: Any) -> dict[str, Any]:  # noqa: ARG001  # it is there to be keyed
    """Answer a small result."""
    return {"a": a, "text": "a short answer", "tokens": [1, 2, 3]}


def work_large(a: Any, b: Any) -> bytes:  # noqa: ARG001  # they are there to be keyed
    """Answer 1 MiB."""
    return LARGE


async def work_async(a: Any, b: Any) -> dict[str, Any]:
    """Answer a small result."""
    return work(a, b)


def one_by_one(call: Callable[[Any, Any], Any], b: Any) -> Block:
    """Answer a block of hits by one thread."""

    def block(_: int) -> None:
        for n in range(CALLS):
            call(n % KEYS, b)

    return block


def awaited_one_by_one(call: Callable[[Any, Any], Any]) -> Block:
    """Answer a block of hits by one task of an event loop."""

    async def loop() -> None:
        for n in range(CALLS):
            await call(n % KEYS, "text")

    return lambda _: asyncio.run(loop())


def in_threads(calls: list[Callable[[Any, Any], Any]]) -> Block:
    """Answer a block of hits by a thread for each of the calls."""

    def one(call: Callable[[Any, Any], Any]) -> None:
        for n in range(CALLS // len(calls)):
            call(n % KEYS, "text")

    def block(_: int) -> None:
        with ThreadPoolExecutor(len(calls)) as pool:
            list(pool.map(one, calls))

    return block


def hits(folder: Path, rounds: int) -> list[Row]:
    """Calls that the store can answer."""
    floors = [Floor(folder / "floor.db", work) for _ in range(8)]
    with bs.Spot("hits", db=folder / "hits.db") as spot:
        plain, awaited = spot.mark(work), spot.mark(work_async)
        for a, b in product(range(KEYS), ("text", OPTIONS)):
            floors[0].miss(a, b)
            plain(a, b)
            asyncio.run(awaited(a, b))
        runs = plain.counts.runs, awaited.counts.runs
        floor = floors[0].hit
        pairs = {
            "hit": (one_by_one(floor, "text"), one_by_one(plain, "text")),
            "hit, a dict of 5 as argument": (
                one_by_one(floor, OPTIONS),
                one_by_one(plain, OPTIONS),
            ),
            "hit, async": (one_by_one(floor, "text"), awaited_one_by_one(awaited)),
            "hit, 8 threads": (in_threads([f.hit for f in floors]), in_threads([plain] * 8)),
        }
        many = {"calls": CALLS, "rounds": 3 * rounds}
        rows = [compare(what, *pair, **many) for what, pair in pairs.items()]
        assert runs == (plain.counts.runs, awaited.counts.runs), "a hit was none"
    for each in floors:
        each.close()
    return rows


def misses(folder: Path, rounds: int, *, save_sync: bool = True) -> Row:
    """Calls that run and are kept, each in a transaction of its own.

    With ``save_sync=False`` it is the time of the callers, with the thread at work beside them;
    what it has not yet written is written between the blocks.
    """
    calls = 500
    what = "miss" if save_sync else "miss, save_sync=False"
    floor = Floor(folder / f"floor-{what}.db", work)
    with bs.Spot("misses", db=folder / f"{what}.db", save_sync=save_sync) as spot:
        marked = spot.mark(work)

        def repeat(call: Callable[[Any, Any], Any]) -> Block:
            def block(number: int) -> None:
                for n in range(calls):
                    call(number * calls + n, "text")

            return block

        row = compare(
            what,
            repeat(floor.miss),
            repeat(marked),
            calls=calls,
            rounds=rounds,
            between=spot.flush,
        )
        assert spot.flush(), "a miss was not kept"
        assert marked.counts.runs == calls * rounds, "a miss was none"
    floor.close()
    return row


def large(folder: Path, rounds: int) -> list[Row]:
    """A result of 1 MiB: beautyspot keeps it in a file, the floor in the row."""
    floor = Floor(folder / "floor-large.db", work_large)
    with bs.Spot("large", db=folder / "large.db") as spot:
        marked = spot.mark(work_large)

        def repeat(call: Callable[[Any, Any], Any], *, new: bool) -> Block:
            def block(number: int) -> None:
                for n in range(LARGE_CALLS):
                    call(number * LARGE_CALLS + n if new else n, "text")

            return block

        def row(what: str, one: Callable[[Any, Any], Any], *, new: bool) -> Row:
            pair = repeat(one, new=new), repeat(marked, new=new)
            return compare(what, *pair, calls=LARGE_CALLS, rounds=rounds)

        # Misses first: their first block is what the hits find.
        miss = row("miss, 1 MiB", floor.miss, new=True)
        time.sleep(SETTLED)
        hit = row("hit, 1 MiB", floor.hit, new=False)
        made = LARGE_CALLS * rounds
        assert (made, made) == (marked.counts.runs, marked.counts.hits), "a hit or a miss was none"
    floor.close()
    return [hit, miss]


PROGRAM = """
import beautyspot as bs
spot = bs.Spot("imports", db={path!r})
@spot.mark
def work(a, b):
    return {{"a": a, "text": "a short answer", "tokens": [1, 2, 3]}}
work(1, "text")
"""


def imports(folder: Path, rounds: int) -> list[Row]:
    """What a program pays before its first call, each time in a fresh interpreter."""
    (folder / "program.py").write_text(PROGRAM.format(path=str(folder / "imports.db")))

    def fresh(code: str) -> tuple[float, int]:
        timed = f"""
import sys, time
sys.path.append({str(folder)!r})
began = time.perf_counter()
import {code}
print(time.perf_counter() - began)
print(program.work.counts.hits if "program" in globals() else 0)
"""
        ran = subprocess.run(
            [sys.executable, "-I", "-c", timed], check=True, capture_output=True, text=True
        )
        elapsed, hits = ran.stdout.split()
        return float(elapsed), int(hits)

    fresh("program")  # a miss, whose result the others find
    codes = {
        "floor": "sqlite3, msgpack",
        "import beautyspot": "beautyspot",
        "import, Spot() and a first hit": "program",
    }
    best = dict.fromkeys(codes, float("inf"))
    for _, (name, code) in product(range(rounds), codes.items()):
        elapsed, hits = fresh(code)
        assert hits == (code == "program"), "a hit was none"
        best[name] = min(best[name], elapsed)
    return [Row(name, best["floor"], best[name]) for name in list(codes)[1:]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="beautyspot against the hand-written floor.")
    parser.add_argument("--quick", action="store_true", help="few rounds, for a look")
    parser.add_argument("--rounds", type=int, help="blocks of each side, from 1 on; 30 are usual")
    options = parser.parse_args()
    rounds = options.rounds or (2 if options.quick else 30)
    if rounds < 1:
        parser.error("--rounds takes a number from 1 on")
    with tempfile.TemporaryDirectory(prefix="beautyspot-bench-") as name:
        folder = Path(name)
        rows = [
            *hits(folder, rounds),
            misses(folder, rounds),
            misses(folder, rounds, save_sync=False),
            *large(folder, rounds),
            *arrays.rows(folder, rounds),
            *scale.rows(folder, rounds),
            *imports(folder, rounds),
        ]
    print(f"{'':<34} {'floor us':>10} {'ours us':>10} {'ratio':>7}")
    for row in rows:
        print(row)


if __name__ == "__main__":
    main()
