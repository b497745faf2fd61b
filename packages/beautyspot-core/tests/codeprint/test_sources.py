"""Where running code stands in its source, and when that is not known."""

import importlib
import linecache
import sys
import zipfile

import pytest

from beautyspot.codeprint import NoSource, fingerprint_of
from beautyspot.core.codeprint import changes


def content(found) -> str:
    assert not isinstance(found, NoSource), found
    return found.parts[0].content


ONE, TWO = (lambda x: x + 1), (lambda x: x + 2)
NESTED = lambda x: lambda y: x + y  # noqa: E731
DEFAULTS = [(lambda x, n=1: x * n), (lambda x, n=2: x * n)]
SPREAD = [
    lambda x: (
        x
        + 3
    ),
    lambda x: x + 4,
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (ONE, "right=0x1"),
        (TWO, "right=0x2"),
        (NESTED, "body=Lambda("),
        (NESTED(1), "right=Name(id='y',)"),
        (DEFAULTS[0], "defaults=[0x1,]"),
        (DEFAULTS[1], "defaults=[0x2,]"),
        (SPREAD[0], "right=0x3"),
        (SPREAD[1], "right=0x4"),
        ([lambda x, n=n: x + n for n in (1, 2)][1], "right=Name(id='n',)"),
    ],
)
def test_a_lambda_is_told_from_others_of_its_line(function, expected):
    assert expected in content(fingerprint_of(function))


def test_lambdas_alike_in_one_place_have_no_source(project):
    """Without columns in compiled code, nothing tells which of them runs."""
    project.write({"main.py": "fs = [lambda x, n=1: x, lambda x, n=2: x]"})
    printed = project.run(
        "import main; from beautyspot.codeprint import fingerprint_of as look\n"
        "print(look(main.fs[0]))",
        "-X",
        "no_debug_ranges",
    )

    assert "several functions" in printed


def test_a_function_is_found_behind_its_decorators(project):
    """Its lines begin with the first one."""
    found = project.look("def d(x): return lambda f: f\n@d(\n  1)\n@d(2)\ndef f(x): return 3")

    assert "return" in found.parts[0].content.lower()


def test_of_functions_with_one_name_the_running_one_counts(project):
    text = "import sys\nif sys.maxsize:\n    def f(x): return {}\nelse:\n    def f(x): return {}"
    first = project.look(text.format(1, 2))
    other = project.look(text.format(1, 3))
    edited = project.look(text.format(4, 2))

    assert first == other
    assert first.root != edited.root


@pytest.mark.parametrize(
    "text",
    [
        "def f(x): return x + 2",
        "def f(x): return x - 1",
        "def f(y): return y + 1",
        "def f(x): return x + True",
        "def f(x, y=1): return x + 1",
        "def g(x): return x + 1",
        "",
        "def f(x:",
    ],
)
def test_a_file_that_was_edited_is_not_the_running_code(project, text):
    """What runs is what was imported; from the file nobody knows any more what that was."""
    project.write({"main.py": "def f(x): return x + 1"})
    module = project.load()
    project.write({"main.py": text})
    found = fingerprint_of(module.f)

    assert isinstance(found, NoSource)


def test_lines_may_move_while_a_program_runs(project):
    """Where the code still is the same, an edit elsewhere in the file does no harm."""
    before = project.look("def f(x): return x + 1")
    module = project.load()
    project.write({"main.py": "# new\nimport json\ndef f(x):\n    return x + 1  # one"})

    assert before == fingerprint_of(module.f)


def test_a_helper_whose_file_was_edited_is_unknown(project):
    """That is said, and the rest still counts."""
    files = {
        "main.py": "from helpers import g\ndef f(x): return g(x)",
        "helpers.py": "def g(x): return 1",
    }
    before = project.look(files)
    module = project.load()
    project.write({"helpers.py": "def g(x): return 2"})
    found = fingerprint_of(module.f)

    assert ("helper g()",) == found.unknown == changes(before.text, found)


def test_a_reloaded_module_is_read_anew(project):
    project.look("def f(x): return 1")
    module = project.load()
    project.write({"main.py": "def f(x): return 2"})
    importlib.reload(module)

    assert "value=0x2" in content(fingerprint_of(module.f))


def test_code_of_exec_has_no_source():
    space: dict = {"__name__": "made_up"}
    exec("def f(x): return x", space)

    assert isinstance(fingerprint_of(space["f"]), NoSource)


def test_helpers_of_exec_are_unknown_and_told_apart(project):
    """By their compiled code."""
    text = (
        "space = {'__name__': 'main', '__file__': __file__}\n"
        "exec('def g(x): return 1', space)\ng = space['g']\ndef f(x): return g(x)"
    )
    before = project.look(text)
    after = project.look(text.replace("return 1", "return 2"))

    assert ("helper g()",) == before.unknown
    assert "helper g()" in changes(before.text, after)


@pytest.mark.parametrize("function", [len, "".join, int])
def test_what_is_not_written_in_python_has_no_source(function):
    found = fingerprint_of(function)

    assert NoSource("it is not written in Python") == found


def test_a_function_in_a_zip_file_is_read_there(project):
    with zipfile.ZipFile(project.folder / "app.zip", "w") as archive:
        archive.writestr(
            "zipped.py", "LIMIT = 1\ndef g(x): return x\ndef f(x): return g(x) + LIMIT"
        )
    sys.path.insert(0, str(project.folder / "app.zip"))
    try:
        import zipped
    finally:
        del sys.path[0]

    assert ["f() itself", "constant LIMIT", "helper g()"] == [
        part.name for part in fingerprint_of(zipped.f).parts
    ]


SCRIPT = """
from beautyspot.codeprint import fingerprint_of
LIMIT = 1
def g(x): return x
def f(x): return g(x) + LIMIT
import os
os.chdir("/")
print(getattr(fingerprint_of(f), "text", fingerprint_of(f)))
"""


def test_a_script_is_what_it_is_when_it_is_imported(project):
    """So that both share results."""
    project.write({"main.py": SCRIPT})
    texts = {
        project.run("", "main.py"),
        project.run("", "-m", "main"),
        project.run("", "-O", "main.py"),
        project.run("import main"),
        project.look({}).text,
    }

    assert 1 == len(texts)


def test_code_on_the_command_line_is_read_where_python_keeps_it(project):
    """Python 3.13 does."""
    printed = project.run(SCRIPT)

    assert ("not at hand" in printed) == (sys.version_info < (3, 13))


def test_asserts_that_pytest_has_rewritten_are_read(project, pytester):
    """This very module is rewritten; that does not make it an edited one."""

    def function(x):
        assert x == 1, f"{x} is not one"
        return [y + 1 for y in range(x)]

    assert "Assert(" in content(fingerprint_of(function))


def test_an_edit_of_a_rewritten_module_is_noticed_by_names_and_constants(pytester):
    pytester.makepyfile(
        """
        from pathlib import Path
        from beautyspot.codeprint import NoSource, fingerprint_of

        def function(x):
            assert x == 1
            return x

        def test_it():
            assert not isinstance(fingerprint_of(function), NoSource)
            text = Path(__file__).read_text()
            for old, new in [("return x", "return y"), ("x == 1", "x == 2")]:
                Path(__file__).write_text(text.replace(old, new))
                assert isinstance(fingerprint_of(function), NoSource)
        """
    )

    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_warnings_about_a_source_are_not_given_again(project):
    """They were, when it was compiled."""
    import warnings

    project.write({"main.py": "def f(x): return x"})
    module = project.load()
    project.write({"main.py": "A = '\\\\d' is 3\ndef f(x): return x"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fingerprint_of(module.f)

    assert "FunctionDef" in content(found)


def test_other_encodings_are_read(project):
    (project.folder / "main.py").write_bytes(
        "# coding: latin-1\ndef f(x): return 'é'".encode("latin-1")
    )

    assert "\\xe9" in content(fingerprint_of(project.load().f))


def test_a_source_that_was_put_into_linecache_is_the_one(project, monkeypatch):
    """Tools that run parts of a file, as blocks of a document, say so there."""
    text = "def f(x): return 1\n"
    path = str(project.folder / "document.md")
    project.write({"document.md": "# A document"})
    monkeypatch.setitem(linecache.cache, path, (0, None, [text], path))
    space: dict = {"__file__": path, "__name__": "document"}
    exec(compile(text, path, "exec"), space)

    assert "value=0x1" in content(fingerprint_of(space["f"]))
