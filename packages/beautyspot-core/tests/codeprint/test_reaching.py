"""What of the user's code belongs to the code of a function, and what does not."""

import pytest

from beautyspot.codeprint import fingerprint_of
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


METHOD = """
class B:
    LIMIT = 1
    def inherited(self): return 11
    def s(self): return 12
class C(B):
    RATE = 2
    def __init__(self): self.tool = Tool()
    def f(self, x): return self.g(x) + self.p + self.s() + self.RATE + self.LIMIT
    def g(self, x): return self.h(3)
    @classmethod
    def h(cls, x): return cls.k(x) + super().inherited()
    @staticmethod
    def k(x): return 4
    @property
    def p(self): return 5
    def s(self): return C.t() + self.tool.use() + super().s()
    @staticmethod
    def t(): return 6
    def unused(self): return 7
class Tool:
    def use(self): return 8
class Other:
    def use(self): return 9
"""


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("LIMIT = 1", "LIMIT = 0", "constant B.LIMIT"),
        ("return 11", "return 0", "helper B.inherited()"),
        ("return 12", "return 0", "helper B.s()"),
        ("RATE = 2", "RATE = 0", "constant C.RATE"),
        ("self.h(3)", "self.h(0)", "helper C.g()"),
        ("return 4", "return 0", "helper C.k()"),
        ("return 5", "return 0", "helper C.p()"),
        ("return 6", "return 0", "helper C.t()"),
        ("return 8", "return 0", "helper Tool.use()"),
    ],
)
def test_of_a_class_counts_what_the_method_uses(project, old, new, name):
    """Through ``self``, ``cls``, ``super()`` and the name of the class, as far as it goes."""
    before, after = (project.look(t, "C.f") for t in (METHOD, METHOD.replace(old, new)))

    assert (name,) == changes(before.text, after)


@pytest.mark.parametrize(("old", "new"), [("return 7", "return 0"), ("return 9", "return 0")])
def test_of_a_class_does_not_count_what_the_method_leaves_alone(project, old, new):
    assert project.look(METHOD, "C.f") == project.look(METHOD.replace(old, new), "C.f")


MODULES = {
    "main.py": """
        import helpers, pack.sub, pack
        from helpers import parse, LIMIT as MOST
        from stars import *
        def f(x): return helpers.clean(x), pack.sub.low(x), pack.high(x), parse(x), MOST, STAR
    """,
    "helpers.py": """
        from deep import THRESHOLD as LIMIT
        def clean(x): return 1
        def parse(x): return 2
        def unused(x): return 3
    """,
    "deep.py": "THRESHOLD = 4",
    "stars.py": "STAR = 5",
    "pack/__init__.py": "from .sub import high",
    "pack/sub.py": "from . import far\ndef low(x): return far.away()\ndef high(x): return 6",
    "pack/far.py": "def away(): return 7",
}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("helpers.py", "return 1", "return 0", ("helper clean()",)),
        ("helpers.py", "return 2", "return 0", ("helper parse()",)),
        ("helpers.py", "return 3", "return 0", ()),
        ("deep.py", "= 4", "= 0", ("constant THRESHOLD",)),
        ("stars.py", "= 5", "= 0", ("constant STAR",)),
        ("pack/sub.py", "return 6", "return 0", ("helper high()",)),
        ("pack/far.py", "return 7", "return 0", ("helper away()",)),
    ],
)
def test_helpers_are_followed_into_other_modules(project, file, old, new, expected):
    before = project.look(MODULES)
    after = project.look({file: MODULES[file].replace(old, new)})

    assert expected == changes(before.text, after)


LAZY = {
    "main.py": "def f(x):\n    from lazy import g\n    import pack.sub\n    return g(x)",
    "lazy.py": "from other import h\ndef g(x): return h(x)",
    "other.py": "def h(x): return 1",
    "pack/__init__.py": "import json",
    "pack/sub.py": "from .far import A",
    "pack/far.py": "A = 1",
    "unrelated.py": "A = 1",
}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("lazy.py", ("module lazy",)),
        ("other.py", ("module other",)),
        ("pack/sub.py", ("module pack.sub",)),
        ("pack/far.py", ("module pack.far",)),
        ("unrelated.py", ()),
    ],
)
def test_a_module_that_a_function_imports_counts_whole(project, file, expected):
    """It is found and read, and not imported."""
    before = project.look(LAZY)
    after = project.look({file: f"{LAZY[file]}\nMORE = 1"})

    assert expected == changes(before.text, after)


def test_whether_a_function_has_imported_its_module_yet_does_not_count(project):
    """Else the first call of a process would have another fingerprint than the second."""
    before = project.look(LAZY)
    project.load().f(1)

    assert before == project.look({}, "f")


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


MARKED = """
import beautyspot as bs
spot = bs.Spot("x", db=":memory:")
cached = spot.mark(version="1")
@spot.mark(version="1")
def f(x): return g(x) + h(x)
@spot.mark(version="1")
def g(x): return 1
@cached
def h(x): return 1
"""


def test_our_own_decorators_do_not_count(project, monkeypatch):
    """Neither those of the function nor those of helpers: they do not make results."""
    monkeypatch.chdir(project.folder)
    text = MARKED.replace('":memory:"', '"x.db"')
    before = project.look(text)
    after = project.look(text.replace('version="1"', 'version="2", ignore=()'))
    bare = project.look("def f(x): return g(x) + h(x)\ndef g(x): return 1\ndef h(x): return 1")
    edited = project.look(text.replace("return 1", "return 2"))

    assert before == after == bare
    assert ("helper g()", "helper h()") == changes(before.text, edited)


def test_a_mark_in_a_function_does_not_count(project):
    """Where no name leads to the Spot, an attribute called mark is one."""
    text = """
    class Spot:
        def mark(self, **options): return lambda f: f
    def make(spot):
        @spot.mark(version="1")
        def f(x): return x
        return f
    f = make(Spot())
    """

    assert project.look(text) == project.look(text.replace('"1"', '"2"'))


def test_a_helper_can_be_moved_to_another_module(project):
    before = project.look("def f(x): return g(x)\ndef g(x): return 1")
    after = project.look(
        {"main.py": "from other import g\ndef f(x): return g(x)", "other.py": "def g(x): return 1"}
    )

    assert before == after


def test_names_that_lead_to_each_other_s_code_are_a_change(project):
    """The same parts, used the other way round."""
    text = "import a, b\ndef f(x): return a.g(x) - b.g(x)"
    one, two = "def g(x): return 1", "def g(x): return 2"
    before = project.look({"main.py": text, "a.py": one, "b.py": two})
    after = project.look({"a.py": two, "b.py": one})

    assert before.root != after.root


@pytest.mark.parametrize(
    "change",
    ["count += 1", "globals()['count'] = 5"],
)
def test_a_counter_is_no_change(project, change):
    """A variable that the program moves counts as it begins."""
    text = f"count = 0\ndef f(x):\n    global count\n    {change}\n    return x"
    before = project.look(text)
    module = project.load()
    module.f(1)

    assert before == fingerprint_of(module.f)


LATER = """
class Client:
    def ask(self, x): return 1
client = None
def connect():
    global client
    if client is None:
        client = Client()
def f(x):
    connect()
    return client.ask(x)
"""


def test_what_is_made_on_first_use_counts_as_it_is_written(project):
    """Not as it happens to be: else the second call had another fingerprint than the first."""
    before = project.look(LATER)
    module = project.load()
    module.f(1)
    after = fingerprint_of(module.f)
    edited = project.look(LATER.replace("return 1", "return 2"))

    assert before == after
    assert ("helper Client.ask()",) == changes(before.text, edited)


def test_methods_can_be_put_in_another_order(project):
    one, other = "    def a(self): return 1\n", "    def b(self): return 2\n"
    text = "def f(x): return C()\nclass C:\n"

    assert project.look(text + one + other) == project.look(text + other + one)


def test_a_constant_that_was_replaced_is_a_change(project, monkeypatch):
    """The program runs with another value than the source says."""
    before = project.look("PROMPT = 'a'\ndef f(x): return PROMPT")
    module = project.load()
    monkeypatch.setattr(module, "PROMPT", "b")
    after = fingerprint_of(module.f)

    assert ("constant PROMPT",) == changes(before.text, after)
    assert ("constant PROMPT",) == after.unknown


def test_libraries_do_not_count(project):
    """Of the standard library and of packages nothing is followed."""
    found = project.look(
        "import json, re, pytest\nfrom msgpack import packb\n"
        "def f(x): return json.dumps(x), re.match, pytest.raises, packb"
    )

    assert ["f() itself"] == [part.name for part in found.parts]


def test_the_function_itself_counts_even_in_a_library(project):
    """Its helpers there do not."""
    files = {"site-packages/lib.py": "def f(x): return g(x)\ndef g(x): return 1", "main.py": ""}
    project.write(files)
    project.run("import sys; sys.path.insert(0, 'site-packages'); import lib")
    found = project.look(
        {
            "main.py": "import sys\nsys.path.insert(0, 'site-packages')\n"
            "sys.path.insert(0, __file__.replace('main.py', 'site-packages'))\n"
            "from lib import f"
        }
    )

    assert ["f() itself"] == [part.name for part in found.parts]


def test_a_library_may_read_docstrings(project):
    """Some make prompts of them; the standard library does not."""
    lib = "def prompt(f): return f"
    text = 'import lib, functools\n@lib.prompt\ndef f(x):\n    "Be brief."'
    project.write({"site-packages/lib.py": lib})
    path = "import sys\nsys.path.insert(0, __file__.replace('main.py', 'site-packages'))\n"
    before = project.look(path + text)
    after = project.look(path + text.replace("brief", "kind"))
    plain = path + text.replace("lib.prompt", "functools.cache")

    assert ("f() itself",) == changes(before.text, after)
    assert project.look(plain) == project.look(plain.replace("brief", "kind"))
