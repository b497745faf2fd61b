"""What is dropped is gone: Spots, threads, descriptors, and what went through a call."""

import asyncio
import gc
import os
import subprocess
import sys
import threading
import warnings
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

import beautyspot as bs
from beautyspot.drivers.offload import _pool

#: Before every script: a Spot that is used in all ways, and what there is to count.
PRELUDE = """
import asyncio, contextlib, gc, os, sys, threading, warnings, weakref
import beautyspot as bs

def use(name, loop=True):
    spot = bs.Spot(name)

    @spot.mark
    def plain(x):
        if x == "raise":
            raise LookupError(x)
        return [x] * (100_000 if x == "large" else 1)

    @spot.mark
    async def awaited(x):
        return plain.__wrapped__(x)

    @spot.mark(retention="7d", on_code_change="recompute")
    def other(x):
        return object() if x == "unstorable" else plain(x)

    @spot.mark(save_sync=False)
    def later(x):
        return [x]

    async def at_once():
        await asyncio.gather(*[awaited(x) for x in (1, 1, "large")])

    with warnings.catch_warnings(), contextlib.suppress(LookupError):
        warnings.simplefilter("ignore", bs.BeautySpotWarning)
        for x in (1, 1, "large", "large", "unstorable", object(), "raise"):
            other(x)
    if loop:
        asyncio.run(at_once(), debug=False)
    later(1), later(1), later(2)
    plain.key(1), plain.explain(1), later.peek(1), plain.delete(1), repr(spot)
    return [weakref.ref(o) for o in (spot, plain, awaited, other, later, spot._db, spot._blobs,
                                     spot._parts, plain._driver, plain.__wrapped__)]

def descriptors():
    return len(os.listdir("/proc/self/fd"))

def end_of_threads():
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(10)
    return threading.active_count()
"""


def run(folder: Path, code: str) -> None:
    """Run a script to its end, which it reaches in silence; forgotten resources are errors."""
    (folder / "program.py").write_text(PRELUDE + code)
    child = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "program.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ("", 0) == (child.stderr, child.returncode)


class TestDroppedSpots:
    def test_hundreds_leave_nothing(self, tmp_path: Path):
        """No thread, no descriptor, no object, and no entry of a table of ours."""
        run(
            tmp_path,
            """
def tables():
    found = {}
    for name in [name for name in sys.modules if name.startswith("beautyspot")]:
        for variable, value in vars(sys.modules[name]).items():
            if hasattr(type(value), "__len__") and not isinstance(value, (str, bytes)):
                found[name, variable] = len(value)
            if hasattr(type(value), "cache_info"):
                found[name, variable] = value.cache_info().currsize
    return found

for n in range(20):  # until caches of constant size are full
    use(f"s{n}")
def counted():
    threads = end_of_threads()  # first: they hold what they have just done until they end
    gc.collect()
    return descriptors(), threads, len(gc.get_objects()), tables()

before = counted()
for n in range(200):
    use(f"s{n % 20}", loop=n % 4 == 0)
after = counted()
assert before[:2] == after[:2], (before[:2], after[:2])
assert after[2] - before[2] < 200, after[2] - before[2]  # less than one for each Spot
grown = {key: (before[3].get(key), now) for key, now in after[3].items()
         if now > before[3].get(key, 0)}
assert not grown, grown
""",
        )

    def test_reference_counting_alone_is_enough(self, tmp_path: Path):
        """What holds no cycle goes at once, with its connections."""
        run(
            tmp_path,
            """
use("warm"); end_of_threads(); gc.collect(); gc.disable()
before = descriptors()
for n in range(3):
    used = use("s")
    assert end_of_threads() == 1  # they hold what they have just done until they end
    left = [ref() for ref in used]
    assert not any(left), left
assert before == descriptors()
""",
        )

    def test_one_that_is_in_use_no_more_but_whose_functions_are(self, tmp_path: Path):
        """A marked function works without the Spot that marked it."""
        spot = bs.Spot("gone", db=tmp_path / "gone.db")
        marked, gone = spot.mark(double), weakref.ref(spot)
        del spot

        assert gone() is None
        assert [[1, 1], [1, 1]] == [marked(1), marked(1)]
        assert 1 == marked.counts.hits

    def test_the_end_of_the_program_is_silent(self, tmp_path: Path):
        """With everything open, in a loop that still runs, and in another thread."""
        run(
            tmp_path,
            """
spot = bs.Spot("end")
plain = spot.mark(len)
warnings.simplefilter("ignore", bs.BeautySpotWarning)
plain("abc")
thread = threading.Thread(target=use, args=("thread",)); thread.start(); thread.join()
async def end():
    await spot.mark(asyncio.sleep)(0)
    sys.exit(0)
asyncio.run(end(), debug=False)
""",
        )

    def test_a_forked_child_keeps_nothing_of_its_parent(self, tmp_path: Path):
        """No connection before it calls, and none after it has dropped what it inherited."""
        run(
            tmp_path,
            """
def ours():
    links = [os.path.join("/proc/self/fd", fd) for fd in os.listdir("/proc/self/fd")]
    names = [os.path.realpath(link) for link in links]
    return sorted(os.path.basename(n) for n in names if n.startswith(os.getcwd() + "/"))

spot = bs.Spot("s")
marked = spot.mark(use.__globals__["descriptors"])
marked(); marked()
assert "s.db" in ours()
child = os.fork()
if child == 0:
    assert ours() in ([], ["s.db-claims"]), ours()  # an empty file that nobody has locked
    marked()
    assert "s.db" in ours()
    del spot, marked
    gc.collect()
    assert not ours(), ours()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert marked.counts.runs == 1
""",
        )


def double(x: Any) -> list[Any]:
    return [x, x]


class TestThreads:
    def test_a_hundred_at_once_share_a_bounded_number_of_descriptors(self, tmp_path: Path):
        """A reader's connection has two; what threads used is closed by ``shutdown``."""
        with bs.Spot("threads", db=tmp_path / "threads.db") as spot:
            marked = spot.mark(double)
            start = Barrier(100)

            def call(n: int) -> list[int]:
                start.wait()
                return [marked(x % 20)[0] for x in range(n, n + 40)]

            with ThreadPoolExecutor(100) as threads:
                results = list(threads.map(call, range(100)))

            assert [[x % 20 for x in range(n, n + 40)] for n in range(100)] == results
            assert 20 == marked.counts.runs
            assert opened(tmp_path) <= 2 * 32 + 8
        assert 0 == opened(tmp_path)

    def test_those_that_end_leave_nothing(self, tmp_path: Path):
        with bs.Spot("threads", db=tmp_path / "threads.db") as spot:
            marked = spot.mark(double)
            marked(1)
            counts = set()
            for _ in range(50):
                thread = threading.Thread(target=marked, args=(1,))
                thread.start()
                thread.join()
                counts.add(opened(tmp_path))

            assert 1 == len(counts)

    def test_those_of_an_event_loop_end_with_it(self, tmp_path: Path):
        """So that a program that has left ``asyncio.run`` may fork."""
        spot = bs.Spot("loops", db=tmp_path / "loops.db")
        others = set(threading.enumerate())

        @spot.mark
        async def awaited(x: int) -> list[int]:
            return [x]

        async def many(first: int) -> list[threading.Thread]:
            await asyncio.gather(*[awaited(x) for x in range(first, first + 20)])
            lent = set(threading.enumerate()) - others
            return [thread for thread in lent if "beautyspot" in thread.name]

        for first in (0, 20, 40):
            threads = asyncio.run(many(first))
            gc.collect()
            for thread in threads:
                thread.join(10)

            assert 1 <= len(threads) <= 4
            assert not any(thread.is_alive() for thread in threads)
        spot.shutdown()

    def test_a_loop_that_cannot_be_watched_lends_its_own(self):
        """None is what asyncio takes for that."""
        assert _pool(object()) is None


def opened(folder: Path) -> int:
    """Count the open files of this process in a folder."""
    links = Path("/proc/self/fd").iterdir()
    return sum(os.path.realpath(link).startswith(f"{folder}/") for link in links)


class Value:
    """What a weak reference can be made to, and can be stored."""

    def __init__(self, name: str) -> None:
        self.name = name


class Unstorable(Value):
    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError("nobody can store this")


class Boom(Exception):
    pass


class Everything(bs.HookBase):
    """Hooks that look at all they are given, and keep nothing."""


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


REFS: dict[str, "weakref.ref[Any]"] = {}


def watched(name: str, value: Any) -> Any:
    REFS[name] = weakref.ref(value)
    return value


def body(x: Value) -> Value:
    local = watched("local", Value("local"))
    if x.name == "raises":
        raise watched("error", Boom(local.name))
    made = Unstorable if x.name == "unstorable" else Value
    return watched("result", made(x.name))


async def body_awaited(x: Value) -> Value:
    await asyncio.sleep(0)
    return body(x)


def recursive(x: Value) -> Value:
    return body(x)


def call(marked: Callable[..., Any], name: str) -> None:
    kind = Unstorable if name == "uncacheable" else Value
    with suppress(Boom, bs.BeautySpotError):
        marked(watched("argument", kind(name)))


async def call_awaited(marked: Callable[..., Any], name: str) -> None:
    kind = Unstorable if name == "uncacheable" else Value
    with suppress(Boom, bs.BeautySpotError):
        await marked(watched("argument", kind(name)))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("hooks", [[], [Everything()]])
@pytest.mark.parametrize("name", ["returns", "raises", "unstorable", "uncacheable"])
class TestCalls:
    """Arguments, results, exceptions and their frames are the caller's, on misses and on hits."""

    def spot(self, folder: Path, strict: bool, hooks: Any) -> bs.Spot:
        return bs.Spot("calls", db=folder / "calls.db", strict=strict, hooks=hooks)

    @pytest.mark.usefixtures("no_collector")
    def test_plain(self, tmp_path: Path, strict: bool, hooks: Any, name: str):
        with self.spot(tmp_path, strict, hooks) as spot, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for marked in (spot.mark(body), spot.mark(recursive)):
                for _ in range(2):
                    REFS.clear()
                    call(marked, name)

                    assert [] == alive()
                    assert "argument" in REFS

    @pytest.mark.usefixtures("no_collector")
    def test_awaited(self, tmp_path: Path, strict: bool, hooks: Any, name: str):
        async def calls() -> None:
            marked = spot.mark(body_awaited)
            for _ in range(2):
                REFS.clear()
                await call_awaited(marked, name)

                assert [] == alive()
                assert "argument" in REFS

        with self.spot(tmp_path, strict, hooks) as spot, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            asyncio.run(calls())

    def test_shared_by_threads(self, tmp_path: Path, strict: bool, hooks: Any, name: str):
        """Those who waited for one run as well; what they raised holds cycles, as they re-raise."""
        with self.spot(tmp_path, strict, hooks) as spot, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            marked = spot.mark(body)
            REFS.clear()
            with ThreadPoolExecutor(8) as threads:
                for _ in range(16):
                    threads.submit(call, marked, name)
            gc.collect()

            assert [] == alive()


def alive() -> list[str]:
    return [name for name, ref in REFS.items() if ref() is not None]
