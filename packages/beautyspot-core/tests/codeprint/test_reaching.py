"""What of the user's code belongs to the code of a function, and what does not."""

import pytest

from beautyspot.codeprint import fingerprint_of
from beautyspot.core.codeprint import changes

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
