"""Ends of a program with results that wait to be saved: whichever it is, all are kept."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from beautyspot.core.model import RecordFilter
from beautyspot.embedded.sqlite import SQLiteTaskDB

COUNT = 2000

#: A module, so that processes that are spawned can import it.
WORK = """
import os
import beautyspot as bs
from beautyspot.drivers import background

if os.environ["THREAD"] == "none":
    # So that nothing is written before the end: it has to write all by itself.
    background.Worker._start = lambda self: True

spot = bs.Spot("exit", db=os.environ["DB"], save_sync=False)

@spot.mark
def square(n):
    return n * n

@spot.mark
async def square_async(n):
    return n * n

def some(first, last):
    for n in range(first, last):
        assert square(n) == n * n

def all_of_them():
    some(0, 2000)
"""

#: Each makes 2,000 results and ends.
ENDS = {
    "normally": "work.all_of_them()",
    "sys.exit": "work.all_of_them(); sys.exit(3)",
    "exception": "work.all_of_them(); raise OSError('nobody catches this')",
    "interrupt": "work.all_of_them(); os.kill(os.getpid(), signal.SIGINT)",
    "signal handler": """
signal.signal(signal.SIGTERM, lambda *args: sys.exit(0))
work.all_of_them()
os.kill(os.getpid(), signal.SIGTERM)
""",
    "threads that go on": """
def later():
    threading.main_thread().join()
    work.some(1000, 2000)
threading.Thread(target=later).start()
work.some(0, 1000)
""",
    "only threads that go on": """
def later():
    threading.main_thread().join()
    work.all_of_them()
threading.Thread(target=later).start()
""",
    "an executor that nobody has shut down": """
pool = concurrent.futures.ThreadPoolExecutor(4)
for n in range(4):
    pool.submit(work.some, n * 500, n * 500 + 500)
""",
    "exit handlers": """
atexit.register(work.some, 1000, 2000)
work.some(0, 1000)
atexit.register(work.some, 500, 1500)
""",
    "nothing but exit handlers": "atexit.register(work.all_of_them)",
    "event loop": """
async def main():
    await asyncio.gather(*(work.square_async(n) for n in range(2000)))
asyncio.run(main())
""",
    "event loop that is left": """
async def main():
    await asyncio.gather(*(work.square_async(n) for n in range(2000)))
    sys.exit(4)
asyncio.run(main())
""",
    "process, fork": "in_process('fork', work.all_of_them)",
    "process, spawn": "in_process('spawn', work.all_of_them)",
    "process, forkserver": "in_process('forkserver', work.all_of_them)",
    "processes, fork, parent saves too": """
work.some(0, 1000)
in_process('fork', work.some, 1000, 1500)
in_process('fork', work.some, 1500, 2000)
""",
    "process with a thread that goes on": """
def main():
    threading.Thread(target=work.some, args=(0, 1000)).start()
    work.some(1000, 2000)
in_process('fork', main)
""",
    "process, exception": """
def main():
    work.all_of_them()
    sys.exit(5)
in_process('fork', main, code=5)
""",
    "daemonic process": "in_process('fork', work.all_of_them, daemon=True)",
    "pool of processes, fork": """
with multiprocessing.get_context('fork').Pool(2) as pool:
    pool.starmap(work.some, [(n, n + 100) for n in range(0, 2000, 100)])
""",
    "executor of processes, fork": "in_executor('fork')",
    "executor of processes, spawn": "in_executor('spawn')",
    "fork": """
work.some(0, 1000)
child = os.fork()
if not child:
    work.some(1000, 2000)
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
""",
}

PRELUDE = """
import asyncio, atexit, concurrent.futures, multiprocessing, os, signal, sys, threading
import work

def in_process(kind, *call, code=0, daemon=False):
    target, *args = call
    process = multiprocessing.get_context(kind).Process(target=target, args=args, daemon=daemon)
    process.start()
    process.join(60)
    assert process.exitcode == code

def in_executor(kind):
    context = multiprocessing.get_context(kind)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        for each in [pool.submit(work.some, n, n + 100) for n in range(0, 2000, 100)]:
            each.result()
"""


def ran(folder: Path, thread: str, code: str) -> subprocess.CompletedProcess[str]:
    (folder / "work.py").write_text(WORK)
    main = (
        PRELUDE
        + "\nif __name__ == '__main__':\n"
        + "".join(f"    {line}\n" for line in code.strip().splitlines())
    )
    (folder / "main.py").write_text(main)
    environment = {"THREAD": thread, "DB": str(folder / "x.db"), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, "main.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def kept(folder: Path, name: str = "square") -> int:
    with closing(SQLiteTaskDB(folder / "x.db")) as db:
        return db.count(RecordFilter(func_name=f"work.{name}"), limit=10_000).n


@pytest.mark.parametrize("thread", ["none", "real"])
@pytest.mark.parametrize("end", ENDS)
def test_all_that_waits_is_kept(tmp_path: Path, end: str, thread: str):
    """2,000 results, none of them written before the end; and as it is in real life."""
    done = ran(tmp_path, thread, ENDS[end])

    assert COUNT == kept(tmp_path, "square_async" if "event loop" in end else "square"), done.stderr
    codes = {"sys.exit": 3, "exception": 1, "interrupt": -2, "event loop that is left": 4}
    assert codes.get(end, 0) == done.returncode, done.stderr
    assert "beautyspot" not in done.stderr


def test_a_forked_child_leaves_the_results_of_its_parent_alone(tmp_path: Path):
    """They are the parent's to save. Those of the child are saved when it ends."""
    code = """
work.some(0, 10)
child = os.fork()
if not child:
    assert not work.background._WORKERS.find(work.spot._db).backlog.shown
    work.some(10, 13)
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
print(work.spot._db.count(bs_filter(), limit=100).n)
assert work.spot.flush()
print(work.spot._db.count(bs_filter(), limit=100).n)
"""
    done = ran(
        tmp_path, "none", f"from beautyspot.core.model import RecordFilter as bs_filter{code}"
    )

    assert "3\n13\n" == done.stdout, done.stderr


def test_a_child_does_not_wait_for_who_held_a_lock_at_the_fork(tmp_path: Path):
    """That thread is not there any more."""
    code = """
work.square(1)
backlog = work.background._WORKERS.find(work.spot._db).backlog
held, done = threading.Event(), threading.Event()
def hold():
    with backlog.lock:
        held.set()
        done.wait(60)
holder = threading.Thread(target=hold)
holder.start()
held.wait(60)
child = os.fork()
if not child:
    work.some(10, 13)
    assert work.spot.flush()
    done.set()
    sys.exit(0)
code = os.waitpid(child, 0)[1]
done.set()
holder.join()
assert code == 0
"""
    done = ran(tmp_path, "real", code)

    assert 0 == done.returncode, done.stderr
    assert 4 == kept(tmp_path)
