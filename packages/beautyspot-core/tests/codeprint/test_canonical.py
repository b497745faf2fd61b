"""The canonical text of code: one for all versions of Python, another one for other code."""

import ast
import inspect
import json
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.codeprint.canonical import Role, canonical

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "golden_digests.json").read_text())


def tree_of(name: str) -> ast.Module:
    text = (HERE / f"{name}.txt").read_text(encoding="utf-8")
    return ast.parse(text)


def digests_of(name: str) -> list[str]:
    """Answer a short digest of each statement."""
    body = tree_of(name).body
    return [sha256(canonical(node).encode("ascii")).hexdigest()[:16] for node in body]


#: The second one has syntax of 3.12.
CORPORA = ["corpus"] if sys.version_info < (3, 12) else ["corpus", "corpus_312"]


@pytest.mark.parametrize("name", CORPORA)
def test_the_text_is_the_same_on_every_python(name):
    """Another digest is a change of the scheme: all users hear that their code has changed."""
    assert GOLDEN[name] == digests_of(name)


#: Not of Python 3.11, or no more: what a parser of today makes none of.
_NOT_THERE = {"AugLoad", "AugStore", "Param", "Suite", "Index", "ExtSlice", "FunctionType"}
_NOT_THERE |= {"Expression", "Interactive", "TypeIgnore", "TypeAlias", "type_ignore", "slice"}
_NOT_THERE |= {"Num", "Str", "Bytes", "NameConstant", "Ellipsis", "TypeVar", "ParamSpec"}
_NOT_THERE |= {"TypeVarTuple", "TemplateStr", "Interpolation"}


def test_the_corpus_has_every_kind_of_code():
    """Each class of nodes that has no further classes below it."""
    kinds = [kind for _, kind in inspect.getmembers(ast, inspect.isclass)]
    leaves = {
        kind.__name__
        for kind in kinds
        if issubclass(kind, ast.AST) and not (set(kind.__subclasses__()) & set(kinds))
    }
    seen = {type(node).__name__ for node in ast.walk(tree_of("corpus"))}

    assert leaves - seen - _NOT_THERE == set()


def text_of(source: str) -> str:
    return canonical(ast.parse(source))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = (1 +\n  2)", "x=1+2 # three"),
        ("x = 'a'", 'x = """a"""'),
        ("x = 'ab'", "x = 'a' 'b'"),
        ("x = 'ab'", "x = f'a' 'b'"),
        ("x = f'a{b}c'", "x = f'a' f'{b}' 'c'"),
        ("x = f'{a:}'", "x = f'{a}'"),
        ("x = u'a'", "x = 'a'"),
        ("x = 1000", "x = 1_000"),
        ("x = 255", "x = 0xff"),
        ("x: int = 1", "x = 1"),
        ("def f(a: int) -> str: return a", "def f(a): return a"),
        ("def f(a):\n  'doc'\n  return a", "def f(a):\n  return a"),
        ("def f(a): pass", "def f(a): 'doc'"),
        ("if a:\n  b\nelse:\n  pass", "if a:\n  b"),
        ("class A: 'doc'", "class A: pass"),
        ("def f(a, b,): return a", "def f(a, b): return a"),
    ],
)
def test_what_does_the_same_is_the_same(one, other):
    assert text_of(one) == text_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 0.0", "x = -0.0"),
        ("x = 1", "x = 1j"),
        ("x = 'a'", "x = b'a'"),
        ("x = 'None'", "x = None"),
        ("x = '0x1'", "x = 1"),
        ("x = ...", "x = Ellipsis"),
        ("x = (1,)", "x = [1]"),
        ("x = 1\ny = 2", "y = 2\nx = 1"),
        ("f(a, b)", "f(a, b=b)"),
        ("f(**a)", "f(*a)"),
        ("{**a}", "{None: a}"),
        ("def f(*, a, b=1): a", "def f(*, a=1, b): a"),
        ("def f(a, /): a", "def f(a): a"),
        ("from a import b", "from .a import b"),
        ("[a for a in b]", "[a async for a in b]"),
        ("f'{a}'", "f'{a!r}'"),
        ("f'{a}{b}'", "f'{a}' + f'{b}'"),
        ("f'{a:x}'", "f'{a}x'"),
        ("class A: x: int", "class A: x: str"),
        ("@d\ndef f(a: int): a", "@d\ndef f(a: str): a"),
        ("@d\ndef f(a) -> int: a", "@d\ndef f(a) -> str: a"),
        ("if a: b\nelse: c", "if a:\n  b\n  c"),
        ("case = 1", "kase = 1"),
    ],
)
def test_what_does_something_else_differs(one, other):
    assert text_of(one) != text_of(other)


def test_our_own_decorators_are_left_out():
    node = ast.parse("@ours\n@theirs\ndef f(a): a").body[0]
    roles = {"ours": Role.OURS, "theirs": Role.PLAIN}
    text = canonical(node, lambda decorator: roles[decorator.id])

    assert text == text_of("@theirs\ndef f(a): a")[len("Module(body=[") : -len(",],)")]


def test_where_only_ours_are_annotations_do_not_count():
    """They are read by nobody."""
    one, other = (ast.parse(f"@ours\ndef f(a: {kind}): a") for kind in ("int", "str"))

    assert canonical(one, lambda _: Role.OURS) == canonical(other, lambda _: Role.OURS)


@pytest.mark.parametrize("source", ["@d\ndef f(): {!r}", "@d\nclass A: {!r}", "class A(d): {!r}"])
def test_docstrings_count_where_a_library_may_read_them(source):
    one, other = (ast.parse(source.format(doc)) for doc in ("Be brief.", "Be kind."))

    assert canonical(one, lambda _: Role.LIBRARY) != canonical(other, lambda _: Role.LIBRARY)
    assert canonical(one) == canonical(other)


def test_code_may_be_as_deep_as_python_reads_it():
    deep = ast.parse("x = " + "+".join(["a"] * 900))
    node: ast.expr = ast.Name("a", ast.Load())
    for _ in range(20_000):
        node = ast.UnaryOp(ast.Not(), node)

    assert canonical(deep).count("BinOp") == 899
    assert canonical(node).count("Not") == 20_000


names = st.sampled_from(["a", "b"])
constants = st.sampled_from(["0", "1", "1.0", "-1", "True", "None", "'a'", "'1'", "b'a'", "..."])


def extended(inner):
    several = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "==", "in", "or"]), inner),
        st.builds("({} < {} < {})".format, inner, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}.{}".format, names, names),
        st.builds("{}[{}:{}]".format, names, inner, inner),
        st.builds("{}[{}]".format, names, inner),
        st.builds("[{}]".format, several.map(", ".join)),
        st.builds("({},)".format, several.map(", ".join)),
        st.builds("{{{}}}".format, several.map(", ".join)),
        st.builds("{{{}: {}, **{}}}".format, inner, inner, inner),
        st.builds("{}({}, *{}, {}={}, **{})".format, names, inner, inner, names, inner, inner),
        st.builds("(lambda {}, *, b={}: {})".format, st.just("a"), inner, inner),
        st.builds("[{} for {} in {} if {}]".format, inner, names, inner, inner),
        st.builds("({} := {})".format, names, inner),
        st.builds("(not {})".format, inner),
    )


expressions = st.recursive(names | constants, extended, max_leaves=4)


def indented(body: list[str]) -> str:
    return "\n".join(body).replace("\n", "\n ")


def compound(inner):
    body = st.lists(inner, min_size=1, max_size=2).map(indented)
    return st.one_of(
        st.builds("if {}:\n {}\nelse:\n {}".format, expressions, body, body),
        st.builds("if {}:\n {}".format, expressions, body),
        st.builds("while {}:\n {}".format, expressions, body),
        st.builds("for {} in {}:\n {}".format, names, expressions, body),
        st.builds("with {} as {}:\n {}".format, expressions, names, body),
        st.builds("try:\n {}\nexcept {} as {}:\n {}".format, body, expressions, names, body),
        st.builds("try:\n {}\nfinally:\n {}".format, body, body),
        st.builds("def {}({}={}):\n {}".format, names, names, expressions, body),
        st.builds("class {}({}):\n {}".format, names, expressions, body),
        st.builds("match {}:\n case {}:\n  {}".format, expressions, names, names),
    )


simple = st.one_of(
    st.builds("{} = {}".format, names, expressions),
    st.builds("{} = {} = {}".format, names, names, expressions),
    st.builds("{} += {}".format, names, expressions),
    st.builds("{}.append({})".format, names, expressions),
    st.builds("del {}".format, names),
    st.builds("assert {}, {}".format, expressions, expressions),
    st.builds("import {} as {}".format, names, names),
    st.builds("from {} import {}".format, names, names),
)
programs = st.lists(st.recursive(simple, compound, max_leaves=3), min_size=1, max_size=3).map(
    "\n".join
)


@given(programs, programs)
def test_programs_have_one_text_only_if_they_have_one_tree(one, other):
    trees = ast.parse(one), ast.parse(other)
    dumps = [ast.dump(tree) for tree in trees]

    assert (dumps[0] == dumps[1]) == (canonical(trees[0]) == canonical(trees[1]))


@given(programs, st.data())
def test_one_other_node_is_another_text(program, data):
    """A tree and the same with one node in the place of another."""
    tree, other = ast.parse(program), ast.parse(program)
    swapped = [n for n in ast.walk(other) if isinstance(n, ast.Constant | ast.Name | ast.operator)]
    if not swapped:
        return
    node = data.draw(st.sampled_from(swapped))
    if isinstance(node, ast.Constant):
        node.value = data.draw(st.sampled_from([0, 1, True, None, "a", b"a", 1.0]))
    elif isinstance(node, ast.Name):
        node.id = data.draw(names)

    assert (ast.dump(tree) == ast.dump(other)) == (canonical(tree) == canonical(other))
