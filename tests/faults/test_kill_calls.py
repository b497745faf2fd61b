"""Killed after a call has returned: its record and its blob are there, whole."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import beautyspot as bs

#: Says each number when its result is acknowledged: when the call has returned, or ``flush`` has.
CALLS = """
import itertools, os, sys
import beautyspot as bs

spot = bs.Spot("kill", db=sys.argv[1], save_sync=sys.argv[2] == "at once")

def made(n):
    return bytes([n % 256]) * (100_000 if n % 3 == 0 else 100)

made.__module__ = "killed"
marked, last = spot.mark(made), 0
for n in itertools.count(int(sys.argv[3])):
    marked(n)
    if sys.argv[2] == "at once":
        os.write(1, f"{n}\\n".encode())
    elif n % 40 == 39:
        assert spot.flush()
        os.write(1, "".join(f"{each}\\n" for each in range(n - 39, n + 1)).encode())
"""


def made(n: int) -> bytes:
    return bytes([n % 256]) * (100_000 if n % 3 == 0 else 100)


made.__module__ = "killed"


def acknowledged(path: Path, how: str, first: int, lines: int) -> list[int]:
    """Let a program make results, kill it after it has acknowledged so many; answer which."""
    with subprocess.Popen(
        [sys.executable, "-c", CALLS, path, how, str(first)], stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        try:
            read = [program.stdout.readline() for _ in range(lines)]
        finally:
            os.kill(program.pid, signal.SIGKILL)
        read += program.stdout.read().splitlines(keepends=True)
    return [int(line) for line in read if line.endswith(b"\n")]


def lost(path: Path, numbers: list[int]) -> int:
    """Answer how many of the calls have to run again; every answer has to be right."""
    with bs.Spot("kill", db=path) as spot:
        marked = spot.mark(made)
        assert [made(n) for n in numbers] == [marked(n) for n in numbers]
        return marked.counts.runs


def killed(path: Path, how: str, rounds: int) -> None:
    for number in range(rounds):
        first = 100_000 * number
        found = acknowledged(path, how, first, lines=1 + 13 * number % 100)
        assert found
        assert 0 == lost(path, found)


@pytest.mark.parametrize("how", ["at once", "flushed"])
def test_what_is_acknowledged_is_there(tmp_path: Path, how: str):
    """By the return of the call, or by ``flush`` with ``save_sync=False``."""
    killed(tmp_path / "x.db", how, rounds=6)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["at once", "flushed"])
def test_what_is_acknowledged_is_there_for_long(tmp_path: Path, how: str):
    killed(tmp_path / "x.db", how, rounds=150)
