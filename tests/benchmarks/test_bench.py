"""The benchmarks run; what they measure is for people to judge."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parents[2] / "benchmarks" / "run.py"
ROWS = (
    "hit",
    "hit, a dict of 5 as argument",
    "hit, async",
    "hit, 8 threads",
    "miss",
    "hit, 1 MiB",
    "miss, 1 MiB",
    "hit, 10 MB first / file",
    "hit, 10 MB first / row",
    "hit, 10 MB again / file",
    "hit, 10 MB again / row",
    "hit, 100k rows / 1k rows",
    "miss, 4 processes",
    "import beautyspot",
    r"import, Spot\(\) and a first hit",
)


def test_every_row_has_a_ratio():
    """And every hit in it was one: the benchmark checks that itself."""
    ran = subprocess.run(
        [sys.executable, str(RUN), "--quick"], check=True, capture_output=True, text=True
    )

    for row in ROWS:
        assert re.search(rf"^{row} +[\d.]+ +[\d.]+ +\d+\.\d\d$", ran.stdout, re.MULTILINE), row


@pytest.mark.slow  # it starts servers
def test_clouds_are_compared_with_their_sdk():
    ran = subprocess.run(
        [sys.executable, str(RUN.with_name("cloud.py")), "--quick"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert 4 <= len(re.findall(r"^.+ +[\d.]+ +[\d.]+ +\d+\.\d\d$", ran.stdout, re.MULTILINE))


@pytest.mark.parametrize(("script", "rows"), [("keys.py", 11), ("values.py", 4)])
def test_the_parts_are_compared_one_by_one(script: str, rows: int):
    ran = subprocess.run(
        [sys.executable, str(RUN.with_name(script)), "--rounds", "1"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert rows == len(re.findall(r"^.+ +[\d.]+ +[\d.]+ +\d+\.\d\d$", ran.stdout, re.MULTILINE))
