"""Many rows, and many processes that write to one file."""

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from floor import Floor
from measure import Block, Row, compare

import beautyspot as bs
from beautyspot.db import SQLiteTaskDB

FEW, MANY = 1_000, 100_000
PROCESSES, WRITES = 4, 100


def work(a: Any, b: Any) -> dict[str, Any]:
    """Answer a small result."""
    return {"a": a, "b": b, "text": "a short answer", "tokens": [1, 2, 3]}


def rows(folder: Path, rounds: int) -> list[Row]:
    """Answer the rows of the table."""
    return [many_rows(folder, rounds), many_writers(folder, rounds)]


def many_rows(folder: Path, rounds: int) -> Row:
    """Hits among 100,000 rows, and among 1,000 as the floor: the same number of keys in both."""
    few, many = folder / "few.db", folder / "many.db"
    with bs.Spot("few", db=few) as small, bs.Spot("many", db=many) as large:
        answers = small.mark(work), large.mark(work)
        for n in range(FEW):
            for answer in answers:
                answer(n, "text")
        _fill(many, answers[1].key(0, "text"))

        def hits(answer: Callable[[Any, Any], Any]) -> Block:
            def block(_: int) -> None:
                for n in range(FEW):
                    answer(n, "text")

            return block

        row = compare("hit, 100k rows / 1k rows", *map(hits, answers), calls=FEW, rounds=rounds)
        assert {FEW} == {answer.counts.runs for answer in answers}, "a hit was none"
    return row


def _fill(path: Path, cache_key: str) -> None:
    """Add copies of a record under other keys, so that the keys of the hits lie far apart."""
    db = SQLiteTaskDB(path)
    record = db.get(cache_key)
    assert record is not None
    db.save_many(
        replace(record, cache_key=sha256(b"%d" % n).hexdigest()[:32], updated_at=n)
        for n in range(MANY - FEW)
    )
    db.close()


def many_writers(folder: Path, rounds: int) -> Row:
    """Misses of four processes, all on one file; seconds per call of all together."""
    with (
        _team(_by_hand, folder / "floor-writers.db") as floor,
        _team(_with_a_spot, folder / "writers.db") as subject,
    ):
        calls = PROCESSES * WRITES
        return compare("miss, 4 processes", floor, subject, calls=calls, rounds=rounds)


@contextmanager
def _team(member: Callable[[Path, int, Connection], None], path: Path) -> Iterator[Block]:
    """Start processes that write when they are told to."""
    spawn = multiprocessing.get_context("spawn")
    ends, processes = [], []
    for number in range(PROCESSES):
        here, there = spawn.Pipe()
        processes.append(spawn.Process(target=member, args=(path, number, there)))
        processes[-1].start()
        here.recv()  # one after the other: the first one makes the file
        ends.append(here)

    def block(number: int) -> None:
        for end in ends:
            end.send(number)
        for end in ends:
            assert end.recv() == WRITES, "a miss was none"

    try:
        yield block
    finally:
        for end in ends:
            end.send(None)
        for process in processes:
            process.join()


def _by_hand(path: Path, member: int, end: Connection) -> None:
    floor = Floor(path, work)

    def write(number: int) -> int:
        for n in range(WRITES):
            floor.miss(n, [member, number])
        return WRITES

    _serve(end, write)
    floor.close()


def _with_a_spot(path: Path, member: int, end: Connection) -> None:
    with bs.Spot("writers", db=path) as spot:
        marked = spot.mark(work)

        def write(number: int) -> int:
            before = marked.counts.runs
            for n in range(WRITES):
                marked(n, [member, number])
            assert marked.counts.troubles == 0
            return marked.counts.runs - before

        _serve(end, write)


def _serve(end: Connection, write: Callable[[int], int]) -> None:
    write(-1)  # whatever comes but once
    end.send("ready")
    while (number := end.recv()) is not None:
        end.send(write(number))
