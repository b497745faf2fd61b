"""What is noticed while a program runs."""

import importlib

import pytest

from beautyspot.codeprint import RunningCode

TEXT = """
import helpers
from helpers import parse

A = 1

def g(x): return 1

def h(x): return 2

class C:
    def m(self): return self.k()
    def k(self): return 3

def f(x): return g(x), helpers.clean(x), parse(x), C().m(), len(x), A, later
"""


@pytest.fixture
def main(project):
    project.write({"main.py": TEXT, "helpers.py": "def clean(x): return 1\ndef parse(x): return 2"})
    return project.load()


@pytest.fixture
def code(main):
    code = RunningCode(main.f)
    code.text()
    return code


def other(x):
    return "other"


def _replace_helper(main):
    main.g = main.h


def _replace_in_module(main):
    main.helpers.clean = other


def _replace_module(main):
    main.helpers = pytest


def _replace_method(main):
    main.C.k = other


def _replace_code(main):
    main.f.__code__ = main.g.__code__


def _delete(main):
    del main.g


def _define(main):
    main.later = other


def _replace_constant(main):
    main.A = 2


@pytest.mark.parametrize(
    "change",
    [
        _replace_helper,
        _replace_in_module,
        _replace_module,
        _replace_method,
        _replace_code,
        _delete,
        _define,
        _replace_constant,
    ],
)
def test_what_leads_to_other_code_is_noticed(main, code, change):
    before = code.text()
    change(main)

    assert before != code.text()


def test_a_reload_is_noticed(project, main, code):
    """Of a module too whose functions the function holds itself."""
    before = code.text()
    project.write({"helpers.py": "def clean(x): return 10\ndef parse(x): return 20"})
    importlib.reload(main.helpers)

    assert before != code.text()
    assert ("helper clean()", "helper parse()") == code.changes(before)


def test_what_stays_is_not_looked_at_again(monkeypatch, main, code):
    """A hit costs a comparison of names and no more."""
    monkeypatch.setattr(
        "beautyspot.codeprint.running.reach", lambda function: pytest.fail("looked again")
    )
    main.unrelated = 1

    assert code.text() == code.text()


class Odd:
    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = None


def test_objects_that_cannot_be_compared_are_others(main, code):
    before = code.text()
    main.g = Odd()

    assert before != code.text()
    assert code.text() == code.text()


def test_objects_that_cannot_be_compared_stay_themselves(project):
    project.write({"main.py": "a = None\ndef f(x): return a"})
    main = project.load()
    main.a = Odd()
    code = RunningCode(main.f)
    code.text()

    assert not code._watch.changed()


def test_of_many_modules_each_reload_is_noticed(project):
    """Far more names than are watched one by one."""
    chain = {
        f"m{n}.py": f"import m{n + 1}\ndef a(x): return m{n + 1}.a(x), b(x), c(x)\n"
        f"def b(x): return {n}\ndef c(x): return {n}"
        for n in range(30)
    }
    project.write(
        {"main.py": "import m0\ndef f(x): return m0.a(x)", **chain, "m30.py": "def a(x): return 1"}
    )
    main = project.load()
    code = RunningCode(main.f)
    before = code.text()
    project.write({"m30.py": "def a(x): return 2"})
    importlib.reload(importlib.import_module("m30"))

    assert before != code.text()


def test_without_source_the_key_has_the_compiled_code():
    """Another function must not find its results."""
    roots = []
    for number in (1, 2):
        space: dict = {}
        exec(f"def f(x): return {number}", space)
        code = RunningCode(space["f"])
        assert code.text() is None
        assert code.changes("anything") == ()
        roots.append(code.root())

    assert 2 == len(set(roots))
    assert all(root.startswith("compiled:") for root in roots)


def test_what_is_not_written_in_python_has_no_code():
    code = RunningCode(len)

    assert (None, None, "it is not written in Python") == (code.text(), code.root(), code.reason())


def test_a_foreign_object_cannot_break_a_call(project):
    """Looking at objects runs code of theirs; what it raises is a reason."""
    project.write(
        {
            "main.py": """
            class Meta(type):
                def __getattribute__(cls, name): raise RuntimeError(name)
            class Wild(metaclass=Meta): ...
            class Proxy:
                def __getattribute__(self, name): raise RuntimeError(name)
            wild, proxy = Wild, Proxy()
            def f(x): return wild, proxy
            """
        }
    )
    code = RunningCode(project.load().f)

    assert code.text() is None or code.reason() == ""
