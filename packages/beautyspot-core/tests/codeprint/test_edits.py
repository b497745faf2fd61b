"""Which edits change the code of a function, and what is said to have changed."""

import pytest

from beautyspot.core.codeprint import changes

#: What is edited, the modules, the text in them that is replaced, and what is said to have changed.
EDITS = {
    "body": ("def f(x): return x + 1", "+ 1", "+ 2", "f() itself"),
    "default": ("def f(x, y=1): return x", "y=1", "y=2", "f() itself"),
    "decorator": (
        "import functools\n@functools.lru_cache(maxsize=1)\ndef f(x): return x",
        "=1",
        "=2",
        "f() itself",
    ),
    "helper": (
        "def f(x): return g(x)\ndef g(x): return x + 1",
        "+ 1",
        "+ 2",
        "helper g()",
    ),
    "helper of a helper": (
        "def f(x): return g(x)\ndef g(x): return h(x)\ndef h(x): return x + 1",
        "+ 1",
        "+ 2",
        "helper h()",
    ),
    "helper in a nested function": (
        "def f(x):\n    def inner(): return [g(y) for y in x]\n    return inner()\n"
        "def g(x): return x + 1",
        "+ 1",
        "+ 2",
        "helper g()",
    ),
    "helper in a lambda": ("f = lambda x: g(x)\ndef g(x): return 1", " 1", " 2", "helper g()"),
    "helpers that call each other": (
        "def f(x): return g(x)\ndef g(x): return f(x) or h(x)\ndef h(x): return g(x) + 1",
        "+ 1",
        "+ 2",
        "helper h()",
    ),
    "helper as a default": (
        "def g(x): return 1\ndef f(x, y=g): return y(x)",
        " 1",
        " 2",
        "helper g()",
    ),
    "decorated helper": (
        "import functools\ndef f(x): return g(x)\n@functools.lru_cache\ndef g(x): return x + 1",
        "+ 1",
        "+ 2",
        "helper g()",
    ),
    "decorator of a helper": (
        "import functools\ndef f(x): return g(x)\ndef d(g):\n    @functools.wraps(g)\n"
        "    def w(x): return g(x) + 1\n    return w\n@d\ndef g(x): return x",
        "+ 1",
        "+ 2",
        "helper d.w(), helper d()",
    ),
    "helper behind a decorator without wraps": (
        "def f(x): return g(x)\ndef d(g): return lambda x: g(x)\n@d\ndef g(x): return x + 1",
        "+ 1",
        "+ 2",
        "helper g()",
    ),
    "helper behind a decorator that makes an object": (
        "class D:\n    def __init__(self, g): self.g = g\n    def __call__(self, x): return 0\n"
        "def f(x): return g(x)\n@D\ndef g(x): return x + 1",
        "+ 1",
        "+ 2",
        "helper g()",
    ),
    "argument of a helper's decorator": (
        "def d(n): return lambda g: lambda x: g(x) * n\ndef f(x): return g(x)\n"
        "@d(1)\ndef g(x): return x",
        "d(1)",
        "d(2)",
        "helper g()",
    ),
    "generic function": (
        "import functools\ndef f(x): return g(x)\n@functools.singledispatch\ndef g(x): return x\n"
        "@g.register\ndef of_int(x: int): return x + 1",
        "+ 1",
        "+ 2",
        "helper of_int()",
    ),
    "partial": (
        "import functools\ndef f(x): return h(x)\ndef g(x, y): return x + 1\n"
        "h = functools.partial(g, y=3)",
        "+ 1",
        "+ 2",
        "helper g()",
    ),
    "argument of a partial": (
        "import functools\ndef f(x): return h(x)\ndef g(x, y): return x\n"
        "h = functools.partial(g, y=3)",
        "y=3",
        "y=4",
        "constant h",
    ),
    "closure": (
        "def make():\n    def g(x): return x + 1\n    def f(x): return g(x)\n"
        "    return f\nf = make()",
        "+ 1",
        "+ 2",
        "helper make.g()",
    ),
    "class": (
        "def f(x): return C(x).m()\n"
        "class C:\n    def __init__(self, x): ...\n    def m(self): return 1",
        " 1",
        " 2",
        "helper C.m()",
    ),
    "field of a class": (
        "from dataclasses import dataclass\ndef f(x): return C(x)\n"
        "@dataclass\nclass C:\n    x: int",
        "int",
        "str",
        "class C",
    ),
    "base class": (
        "class B:\n    def m(self): return 1\nclass C(B): ...\ndef f(x): return C().m()",
        " 1",
        " 2",
        "helper B.m()",
    ),
    "helper of a class": (
        "def g(): return 1\nclass C:\n    def m(self): return g()\ndef f(x): return C().m()",
        " 1",
        " 2",
        "helper g()",
    ),
    "object of a class": (
        "class C:\n    def m(self): return 1\nc = C()\ndef f(x): return c.m()",
        " 1",
        " 2",
        "helper C.m()",
    ),
    "constant": ("PROMPT = 'a'\ndef f(x): return PROMPT + x", "'a'", "'b'", "constant PROMPT"),
    "annotated constant": (
        "PROMPT: str = 'a'\ndef f(x): return PROMPT + x",
        "'a'",
        "'b'",
        "constant PROMPT",
    ),
    "constant of a constant": (
        "WHO = 'a'\nPROMPT = f'I am {WHO}'\ndef f(x): return PROMPT + x",
        "'a'",
        "'b'",
        "constant WHO",
    ),
    "helper of a constant": (
        "def g(): return 1\nRATE = g()\ndef f(x): return RATE",
        " 1",
        " 2",
        "helper g()",
    ),
    "constant that is made in steps": (
        "T = {}\nT['a'] = 1\ndef f(x): return T[x]",
        " 1",
        " 2",
        "constant T",
    ),
    "constant that is filled": (
        "T = []\nT.append(1)\ndef f(x): return T[x]",
        "(1)",
        "(2)",
        "constant T",
    ),
    "constant in a condition": (
        "import sys\nif sys.maxsize > 1:\n    A = 1\nelse:\n    A = 2\ndef f(x): return A",
        "> 1",
        "> 3",
        "constant A",
    ),
    "branch of a condition": (
        "import sys\nif sys.maxsize:\n    A = 1\nelse:\n    pass\nA = globals().get('A')\n"
        "def f(x): return A",
        "    A = 1\nelse:\n    pass",
        "    pass\nelse:\n    A = 1",
        "constant A",
    ),
    "constant that is unpacked": ("A, B = 1, 2\ndef f(x): return B", " 2", " 3", "constant B"),
    "constant in a default": ("A = 1\ndef f(x=A): return x", "A = 1", "A = 2", "constant A"),
    "method of a class in a function": (
        "def make():\n    class C:\n        def f(self, x): return self.g()\n"
        "        def g(self): return 1\n    return C.f\nf = make()",
        " 1",
        " 2",
        "make.C.f() itself",
    ),
    "table of functions": (
        "def g(x): return x + 1\nT = {'g': g}\ndef f(x): return T[x](x)",
        "+ 1",
        "+ 2",
        "helper g()",
    ),
}


@pytest.mark.parametrize(("text", "old", "new", "name"), EDITS.values(), ids=EDITS)
def test_an_edit_is_a_change_and_has_a_name(project, text, old, new, name):
    """Edited back, it is what it was."""
    before = project.look(text)
    after = project.look(text.replace(old, new))
    back = project.look(text)

    assert name == ", ".join(changes(before.text, after))
    assert before == back
    assert before.root != after.root


SAME = {
    "comment": ("return 1", "return 1  # one"),
    "blank lines": ("def f", "\n\n\ndef f"),
    "layout": ("return g(x, 'a')", 'return (\n        g(\n            x, "a",\n        )\n    )'),
    "docstring": ("def f(x):", 'def f(x):\n    """Say more."""'),
    "annotations": ("def f(x):", "def f(x: int) -> str:"),
    "annotation of a variable": ("y = 2", "y: int = 2"),
    "pass": ("    y = 2", "    pass\n    y = 2"),
    "unused helper": ("return 3", "return 4"),
    "unused constant": ("UNUSED = 1", "UNUSED = 2"),
    "order": (
        "def g(x, y): return 1\ndef unused(): return 3",
        "def unused(): return 3\ndef g(x, y): return 1",
    ),
    "name of the file's own": ("UNUSED = 1", "__version__ = '2'\nUNUSED = 1"),
}


TEXT = """UNUSED = 1
def f(x):
    y = 2
    return g(x, 'a')
def g(x, y): return 1
def unused(): return 3
"""


@pytest.mark.parametrize(("old", "new"), SAME.values(), ids=SAME)
def test_what_does_nothing_is_no_change(project, old, new):
    assert old in TEXT
    assert project.look(TEXT) == project.look(TEXT.replace(old, new))
