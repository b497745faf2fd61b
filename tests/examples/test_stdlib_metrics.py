"""The batch of the examples, on real files and with real interruptions."""

import ast
import importlib.util
import json
import re
import signal
import sqlite3
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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_stopped_batch_goes_on(tmp_path: Path, how: signal.Signals):
    """What was done before the stop is kept, and said; the next run does the rest."""
    db = tmp_path / "m.db"
    command = [sys.executable, str(EXAMPLES / "stdlib_metrics.py"), "--db", str(db), "--limit=150"]
    # A test runner in the background may ignore Ctrl-C, and would hand that down.
    heed = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); "
        "os.execv(sys.argv[1], sys.argv[1:])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", heed, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line == "40/150\n":
                break
        process.send_signal(how)
        printed, errors = process.communicate()
    with sqlite3.connect(db) as connection:
        (kept,) = connection.execute("SELECT count(*) FROM tasks").fetchone()
    connection.close()
    rest = run(db, "--limit", "150")

    assert process.returncode == (130 if how is signal.SIGINT else -how)
    assert "Traceback" not in errors
    assert 40 <= kept < 150
    assert f"Ran: {150 - kept}. From the store: {kept}." in rest
    if how is signal.SIGINT:
        said = re.search(r"Stopped. (\d+) files .*\nRan: (\d+)\.", printed)
        assert said is not None
        assert 40 <= int(said[1]) <= kept  # never more than there is
        assert kept <= int(said[2]) <= kept + 1  # one may have ended, and not have been kept


def test_a_limit_below_one_is_refused(tmp_path: Path):
    """A batch of nothing is a slip, and so is a negative number."""
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(tmp_path / "m.db", "--limit", "0")

    assert refused.value.returncode == 2
    assert not list(tmp_path.iterdir())


def test_where_python_is_installed_does_not_matter(
    batch: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Only folders of the library itself are left out, not those above it."""
    library = tmp_path / "test" / "lib"
    (library / "test").mkdir(parents=True)
    for file in (library / "module.py", library / "test" / "test_module.py"):
        file.touch()
    monkeypatch.setattr(batch.sysconfig, "get_path", lambda _: str(library))

    assert list(batch.module_files()) == [library / "module.py"]


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


CHAIN = """
def chain(x):
    if x == 1:
        pass
    elif x == 2:
        pass
    elif x == 3:
        while x:
            pass
    else:
        if x:
            pass
"""


def test_an_elif_is_no_deeper_than_its_if(batch: ModuleType):
    """A reader sees them side by side, though the tree has each inside the one before."""
    assert batch.nesting(ast.parse(CHAIN).body[0]) == 2


def test_every_module_file_parses(batch: ModuleType):
    """There are hundreds, and the batch leaves out none of those that Python can read."""
    files = sorted(batch.module_files())

    assert len(files) > 500
    assert all(isinstance(ast.parse(file.read_bytes()), ast.Module) for file in files[::25])
    assert json.__file__ in map(str, files)
