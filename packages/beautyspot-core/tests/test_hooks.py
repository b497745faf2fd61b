"""Hooks: what they are told, when, and that nothing that they do changes a call."""

import asyncio
import dataclasses
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import beautyspot as bs
from beautyspot.core.errors import StoreUnavailable, ValidationError
from beautyspot.core.hooks import EVENTS
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB


class Recorder(bs.HookBase):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    def pre_execute(self, context: bs.PreExecuteContext) -> None:
        self.told.append(("pre_execute", context))

    def on_cache_hit(self, context: bs.CacheHitContext) -> None:
        self.told.append(("on_cache_hit", context))

    def on_cache_miss(self, context: bs.CacheMissContext) -> None:
        self.told.append(("on_cache_miss", context))

    def on_save(self, context: bs.SaveContext) -> None:
        self.told.append(("on_save", context))

    def on_trouble(self, context: bs.TroubleContext) -> None:
        self.told.append(("on_trouble", context))

    @property
    def events(self) -> list[str]:
        return [name for name, _ in self.told]

    def context(self, event: str) -> Any:
        return next(context for name, context in self.told if name == event)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def spot(tmp_path, recorder):
    with bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=[recorder]) as spot:
        yield spot


def pair(x: int, y: int = 2) -> list[int]:
    return [x, y]


async def pair_async(x: int, y: int = 2) -> list[int]:
    return [x, y]


def called(marked: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a marked function, whatever its kind."""
    answer = marked(*args, **kwargs)
    return asyncio.run(answer) if asyncio.iscoroutine(answer) else answer


@pytest.mark.parametrize("function", [pair, pair_async])
def test_a_miss_and_a_hit_are_told_in_order(spot, recorder, function):
    """Before the run, after it, when it is stored; and then the hit."""
    marked = spot.mark(function)

    assert [1, 2] == called(marked, 1) == called(marked, 1)
    assert ["pre_execute", "on_cache_miss", "on_save", "on_cache_hit"] == recorder.events


@pytest.mark.parametrize("function", [pair, pair_async])
def test_contexts_say_which_call_it_is(spot, recorder, function):
    """Function, key, version, and the arguments as they were given."""
    marked = spot.mark(version="v2")(function)
    called(marked, 1, y=3)
    called(marked, 1, y=3)

    for _, context in recorder.told:
        assert context.func_name.endswith(f".{function.__name__}")
        assert marked.key(1, y=3) == context.cache_key
        assert "v2" == context.version
        assert ((1,), {"y": 3}) == (context.args, dict(context.kwargs))


def test_contexts_have_times_and_sizes(spot, recorder):
    """Seconds of the run, seconds to the answer, seconds saved, and bytes."""
    marked = spot.mark(pair)
    marked(1)
    marked(1)
    hit, save = recorder.context("on_cache_hit"), recorder.context("on_save")

    assert recorder.context("on_cache_miss").elapsed == save.elapsed == hit.seconds_saved >= 0
    assert 0 <= hit.elapsed < 60
    assert hit.size == save.size > 0
    assert save.location is None


def test_a_large_result_tells_its_location(spot, recorder):
    """In the blob store it has one."""
    marked = spot.mark(save_blob=True)(pair)
    marked(1)

    assert isinstance(recorder.context("on_save").location, str)


def test_contexts_are_frozen(spot, recorder):
    """Nobody changes what the next hook is told."""
    spot.mark(pair)(1)

    with pytest.raises(dataclasses.FrozenInstanceError):
        recorder.context("on_cache_miss").result = 3


class Meddler(bs.HookBase):
    """Changes the very value that it is shown."""

    def on_cache_miss(self, context: bs.CacheMissContext) -> None:
        context.result.append("meddled")


@pytest.mark.parametrize("function", [pair, pair_async])
def test_a_hook_cannot_change_what_is_stored(tmp_path, function):
    """The value is encoded before a hook sees it."""
    with bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=[Meddler()]) as spot:
        marked = spot.mark(function)
        called(marked, 1)

        assert [1, 2] == called(marked, 1)


class Failing(bs.HookBase):
    """Raises whatever it is told."""

    def fail(self, context: object) -> None:
        raise RuntimeError("a hook of mine")

    pre_execute = on_cache_hit = on_cache_miss = on_save = on_trouble = fail


@pytest.mark.parametrize("function", [pair, pair_async])
def test_what_a_hook_raises_stays_inside(tmp_path, function):
    """The caller has the value, the store has it too, and one warning says what happened."""
    with bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=[Failing()]) as spot:
        marked = spot.mark(function)

        with pytest.warns(bs.BeautySpotWarning, match="a hook raised") as caught:
            values = [called(marked, 1) for _ in range(2)]
        assert [[1, 2], [1, 2]] == values
        assert 1 == len(caught)
        assert (1, 1) == (marked.counts.runs, marked.counts.hits)
        assert 4 == marked.counts.troubles


def test_the_next_hook_is_called_all_the_same(tmp_path, recorder):
    """One that raises takes nothing from the others."""
    with bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=[Failing()]) as spot:
        marked = spot.mark(hooks=[recorder])(pair)
        with pytest.warns(bs.BeautySpotWarning):
            marked(1)

    assert "on_save" in recorder.events


def test_a_hook_may_lack_methods(tmp_path):
    """Any object with one of the methods will do."""

    class OnlyHits:
        hits = 0

        def on_cache_hit(self, context: Any) -> None:
            OnlyHits.hits += 1

    with bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=[OnlyHits()]) as spot:
        marked = spot.mark(pair)
        marked(1)
        marked(1)

    assert 1 == OnlyHits.hits


@pytest.mark.parametrize("hooks", [[Recorder], [object()], 3, ["on_save"], Recorder])
def test_what_is_no_hook_is_refused_at_once(tmp_path, hooks):
    """A class instead of an instance, or something without any of the methods."""
    with pytest.raises(ValidationError, match="hooks="):
        bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=hooks)


def test_an_exception_of_the_function_is_told_to_nobody(spot, recorder):
    """It is the caller's affair; the run was about to begin, and that was told."""

    @spot.mark
    def fails(x: int) -> int:
        raise LookupError(x)

    with pytest.raises(LookupError):
        fails(1)

    assert ["pre_execute"] == recorder.events


def test_a_call_without_a_key_is_told_as_a_miss(spot, recorder):
    """Nothing is stored, and the trouble is told."""
    with pytest.warns(bs.BeautySpotWarning):
        spot.mark(pair)(object())

    assert ["on_trouble", "pre_execute", "on_cache_miss"] == recorder.events
    assert recorder.context("on_cache_miss").cache_key is None
    assert "ARGUMENT" == recorder.context("on_trouble").kind.name


class Down(MemoryTaskDB):
    """A database that takes nothing."""

    def save(self, record: Any) -> None:
        raise StoreUnavailable("down")


def test_trouble_is_told_every_time(recorder):
    """Warnings come once; hooks hear it all, with the message of the warning."""
    spot = bs.Spot("down", db=Down(), storage=MemoryBlobStore(), hooks=[recorder])
    marked = spot.mark(pair)
    with pytest.warns(bs.BeautySpotWarning) as caught:
        assert [[1, 2], [2, 2]] == [marked(1), marked(2)]

    told = [context for event, context in recorder.told if event == "on_trouble"]
    assert 2 == len(told)
    assert str(caught[0].message) == told[0].message
    assert "on_save" not in recorder.events


def test_who_waited_for_an_equal_call_is_told_of_a_hit(spot, recorder):
    """It did not run for this caller."""
    begun, go = threading.Event(), threading.Event()

    class Gate:
        def __cache_key__(self) -> str:
            return "gate"

        def wait(self) -> None:
            begun.set()
            assert go.wait(30)

    gate = Gate()

    @spot.mark
    def slow(x: int) -> int:
        gate.wait()
        return x

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(slow, 1)
        assert begun.wait(30)
        second = pool.submit(slow, 1)
        flights = slow._results.flights
        while not any(flight.followers for flight in list(flights._aloft.values())):
            threading.Event().wait(0.001)
        go.set()
        assert (1, 1) == (first.result(30), second.result(30))

    assert 1 == recorder.events.count("pre_execute")
    assert 1 == recorder.events.count("on_cache_hit")


def test_background_saves_are_told_when_they_are_stored(tmp_path, recorder):
    """Not before: ``flush`` has waited for it."""
    path = tmp_path / "hooks.db"
    with bs.Spot("hooks", db=path, hooks=[recorder], save_sync=False) as spot:
        spot.mark(pair)(1)
        assert spot.flush()

        assert "on_save" in recorder.events


class Exclusive(bs.ThreadSafeHookBase):
    """Notices when two threads are in it at once."""

    def __init__(self) -> None:  # on purpose without super().__init__()
        self.inside = self.most = self.hits = 0

    def on_cache_hit(self, context: bs.CacheHitContext) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        for _ in range(100):
            threading.Event().wait(0)  # lets the others come in, if they can
        self.hits += 1
        self.inside -= 1


def test_one_thread_at_a_time_is_in_a_thread_safe_hook(tmp_path):
    """So it may count without a lock of its own."""
    hook = Exclusive()
    with bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=[hook]) as spot:
        marked = spot.mark(pair)
        marked(1)
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(marked, [1] * 40))

    assert (1, 40) == (hook.most, hook.hits)


def test_a_hook_may_call_marked_functions(tmp_path):
    """Also a thread-safe one, and the very function that it hears of."""

    class Asking(bs.ThreadSafeHookBase):
        asked = 0

        def on_cache_miss(self, context: bs.CacheMissContext) -> None:
            Asking.asked += 1
            if Asking.asked < 3:
                marked(context.args[0] + 1)

    with bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=[Asking()]) as spot:
        marked = spot.mark(pair)

        assert [1, 2] == marked(1)
        assert 3 == Asking.asked


@pytest.mark.timeout(20)
@pytest.mark.parametrize("event", ["pre_execute", "on_cache_miss", "on_save", "on_trouble"])
def test_a_hook_may_ask_for_the_very_call_that_it_is_told_of(event):
    """It belongs to the call, which it would wait for in vain: so it runs the function again."""
    answers: list[int] = []

    class Curious:
        def tell(self, _context: object) -> None:
            if not answers:
                answers.append(0)
                answers.append(double(2))

    curious = Curious()
    setattr(curious, event, curious.tell)
    db = Down() if event == "on_trouble" else MemoryTaskDB()
    spot = bs.Spot("curious", db=db, storage=MemoryBlobStore(), hooks=[curious])

    @spot.mark
    def double(x: int) -> int:
        return 2 * x

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bs.BeautySpotWarning)
        assert 4 == double(2)

    assert [0, 4] == answers


def test_every_event_is_a_method_of_the_base():
    """Each can be left out."""
    assert all(callable(getattr(bs.HookBase(), event)) for event in EVENTS)
    assert all(getattr(bs.HookBase(), event)(None) is None for event in EVENTS)
