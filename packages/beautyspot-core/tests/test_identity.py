"""What a function is called, and which functions can be marked."""

import functools
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from beautyspot.core.encoding import canonical_text
from beautyspot.core.errors import UncacheableArgument
from beautyspot.identity import closure_of, module_of, signature_of


def top() -> None: ...


class Callable:
    def __call__(self) -> None: ...

    def method(self) -> None: ...


def test_a_function_is_of_the_module_that_defines_it():
    """The name by which it is imported."""
    assert module_of(top) == __name__


MODULE = """
from beautyspot.identity import module_of
def f(): ...
print(module_of(f))
"""


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (["script.py"], "script"),
        (["-m", "script"], "script"),
        (["-m", "package.script"], "package.script"),
        (["-m", "package"], "package.__main__"),
        (["-c", MODULE], "__main__"),
        (["-m", "cProfile", "-o", os.devnull, "script.py"], "script"),
    ],
)
def test_a_script_has_the_name_that_an_import_would_give_it(
    tmp_path: Path, run: list[str], expected: str
):
    """So that a script and those who import it share results."""
    package = tmp_path / "package"
    package.mkdir()
    for file in (tmp_path / "script.py", package / "script.py", package / "__main__.py"):
        file.write_text(MODULE)
    (package / "__init__.py").touch()

    printed = subprocess.run(
        [sys.executable, *run],
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert printed.strip() == expected


def make(factor: object):
    def multiply(x):
        return x * factor

    return multiply


def test_closures_of_one_factory_are_told_apart():
    """By the values of the variables that they use."""
    assert closure_of(make(2)) == {"nonlocal factor": 2}
    assert closure_of(make(3)) == {"nonlocal factor": 3}


def test_a_function_without_variables_from_outside_has_no_closure():
    """Nothing is added to its identity."""
    assert closure_of(top) == {}


@pytest.mark.parametrize(
    ("shared", "name"),
    [
        (re, "re"),
        (top, f"{__name__}:top"),
        (Callable, f"{__name__}:Callable"),
        (len, "builtins:len"),
    ],
)
def test_what_a_module_shares_counts_by_name(shared: object, name: str):
    """As globals do, which are not followed."""
    assert closure_of(make(shared)) == {"shared factor": name}


def shift(by):
    def wrap(function):
        @functools.wraps(function)
        def shifted(x):
            return function(x) + by

        return shifted

    return wrap


def circle(*, back: bool):
    def first(n):
        return second(n)

    def second(n):
        return target(n - 1) if n else 0

    target = first if back else second
    return first


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (make(1), make(2)),
        (lambda x: x + 1, lambda x: x - 1),
        (lambda x, y=1: x + y, lambda x, y=2: x + y),
        (lambda x: x in {"a", "b"}, lambda x: x in {"a", "c"}),
        (lambda *x: x, lambda x: x),
        (lambda x, /: x, lambda x: x),
        (circle(back=True), circle(back=False)),
        (shift(2)(top), shift(3)(top)),
        (shift(2)(top), top),
    ],
)
def test_functions_without_a_name_of_their_own_count_by_content(one, other):
    """Code, defaults and closure tell them apart; a name that leads to another one does not."""
    text_of_one, text_of_other = (canonical_text(closure_of(make(f))) for f in (one, other))

    assert text_of_one != text_of_other
    assert text_of_one == canonical_text(closure_of(make(one)))


def test_a_function_that_calls_itself_does_not_count_itself():
    """Its own name is already the identity."""

    def countdown(n):
        return n and countdown(n - 1)

    assert closure_of(countdown) == {}


def test_a_variable_that_is_not_assigned_yet_has_no_content():
    """Two functions could differ in it: it is refused, by name."""

    def early():
        return late

    closure = closure_of(early)
    late = 1

    with pytest.raises(UncacheableArgument, match="nonlocal late is a value that is not known"):
        canonical_text(closure)
    assert early() == late


class Proxy:
    """Something whose every attribute raises, as a proxy outside of its context does."""

    def __getattribute__(self, name):
        raise RuntimeError(f"no {name} here")


def test_an_object_that_raises_is_no_shared_one():
    """To mark a function asks foreign objects for their names, and survives the answer."""
    proxy = Proxy()

    assert list(closure_of(make(proxy))) == ["nonlocal factor"]


def warmed(function):
    @functools.wraps(function)
    def warm(*args, **kwargs):
        return function(*args, **{"temperature": 0.7, **kwargs})

    return warm


def test_the_signature_is_that_of_the_function_that_runs():
    """Not that of one that it wraps, whose defaults are not its own."""

    def ask(question, temperature=0.0, *, seed=1): ...

    pretended = warmed(ask)
    pretended.__signature__ = inspect.signature(ask)

    assert str(signature_of(ask)) == "(question, temperature=0.0, *, seed=1)"
    assert str(signature_of(pretended)) == "(*args, **kwargs)"


@functools.wraps(top)
def imitation() -> None: ...


def test_a_name_that_is_taken_from_another_is_not_its_own():
    """``functools.wraps`` names a function as another one; it is not that one."""
    assert {"wrapped by": f"{__name__}:imitation"} == closure_of(imitation)
    assert {} == closure_of(top)
    assert {} == closure_of(Callable.method)


def test_functions_without_a_name_count_by_their_code():
    """``_`` names as many functions as people like."""

    def _(x: int) -> int:
        return x + 1

    first = closure_of(_)

    def _(x: int) -> int:
        return x + 2

    assert list(first) == ["lambda"]
    assert first != closure_of(_)
