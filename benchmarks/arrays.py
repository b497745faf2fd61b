"""A result of 10 MB: an array in a blob, which the floor keeps in a file.

The floor does the same by hand, without a checksum: key, SELECT of the path, read, ``unpackb``,
``frombuffer``. A first read is one in a new process, which has read a small array before, so that
everything is loaded: new memory is most of what it costs.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgpack  # type: ignore[import-untyped]
import numpy as np
from floor import Floor
from measure import Block, Row, compare

import beautyspot as bs

__all__ = ["by_hand", "rows", "work"]

#: Of float64.
ITEMS = 10 << 17
#: In a block of repeated reads.
READS = 5
#: New processes take their time.
MOST_ROUNDS = 10


def work(a: int, b: str) -> Any:
    """Answer an array of ``a`` times 8 bytes."""
    return np.random.default_rng(len(b)).random(a)


def by_hand(folder: Path) -> tuple[Floor, Callable[[int, str], Any]]:
    """Answer a floor that keeps the paths of files, and what reads through it."""

    def write(a: int, b: str) -> str:
        path = folder / f"{a}-{b}.bin"
        array = work(a, b)
        packed = {"dtype": array.dtype.str, "shape": array.shape, "data": array.tobytes()}
        path.write_bytes(msgpack.packb(packed))
        return str(path)

    floor = Floor(folder / "floor-arrays.db", write)

    def read(a: int, b: str) -> Any:
        with open(floor.hit(a, b), "rb") as file:
            found = msgpack.unpackb(file.read())
        return np.frombuffer(found["data"], found["dtype"]).reshape(found["shape"])

    return floor, read


FIRST_READ = """
import sys, time
sys.path.insert(0, {here!r})
from pathlib import Path
import arrays, beautyspot as bs
folder = Path({folder!r})
if {by_hand}:
    floor, read = arrays.by_hand(folder)
else:
    spot = bs.Spot("arrays", db=folder / "arrays.db")
    read = spot.mark(arrays.work, save_blob=True)
read(1, "text")
began = time.perf_counter()
read({items}, "text")
print(time.perf_counter() - began)
assert {by_hand} or (2, 0) == (read.counts.hits, read.counts.runs), "a hit was none"
"""


def rows(folder: Path, rounds: int) -> list[Row]:
    """Answer the rows of the table."""
    floor, read = by_hand(folder)
    with bs.Spot("arrays", db=folder / "arrays.db") as spot:
        marked = spot.mark(work, save_blob=True)
        for items in (1, ITEMS):
            floor.miss(items, "text")
            assert np.array_equal(marked(items, "text"), read(items, "text"))
        first = _first_reads(folder, min(rounds, MOST_ROUNDS))

        def repeat(call: Callable[[int, str], Any]) -> Block:
            def block(_: int) -> None:
                for _ in range(READS):
                    call(ITEMS, "text")

            return block

        pair = repeat(read), repeat(marked)
        again = compare("hit, array of 10 MB, again", *pair, calls=READS, rounds=rounds)
        assert marked.counts.runs == 2, "a hit was none"
    floor.close()
    return [first, again]


def _first_reads(folder: Path, rounds: int) -> Row:
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for side, is_floor in enumerate((True, False)):
            code = FIRST_READ.format(
                here=str(Path(__file__).parent), folder=str(folder), by_hand=is_floor, items=ITEMS
            )
            ran = subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True
            )
            best[side] = min(best[side], float(ran.stdout))
    return Row("hit, array of 10 MB, first read", *best)
