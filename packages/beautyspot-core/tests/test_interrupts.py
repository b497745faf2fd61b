"""Ctrl-C at any moment of a call: nothing stays claimed, nobody waits for a run that is over.

Python looks for signals where a function begins and where a built-in one has returned. The tests
interrupt there, at one place after the other, until a call comes through.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Self

import pytest

import beautyspot as bs
from beautyspot.core.model import TaskRecord
from beautyspot.drivers.backlog import Backlog
from beautyspot.drivers.pending import Pending
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB


class Interrupt:
    """As a context, it raises KeyboardInterrupt at the n-th place inside the library."""

    def __init__(self, n: int) -> None:
        self.left = n
        self.place = ""  #: where it came; empty: nowhere

    def __enter__(self) -> Self:
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, arg: object) -> None:
        module = frame.f_globals.get("__name__", "")
        if event not in {"call", "c_return"} or not module.startswith("beautyspot."):
            return
        self.left -= 1
        if not self.left:
            sys.setprofile(None)
            self.place = f"{frame.f_code.co_qualname}, line {frame.f_lineno}, {event} {arg}"
            raise KeyboardInterrupt


def interrupted(
    step: Callable[[int], object],
    after: Callable[[int, str], None],
    before: Callable[[int], object],
) -> int:
    """Interrupt a step everywhere, and check something after each; answer how many places it has.

    Args:
        step: is given a number that it is given once.
        after: is given the number, and the place of the interrupt.
        before: is given the number, and not interrupted; leads to the same state every time.
    """
    n = 0
    while True:
        n += 1
        before(n)
        with Interrupt(n) as interrupt, suppress(KeyboardInterrupt):
            step(n)
        if not interrupt.place:
            return n - 1
        after(n, interrupt.place)


@pytest.mark.parametrize("save_sync", [True, False])
def test_an_interrupted_call_can_be_made_again(tmp_path, save_sync):
    """Its claim is given back, and its run has landed, wherever the interrupt came."""
    db = SQLiteTaskDB(tmp_path / "x.db")
    with bs.Spot("x", db=db, save_sync=save_sync) as spot:
        doubled = spot.mark(_double)
        flights = doubled._results.flights

        def free(n: int, place: str) -> None:
            spot.flush()  # a result that waits to be saved may keep its claim
            claim = db.claim(doubled.key(n))
            assert claim is not None, place
            db.release(claim)
            assert {} == flights._aloft, place

        assert 50 < interrupted(doubled, free, before=lambda n: doubled(-n))


def test_an_interrupted_flush_keeps_nothing_claimed(tmp_path):
    """What it has saved, or has not saved yet, is saved and given back by the next."""
    db = SQLiteTaskDB(tmp_path / "x.db")
    with bs.Spot("x", db=db, save_sync=False) as spot:
        doubled = spot.mark(_double)

        def free(n: int, place: str) -> None:
            assert spot.flush(), place
            assert 2 * n == doubled.peek(n), place
            claim = db.claim(doubled.key(n))
            assert claim is not None, place
            db.release(claim)

        assert 20 < interrupted(lambda _: spot.flush(), free, before=doubled)


def test_an_interrupted_replacement_loses_neither(tmp_path):
    """Of two results of a call one waits, and is found, wherever the interrupt came."""
    db, blobs, backlog = MemoryTaskDB(), MemoryBlobStore(), Backlog()

    def result(n: int, version: str) -> Pending:
        record = TaskRecord(
            cache_key=str(n), func_name="f", input_id="", version=version, updated_at=1
        )
        return Pending(db, blobs, record, None, lambda _record, _error: None)

    def both_or_one(n: int, place: str) -> None:
        assert str(n) in backlog.shown, place
        found = backlog.shown[str(n)].record
        backlog.drain()
        assert db.get(str(n)) == found, place
        assert {} == backlog.shown, place

    def replaced(n: int) -> None:
        backlog.add(result(n, "2"), wait=True)

    def first(n: int) -> None:
        backlog.add(result(n, "1"), wait=True)

    assert 5 < interrupted(replaced, both_or_one, before=first)


def _double(x: int) -> int:
    return 2 * x
