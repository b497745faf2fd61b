"""A child process that Ctrl-C falls into at random moments: ``python -m lab.interrupting``.

Arguments: a folder, a seed, the number of calls. Answers a JSON line for ``lab.verify``.
"""

import json
import signal
import sys
from pathlib import Path
from random import Random

from lab.work import KINDS, Lab


def _main(folder: str, seed: str, calls: str) -> None:
    home = Path(folder) / seed
    home.mkdir()
    chance = Random(seed)
    lab = Lab(home)
    names = [f"{chance.choice(list(KINDS))} {n}" for n in range(int(calls))]
    kept, interrupted = [], 0
    for name in names:
        try:
            try:
                signal.setitimer(signal.ITIMER_REAL, chance.random() * 0.003)
                lab.call(name)
                kept.append(name)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        except KeyboardInterrupt:
            interrupted += 1
    assert all(lab.is_kept(f"{kind} 1000000") for kind in KINDS), "a lock is held for ever"
    lab.spot.shutdown()
    result = {"folder": str(home), "called": names, "kept": kept, "interrupted": interrupted}
    print(json.dumps(result))


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    _main(*sys.argv[1:])
