"""A child process whose every change of files is written down: ``python -m lab.recording``.

Arguments: the folder, durable or not, a seed, the number of calls. Run with the shim in its logging
mode. Notes the name of each call whose result is acknowledged.
"""

import sys
from random import Random

from lab.preloaded import note
from lab.work import Lab


def _main(folder: str, durable: str, seed: str, calls: str) -> None:
    chance = Random(seed)
    lab = Lab(folder, durable=durable == "durable")
    for n in range(int(calls)):
        name = f"{chance.choice(('small', 'small', 'large', 'blob'))} {n}"
        note(f"begin {name}")
        assert lab.is_kept(name)
        note(f"kept {name}")
        if chance.random() < 0.02:
            lab.spot.shutdown()  # copies the -wal into the file, and removes it


if __name__ == "__main__":
    _main(*sys.argv[1:])
