"""Which classes the code of a function holds; nothing else can be found by a name in data."""

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pydantic
import pytest

from beautyspot.classes import class_finder

Load = Callable[..., ModuleType]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Answer what imports a module with this source; it is forgotten after the test."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)

    def load(source: str, name: str = "prog") -> ModuleType:
        path = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for parent in list(path.relative_to(tmp_path).parents)[:-1]:
            (tmp_path / parent / "__init__.py").touch()
        path.write_text(textwrap.dedent(source))
        __import__(name)
        return sys.modules[name]

    yield load
    for name in set(sys.modules) - before:
        del sys.modules[name]


MODELS = """
    class User:
        class Address: pass
        inner: "Inner"
    class Inner: pass
    class Other: pass
    def make(): return Other()
"""
FOUND = {
    "defined in the module": (
        "class A: pass\ndef f(): ...", ["prog:A"],
    ),
    "within a class": (
        "class A:\n  class B:\n    class C: pass\ndef f(): ...", ["prog:A.B", "prog:A.B.C"],
    ),
    "defined later": (
        "def f(): ...\nclass A: pass", ["prog:A"],
    ),
    "imported": (
        "from models import User\ndef f(): ...", ["models:User", "models:User.Address"],
    ),
    "imported by another name": (
        "from models import User as U, Inner as I\ndef f(): ...", ["models:User", "models:Inner"],
    ),
    "in a module that is imported": (
        "import models\ndef f(): ...", ["models:User", "models:Other"],
    ),
    "in a module of a package": (
        "import pkg.models\ndef f(): ...", ["pkg.models:User"],
    ),
    "beside a function that is imported": (
        "from models import make\ndef f(): ...", ["models:Other", "models:User"],
    ),
    "beside a class that is imported": (
        "from models import User\ndef f(): ...", ["models:Other"],
    ),
    "what the function returns": (
        "import models as _m\nB = _m.User\ndel _m\ndef f() -> B: ...\nf.__globals__.pop('B')",
        ["models:User"],
    ),
    "in a generic": (
        "from models import User\ndef f() -> dict[str, list[User | None]]: ...", ["models:User"],
    ),
    "a field of what it returns": (
        "from models import User as _U\ndef f(x) -> _U: ...\nf.__globals__.pop('_U')",
        ["models:User", "models:Inner"],
    ),
    "named in a text": (
        "def f() -> 'list[A] | None': ...\nclass A: pass", ["prog:A"],
    ),
    "a text in a text": (
        "from typing import List\nimport models\ndef f() -> \"List['models.Inner']\": ...",
        ["models:Inner"],
    ),
    "all annotations are texts": (
        "from __future__ import annotations\nimport models\n"
        "def g():\n  from models import User\n  def f() -> list[User]: return User\n  return f\n"
        "f = g()",
        ["models:User"],
    ),
    "an argument": (
        "from models import User as _U\ndef f(x: _U): ...\nf.__globals__.pop('_U')",
        ["models:User"],
    ),
    "with annotations that say more": (
        "from typing import *\nfrom models import Inner as _I\n"
        "def f() -> Annotated[Optional[Tuple[_I, ...]], 'x']: ...\n"
        "f.__globals__.pop('_I')",
        ["models:Inner"],
    ),
    "the bound of a variable": (
        "from typing import TypeVar\nfrom models import Inner as _I\nT = TypeVar('T', bound=_I)\n"
        "def f() -> list[T]: ...\nf.__globals__.pop('_I')",
        ["models:Inner"],
    ),
    "in a function": (
        "def g():\n  class A: pass\n  def f() -> A: ...\n  return f\nf = g()",
        ["prog:g.<locals>.A"],
    ),
    "in a function, and used": (
        "def g():\n  class A: pass\n  def f(): return A()\n  return f\nf = g()",
        ["prog:g.<locals>.A"],
    ),
    "a field of a local class": (
        "def g():\n  class B: pass\n  class A:\n    b: list[B]\n"
        "  def f() -> A: ...\n  return f\nf = g()",
        ["prog:g.<locals>.A", "prog:g.<locals>.B"],
    ),
    "a method": (
        "class A:\n  def f(self) -> 'A': ...\nf = A.f", ["prog:A"],
    ),
    "called otherwise than it stands": (
        "from collections import namedtuple\nPoint = namedtuple('P', 'x')\ndef f(): ...",
        ["prog:P"],
    ),
    "a generic that inherits": (
        "from typing import *\nfrom models import Inner as _I\nT = TypeVar('T')\n"
        "class Box(Generic[T]): pass\nclass Mine(Box[_I]): pass\n"
        "def f() -> Mine: ...\nf.__globals__.pop('_I')",
        ["models:Inner", "prog:Box"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("where", FOUND)
def test_a_class_is_found(load: Load, where: str):
    load(MODELS, "models")
    load(MODELS, "pkg.models")
    source, names = FOUND[where]
    find = class_finder(load(source).f)
    for name in names:
        class_ = find(name)

        assert class_ is not None, name
        assert name == find.name_of(class_)


HIDDEN = {
    "not imported": ("def f(): ...", "models:User"),
    "imported, and not referred to": ("import models\ndel models\ndef f(): ...", "models:User"),
    "of a module of the same name": ("import pkg.models\ndef f(): ...", "models:User"),
    "no class": ("x = 1\ndef f(): ...", "prog:x"),
    "the function": ("def f(): ...", "prog:f"),
    "an attribute of a class": ("class A:\n  x = int\ndef f(): ...", "prog:A.x"),
    "called otherwise": ("class A: pass\nB = A\ndef f(): ...", "prog:B"),
    "built in": ("def f(): ...", "builtins:int"),
    "two of one name": (
        "from collections import namedtuple\nA = namedtuple('P', 'x')\nB = namedtuple('P', 'y')\n"
        "def f(): ...",
        "prog:P",
    ),
    "two of one name in annotations": (
        "def g():\n  class A: pass\n  return A\ndef f() -> g(): ...\nf.__annotations__['x'] = g()",
        "prog:g.<locals>.A",
    ),
    "inside a value": ("import models\nx = models.User()\ndel models\ndef f(): ...", "models:User"),
    "nothing": ("class A: pass\ndef f(): ...", ""),
    "no module": ("class A: pass\ndef f(): ...", "A"),
    "no name": ("class A: pass\ndef f(): ...", "prog:"),
    "dots": ("class A: pass\ndef f(): ...", "prog:" + "." * 1000),
    "very long": ("class A: pass\ndef f(): ...", "prog:" + "A" * 10**6),
    "from outside": ("import os\ndef f(): ...", "os.path:genericpath"),
}


@pytest.mark.parametrize("what", HIDDEN)
def test_what_the_code_does_not_hold_is_not_found(load: Load, what: str):
    load(MODELS, "models")
    load(MODELS, "pkg.models")
    source, name = HIDDEN[what]
    find = class_finder(load(source).f)

    assert find(name) is None
    assert find(name) is None


def test_nothing_is_imported(load: Load, tmp_path: Path):
    (tmp_path / "evil.py").write_text("raise SystemExit('was imported')")
    find = class_finder(load("import os\ndef f() -> 'evil.Evil': ...").f)
    before = set(sys.modules)
    for name in ("evil:Evil", "os.evil:Evil", "xml.dom:Node", "prog.evil:Evil"):
        assert find(name) is None

    assert before == set(sys.modules)


def test_no_annotation_is_evaluated(load: Load):
    """Not even a text that could be: names are looked up, and nothing is called."""
    find = class_finder(load("ran = []\ndef f() -> '[ran.append(1), int][1]': ...").f)

    assert find("prog:Missing") is None
    assert sys.modules["prog"].ran == []


def test_a_class_that_is_defined_anew_is_found(load: Load):
    """As a notebook's cell does that is run again; the annotation still holds the old class."""
    module: Any = load("class A: pass\ndef f() -> A: ...")
    find = class_finder(module.f)
    old = find("prog:A")
    exec("class A: pass", vars(module))

    assert old is not find("prog:A")
    assert module.A is find("prog:A")


def test_a_class_that_is_gone_from_a_module_is_still_in_the_annotation(load: Load):
    module: Any = load("class A: pass\ndef f() -> A: ...")
    find = class_finder(module.f)
    class_ = module.A
    del module.A

    assert class_ is find("prog:A")


def test_a_name_that_leads_nowhere_today_may_lead_to_a_class_tomorrow(load: Load):
    module: Any = load("def f() -> 'list[Later]': ...")
    find = class_finder(module.f)

    assert find("prog:Later") is None
    exec("class Later: pass", vars(module))
    assert module.Later is find("prog:Later")


def test_a_class_under_another_name_is_found_anew(load: Load):
    make = "from collections import namedtuple\nPoint = namedtuple('P', 'x')"
    module: Any = load(f"{make}\ndef f(): ...")
    find = class_finder(module.f)
    old = find("prog:P")
    exec(make, vars(module))

    assert old is not find("prog:P")
    assert module.Point is find("prog:P")


def test_the_main_program_has_the_name_that_it_has_when_it_is_imported(load: Load):
    """So a result that a script has stored can be read by whoever imports it."""
    module: Any = load("class A: pass\ndef f(): ...")
    module.__name__ = module.A.__module__ = "__main__"
    find = class_finder(module.f, lambda name: "prog" if name == "__main__" else name)

    assert find.name_of(module.A) == "prog:A"
    assert find("prog:A") is module.A
    assert find("__main__:A") is None


def test_the_fields_of_a_generic_model_are_found(load: Load):
    load(MODELS, "models")
    module: Any = load("import pydantic, typing\ndef f(): ...")
    variable = pydantic.TypeAdapter  # any class that only the field of a model holds

    class Holder(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

    model = pydantic.create_model("Made", __base__=Holder, inner=(variable, ...))
    del model.__annotations__
    module.f.__annotations__["return"] = model
    del module.pydantic
    find = class_finder(module.f)

    assert find("pydantic.type_adapter:TypeAdapter") is variable


def cyclic(depth: int) -> Callable[[], None]:
    def f() -> None: ...

    hint: Any = int
    for _ in range(depth):
        hint = list[hint]
    f.__annotations__["return"] = hint
    return f


def test_annotations_of_any_size_end():
    find = class_finder(cyclic(5000))

    assert find("nowhere:Nothing") is None


def test_classes_that_refer_to_each_other_end(load: Load):
    find = class_finder(
        load("def f() -> 'A': ...\nclass A:\n  b: 'B'\nclass B:\n  a: 'list[A]'\n  c: 'B'").f
    )

    assert find("prog:C") is None
    assert find("prog:B") is not None


@pytest.mark.parametrize(
    "function",
    [len, "".join, int, pytest.raises, object(), FunctionType((lambda: 0).__code__, {})],
    ids=["builtin", "method", "class", "function", "object", "bare"],
)
def test_anything_may_be_asked(function: Any):
    assert class_finder(function)("nowhere:Nothing") is None


@pytest.mark.parametrize(
    "text",
    ["", "(", "a b", "1 +", "x" * 20_000, "[" * 5000, "\0", "a.b.c", "lambda: A", "A[", "\ud800"],
)  # fmt: skip
def test_a_text_that_is_no_annotation_is_passed_over(text: str):
    def f() -> None: ...

    f.__annotations__["return"] = text

    assert class_finder(f)("nowhere:Nothing") is None


if sys.version_info >= (3, 12):  # which has type statements

    def test_the_value_of_an_alias_is_found(load: Load):
        load(MODELS, "models")
        find = class_finder(
            load("from models import Inner as _I\ntype Many = list[_I]\nMany.__value__\n"
                 "def f() -> Many: ...\nf.__globals__.pop('_I')").f
        )  # fmt: skip

        assert find("models:Inner") is not None
