"""What happens to results when the code of their function changes: end to end."""

import math
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from beautyspot import BeautySpotWarning, ConfigurationError, Spot
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB

MODULE = '''
"""A module of the user."""

import helpers
from helpers import rate

PROMPT = "why"


def scale(x):
    return x * 2


class Model:
    factor = 1

    def helped(self, x):
        return x + 1

    def run(self, x):
        return self.helped(x) * self.factor


def work(x, y=0):
    """Answer something."""
    return [scale(x), helpers.tax(x), rate(x), Model().run(x), PROMPT, (lambda z: z)(y)]
'''
HELPERS = """
def deep(x):
    return x

def tax(x):
    return deep(x)

def rate(x):
    return x
"""
PROGRAM = """
import sys
import warnings
from beautyspot import Spot
from user import {function}

options = {options!r}
spot = Spot("code", db="code.db")
marked = spot.mark({function}, **options)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for _ in range(2):
        value = marked(3)
    if {accept}:
        print("accepted", spot.accept(marked))
print(marked.counts.runs)
for warning in caught:
    print(warning.message)
"""


@pytest.fixture
def program(tmp_path: Path):
    """Answer what runs a program with edits to its modules: the runs, and what it was told."""

    def run(
        *edits: tuple[str, str], accept: bool = False, function: str = "work", **options: Any
    ) -> tuple[int, str]:
        texts = {"user.py": MODULE, "helpers.py": HELPERS}
        for old, new in edits:
            assert any(old in text for text in texts.values())
            texts = {name: text.replace(old, new) for name, text in texts.items()}
        for name, text in texts.items():
            (tmp_path / name).write_text(text)
        code = PROGRAM.format(options=options, accept=accept, function=function)
        (tmp_path / "program.py").write_text(code)
        done = subprocess.run(
            [sys.executable, "-B", "program.py"],
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        runs, _, told = done.removeprefix("accepted 1\n").partition("\n")
        return int(runs), told

    return run


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("(lambda z: z)(y)", "(lambda z: z + 1)(y)", "work() itself"),
        ("y=0", "y=1", "work() itself"),
        ("x * 2", "x * 3", "scale()"),
        ("return deep(x)", "return deep(x) + 1", "tax()"),
        ("def deep(x):\n    return x", "def deep(x):\n    return x + 1", "deep()"),
        ("def rate(x):\n    return x", "def rate(x):\n    return -x", "rate()"),
        ("return x + 1", "return x + 2", "Model.helped()"),
        ("factor = 1", "factor = 2", "Model"),
        ('PROMPT = "why"', 'PROMPT = "how"', "PROMPT"),
    ],
)
def test_a_change_is_told_once_by_name(program, old: str, new: str, named: str):
    """The stored result is answered; in the function, in helpers of helpers, in constants."""
    if old == "y=0":
        program()
        assert 1 == program((old, new))[0]  # another default is another call
        return
    assert (1, "") == program()
    runs, told = program((old, new))

    assert 0 == runs
    assert named in told
    assert 1 == told.count("other code")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Answer something."""', '"""Answer something else."""'),
        ('"""Answer something."""', "# nothing"),
        ("return x * 2", "# twice\n    return (x*2)"),
        ('"why"', "'why'"),
        ("def scale(x):", "\n\n\ndef scale( x ):"),
        ("def scale(x):", "def scale(x: int) -> int:"),
        ("PROMPT =", "OTHER = 3\nPROMPT ="),
        ("def deep(x):", "def unused(x):\n    return 1\n\ndef deep(x):"),
    ],
)
def test_cosmetics_are_no_change(program, old: str, new: str):
    program()

    assert (0, "") == program((old, new))


def test_options_of_the_mark_are_no_change(program):
    program()

    assert (0, "") == program(retention="7d")


def test_a_method_follows_self(program):
    """Methods that it calls of its own object are helpers."""
    text = (
        "def work(x, y=0):",
        "def ran(x):\n    return Model.run(Model(), x)\n\n\ndef work(x, y=0):",
    )
    program(text, function="ran")
    runs, told = program(text, ("return x + 1", "return x + 2"), function="ran")

    assert 0 == runs
    assert "Model.helped()" in told


def test_ignored_code_is_ignored(program):
    program()

    assert (0, "") == program(("x * 2", "x * 3"), on_code_change="ignore")


def test_recomputed_results_come_back_with_the_code(program):
    """Editing back finds the old results."""
    edit = ("x * 2", "x * 3")

    assert (1, "") == program(on_code_change="recompute")
    assert (1, "") == program(edit, on_code_change="recompute")
    assert (0, "") == program(on_code_change="recompute")
    assert (0, "") == program(edit, on_code_change="recompute")


def test_accepted_results_count(program):
    edit = ("x * 2", "x * 3")
    program()
    program(edit, accept=True)

    assert (0, "") == program(edit)
    assert "scale()" in program()[1]


def test_strict_mode_raises_no_change(program):
    """It is the user's policy, and no failure."""
    program()
    runs, told = program(("x * 2", "x * 3"), strict=True)

    assert 0 == runs
    assert "scale()" in told


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    yield shell
    InteractiveShell.clear_instance()


def test_a_cell_that_redefines_a_helper_is_noticed(shell, tmp_path: Path):
    """In a notebook the code is part of the key, and a helper of another cell is code."""

    def cell(code: str) -> object:
        done = shell.run_cell(textwrap.dedent(code))
        done.raise_error()
        return done.result

    cell(f"""
        import beautyspot as bs
        spot = bs.Spot("cells", db={str(tmp_path / "cells.db")!r})
        def helper(x):
            return x + 1
        @spot.mark
        def work(x):
            return helper(x)
    """)
    assert 2 == cell("work(1)")
    cell("def helper(x):\n    return x + 10")
    assert 11 == cell("work(1)")
    cell("def helper(x):  # again\n    return x + 1")
    assert 2 == cell("work(1)")
    assert 2 == cell("work.counts.runs")
    cell("@spot.mark\ndef work(x):\n    return helper(x) * 100")
    assert 200 == cell("work(1)")
    cell("spot.shutdown()")


@pytest.fixture
def spot() -> Spot:
    return Spot("code", db=MemoryTaskDB(), storage=MemoryBlobStore())


def test_a_helper_replaced_while_it_runs_is_noticed(spot: Spot, tmp_path: Path, monkeypatch):
    """The names through which helpers are reached are watched."""
    (tmp_path / "watched.py").write_text(
        "def helper(x): return x\ndef other(x): return -x\ndef work(x): return helper(x)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    import watched

    marked = spot.mark(watched.work)
    marked(1)
    monkeypatch.setattr(watched, "helper", watched.other)
    with pytest.warns(BeautySpotWarning, match=r"other\(\)"):
        assert 1 == marked(1)


def test_code_without_source_is_told_once(spot: Spot):
    space: dict[str, Any] = {"__name__": "made_up"}
    exec("def made(x): return x", space)
    marked = spot.mark(space["made"])
    with pytest.warns(BeautySpotWarning, match="cannot be noticed") as caught:
        assert [1, 1, 2] == [marked(1), marked(1), marked(2)]

    assert 1 == len(caught)
    assert 1 == marked.counts.hits


def test_ignored_code_needs_no_source(spot: Spot):
    with warnings.catch_warnings():
        warnings.simplefilter("error")

        assert 2.0 == spot.mark(math.sqrt, on_code_change="ignore")(4.0)


def test_a_file_that_was_edited_is_not_taken_for_the_running_code(
    spot: Spot, tmp_path: Path, monkeypatch
):
    """What runs is what was imported; what is in the file now is not known to be that."""
    file = tmp_path / "edited.py"
    file.write_text("def work(x): return x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import edited

    file.write_text("def work(x): return x + 1000\n")
    marked = spot.mark(edited.work)
    with pytest.warns(BeautySpotWarning, match="edited since it was imported"):
        assert 1 == marked(1)


class Hostile:
    """Answers nothing that it is asked."""

    def __getattr__(self, name: str) -> object:
        raise RuntimeError(name)

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("==")

    __hash__ = None  # type: ignore[assignment]


HOSTILE = Hostile()


def test_what_stands_in_globals_cannot_do_harm(spot: Spot):
    """The value reaches the caller whatever is among the names that the function uses."""

    def uses(x: int) -> object:
        return (HOSTILE, x)[1]

    marked = spot.mark(uses)

    assert [1, 1] == [marked(1), marked(1)]
    assert 1 == marked.counts.hits


class TestAccept:
    def test_what_is_not_marked_is_refused(self, spot: Spot):
        with pytest.raises(ConfigurationError, match="expected a function marked"):
            spot.accept(len)  # type: ignore[arg-type]

    def test_recomputed_code_is_refused(self, spot: Spot):
        with pytest.raises(ConfigurationError, match="have other keys"):
            spot.accept(spot.mark(lambda: 1, on_code_change="recompute"))

    def test_code_without_source_is_refused(self, spot: Spot):
        with pytest.raises(ConfigurationError, match="not written in Python"):
            spot.accept(spot.mark(math.sqrt))

    def test_it_counts_the_results(self, spot: Spot):
        marked = spot.mark(lambda x: x)
        marked(1)
        marked(2)

        assert 2 == spot.accept(marked) == marked.accept()
