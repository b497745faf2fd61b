"""The names through which code reaches what stands outside of it."""

import ast

import pytest

from beautyspot.codeprint.canonical import Role, all_plain
from beautyspot.codeprint.names import bound_in, names_in


def outer(text: str) -> set[str]:
    """Answer the names outside of the one statement of a text."""
    found = names_in(ast.parse(text).body, all_plain)
    return {".".join(chain) for chain in found.chains}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(a, /, b, *c, d=e, **g): a, b, c, d, g, h", {"e", "h"}),
        ("def f(): a = b; a", {"b"}),
        ("def f(): a.b.c(d.e).f", {"a.b.c", "d.e"}),
        ("def f(): a.b = c", {"a.b", "c"}),
        ("def f(): a += b", {"b"}),
        ("def f():\n global a\n a += b", {"a", "b"}),
        ("def f():\n global a\n a = b", {"b"}),
        ("def f():\n def g(): return a, b\n a = 1", {"b"}),
        ("def f():\n def g():\n  nonlocal a\n  a = b\n a = 1", {"b"}),
        ("def f(): return [a for a in b if c(a)]", {"b", "c"}),
        ("def f(): return [a for a in a]", {"a"}),
        ("def f(): return {a: b for a, b in c for d in a}", {"c"}),
        ("def f(): return [a for b in c], b", {"a", "b", "c"}),
        ("def f(): return [d := b for b in c], d", {"c"}),
        ("def f(): return lambda a, b=c: a + b + d", {"c", "d"}),
        ("def f():\n import a, b.c as d\n from e import f as g\n a, d, g, b", {"b"}),
        ("def f():\n try: a\n except B as e: e", {"a", "B"}),
        ("def f():\n with a as b: b", {"a"}),
        ("def f():\n for a in b: a", {"b"}),
        ("def f(a):\n match a:\n  case C(d=[e, *g]) | {**h} as i: e, g, h, i, j", {"C", "j"}),
        ("def f(a: b) -> c: d: e = g", {"g"}),
        ("@a\ndef f(b: c) -> d: e", {"a", "c", "d", "e"}),
        ("class A(b, metaclass=c):\n d: e = f\n @g\n def h(self): d", {*"bcdfg"}),
        ("def f():\n class A: b\n A, c", {"b", "c"}),
        ("async def f():\n async with a as b:\n  async for c in d: await b.e(c)", {"a", "d"}),
        ("A = b", {"b"}),
        ("A[b] = c", {"A", "b", "c"}),
        ("def f(): f'{a:{b}}'", {"a", "b"}),
        ("def f(): super().a(b)", {"super().a", "b", "super"}),
    ],
)
def test_names_from_outside_are_those_that_are_not_bound(text, expected):
    assert expected - {"super"} == outer(text) - {"super"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(self): self.a, self.b.c, other.d", ("a", "b")),
        ("def f(self): return [lambda: self.a]", ("a",)),
        ("def f(self):\n def g(self): self.a\n self.b", ("b",)),
        ("def f(): self.a", ()),
        ("def f(*, self): self.a", ()),
    ],
)
def test_what_is_asked_of_the_first_argument_is_told_apart(text, expected):
    """Of a method it is the object, and not what a function inside calls so."""
    assert expected == names_in(ast.parse(text).body, all_plain).own


def test_our_own_decorators_lead_nowhere():
    """What they are called with is about remembering."""
    found = names_in(ast.parse("@ours(a)\ndef f(): b").body, lambda _: Role.OURS)

    assert (("b",),) == found.chains


def test_imports_in_functions_are_told():
    found = names_in(ast.parse("def f():\n import a\n def g(): from b import c").body, all_plain)

    assert {ast.Import, ast.ImportFrom} == {type(each) for each in found.imports}


def test_a_statement_binds_what_it_gives_a_value():
    assert {"a", "b", "e"} == bound_in(ast.parse("a, *b = c, (e := d)").body[0])
