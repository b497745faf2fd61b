"""What may not be read or written: the call is answered, said once, and forgotten afterwards."""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from lab.work import Lab

pytestmark = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")

OLD = ["small 1", "blob 1"]


@pytest.fixture
def folder():
    """A store of a user without rights, in a folder that this user may enter."""
    with TemporaryDirectory() as public:
        os.chmod(public, 0o755)
        folder = Path(public) / "store"
        folder.mkdir()
        lab = Lab(folder)
        lab.lost(OLD)
        lab.spot.shutdown()
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, 65534, 65534)
        yield folder
        for path in (folder, folder / "lab.blobs"):
            os.chmod(path, 0o700)
        shutil.rmtree(folder)


WHOLE = [["700", "."], ["600", "lab.db"], ["700", "lab.blobs"]]

#: what is taken away; what is found all the same; how many of four calls are stored
CASES = {
    "the folder": ([["400", "."]], 0, 0),
    "writing to the folder": ([["500", "."]], 2, 4),
    "the file": ([["000", "lab.db"]], 0, 0),
    "writing to the file": ([["400", "lab.db"]], 2, 0),
    "writing to anything": ([["400", "lab.db"], ["500", "lab.blobs"], ["500", "."]], 2, 0),
    "the blobs": ([["000", "lab.blobs"]], 1, 2),
    "writing blobs": ([["500", "lab.blobs/tmp"]], 2, 2),
}


@pytest.mark.parametrize(("modes", "hits", "kept"), CASES.values(), ids=CASES)
def test_rights_that_are_missing(folder, run, modes, hits, kept):
    steps = [{"modes": modes}, {"modes": [*WHOLE, ["700", "lab.blobs/tmp"]]}, {"modes": []}]
    without, restored, later = run("nobody", folder, lines=steps)

    assert hits <= len(without["hits"])
    assert kept >= without["kept"]
    told = [text.split(" (")[0] for text in without["told"]]
    assert told
    assert len(set(told)) == len(told)
    assert all("able" in text for text in without["told"]), "it does not say what to do"
    assert 4 == restored["kept"] == later["kept"]
    assert 2 == len(later["hits"])
    assert [] == later["told"]
