"""The rules of the house hold, and the tools that watch them do catch who breaks them."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = "packages/beautyspot-core/src/beautyspot"
CLI = "packages/beautyspot/src/beautyspot_cli"
GCS = "packages/beautyspot-gcs/src/beautyspot_gcs"
CLOUDS = "Adapters of clouds know buckets and errors of ours, and nothing else"
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"

#: Contract, where a line is planted, the line.
TRESPASSES = [
    ("The core is pure", f"{CORE}/core", "import sqlite3"),
    ("The core is pure", f"{CORE}/core", "from os import environ"),
    ("The core is pure", f"{CORE}/core", "import time"),
    ("The core is pure", f"{CORE}/core", "import msgpack"),
    ("Arrows point inwards", f"{CORE}/core", "import beautyspot.embedded"),
    ("Arrows point inwards", f"{CORE}/drivers", "import beautyspot.embedded"),
    ("Arrows point inwards", f"{CORE}/embedded", "import beautyspot.drivers"),
    ("Arrows point inwards", f"{CORE}/embedded", "import beautyspot.bootstrap"),
    ("Arrows point inwards", f"{CORE}/embedded", "from beautyspot import Spot"),
    ("Arrows point inwards", f"{CORE}/drivers", "import beautyspot.marked"),
    ("Arrows point inwards", f"{CORE}/testing", "import beautyspot.drivers"),
    ("Arrows point inwards", f"{CORE}/plugins.py", "import beautyspot.bootstrap"),
    ("Arrows point inwards", f"{CORE}/marked.py", "import beautyspot.spot"),
    ("Arrows point inwards", CORE, "# a module without a place"),
    ("Only bootstrap names concrete classes", f"{CORE}/drivers", "import dependency_injector"),
    ("Only bootstrap names concrete classes", f"{CORE}/spot.py", "import beautyspot.embedded"),
    ("Only bootstrap names concrete classes", CLI, "import beautyspot.embedded"),
    ("The command line uses the public surface", CLI, "from beautyspot.drivers import run"),
    ("The command line uses the public surface", CLI, "import beautyspot.bootstrap"),
    (CLOUDS, GCS, "import google.cloud.storage"),
    (CLOUDS, GCS, "import requests"),
    (CLOUDS, GCS, "import beautyspot.drivers"),
]

#: What the core must not do; ruff names the rule that says so.
IMPURITIES = [
    ('TEXT = open("x").read()', "PTH123"),
    ("print(1)", "T201"),
    ("breakpoint()", "T100"),
    ("import builtins", "TID251"),
    ("import os", "TID251"),
    ("from os import path", "TID251"),
    ("import os.path", "TID251"),
    ("import io", "TID251"),
    ("from pathlib import Path", "TID251"),
    ("import socket", "TID251"),
    ("import threading", "TID251"),
    ("import asyncio", "TID251"),
    ("import time", "TID251"),
    ("import random", "TID251"),
    ("import logging", "TID251"),
    ("import subprocess", "TID251"),
    ("import sqlite3", "TID251"),
    ("import shutil", "TID251"),
    ("import tempfile", "TID251"),
    ("import uuid", "TID251"),
    ("import datetime\n\nNOW = datetime.datetime.now(datetime.UTC)", "TID251"),
    ("from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)", "TID251"),
    ("from datetime import date\n\nTODAY = date.today()", "TID251"),
]

#: Builtins that reach out of the core. ruff sees some of them, and only where they are called.
REACHING = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}


@pytest.fixture
def copy(tmp_path):
    """Our sources and settings, to be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for source in (CORE, CLI, GCS):
        shutil.copytree(
            ROOT / source, tmp_path / source, ignore=shutil.ignore_patterns("__pycache__")
        )
    return tmp_path


def lint_imports(where):
    path = os.pathsep.join(str((where / package).parent) for package in (CORE, CLI, GCS))
    return subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS, "--no-cache"],
        cwd=where,
        env={**os.environ, "PYTHONPATH": path, "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_our_own_sources_keep_every_contract(copy):
    done = lint_imports(copy)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize(("contract", "where", "line"), TRESPASSES)
def test_a_trespass_is_caught_by_its_contract(copy, contract, where, line):
    """The line is added to a module, or is a new module of a package."""
    place = copy / where
    with (place if place.suffix else place / "planted.py").open("a", encoding="utf-8") as module:
        module.write(f"\n{line}\n")

    done = lint_imports(copy)

    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout


def findings(where):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format=json", str(where)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    return {(Path(found["filename"]).stem, found["code"]) for found in json.loads(done.stdout)}


def test_io_in_the_core_is_caught(copy):
    """One run over a file for each impurity."""
    for number, (code, _) in enumerate(IMPURITIES):
        (copy / CORE / "core" / f"planted{number}.py").write_text(f"{code}\n")

    found = findings(copy / CORE / "core")

    missed = [
        code
        for number, (code, rule) in enumerate(IMPURITIES)
        if (f"planted{number}", rule) not in found
    ]
    assert missed == []


def reaching(code):
    """Answer the names of builtins in a module that do I/O or run text as code."""
    names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    return names & REACHING


def test_the_core_names_no_builtin_that_reaches_out():
    found = {
        path.name: reaching(path.read_text(encoding="utf-8"))
        for path in (ROOT / CORE / "core").rglob("*.py")
    }

    assert found
    assert not any(found.values()), found


@pytest.mark.parametrize("name", sorted(REACHING))
def test_a_builtin_that_reaches_out_is_found_by_name(name):
    """Called or handed on."""
    assert {name} == reaching(f"x = {name}('y')") == reaching(f"x = map({name}, [])")


def test_the_bans_of_the_core_are_not_for_the_adapters(copy):
    planted = copy / CORE / "embedded" / "planted.py"
    planted.write_text('import os\n\nNAME = os.environ["x"]\n')

    assert ("planted", "TID251") not in findings(planted)


@pytest.mark.parametrize("module", ["beautyspot", "beautyspot.core.ports", "beautyspot.plugins"])
def test_importing_loads_nothing_heavy(module):
    """Whoever only imports us pays for no database, codec, event loop or array library."""
    heavy = ["asyncio", "dependency_injector", "msgpack", "numpy", "pandas", "rich", "sqlite3"]
    probe = f"import sys, {module}; print(*[name for name in {heavy} if name in sys.modules])"

    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
