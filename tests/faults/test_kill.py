"""Killed at any moment: no acknowledged result is lost, none is wrong, nothing needs repair."""

import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from beautyspot.core.model import TaskRecord
from beautyspot.embedded.sqlite import SQLiteTaskDB

#: Saves for ever, and says so only when a save has returned. Few keys, so that most saves replace
#: a record; now and then a batch of five. What is stored can be derived from key and version.
WRITER = """
import hashlib, itertools, os, random, sys
from beautyspot.core.model import TaskRecord
from beautyspot.embedded.sqlite import SQLiteTaskDB

path, name, seed = sys.argv[1:]
chance = random.Random(seed)
db = SQLiteTaskDB(path, timeout=30)

def made(key, n):
    digest = hashlib.sha256(f"{key} {n}".encode()).digest()
    data = digest * (digest[0] ** 2 // 50)  # up to 41 kB
    return TaskRecord(cache_key=key, func_name=name, input_id="", version=str(n), result_data=data,
                      updated_at=n, size=len(data), checksum=digest[:16])

for n in itertools.count(int(seed) * 1_000_000):
    if n % 10:
        key = f"{name} {chance.randrange(20)}"
        db.save(made(key, n))
    else:
        key = f"{name} batch"
        db.save_many(made(f"{key} {i}", n) for i in range(5))
    os.write(1, f"{key}={n}\\n".encode())
"""


def payload(key: str, version: str) -> bytes:
    digest = hashlib.sha256(f"{key} {version}".encode()).digest()
    return digest * (digest[0] ** 2 // 50)


def killed_after(path: Path, name: str, seed: int, saves: int) -> dict[str, int]:
    """Let two writers run, kill both after so many saves; answer the last version of each key."""
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, path, f"{name}{n}", str(seed)], stdout=subprocess.PIPE
        )
        for n in range(2)
    ]
    acknowledged: dict[str, int] = {}
    lines: list[bytes] = []
    try:
        assert writers[0].stdout is not None
        lines = [writers[0].stdout.readline() for _ in range(saves)]
    finally:
        for writer in writers:
            os.kill(writer.pid, signal.SIGKILL)
        for writer in writers:
            lines += writer.communicate()[0].splitlines(keepends=True)
    for line in lines:
        if line.endswith(b"\n"):  # else it was killed while it said so
            key, _, version = line.decode().strip().partition("=")
            acknowledged[key] = int(version)
    return acknowledged


def records(db: SQLiteTaskDB, keys: list[str]) -> Iterator[TaskRecord]:
    for key, found in db.get_many(keys).items():
        assert key == found.cache_key
        assert found.result_data == payload(key, found.version or ""), f"{key} is wrong"
        yield found


def verify(path: Path, acknowledged: dict[str, int]) -> None:
    with closing(SQLiteTaskDB(path)) as db:
        keys = [key for key in acknowledged if "batch" not in key]
        versions = {r.cache_key: int(r.version or "") for r in records(db, keys)}
        for key in keys:
            # It may have saved once more before it died, but never less.
            assert versions[key] >= acknowledged[key], f"{key} was lost"
        for batch in acknowledged.keys() - set(keys):
            found = {int(r.version or "") for r in records(db, [f"{batch} {i}" for i in range(5)])}
            assert 1 == len(found), f"{batch} is torn: {found}"
            assert found.pop() >= acknowledged[batch]
        db.save(TaskRecord(cache_key="still works", func_name="f", input_id="", updated_at=1))
    with closing(sqlite3.connect(path)) as raw:
        assert ("ok",) == raw.execute("PRAGMA integrity_check").fetchone()
        everything = raw.execute(
            "SELECT cache_key, version, result_data FROM tasks WHERE version IS NOT NULL"
        )
        for key, version, data in everything:
            assert data == payload(key, version), f"{key} is wrong"


def rounds(path: Path, n: int, seed: int) -> int:
    chance = random.Random(seed)
    total = 0
    for number in range(n):
        # Most saves of a round come before the -wal is first copied into the file; some after.
        saves = chance.choice((1, 3, chance.randrange(1, 60), chance.randrange(60, 250)))
        if chance.random() < 0.2:
            path.unlink(missing_ok=True)  # and so the next ones meet at making it
            for suffix in ("-wal", "-shm"):
                Path(f"{path}{suffix}").unlink(missing_ok=True)
        acknowledged = killed_after(path, f"w{number} ", number, saves)
        verify(path, acknowledged)
        total += len(acknowledged)
    return total


def test_killed_writers_lose_nothing(tmp_path):
    assert rounds(tmp_path / "x.db", 12, seed=20) > 50


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_killed_writers_lose_nothing_for_long(tmp_path, seed):
    assert rounds(tmp_path / "x.db", 40, seed=seed) > 100


def test_killed_while_it_is_made(tmp_path):
    """The very first use, killed earlier and earlier: the next one finds a file that it can use."""
    code = """
import os, signal, sys
from beautyspot.embedded.sqlite import SQLiteTaskDB, opening
connect, left = opening.connect, int(sys.argv[2])
def doomed(*args, **options):
    connection = connect(*args, **options)
    def count(sql):
        global left
        left -= 1
        if left < 0: os.kill(os.getpid(), signal.SIGKILL)
    connection.set_trace_callback(count)
    return connection
opening.connect = doomed
SQLiteTaskDB(sys.argv[1]).init_schema()
"""
    ended = 0
    for statements in range(20):
        path = tmp_path / f"{statements}.db"
        done = subprocess.run([sys.executable, "-c", code, path, str(statements)], check=False)
        ended += done.returncode == 0

        with closing(SQLiteTaskDB(path)) as db:
            db.save(TaskRecord(cache_key="k", func_name="f", input_id="", updated_at=1))
        verify(path, {})
    assert 0 < ended < 20
