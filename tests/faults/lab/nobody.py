"""A child process without the rights of its files' owner or of root: ``python -m lab.nobody``.

Arguments: a folder that belongs to the user number 65534 and is taken away its modes by the steps
``octal-mode path`` on stdin; after each step it calls, and answers a JSON line.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from lab.work import Lab, troubles

OLD, NEW = ["small 1", "blob 1"], ["small", "blob"]


def _main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as elsewhere:
        Lab(elsewhere).lost(OLD)  # all is imported while that is allowed
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    lab = None
    for number, line in enumerate(sys.stdin):
        for mode, name in json.loads(line)["modes"]:
            os.chmod(folder / name, int(mode, 8))
        with troubles() as told:
            lab = lab or Lab(folder)
            hits = [name for name in OLD if lab.is_hit(name)]
            kept = [name for kind in NEW if lab.is_kept(name := f"{kind} {number + 100}")]
            again = [name for kind in NEW if lab.is_kept(name := f"{kind} {number + 200}")]
        print(json.dumps({"hits": hits, "kept": len(kept + again), "told": told}), flush=True)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
