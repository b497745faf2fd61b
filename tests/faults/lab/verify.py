"""A fresh process that looks at what others have left: ``python -m lab.verify``.

Reads JSON lines with ``folder``, ``called`` and ``kept``; answers a line for each.
"""

import json
import os
import sys
from pathlib import Path

from lab.work import FILES, Lab, troubles


def _leftovers(folder: Path) -> list[str]:
    """Answer what nobody should have left: parts of blobs, journals, databases set aside."""
    tmp = folder / "lab.blobs" / "tmp"
    found = [f"tmp/{name}" for name in os.listdir(tmp)] if tmp.exists() else []
    return found + sorted(set(os.listdir(folder)) - FILES)


def _look(left: dict[str, object]) -> dict[str, object]:
    folder = Path(left["folder"])
    leftovers = _leftovers(folder)
    with troubles() as told:
        lab = Lab(folder)
        lost = lab.lost(left["kept"])
        found = len(left["called"]) - len(lab.lost(left["called"]))
        again = lab.lost(left["called"])
        lab.spot.shutdown()
    return {"lost": lost, "found": found, "again": again, "left": leftovers, "told": told}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_look(json.loads(line))), flush=True)
