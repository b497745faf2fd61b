"""Values against what is beneath: decoding against msgpack, arrays against SHA-256 and a copy.

Blocks of the two sides alternate, and the best block of each is compared, as in ``run.py``.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from typing import Any

import msgpack  # type: ignore[import-untyped]
import numpy as np

from beautyspot.content import Describer
from beautyspot.core.encoding import canonical_text
from beautyspot.embedded.msgpack import MsgpackSerializer

SMALL = {"id": 1, "text": "a short answer", "tokens": [1, 2, 3], "cost": 0.5, "stop": None}
MIB = np.random.default_rng(0).random(1 << 17)
LARGE = np.random.default_rng(0).random(10 << 17)


def best(floor: Callable[[], Any], ours: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Time blocks of each side in turn; answer seconds per call."""
    found = [float("inf"), float("inf")]
    for _ in range(rounds):
        for side, call in enumerate((floor, ours)):
            calls, began = 0, time.perf_counter()
            while time.perf_counter() - began < 0.02:
                call()
                calls += 1
            found[side] = min(found[side], (time.perf_counter() - began) / calls)
    return found[0], found[1]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Values against the libraries beneath.")
    parser.add_argument("--rounds", type=int, default=30, help="blocks of each side, from 1 on")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error("--rounds takes a number from 1 on")
    serializer, describe = MsgpackSerializer(), Describer().describe
    data, large = serializer.dumps(SMALL), serializer.dumps(LARGE)
    rows: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "decode a small dict / unpackb": (
            partial(msgpack.unpackb, data),
            partial(serializer.loads, data),
        ),
        "key of 1 MiB / sha256": (
            lambda: sha256(MIB).hexdigest(),
            lambda: canonical_text({"a": MIB}, describe),
        ),
        "encode 10 MiB, in parts / copy": (LARGE.copy, partial(serializer.dumps_parts, LARGE)),
        "decode 10 MiB / copy": (LARGE.copy, partial(serializer.loads, large)),
    }
    print(f"{'':<34} {'floor us':>10} {'ours us':>10} {'ratio':>7}")
    for what, sides in rows.items():
        floor, ours = best(*sides, rounds)
        print(f"{what:<34} {floor * 1e6:>10.2f} {ours * 1e6:>10.2f} {ours / floor:>7.2f}")


if __name__ == "__main__":
    main()
