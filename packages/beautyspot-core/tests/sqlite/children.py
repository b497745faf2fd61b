"""What runs in processes of its own, and what a database holds when they are done."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from beautyspot.testing.samples import record

KEY = record().cache_key


#: Put before every script: the record of a number, and the database of the first argument.
PRELUDE = """
import os, sys, threading, time
from beautyspot.core.errors import *
from beautyspot.core.model import RecordFilter, TaskRecord
from beautyspot.embedded.sqlite import SQLiteTaskDB

def rec(key):
    return TaskRecord(cache_key=str(key), func_name="f", input_id="", updated_at=1)

def become_nobody():
    if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)

path = sys.argv[1]
"""


def script(code: str) -> list[str]:
    return [sys.executable, "-X", "dev", "-W", "error", "-c", PRELUDE + code]


def run(code: str, *args: object) -> str:
    """Run a script to its end, which it reaches in silence; answer what it printed."""
    child = subprocess.run(
        [*script(code), *map(str, args)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ("", 0) == (child.stderr, child.returncode)
    return child.stdout


def keys(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as raw:
        assert ("ok",) == raw.execute("PRAGMA integrity_check").fetchone()
        return {key for (key,) in raw.execute("SELECT cache_key FROM tasks")}


class Clock:
    """Measures a block."""

    def __enter__(self):
        self.start = time.monotonic()
        return self

    def __exit__(self, *_):
        self.seconds = time.monotonic() - self.start
