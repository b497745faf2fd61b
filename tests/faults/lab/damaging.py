"""Damages the files of a store, byte by byte, and looks: ``python -m lab.damaging``, a JSON object.

Every case has its own copy of the files, and a fresh Spot. Answers a JSON line with how often what
happened, and what was not as it should be: a wrong result, a store that does not work afterwards,
a damaged database that is not kept as it was.
"""

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from beautyspot import ConfigurationError
from lab.work import Lab, right, troubles

#: Results that fit into few pages, and a blob of less than 1 kB.
_SHORT_BLOBS = [n for n in range(2000) if len(str(right(f"blob {n}"))) < 1000][:2]
_NAMES = ["small 1", "small 2", *(f"blob {n}" for n in _SHORT_BLOBS)]
_NEW = "small 3"

_DB, _WAL = "lab.db", "lab.db-wal"

#: Where the header says who may write. SQLite then only reads, as it would a file without rights,
#: and cannot tell why; so the file stays, is read, and every call says that nothing is stored.
_WRITE_VERSION = 18


def _make(folder: Path, live: bool) -> None:
    """Make a store; live: as it is while it is used, with most of it in the -wal."""
    made = folder.with_name(f"{folder.name} made")
    made.mkdir()
    lab = Lab(made)
    lab.lost(_NAMES)
    if not live:
        lab.spot.shutdown()
    ignore = shutil.ignore_patterns("*-shm", "*-lock")
    shutil.copytree(made, folder, ignore=ignore)


def _target(folder: Path, what: str) -> Path:
    if what in (_DB, _WAL):
        return folder / what
    return min((folder / "lab.blobs").glob("??/*"))


def _damages(whole: bytes, how: str, where: range) -> Iterator[tuple[str, bytes]]:
    """Yield damaged contents of a file, and what was done to each."""
    for at in where:
        if how == "cut":
            yield f"cut at {at}", whole[:at]
        elif how == "zeros":
            size = min(512, len(whole) - at)
            yield f"zeros at {at}", whole[:at] + bytes(size) + whole[at + size :]
        else:
            mask = {"flip": 0xFF, "bit": 1 << (at % 8)}[how]
            yield f"{how} at {at}", whole[:at] + bytes([whole[at] ^ mask]) + whole[at + 1 :]


def _look(folder: Path, target: Path, content: bytes) -> str:
    """Use the damaged store; answer what became of it."""
    try:
        lab = Lab(folder)
    except ConfigurationError:
        assert target.read_bytes() == content, "what is refused was changed"
        return "refused"
    with troubles():
        lost = lab.lost(_NAMES)
        lab.call(_NEW)  # may be the first that meets the damage
        # What was stored before the damage was met is set aside with it, and stored anew.
        for name in (*_NAMES, _NEW):
            lab.call(name)
        kept = all(lab.is_kept(name) for name in (*_NAMES, _NEW))
        lab.spot.shutdown()
    if not kept and not lost and target.name == _DB and content[_WRITE_VERSION] > 2:
        assert target.read_bytes() == content, "what may not be written was changed"
        return "only read"
    assert kept, "not stored again"
    with troubles() as told:
        later = Lab(folder)
        assert [] == later.lost([*_NAMES, _NEW]), "not found again"
        later.spot.shutdown()
    # Also the fingerprint of the code can be damaged, which is told, and answered as it should be.
    assert all("is that of other code" in text for text in told), told
    aside = [
        path for path in folder.glob("*.corrupt-*") if not path.name.endswith(("-wal", "-shm"))
    ]
    assert len(aside) < 2, "set aside twice"
    if aside:
        # SQLite itself may have copied the -wal into it before; else it is as it was found.
        assert target.name == _WAL or aside[0].read_bytes() == content, "changed before it was kept"
        return "set aside"
    return "rerun" if lost else "hit"


def _main(folder: str, what: str, how: str, where: list[int | None], live: bool) -> None:
    pristine = Path(folder) / "pristine"
    _make(pristine, live)
    whole = _target(pristine, what).read_bytes()
    measured: Counter[str] = Counter()
    bad: list[str] = []
    for done, content in _damages(whole, how, range(len(whole))[slice(*where)]):
        home = Path(folder) / "home"
        shutil.copytree(pristine, home)
        target = _target(home, what)
        target.write_bytes(content)
        try:
            measured[_look(home, target, content)] += 1
        except AssertionError as error:
            bad.append(f"{done} of {len(whole)}: {error}; now there: {os.listdir(home)}")
        shutil.rmtree(home)
    print(json.dumps({"cases": measured.total() + len(bad), **measured, "bad": bad}))


if __name__ == "__main__":
    _main(**json.loads(sys.argv[1]))
