"""Texts are the same in every process: under every hash seed, and on every version of Python."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SEEDS = ("0", "1", "4242")


def texts(program: str, seed: str) -> dict[str, str]:
    run = subprocess.run(
        [sys.executable, HERE / program],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: dict[str, str] = json.loads(run.stdout)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_values_of_the_standard_library_have_golden_texts(seed: str):
    """On every version of Python; a change changes the keys of all users."""
    golden = json.loads((HERE / "golden_texts.json").read_text(encoding="utf-8"))

    assert golden == texts("corpus.py", seed)


def test_values_of_other_libraries_have_one_text_in_all_processes():
    first, *others = [texts("foreign_corpus.py", seed) for seed in SEEDS]

    assert [first, first] == others


@pytest.mark.parametrize("program", ["corpus.py", "foreign_corpus.py"])
def test_no_text_has_an_address(program: str):
    """An address is another one in the next process, or that of something else."""
    found = texts(program, "0")

    assert not [name for name, text in found.items() if " at 0x" in text]


UNLOADED = """
import datetime, decimal, pathlib, sys, uuid
from beautyspot import KeyGen, UncacheableArgument
class Own:
    def __init__(self): self.x = 1
values = datetime.date(2026, 1, 1), decimal.Decimal(1), pathlib.Path(), uuid.uuid4(), len, Own()
for value in values:
    KeyGen.default((value, {1: [value]}), {})
try:
    KeyGen.default((object(),), {})
except UncacheableArgument:
    pass
libraries = {"numpy", "pandas", "polars", "pyarrow", "PIL", "torch", "pydantic", "attr"}
print(*sorted(libraries & {*sys.modules}))
"""


def test_no_library_is_loaded_to_make_or_refuse_a_key():
    """What is installed is no part of a key."""
    run = subprocess.run(
        [sys.executable, "-I", "-c", UNLOADED],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert [] == run.stdout.split()
