"""Ctrl-C at any moment: what has returned is saved, and nobody waits for ever."""

import subprocess
import sys
from pathlib import Path

import pytest

#: Interrupts itself again and again, and says what came of it. So little may wait that callers
#: write much of it themselves.
INTERRUPTED = """
import random, signal, sys
from functools import partial
import beautyspot as bs
from beautyspot.drivers import background
from beautyspot.drivers.backlog import Backlog
from beautyspot.embedded.sqlite import SQLiteTaskDB

path, seed, thread, calls = sys.argv[1:]
chance = random.Random(seed)
background.Backlog = partial(Backlog, records=5)
if thread == "none":
    background.Worker._start = lambda self: True
spot = bs.Spot("interrupted", db=path, save_sync=False)

def made(n):
    return n * 7

made.__module__ = "interrupted"
marked = spot.mark(made)
marked(-1)
spot.flush()
signal.signal(signal.SIGALRM, signal.default_int_handler)
returned, interrupts = [], 0
for n in range(int(calls)):
    try:
        signal.setitimer(signal.ITIMER_REAL, chance.random() * 0.0015 + 1e-6)
        marked(n)
        returned.append(n)
        if n % 7 == 0:
            spot.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:
        signal.setitimer(signal.ITIMER_REAL, 0)
        interrupts += 1
assert interrupts
assert spot.flush()
assert not spot._parts.background().shown
found = SQLiteTaskDB(path).get_many(marked.key(n) for n in returned)
assert len(found) == len(returned), len(returned) - len(found)
"""


def interrupted(path: Path, seed: int, thread: str, calls: int) -> None:
    arguments = [str(path), str(seed), thread, str(calls)]
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *arguments],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert 0 == done.returncode, done.stderr


@pytest.mark.parametrize("thread", ["none", "real"])
def test_an_interrupt_loses_nothing_that_has_returned(tmp_path: Path, thread: str):
    """Whether a thread writes, or the callers do."""
    interrupted(tmp_path / "x.db", 1, thread, calls=1500)


@pytest.mark.slow
@pytest.mark.parametrize("thread", ["none", "real"])
@pytest.mark.parametrize("seed", range(10))
def test_an_interrupt_loses_nothing_for_long(tmp_path: Path, seed: int, thread: str):
    interrupted(tmp_path / "x.db", seed, thread, calls=6000)
