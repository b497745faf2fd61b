"""A child process on a disk that gets full: ``python -m lab.full``, JSON arguments.

``folder`` is on a small disk, or with ``limit`` no file may grow beyond so many bytes. Fills it by
calls, makes room, and goes on with the same Spot.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from lab.work import Lab, troubles

_KINDS = ("small", "large", "blob")


def _limited(limit: int) -> Callable[[], None]:
    """Let no file grow beyond a size; answer what takes the limit away."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    free = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, free)


def _filled(folder: Path) -> Callable[[], None]:
    """Leave 1 MB of the disk free; answer what makes room."""
    ballast = folder.parent / "ballast"
    status = os.statvfs(folder)
    ballast.write_bytes(bytes(status.f_bavail * status.f_frsize - 1_000_000))
    return ballast.unlink


def _main(folder: str, durable: bool, limit: int | None) -> None:
    home = Path(folder) / "home"
    home.mkdir()
    early = [f"{kind} {n}" for kind in _KINDS for n in range(3)]
    late = [f"{kind} {n}" for n in range(10, 60) for kind in _KINDS]
    lab = Lab(home, durable=durable)
    with troubles() as told:
        assert all(lab.is_kept(name) for name in early)
    make_room = _filled(home) if limit is None else _limited(limit)
    with troubles() as told:
        kept = [name for name in late if lab.is_kept(name)]
        hits = [name for name in early if lab.is_hit(name)]
    parts = os.listdir(home / "lab.blobs" / "tmp")
    make_room()
    with troubles() as told_after:
        after = [name for name in late if lab.is_kept(name)]
    lab.spot.shutdown()
    result = {
        "folder": str(home), "called": early + late, "kept": early + late,
        "late": late, "full": kept, "told": told, "hits": hits == early, "parts": parts,
        "after": after, "told after": told_after, "kept when full": early + kept,
    }  # fmt: skip
    print(json.dumps(result))
    if limit is None:  # the disk is this process's own: nobody else can look at it
        found = Lab(home)
        assert [] == found.lost(early + late)


if __name__ == "__main__":
    _main(**json.loads(sys.argv[1]))
