"""The disk is full: every call is answered, and results are kept again when there is room."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits and mounts are POSIX")

#: A place where a disk can be mounted, by root and by anybody on most systems.
MOUNTED = """
mount -t tmpfs -o size=16m,mode=700 none "$1" && mkdir "$1/full" && shift && exec "$@"
"""


def check_full(result) -> None:
    assert 0 < len(result["full"]) < len(result["late"]), "it was never full, or always"
    assert result["hits"], "earlier results are not found"
    assert [] == result["parts"], "parts of blobs are left behind"
    functions = [text.split(":")[0] for text in result["told"]]
    assert len(set(functions)) == len(functions), "warned twice"
    assert all("room" in text or "ree" in text or "full" in text for text in result["told"])
    assert result["late"] == result["after"], "not stored again"
    assert [] == result["told after"]


@pytest.mark.parametrize("durable", [False, True], ids=["default", "durable"])
def test_files_that_may_not_grow(tmp_path, run, durable):
    """The limit of a process for the size of files, which even root has to keep."""
    given = {"folder": str(tmp_path), "durable": durable, "limit": 400_000}
    (result,) = run("full", json.dumps(given))
    (seen,) = run("verify", lines=[result])

    check_full(result)
    assert {"lost": [], "again": [], "left": [], "told": []}.items() <= seen.items()


@pytest.mark.parametrize("durable", [False, True], ids=["default", "durable"])
def test_a_small_disk(tmp_path, durable):
    """A disk of 16 MB, of which 1 MB is free."""
    own = [] if os.geteuid() == 0 else ["--map-root-user"]
    child = [sys.executable, "-m", "lab.full"]
    given = {"folder": str(tmp_path / "full"), "durable": durable, "limit": None}
    done = subprocess.run(
        [
            "unshare",
            "--mount",
            *own,
            "sh",
            "-c",
            MOUNTED,
            "sh",
            tmp_path,
            *child,
            json.dumps(given),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.path.dirname(__file__)},
    )

    if done.stderr.startswith(("unshare:", "mount:")):
        pytest.skip(f"no disk can be mounted by this user ({done.stderr}); the limit stands for it")
    assert 0 == done.returncode, done.stderr[-3000:]
    check_full(json.loads(done.stdout))
