"""A result of 10 MB: an array in a blob, which one floor keeps in a file and another in its row.

The floors do the same by hand, without a checksum, and answer an array that cannot be written to:
key, SELECT of a path and read, or SELECT of the bytes; ``unpackb``, ``frombuffer``. A first read is
one in a new process, which has read a small array before, so that everything is loaded: new memory
is most of what it costs.
"""

import subprocess
import sys
from collections.abc import Callable
from itertools import product
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


def by_hand(folder: Path, place: str) -> tuple[Floor, Callable[[int, str], Any]]:
    """Answer a floor that keeps arrays in its "row" or in a "file", and what reads through it."""

    def packed(a: int, b: str) -> dict[str, Any]:
        array = work(a, b)
        return {"dtype": array.dtype.str, "shape": array.shape, "data": array.tobytes()}

    def in_file(a: int, b: str) -> str:
        path = folder / f"{a}-{b}.bin"
        path.write_bytes(msgpack.packb(packed(a, b)))
        return str(path)

    floor = Floor(folder / f"floor-{place}.db", packed if place == "row" else in_file)

    def read(a: int, b: str) -> Any:
        found = floor.hit(a, b)
        if place == "file":
            with open(found, "rb") as file:
                found = msgpack.unpackb(file.read())
        return np.frombuffer(found["data"], found["dtype"]).reshape(found["shape"])

    return floor, read


FIRST_READ = """
import sys, time
sys.path.insert(0, {here!r})
from pathlib import Path
import arrays, beautyspot as bs
folder = Path({folder!r})
if {place!r}:
    floor, read = arrays.by_hand(folder, {place!r})
else:
    spot = bs.Spot("arrays", db=folder / "arrays.db")
    read = spot.mark(arrays.work, save_blob=True)
read(1, "text")
began = time.perf_counter()
read({items}, "text")
print(time.perf_counter() - began)
assert {place!r} or (2, 0) == (read.counts.hits, read.counts.runs), "a hit was none"
"""


def rows(folder: Path, rounds: int) -> list[Row]:
    """Answer the rows of the table."""
    floors = {place: by_hand(folder, place) for place in ("file", "row")}
    with bs.Spot("arrays", db=folder / "arrays.db") as spot:
        marked = spot.mark(work, save_blob=True)
        for (floor, read), items in product(floors.values(), (1, ITEMS)):
            floor.miss(items, "text")
            assert np.array_equal(marked(items, "text"), read(items, "text"))
        first = _first_reads(folder, min(rounds, MOST_ROUNDS))

        def repeat(call: Callable[[int, str], Any]) -> Block:
            def block(_: int) -> None:
                for _ in range(READS):
                    call(ITEMS, "text")

            return block

        again = [
            compare(
                f"hit, 10 MB again / {place}",
                repeat(read),
                repeat(marked),
                calls=READS,
                rounds=rounds,
            )
            for place, (_, read) in floors.items()
        ]
        assert marked.counts.runs == 2, "a hit was none"
    for floor, _ in floors.values():
        floor.close()
    return [*first, *again]


def _first_reads(folder: Path, rounds: int) -> list[Row]:
    best = {"": float("inf"), "file": float("inf"), "row": float("inf")}
    for _, place in product(range(rounds), best):
        code = FIRST_READ.format(
            here=str(Path(__file__).parent), folder=str(folder), place=place, items=ITEMS
        )
        ran = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        best[place] = min(best[place], float(ran.stdout))
    return [Row(f"hit, 10 MB first / {it}", best[it], best[""]) for it in ("file", "row")]
