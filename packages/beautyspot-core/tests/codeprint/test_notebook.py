"""Functions of a notebook or prompt: found in cells, which are run again all the time."""

import linecache
from textwrap import dedent

import pytest
from IPython.core.interactiveshell import InteractiveShell

from beautyspot.codeprint import NoSource, RunningCode, fingerprint_of, session_of


@pytest.fixture
def cell():
    """Run a cell of a notebook, and answer the variables."""
    shell = InteractiveShell.instance()

    def run(text: str) -> dict:
        shell.run_cell(dedent(text), store_history=True).raise_error()
        return shell.user_ns

    yield run
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


@pytest.fixture
def code(cell):
    """The code of a function whose helpers and constants stand in other cells."""
    cell("PROMPT = 'a'\nWHO = PROMPT")
    cell("def g(x): return 1")
    cell("class C:\n    a: int = 1")
    variables = cell("def f(x): return g(x), C(), WHO, sum(x)")
    return RunningCode(variables["f"])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def g(x): return 2", "helper g()"),
        ("class C:\n    a: str = 1", "class C"),
        ("PROMPT = 'b'\nWHO = PROMPT", "constant PROMPT"),
    ],
)
def test_a_cell_that_is_edited_is_a_change(cell, code, text, name):
    before = code.text()
    cell(text)

    assert (name,) == code.changes(before)


def test_a_cell_that_is_run_again_is_none(cell, code):
    before = code.text()
    cell("def g(x): return 1  # again")
    cell("PROMPT = 'a'\nWHO = PROMPT")

    assert before == code.text()


def test_a_cell_that_is_edited_back_is_what_it_was(cell, code):
    before = code.text()
    cell("def g(x): return 2")
    cell("def g(x): return 1")

    assert before == code.text()


def test_a_cell_may_hide_what_is_python_s_own(cell, code):
    before = code.text()
    cell("def sum(x): return 0")

    assert ("f() itself",) != code.changes(before) != ()


def test_a_cell_may_wait_outside_of_functions(cell):
    variables = cell("import asyncio\nawait asyncio.sleep(0)\ndef f(x): return 1")

    assert not isinstance(fingerprint_of(variables["f"]), NoSource)


def test_a_cell_may_have_magic(cell):
    variables = cell("%pwd\ndef f(x): return 1")

    assert not isinstance(fingerprint_of(variables["f"]), NoSource)


def test_a_notebook_is_named_by_its_file(cell, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    variables = cell("def f(x): return 1")
    variables["__name__"] = variables["f"].__module__ = "__main__"
    named = [session_of(variables["f"])]
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/me/analysis.ipynb")
    named.append(session_of(variables["f"]))
    variables["__vsc_ipynb_file__"] = "/home/me/other.ipynb"
    named.append(session_of(variables["f"]))

    assert ["__main__", "analysis.ipynb", "other.ipynb"] == named


def test_functions_of_modules_are_of_no_session(monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "analysis.ipynb")

    assert (None, None) == (session_of(dedent), session_of(len))


@pytest.mark.parametrize("options", [["main.py"], ["-m", "main"], ["-c", "import main; main.f"]])
def test_scripts_are_no_session(project, options):
    text = "from beautyspot.codeprint import session_of\ndef f(): ...\nprint(session_of(f))"
    project.write({"main.py": text})

    assert "None" == project.run("", *options)


def test_at_a_prompt_that_keeps_inputs_they_are_read(monkeypatch):
    """Python does from 3.13 on, under such names."""
    inputs = ["A = 1", "def g(x): return 1", "def f(x): return g(x), A", "A = 2"]
    variables: dict = {"__name__": "__main__"}
    for number, text in enumerate(inputs):
        name = f"<python-input-{number}>"
        monkeypatch.setitem(linecache.cache, name, (len(text), None, [text], name))
        exec(compile(text, name, "exec"), variables)
    found = fingerprint_of(variables["f"])

    assert ["f() itself", "constant A", "helper g()"] == [part.name for part in found.parts]
    assert "value=0x2" in found.parts[1].content
