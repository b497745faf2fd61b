"""The canonical text of code."""

import ast
from hashlib import sha256
from pathlib import Path

import pytest

from beautyspot.codeprint.canonical import canonical_code

CORPUS = (Path(__file__).parent / "corpus.txt").read_text(encoding="utf-8")
#: Of the corpus, on every version of Python. Another one is another digest for every function.
DIGEST = "9a97397a814f117682fd59b8688d5f760cc2426c9755e15badcfa7b24d42844e"


def text(code: str) -> str:
    return canonical_code(ast.parse(code))


def test_every_version_of_python_writes_it_alike():
    assert DIGEST == sha256(text(CORPUS).encode()).hexdigest()


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("x = 1", "x=1 # one"),
        ("def f():\n  'doc'\n  return 1", "def f(): return 1"),
        ("def f():\n  'doc'", "def f(): pass"),
        ("def f(a: int = 1) -> str: return a", "def f(a=1): return a"),
        ("x = 'a' 'b'", 'x = "ab"'),
        ("x = f'a' 'b' f'{c}'", "x = f'ab{c}'"),
        ("x = (1 +\n 2)", "x = 1 + 2"),
        ("@spot.mark(version='1')\ndef f(): return 1", "@spot.mark\ndef f(): return 1"),
        ("if a: pass\nelse: pass", "if a:\n  pass"),
    ],
)
def test_what_changes_nothing_leaves_no_trace(code: str, other: str):
    assert text(code) == text(other)


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = '1'"),
        ("x = '1'", "x = b'1'"),
        ("x = 0.0", "x = -0.0"),
        ("x = (1, 2)", "x = [1, 2]"),
        ("x = a", "x = b"),
        ("x = a.b", "x = a.c"),
        ("def f(a=1): return a", "def f(a=2): return a"),
        ("def f(a, b): return a", "def f(a, *, b): return a"),
        ("def f(a, b): return a", "def f(a, b, /): return a"),
        ("@cached\ndef f(): return 1", "def f(): return 1"),
        ("x = f'{a!r}'", "x = f'{a}'"),
        ("x = f'{a:2}'", "x = f'{a:3}'"),
        ("x = 'a'\n'doc'", "x = 'ab'"),
        ("async def f(): return 1", "def f(): return 1"),
        ("[x for y in z]", "[x async for y in z]"),
        ("a < b < c", "a < b <= c"),
        ("try: a\nexcept A: b", "try: a\nexcept* A: b"),
        ("class A:\n  x: int", "class A:\n  x: str"),
        ("def f():\n  return 'doc'", "def f():\n  'doc'"),
        ("f(a)", "f(*a)"),
        ("x = [1, [2]]", "x = [[1], 2]"),
    ],
)
def test_what_changes_something_is_another_text(code: str, other: str):
    assert text(code) != text(other)
