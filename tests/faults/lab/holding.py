"""A child process that holds the database until it is told: ``python -m lab.holding``.

Arguments: how, and the folder. ``locked``: a transaction of another program is open. ``stopped``:
a save of ours is stopped by the system in its middle. Says ``holding``; goes on with a line on
stdin, or when it is continued.
"""

import os
import signal
import sqlite3
import sys
from pathlib import Path

from lab.work import Lab


def _lock(folder: Path) -> None:
    raw = sqlite3.connect(folder / "lab.db", isolation_level=None)
    raw.execute("BEGIN IMMEDIATE")
    print("holding", flush=True)
    sys.stdin.readline()
    raw.execute("ROLLBACK")


def _stop(folder: Path) -> None:
    lab = Lab(folder)
    lab.call("small 1")
    lab.spot.shutdown()

    connections = lab.spot._db._connections
    with connections.write() as connection:
        connection.execute("UPDATE tasks SET elapsed = elapsed")
        print("holding", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)


if __name__ == "__main__":
    {"locked": _lock, "stopped": _stop}[sys.argv[1]](Path(sys.argv[2]))
