"""The fingerprint of a function's code, as it runs now."""

import functools
import importlib
import json
import linecache
import math
import sys
from pathlib import Path
from types import ModuleType

import pytest

from beautyspot.codeprint import RunningCode, session_of
from beautyspot.codeprint.helpers import parts_of


@pytest.fixture
def load(tmp_path: Path, monkeypatch):
    """Answer what imports a text as a module."""
    monkeypatch.syspath_prepend(tmp_path)
    loaded: list[str] = []

    def load(text: str, name: str = "mod") -> ModuleType:
        (tmp_path / f"{name}.py").write_text(text)
        linecache.clearcache()
        importlib.invalidate_caches()
        sys.modules.pop(name, None)
        loaded.append(name)
        return importlib.import_module(name)

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield load
    for name in loaded:
        sys.modules.pop(name, None)


def names(function) -> set[str]:
    return {name for name, _ in parts_of(function).parts}


def test_helpers_that_call_each_other_end(load):
    mod = load("def a(n): return b(n)\ndef b(n): return a(n)\ndef work(n): return a(n)\n")

    assert {"work() itself", "a()", "b()"} == names(mod.work)


def test_a_function_that_calls_itself_ends(load):
    assert {"f() itself"} == names(load("def f(n): return f(n - 1)\n").f)


def test_libraries_are_not_followed(load):
    mod = load("import json\nfrom json import dumps\ndef f(x): return json.loads(dumps(x))\n")

    assert json.dumps is mod.dumps
    assert {"f() itself"} == names(mod.f)


def test_a_function_of_a_library_counts_alone():
    """What it uses of its own library is not the user's."""
    assert {"dedent() itself"} == names(__import__("textwrap").dedent)


def test_decorated_and_partial_helpers_are_looked_through(load):
    mod = load(
        "import functools\n"
        "def deco(f):\n    @functools.wraps(f)\n    def inner(*a): return f(*a)\n    return inner\n"
        "@functools.lru_cache\ndef cached(x): return x\n"
        "@deco\ndef decorated(x): return x\n"
        "def given(x, y): return x\n"
        "part = functools.partial(given, 1)\n"
        "def work(x): return cached(x), decorated(x), part(x)\n"
    )

    assert {"cached()", "decorated()", "given()"} <= {
        name.split(".")[-1] for name in names(mod.work)
    }


def test_closures_are_helpers(load):
    mod = load(
        "def make():\n    def inner(x): return x\n    return lambda y: inner(y)\nf = make()\n"
    )

    assert any("inner()" in name for name in names(mod.f))


def test_a_marked_helper_is_its_function(load):
    mod = load(
        "import beautyspot as bs\nfrom beautyspot.testing import MemoryBlobStore, MemoryTaskDB\n"
        "spot = bs.Spot('s', db=MemoryTaskDB(), storage=MemoryBlobStore())\n"
        "@spot.mark\ndef helper(x): return x\ndef work(x): return helper(x)\n"
    )

    assert "helper()" in names(mod.work)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (
            "f, g = (lambda x: x + 1), (lambda x: x + 2)\n",
            "f, g = (lambda x: x+1), (lambda x: 3)\n",
        ),
        ("f = functools.partial(lambda x: x, 1).func\n", "f = [0, lambda x: x][1]\n"),
    ],
)
def test_the_right_lambda_of_a_line_is_found(load, text: str, other: str):
    one = RunningCode(load(f"import functools\n{text}").f).text()

    assert one is not None
    assert one == RunningCode(load(f"import functools\n{other}").f).text()


def test_lambdas_of_one_line_differ(load):
    mod = load("f, g = (lambda x: x + 1), (lambda x: x + 2)\n")

    assert RunningCode(mod.f).text() != RunningCode(mod.g).text()


def test_constants_count_by_how_they_are_written(load):
    """Not by their value, which a program may move."""
    mod = load("N = 0\ndef f():\n    global N\n    N += 1\n    return N\n")
    code = RunningCode(mod.f)
    before = code.text()
    mod.f()

    assert before == code.text()
    assert "N" in names(mod.f)
    assert (
        before
        != RunningCode(load("N = 1\ndef f():\n    global N\n    N += 1\n    return N\n").f).text()
    )


def test_where_code_stands_is_no_content(load):
    one = RunningCode(load("def f(x): return x\n").f).text()

    assert (
        one == RunningCode(load("import os\n\n\n# far below\ndef f(x):\n    return x\n").f).text()
    )


def test_replaced_code_is_noticed(load):
    mod = load("def f(x): return x\ndef g(x): return -x\n")
    code = RunningCode(mod.f)
    before = code.text()
    mod.f.__code__ = mod.g.__code__

    assert before != code.text()


def test_a_helper_that_is_gone_is_noticed(load):
    mod = load("def helper(x): return x\ndef f(x): return helper(x)\n")
    code = RunningCode(mod.f)
    before = code.text()
    del mod.helper

    assert before != code.text()


@pytest.mark.parametrize("function", [math.sqrt, functools.partial(print), None])
def test_without_python_there_is_no_source(function):
    code = RunningCode(function)

    assert (None, None) == (code.text(), code.root())
    assert "no source" in code.reason()


def test_a_module_belongs_to_no_session(load):
    assert session_of(load("def f(): ...\n").f) is None


@pytest.mark.parametrize(
    ("variables", "environment", "expected"),
    [
        ({"__vsc_ipynb_file__": "/home/me/analysis.ipynb"}, None, "analysis.ipynb"),
        ({}, "/home/me/other.ipynb", "other.ipynb"),
        ({}, None, "__main__"),
        ({"__file__": "script.py"}, None, None),
    ],
)
def test_a_notebook_has_the_name_of_its_file(variables, environment, expected, monkeypatch):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    if environment:
        monkeypatch.setenv("JPY_SESSION_NAME", environment)
    space = {"__name__": "__main__", **variables}
    exec(compile("def f(): ...", "<ipython-input-1>", "exec"), space)

    assert expected == session_of(space["f"])
