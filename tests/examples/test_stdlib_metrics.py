"""The batch of the examples, on real files and with real interruptions."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import beautyspot as bs

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def batch() -> ModuleType:
    """Import the example as a module."""
    spec = importlib.util.spec_from_file_location("stdlib_metrics", EXAMPLES / "stdlib_metrics.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_demo_adds_up():
    """Interrupted, killed, finished, run again: it checks its own numbers, on every real file."""
    ran = subprocess.run(
        [sys.executable, str(EXAMPLES / "demo.py")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stderr == ""
    assert ran.returncode == 0, ran.stdout
    assert "Ran: 0. From the store:" in ran.stdout


def run(db: Path, *options: str) -> str:
    command = [sys.executable, str(EXAMPLES / "stdlib_metrics.py"), "--db", str(db), *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_longer_batch_runs_only_what_is_new(tmp_path: Path):
    """What an earlier batch has done counts in a later one."""
    first = run(tmp_path / "m.db", "--limit", "20")
    second = run(tmp_path / "m.db", "--limit", "30")
    third = run(tmp_path / "m.db", "--limit", "30")

    assert "Ran: 20. From the store: 0." in first
    assert "Ran: 10. From the store: 20." in second
    assert "Ran: 0. From the store: 30." in third


def test_an_edited_file_is_measured_again(batch: ModuleType, tmp_path: Path):
    """Its digest makes another call of it."""
    file = tmp_path / "module.py"
    with bs.Spot("test", db=tmp_path / "m.db") as spot:
        measure = spot.mark(batch.measure)
        for source in ("def f(): pass", "def f(): pass", "def g(): pass"):
            file.write_text(source)
            measured = measure(str(file), source)

    assert measured == [("g", 1, 1, 0)]
    assert (measure.counts.runs, measure.counts.hits) == (2, 1)


SOURCE = """
def straight(): return 1

async def tangled(x):
    for y in x:
        if y and [z for z in y]:
            with y:
                pass
        else:
            while True:
                def inner():
                    return 1 if x else 2
"""


def test_metrics_have_known_answers(batch: ModuleType, tmp_path: Path):
    """Lines, branches and nesting of each function, inner ones among them."""
    file = tmp_path / "module.py"
    file.write_text(SOURCE)

    assert batch.measure(str(file), "") == [
        ("straight", 1, 1, 0),
        ("tangled", 9, 6, 3),
        ("inner", 2, 2, 0),
    ]


def test_every_module_file_parses(batch: ModuleType):
    """There are hundreds, and the batch leaves out none of those that Python can read."""
    files = sorted(batch.module_files())

    assert len(files) > 500
    assert all(isinstance(ast.parse(file.read_bytes()), ast.Module) for file in files[::25])
    assert json.__file__ in map(str, files)
