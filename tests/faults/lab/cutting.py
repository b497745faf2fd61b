"""Cuts the power at random events of a log, and looks: ``python -m lab.cutting``, JSON arguments.

Answers a JSON line for each cut: what was acknowledged, what of it is found, what is wrong. No
result is ever other than the right one, or the child ends with an error.
"""

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from random import Random

from lab.replay import Machine, events
from lab.work import Lab, troubles


def _rows(path: Path) -> set[str]:
    """Answer the keys of the records, read without us; none where there is no table yet."""
    if not path.exists():
        return set()
    with closing(sqlite3.connect(path)) as raw:
        if not raw.execute("SELECT 1 FROM sqlite_master WHERE name = 'tasks'").fetchone():
            return set()
        assert ("ok",) == raw.execute("PRAGMA integrity_check").fetchone()
        return {key for (key,) in raw.execute("SELECT cache_key FROM tasks")}


def _look(image: Path, begun: list[str], kept: list[str], home: str) -> dict[str, object]:
    folder = image / home
    folder.mkdir(parents=True, exist_ok=True)
    with troubles() as told:
        lab = Lab(folder)
        hits = [name for name in kept if lab.is_hit(name)]
        for name in begun:
            lab.call(name)
        assert lab.is_kept("small 1000000"), "nothing is stored any more"
        assert lab.is_hit("small 1000000")
        lab.spot.shutdown()
    found = sorted(name for name in os.listdir(folder) if "corrupt" in name)
    return {"kept": kept, "hits": hits, "told": told, "corrupt": found}


def _main(root: str, log: str, images: str, cuts: int, seed: int, home: str) -> None:
    chance = Random(seed)
    happened = list(events(Path(log)))
    at = sorted(chance.sample(range(1, len(happened) + 1), min(cuts, len(happened))))
    machine = Machine(root)
    played = 0
    begun: list[str] = []
    kept: list[str] = []
    for number in at:
        for event in happened[played:number]:
            word, _, name = event.path.partition(" ") if event.kind == "N" else ("", "", "")
            {"begin": begun, "kept": kept}.get(word, []).append(name)
            machine.play(event)
        played = number
        image = Path(images) / str(number)
        machine.cut(image, chance)
        raw = image.with_name(f"{number} raw")
        shutil.copytree(image, raw)
        result = _look(image, begun, kept, home)
        lab = Lab(image)
        keys = _rows(raw / home / "lab.db")
        result["rows"] = [name for name in kept if lab.key(name) in keys]
        result["event"] = number
        print(json.dumps(result), flush=True)
        shutil.rmtree(image)
        shutil.rmtree(raw)


if __name__ == "__main__":
    _main(**json.loads(sys.argv[1]))
