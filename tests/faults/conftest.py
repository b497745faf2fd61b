"""What the faults share: the shim, and children to run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes calls to the system fail, compiled by the compiler of the machine."""
    if sys.platform != "linux" or shutil.which("cc") is None:
        pytest.skip("LD_PRELOAD and /proc are of Linux, and a C compiler is needed")
    made = tmp_path_factory.mktemp("shim") / "shim.so"
    source = HERE / "lab" / "shim.c"
    flags = ["-O1", "-Wall", "-Werror", "-shared", "-fPIC"]
    subprocess.run(["cc", *flags, "-o", made, source, "-ldl", "-lpthread"], check=True)
    return made


Run = Callable[..., list[dict[str, object]]]


@pytest.fixture(scope="session")
def run() -> Run:
    """Runs a module of the laboratory in a child; answers what it says, line by line."""

    def run_module(
        module: str, *args: object, lines: list[dict[str, object]] = (), **env: object
    ) -> list[dict[str, object]]:
        done = subprocess.run(
            [sys.executable, "-m", f"lab.{module}", *map(str, args)],
            input="".join(json.dumps(line) + "\n" for line in lines),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(HERE), **{k: str(v) for k, v in env.items()}},
        )
        assert 0 == done.returncode, done.stderr[-4000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run_module
