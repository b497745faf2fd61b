"""Modes, and what can be asked of a single call: peek, refresh, uncached, delete."""

import asyncio
from typing import Any

import pytest

import beautyspot as bs
from beautyspot.core.errors import StoreUnavailable, ValidationError
from beautyspot.testing import ManualClock, MemoryBlobStore, MemoryTaskDB

RUNS: list[int] = []


@pytest.fixture(autouse=True)
def _no_runs():
    RUNS.clear()


def work(x: int) -> list[int]:
    RUNS.append(x)
    return [x, len(RUNS)]


async def work_async(x: int) -> list[int]:
    return work(x)


both = pytest.mark.parametrize("function", [work, work_async])


def result(answer: Any) -> Any:
    """What a call comes to, whatever the kind of its function."""
    return asyncio.run(answer) if asyncio.iscoroutine(answer) else answer


@pytest.fixture
def opened(tmp_path):
    def opened(**options: Any) -> bs.Spot:
        return bs.Spot("modes", db=tmp_path / "modes.db", **options)

    return opened


@both
def test_refresh_runs_and_overwrites(opened, function):
    """Every call runs; what it returns is what the next normal call finds."""
    normal, refresh = opened().mark(function), opened(mode="refresh").mark(function)

    assert [1, 1] == result(normal(1))
    assert [1, 2] == result(refresh(1))
    assert [1, 3] == result(refresh(1))
    assert [1, 3] == result(normal(1))


@both
def test_readonly_answers_and_stores_nothing(opened, function):
    """What is stored counts, what is missing runs every time."""
    normal, readonly = opened().mark(function), opened(mode="readonly").mark(function)
    result(normal(1))

    assert [1, 1] == result(readonly(1))
    assert [2, 2] == result(readonly(2))
    assert [2, 3] == result(readonly(2))


@both
def test_replay_runs_nothing(opened, function):
    """What is stored counts, anything else is an error that says how to record it."""
    normal, replay = opened().mark(function), opened(mode="replay").mark(function)
    result(normal(1))

    assert [1, 1] == result(replay(1))
    with pytest.raises(bs.CacheMiss, match="mode='replay' runs nothing"):
        result(replay(2))
    with pytest.raises(bs.UncacheableArgument):
        result(replay(object()))
    with pytest.raises(bs.CacheMiss, match="a refresh would run"):
        result(replay.refresh(1))
    assert [1] == RUNS


@both
def test_off_does_as_if_nothing_was_marked(opened, tmp_path, function):
    """Every call runs, and no file is made."""
    off = opened(mode="off").mark(function)

    assert [1, 1] == result(off(1))
    assert [1, 2] == result(off(1))
    assert [] == list(tmp_path.iterdir())


def test_the_environment_says_a_mode(opened, monkeypatch):
    """For programs that stay as they are."""
    monkeypatch.setenv("BEAUTYSPOT_MODE", "off")
    marked = opened().mark(work)
    marked(1)
    marked(1)

    assert [1, 1] == RUNS


def test_an_argument_goes_before_the_environment(opened, monkeypatch):
    """And a function's own before both."""
    monkeypatch.setenv("BEAUTYSPOT_MODE", "off")
    spot = opened(mode="normal")
    normal, off = spot.mark(work), spot.mark(mode="off")(work)
    normal(1)
    normal(1)
    off(1)

    assert [1, 1] == RUNS


def test_an_unknown_mode_is_refused(opened, monkeypatch):
    """With the modes that there are; also from the environment."""
    with pytest.raises(ValidationError, match="mode='reply' is not possible"):
        opened(mode="reply")
    monkeypatch.setenv("BEAUTYSPOT_MODE", "reply")
    with pytest.raises(ValidationError, match="BEAUTYSPOT_MODE is 'reply'"):
        opened()


class Down(MemoryTaskDB):
    """A database that cannot be asked."""

    def get(self, cache_key: str) -> Any:
        raise StoreUnavailable("down")

    def entry(self, cache_key: str, *, wait: bool) -> Any:
        raise StoreUnavailable("down")


def test_replay_tells_an_outage_from_a_miss():
    """What could not be asked is not missing."""
    spot = bs.Spot("down", db=Down(), storage=MemoryBlobStore(), mode="replay")

    with pytest.raises(StoreUnavailable):
        spot.mark(work)(1)


@both
def test_peek_answers_what_is_stored(opened, function):
    """It runs nothing, counts nothing, and None is a result like any other."""
    marked = opened().mark(function)
    with pytest.raises(bs.CacheMiss, match="nothing is stored"):
        marked.peek(1)
    result(marked(1))
    before = marked.counts

    assert [1, 1] == marked.peek(1)
    assert before == marked.counts
    assert [1] == RUNS


def test_peek_finds_none(opened):
    """A stored None is answered, not taken for nothing."""

    @opened().mark
    def nothing(x: int) -> None:
        return None

    nothing(1)

    assert nothing.peek(1) is None


def test_peek_does_not_answer_what_is_over(tmp_path):
    """An expired result is no result."""
    from dependency_injector import providers

    from beautyspot.bootstrap import Container

    clock = ManualClock()
    with Container.clock.override(providers.Object(clock)):
        marked = bs.Spot("over", db=tmp_path / "over.db", retention="1h").mark(work)
        marked(1)
        assert [1, 1] == marked.peek(1)
        clock.advance(3600)

        with pytest.raises(bs.CacheMiss):
            marked.peek(1)


def test_peek_raises_what_is_wrong_with_the_store():
    """Unlike a call it has no other answer."""
    with pytest.raises(StoreUnavailable):
        bs.Spot("down", db=Down(), storage=MemoryBlobStore()).mark(work).peek(1)


@both
def test_refresh_of_one_call(opened, function):
    """It runs, and what it returns takes the place of what is stored."""
    marked = opened().mark(function)
    result(marked(1))

    assert [1, 2] == result(marked.refresh(1))
    assert [1, 2] == result(marked(1))


@both
def test_uncached_touches_no_store(opened, tmp_path, function):
    """It runs every time, and nothing is looked up or stored."""
    marked = opened().mark(function)

    assert [1, 1] == result(marked.uncached(1))
    assert [1, 2] == result(marked.uncached(1))
    assert [] == list(tmp_path.iterdir())


@both
def test_delete_of_one_call(opened, function):
    """It is forgotten, and its blob with it; the answer says whether there was something."""
    marked = opened(save_blob=True).mark(function)
    result(marked(1))
    result(marked(2))

    assert marked.delete(1) is True
    assert marked.delete(1) is False
    assert [1, 3] == result(marked(1))
    assert [2, 2] == result(marked(2))


class Box:
    """Has methods that are marked, and content."""

    def __init__(self, n: int) -> None:
        self.n = n

    def __cache_key__(self) -> int:
        return self.n

    def add(self, x: int) -> list[int]:
        RUNS.append(x)
        return [self.n + x, len(RUNS)]


def test_methods_have_it_all(opened):
    """Through the instance, which is the first argument."""

    class Marked(Box):
        add = opened().mark(Box.add)

    box, other = Marked(10), Marked(20)
    box.add(1)

    assert [11, 1] == box.add.peek(1)
    with pytest.raises(bs.CacheMiss):
        other.add.peek(1)
    assert [11, 2] == box.add.refresh(1)
    assert [11, 3] == box.add.uncached(1)
    assert box.add.delete(1)
    assert not other.add.delete(1)
