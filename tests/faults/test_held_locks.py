"""Somebody else holds the database: the call is answered in its time, and stored later."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from lab.work import Lab, troubles

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGSTOP is POSIX")

TIMEOUT = 0.3


@contextmanager
def held(how: str, folder: Path):
    """Let a child hold the database of a folder inside the block."""
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-m", "lab.holding", how, folder]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env
    ) as child:
        assert "holding\n" == child.stdout.readline()
        try:
            yield
        finally:
            child.send_signal(signal.SIGCONT)
            child.communicate("\n")
    assert 0 == child.returncode


def lab_in(folder: Path) -> Lab:
    return Lab(folder, db=f"sqlite:///{folder}/lab.db?timeout={TIMEOUT}")


@pytest.mark.parametrize("how", ["locked", "stopped"])
def test_another_process_holds_the_database(tmp_path, how):
    lab = lab_in(tmp_path)
    names = [f"{kind} {n}" for kind in ("small", "blob") for n in range(2, 4)]
    early = ["small 7", "blob 7"]
    lab.lost(early)
    with held(how, tmp_path):
        with troubles() as told:
            began = time.monotonic()
            assert [] == lab.lost(early)
            assert time.monotonic() - began < TIMEOUT, "a hit waits for who writes"
            for name in names:
                began = time.monotonic()
                assert not lab.is_kept(name)
                assert time.monotonic() - began < TIMEOUT + 1
        assert [1, 1] == [sum(kind in text for text in told) for kind in ("k.small", "k.blob")]
        assert 2 == len(told)

    with troubles() as told:
        assert all(lab.is_kept(name) for name in names)
        assert [] == Lab(tmp_path).lost([*names, *early])
    assert [] == told


def test_a_held_database_that_is_not_open_yet(tmp_path):
    """The very first call of a process."""
    Lab(tmp_path).lost(["small 1"])
    with held("locked", tmp_path), troubles() as told:
        lab = lab_in(tmp_path)
        began = time.monotonic()

        assert [] == lab.lost(["small 1"])
        assert not lab.is_kept("small 2")
        assert time.monotonic() - began < 2 * TIMEOUT + 1
    assert 1 == len(told)
    assert lab.is_kept("small 2")
