"""A child process in which the n-th call to the system fails, for n = 1, 2, ... until none does.

Run with the shim loaded, as ``python -m lab.failing`` with one JSON object of arguments. Writes a
JSON line for each n: what was called, what of it is acknowledged, what was warned of.
"""

import json
import sys
import time
from itertools import count
from pathlib import Path

from lab.preloaded import arm, disarm
from lab.work import Lab, troubles

_CALLS = [f"{kind} {n}" for n in range(3) for kind in ("small", "large", "blob")]
_LATER = ["small 100", "blob 100"]


def _use(lab: Lab, kept: set[str]) -> float:
    """Use a Spot, and add what it acknowledges; answer the seconds of the longest call."""
    longest = 0.0
    for name in _CALLS:
        began = time.monotonic()
        if lab.is_kept(name):
            kept.add(name)
        longest = max(longest, time.monotonic() - began)
    lab.spot.shutdown()
    return longest


def _strike(folder: Path, n: int, fault: dict[str, object], durable: bool) -> dict[str, object]:
    folder.mkdir()
    kept: set[str] = set()
    told: list[list[str]] = []
    longest = 0.0
    arm(nth=n, **fault)
    try:
        for _ in range(2):  # the second one finds a database
            with troubles() as warned:
                lab = Lab(folder, durable=durable)
                longest = max(longest, _use(lab, kept))
            told.append(warned)
    finally:
        struck = disarm()
    # The fault is gone: the same Spot keeps what it is given from now on.
    for name in _LATER:
        assert lab.is_kept(name), f"{name} is not stored though the fault is gone"
    lab.spot.shutdown()
    return {
        "n": n,
        "folder": str(folder),
        "struck": struck,
        "called": _CALLS + _LATER,
        "kept": [*kept, *_LATER],
        "told": told,
        "longest": longest,
    }


def _main() -> None:
    given = json.loads(sys.argv[1])
    folder, durable = Path(given.pop("folder")), given.pop("durable")
    step, most = given.pop("step"), given.pop("most")
    for n in count(1, step):
        result = _strike(folder / str(n), n, given, durable)
        print(json.dumps(result), flush=True)
        if not result["struck"] or n >= most:
            return


if __name__ == "__main__":
    _main()
