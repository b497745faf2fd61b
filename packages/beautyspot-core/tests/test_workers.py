"""Marked functions in worker processes and threads: they work, and all share one store."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import beautyspot as bs

#: The functions of a program, in a module or in the program itself. Each run leaves a line.
FUNCTIONS = """
import asyncio, functools, os
import beautyspot as bs

spot = bs.Spot("workers")

def note(what):
    with open("ran.txt", "a") as file:
        file.write(f"{what}\\n")

@spot.mark
def square(x):
    note(f"square {x}")
    return [x * x]

@spot.mark
async def cube(x):
    note(f"cube {x}")
    return [x ** 3]

def cubed(x):
    return asyncio.run(cube(x), debug=False)  # or it complains about a busy machine

def plain_power(base, exponent):
    note(f"power {base} {exponent}")
    return [base ** exponent]

power = spot.mark(plain_power)
halves = spot.mark(functools.partial(plain_power, 0.5))

class Model:
    def __init__(self, name):
        self.name = name

    @spot.mark
    def answer(self, x):
        note(f"answer {self.name} {x}")
        return [self.name, x]

    @classmethod
    @spot.mark
    def made(cls, x):
        note(f"made {x}")
        return [cls.__name__, x]

    @spot.mark
    @staticmethod
    def static(x):
        note(f"static {x}")
        return [x]

JOBS = [square, cubed, functools.partial(power, 2), halves, Model("a").answer,
        functools.partial(Model("b").answer), Model.made, Model("a").static]
RESULTS = [[9], [27], [8], [0.125], ["a", 3], ["b", 3], ["Model", 3], [3]]
"""

PROGRAM = """
if __name__ == "__main__":
    import multiprocessing, sys, warnings
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path

    warnings.simplefilter("error")
    context = multiprocessing.get_context(sys.argv[1])

    with spot:
        if sys.argv[2] == "open":  # the workers are forked off a Spot in use
            assert square(100) == [10_000]
        with ProcessPoolExecutor(2, mp_context=context) as executor:
            assert RESULTS == [future.result() for future in
                               [executor.submit(job, 3) for job in JOBS]]
        with context.Pool(2) as pool:
            assert [[x * x] for x in range(10)] == pool.map(square, range(10))
            assert RESULTS == [pool.apply_async(job, (3,)).get() for job in JOBS]
            pool.close()
            pool.join()
        process = context.Process(target=Model("c").answer, args=(4,))
        process.start()
        process.join()
        assert process.exitcode == 0

    with ProcessPoolExecutor(1, mp_context=context) as executor:  # after the block as well
        assert [9] == executor.submit(square, 3).result()

    ran = Path("ran.txt").read_text().splitlines()
    assert RESULTS == [job(3) for job in JOBS]
    assert ["c", 4] == Model("c").answer(4)
    assert ran == Path("ran.txt").read_text().splitlines(), "what the workers did, is done"
    print(*sorted(ran), sep="\\n")
"""


def run(folder: Path, program: str, *args: str) -> str:
    (folder / "program.py").write_text(program)
    child = subprocess.run(
        [sys.executable, "-X", "dev", "program.py", *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ("", 0) == (child.stderr, child.returncode)
    return child.stdout


RAN = {
    "answer a 3", "answer b 3", "answer c 4", "cube 3", "made 3", "power 0.5 3", "power 2 3",
    "static 3", *(f"square {x}" for x in range(10)),
}  # fmt: skip


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
@pytest.mark.parametrize("home", ["main", "module"])
def test_processes(tmp_path: Path, method: str, home: str):
    """However they start, and wherever the functions stand; nothing runs twice."""
    (tmp_path / "functions.py").write_text(FUNCTIONS)
    functions = FUNCTIONS if home == "main" else "from functions import *\n"

    ran = run(tmp_path, functions + PROGRAM, method, "unopened").split("\n")[:-1]

    assert RAN == set(ran)
    assert len(RAN) == len(ran)


def test_processes_that_are_forked_off_a_spot_in_use(tmp_path: Path):
    ran = run(tmp_path, FUNCTIONS + PROGRAM, "fork", "open").split("\n")[:-1]

    assert {*RAN, "square 100"} == set(ran)


def test_joblib(tmp_path: Path):
    """Processes and threads; also coroutine functions, and methods of objects."""
    (tmp_path / "functions.py").write_text(FUNCTIONS)
    program = """
import sys, warnings
from functions import *
from joblib import Parallel, delayed

if __name__ == "__main__":
    warnings.simplefilter("ignore", DeprecationWarning)  # joblib forks beside threads of its own
    for backend in ("loky", "threading", "multiprocessing"):
        parallel = Parallel(n_jobs=2, backend=backend)
        assert [[x * x] for x in range(10)] == parallel(delayed(square)(x) for x in range(10))
        assert RESULTS == parallel(delayed(job)(3) for job in JOBS)
    print(square.counts.runs)
    with open("ran.txt") as file:
        print(*sorted(file.read().splitlines()), sep="\\n")
"""

    runs, *ran = run(tmp_path, program).split("\n")[:-1]

    assert "0" == runs  # those of loky, which came first, ran elsewhere
    assert RAN - {"answer c 4"} == set(ran)
    assert len(ran) == len(set(ran))


def test_joblib_does_not_load_the_main_program(tmp_path: Path):
    """What is defined there is refused with what to do, and not looked for for ever."""
    program = """
from joblib import Parallel, delayed

if __name__ == "__main__":
    try:
        Parallel(n_jobs=2, backend="loky")(delayed(square)(x) for x in range(4))
    except Exception as error:
        assert "top level of a module that both processes import" in str(error), error
        print("refused")
"""

    assert "refused\n" == run(tmp_path, FUNCTIONS + program)


def test_what_no_name_leads_to_is_refused_by_executors(tmp_path: Path):
    """With what to do; the pool goes on with other work."""
    program = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

def make():
    @spot.mark
    def nested(x):
        return x
    return [nested, spot.mark(lambda x: x)]

if __name__ == "__main__":
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
        errors = [executor.submit(marked, 1).exception() for marked in make()]
        assert all("top level of a module" in str(error) for error in errors), errors
        for found_here in make():
            error = executor.submit(found_here, 1).exception()
            assert "__main__.found_here was sent to this process" in str(error), error
        with spot.cached_run(plain_power) as cached:
            assert "top level of a module" in str(executor.submit(cached, 1, 2).exception())
        lent = executor.submit(spot.cached_run(plain_power), 1, 2).exception()
        assert "nothing ran: cached_run is for a with block" in str(lent), lent
        assert [9] == executor.submit(square, 3).result()
        sent = executor.submit(print, spot).exception()
        assert "beside the functions that it marks" in str(sent), sent
    print("done")
"""

    assert "done\n" == run(tmp_path, FUNCTIONS + program)


def test_threads_inside_and_after_the_block(tmp_path: Path):
    """A Spot whose block has ended opens again what it needs."""
    with bs.Spot("threads", db=tmp_path / "threads.db") as spot, ThreadPoolExecutor(8) as threads:
        marked = spot.mark(double)
        assert [[x, x] for x in range(50)] == list(threads.map(marked, range(50)))
    with ThreadPoolExecutor(8) as threads:
        assert [[x, x] for x in range(50)] == list(threads.map(marked, range(50)))

    assert (50, 50) == (marked.counts.runs, marked.counts.hits)
    spot.shutdown()


def double(x: int) -> list[int]:
    return [x, x]
