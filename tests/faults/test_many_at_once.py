"""Interrupts, forks, threads and clocks that jump: no lock stays held, nothing is wrong."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from lab.work import KINDS, Lab, right, troubles

from beautyspot import Spot
from beautyspot.testing import ManualClock

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and fork are POSIX")


def interrupt(run, folder: Path, seed: int, calls: int) -> tuple[dict, dict]:
    (left,) = run("interrupting", folder, seed, calls)
    (seen,) = run("verify", lines=[left])
    return left, seen


def test_interrupts_at_random_moments(tmp_path, run):
    """Ctrl-C reaches the caller; what had returned is kept, nothing is half done."""
    left, seen = interrupt(run, tmp_path, 1, 300)

    assert 0 < left["interrupted"] < 300
    assert {"lost": [], "again": [], "left": [], "told": []}.items() <= seen.items()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(2, 12))
def test_interrupts_for_long(tmp_path, run, seed):
    left, seen = interrupt(run, tmp_path, seed, 3000)
    print(f"{left['interrupted']} interrupts, {len(left['kept'])} returned, 0 lost, 0 wrong")

    assert {"lost": [], "again": [], "left": [], "told": []}.items() <= seen.items()


def test_64_threads(tmp_path):
    """All at the same calls, with few connections: answered, stored, no descriptor per thread."""
    lab = Lab(tmp_path)
    names = [f"{kind} {n}" for n in range(10) for kind in KINDS]

    def call_all(start: int) -> None:
        for n in range(len(names)):
            lab.call(names[(start + n) % len(names)])

    with troubles() as told, ThreadPoolExecutor(64) as pool:
        list(pool.map(call_all, range(64)))
        assert lab.spot.flush()
    lab.spot.shutdown()

    assert [] == told
    assert [] == Lab(tmp_path).lost(names)


FORKING = """
import os, sys, threading
from random import Random
from lab.work import KINDS, Lab, troubles
lab = Lab(sys.argv[1])
stop = threading.Event()
def call_for_ever(seed):
    chance = Random(seed)
    while not stop.is_set():
        lab.call(f"{chance.choice(list(KINDS))} {chance.randrange(200)}")
threads = [threading.Thread(target=call_for_ever, args=[n]) for n in range(4)]
for thread in threads: thread.start()
with troubles() as told:
    for number in range(int(sys.argv[2])):
        pid = os.fork()
        if not pid:
            status = 1
            try:
                names = [f"{kind} {number + 1000}" for kind in KINDS]
                status = 0 if all(lab.is_kept(name) for name in names) else 2
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(status)
        assert os.waitpid(pid, 0)[1] == 0, "a child failed"
stop.set()
for thread in threads: thread.join()
assert not told, told
assert all(lab.is_hit(f"{kind} {n + 1000}") for kind in KINDS for n in range(int(sys.argv[2])))
"""


def test_forks_beside_busy_threads(tmp_path):
    """A child opens its own connections, and holds no lock that a thread of its parent held."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    # Python says, rightly, that locks of others may be held in the child; ours are not.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKING, tmp_path, "30"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)

    assert 0 == done.returncode, done.stderr[-3000:]


def test_a_clock_that_jumps(tmp_path):
    """Ten years back, three days ahead: right results, none kept longer than by the clock."""
    clock = ManualClock()
    today = clock.now()
    spot = Spot("lab", db=tmp_path / "lab.db", retention="1d")
    spot._parts.clock.override(clock)
    marked = spot.mark(KINDS["small"])
    expected = right("small 1")
    runs = []
    for days in (0, -3650, 0.5, 3, 0, 4):
        clock.set(today + timedelta(days=days))
        assert expected == marked(1)
        runs.append(marked.counts.runs)

    assert [1, 1, 1, 2, 2, 3] == runs
    assert spot.flush()
