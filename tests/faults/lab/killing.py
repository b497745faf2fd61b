"""Kills processes that write, and looks what is left: ``python -m lab.killing``, JSON arguments.

The writers are forked from here, where everything is imported and nothing is open: a kill takes
milliseconds, so that thousands can be tried. Answers one JSON line with what was measured.
"""

import json
import os
import select
import shutil
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from random import Random

from lab.work import FILES, KINDS, Lab, troubles

#: Calls are of so many numbers, so that writers meet at some of them.
_NUMBERS = 400


def _fork(child: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        child()
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _write(folder: Path, options: dict[str, object], seed: str, pipe: int) -> None:
    """Call for ever, and say so when a call has returned and its result is kept."""
    chance = Random(seed)
    lab = Lab(folder, **options)
    while True:
        name = f"{chance.choice(list(KINDS))} {chance.randrange(_NUMBERS)}"
        if lab.is_kept(name):
            os.write(pipe, f"{name}\n".encode())
        if chance.random() < 0.02:
            lab.spot.shutdown()


def _killed(folder: Path, options: dict[str, object], seed: str, writers: int) -> set[str]:
    """Let writers write, kill them at some moment, and answer what they have acknowledged."""
    chance = Random(seed)
    # Some die before they have opened the file, some after many calls, however slow the disk is.
    enough, seconds = chance.choice(((1, 5.0), (10, 5.0), (60, 5.0), (999, 0.02), (999, 0.1)))
    enough, seconds = chance.randrange(enough) + 1, seconds * (0.5 + chance.random())
    reading, writing = os.pipe()
    pids = [
        _fork(lambda n=n: _write(folder, options, f"{seed} {n}", writing)) for n in range(writers)
    ]
    os.close(writing)
    data = b""
    end = time.monotonic() + seconds
    while data.count(b"\n") < enough and (left := end - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            data += os.read(reading, 65536)
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    for pid in pids:
        assert os.waitpid(pid, 0)[1] == signal.SIGKILL, "a writer has ended by itself"
    while more := os.read(reading, 65536):
        data += more
    os.close(reading)
    return set(data.decode().split("\n")[:-1])  # the last line may be cut


def _look(folder: Path, acknowledged: set[str], pipe: int) -> None:
    """In a fresh process: all that is acknowledged is found, all that is found is right."""
    with troubles() as told:
        lab = Lab(folder)
        assert lab.is_kept("small 1000000"), "nothing is stored any more"
        lost = lab.lost(sorted(acknowledged))
        with closing(sqlite3.connect(folder / "lab.db")) as raw:
            keys = {key for (key,) in raw.execute("SELECT cache_key FROM tasks")}
            assert ("ok",) == raw.execute("PRAGMA integrity_check").fetchone()
        present = [
            name
            for kind in KINDS
            for n in range(_NUMBERS)
            if lab.key(name := f"{kind} {n}") in keys
        ]
        torn = lab.lost(present)
        assert len(present) == len(keys - {lab.key("small 1000000")}), (
            "there are records of nothing that was called"
        )
        lab.spot.shutdown()
    strange = sorted(set(os.listdir(folder)) - FILES - {"lab.db-lock"})
    result = {"lost": lost, "torn": torn, "told": told, "strange": strange}
    os.write(pipe, json.dumps(result).encode())


def _in_a_fresh_process(look: Callable[[int], None]) -> dict[str, list[str]]:
    reading, writing = os.pipe()
    pid = _fork(lambda: look(writing))
    os.close(writing)
    with open(reading, "rb") as pipe:
        data = pipe.read()
    assert os.waitpid(pid, 0)[1] == 0, "a look failed"
    return json.loads(data)


def _main(folder: str, options: dict[str, object], seed: int, kills: int) -> None:
    chance = Random(seed)
    Lab(folder).call("small 0")  # all is imported before the first fork
    home = Path(folder) / "home"
    acknowledged: set[str] = set()
    measured: Counter[str] = Counter()
    while measured["kills"] < kills:
        if chance.random() < 0.1 or not home.exists():  # so that making it is killed as well
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            acknowledged = set()
        writers = chance.choice((2, 3, 4))
        seen = _killed(home, options, f"{seed} {measured['kills']}", writers)
        acknowledged |= seen
        found = _in_a_fresh_process(partial(_look, home, acknowledged))
        measured.update(kills=writers, acknowledged=len(seen))
        measured.update({word: len(found[word]) for word in found})
        for word in found:
            assert [] == found[word], (word, found)
    print(json.dumps({"lost": 0, "torn": 0, "wrong": 0, **measured}))


if __name__ == "__main__":
    _main(**json.loads(sys.argv[1]))
