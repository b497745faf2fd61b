"""Prints what a key costs: of a call, and of arguments alone, against JSON and SHA-256 of them.

The floor is ``sha256(json.dumps(..., sort_keys=True).encode()).hexdigest()``, which takes a tuple
for a list and 1 for "1" as a key. Blocks of both alternate as in ``run.py``; read the ratios.
"""

import argparse
import inspect
import json
import time
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from beautyspot import KeyGen
from beautyspot.core.binding import Binder
from beautyspot.core.keys import KeyMaker

#: Seconds that a block is to take, and more than one switch between processes takes.
BLOCK = 0.02
OPTIONS = {"model": "m", "temperature": 0.5, "stop": None, "n": 1, "stream": False}
#: 1,000 scalars in 401 containers.
NESTED = [{"id": n, "v": [n, n * 1.5, f"t{n}"], "k": None} for n in range(200)]
SUBJECTS: dict[str, Any] = {
    "int": 2,
    "str": "text",
    "dict of 5": OPTIONS,
    "nested, 1000 scalars": NESTED,
    "1000 ints": list(range(1000)),
    "333 tuples of 3": [(n, n * 1.5, f"t{n}") for n in range(333)],
    "22 kB of text": "lorem ipsum " * 1833,
}
#: Of these, the key of arguments alone is compared as well.
SMALL = ("int", "str", "dict of 5", "22 kB of text")


def function(a: Any, b: Any) -> None:
    """Be what is marked."""


def floor(arguments: dict[str, Any]) -> str:
    """Answer a hash that takes many calls for one."""
    return sha256(json.dumps(arguments, sort_keys=True).encode()).hexdigest()


def seconds(call: Callable[[], object], calls: int) -> float:
    """Answer how long one call takes, in a block of several."""
    began = time.perf_counter()
    for _ in range(calls):
        call()
    return (time.perf_counter() - began) / calls


def of_a_function(b: Any, rounds: int) -> tuple[float, float]:
    """Compare the key of a call with the floor."""
    key = KeyMaker(
        func_name="bench:function", version=None, bind=Binder(inspect.signature(function)).bind
    ).key
    return compared(lambda: floor({"a": 1, "b": b}), lambda: key((1, b), {}), rounds)


def of_arguments(b: Any, rounds: int) -> tuple[float, float]:
    """Compare the key of arguments alone with the floor."""
    key = KeyGen.default
    return compared(lambda: floor({"args": [1, b], "kwargs": {}}), lambda: key((1, b), {}), rounds)


def compared(
    base: Callable[[], object], ours: Callable[[], object], rounds: int
) -> tuple[float, float]:
    """Time blocks of both in turn, and keep the best of each."""
    sides = [base, ours]
    calls = [max(1, int(BLOCK / seconds(side, 10))) for side in sides]
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for n, side in enumerate(sides):
            best[n] = min(best[n], seconds(side, calls[n]))
    return best[0], best[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Keys against JSON and SHA-256.")
    parser.add_argument("--rounds", type=int, default=30, help="blocks of each side, from 1 on")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds takes a number from 1 on")
    print(f"{'key of 1 and':<34} {'floor us':>10} {'ours us':>10} {'ratio':>7}")
    rows = [(what, of_a_function, b) for what, b in SUBJECTS.items()]
    rows += [(f"{what}, KeyGen.default", of_arguments, SUBJECTS[what]) for what in SMALL]
    for what, measure, b in rows:
        base, ours = measure(b, options.rounds)
        print(f"{what:<34} {base * 1e6:>10.2f} {ours * 1e6:>10.2f} {ours / base:>7.2f}")


if __name__ == "__main__":
    main()
