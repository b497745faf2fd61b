"""What comes back is what the function returned, type for type: end to end, with files."""

import dataclasses
import datetime as dt
import io
import subprocess
import sys
import threading
import tracemalloc
import warnings
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

from beautyspot import BeautySpotWarning, KeyGen, Spot, Verdict


class Colour(Enum):
    RED = 1


class Point(NamedTuple):
    x: float
    y: float


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    text: str
    at: dt.datetime
    points: tuple[Point, ...] = ()
    more: dict[Colour, Any] = dataclasses.field(default_factory=dict)


NOW = dt.datetime(2026, 5, 1, 12, tzinfo=ZoneInfo("Asia/Tokyo"))
VALUES = [
    Answer("a", NOW, (Point(1, 2.0),), {Colour.RED: {Decimal("1.0"), Path("x")}}),
    [np.arange(6).reshape(2, 3).T, np.float32(1.5), {"mask": np.ma.array([1, 2], mask=[0, 1])}],
    {
        "frame": pd.DataFrame(
            {"a": [1, 2], "b": ["x", None]}, index=pd.date_range("2026", periods=2)
        )
    },
    (pl.DataFrame({"a": [1, None], "b": [["x"], []]}), pd.NaT),
    np.arange(100_000, dtype=">i2"),
    pd.DataFrame({"large": np.arange(20_000.0)}),
    [Answer(str(n), NOW) for n in range(3000)],
]


@pytest.fixture
def spot(tmp_path):
    with Spot("types", db=tmp_path / "types.db") as spot:
        yield spot


@pytest.mark.parametrize("number", range(len(VALUES)))
def test_a_hit_is_the_first_return(spot: Spot, number: int):
    """Small ones in the record, large ones in a file; nothing is said.

    Equal keys are equal types and content, all the way down.
    """

    def made(n: int) -> Any:
        return VALUES[n]

    marked = spot.mark(made)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, again = marked(number), marked(number)

    assert (1, 1) == (marked.counts.runs, marked.counts.hits)
    assert first is VALUES[number]
    assert again is not first
    assert KeyGen.default((first,), {}) == KeyGen.default((again,), {})


def test_an_image_comes_back(spot: Spot):
    marked = spot.mark(lambda: Image.new("RGB", (300, 200), (1, 2, 3)))
    first, again = marked(), marked()

    assert 1 == marked.counts.hits
    assert (type(first), first.mode, first.tobytes()) == (type(again), again.mode, again.tobytes())


def test_an_array_can_be_written_to(spot: Spot):
    """And nobody else sees it."""
    marked = spot.mark(lambda: np.zeros(20_000))
    marked()
    marked()[0] = 1

    assert 0 == marked()[0]


def test_a_large_array_is_copied_once_each_way(spot: Spot):
    """Out: into the payload. In: out of the payload, which is read from the file."""
    array = np.zeros(10 << 17)
    marked = spot.mark(lambda n: array)
    marked(0)
    peaks: list[float] = []
    for _ in range(2):
        tracemalloc.start()
        result = marked(1)
        peaks.append(tracemalloc.get_traced_memory()[1] / array.nbytes)
        tracemalloc.stop()

    assert (1, 2) == (marked.counts.hits, marked.counts.runs)
    assert result is not array
    assert 1.05 > peaks[0]
    assert 2.05 > peaks[1]


def test_an_array_registered_with_a_lossy_codec_is_never_wrong(spot: Spot):
    """The dtype and shape that ``tobytes`` drops: the value is returned, and not stored."""
    spot.register_type(
        type_=np.ndarray,
        code=10,
        encoder=lambda x: x.tobytes(),
        decoder=lambda b: np.frombuffer(b),
    )
    marked = spot.mark(lambda: np.array([1, 2, 3]), save_blob=True)
    with pytest.warns(BeautySpotWarning, match="ndarray"):
        results = [marked(), marked()]

    assert [[1, 2, 3]] * 2 == [result.tolist() for result in results]
    assert 0 == marked.counts.hits


class Odd:
    """Holds what has no content, so it can be stored by nobody."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


def test_what_cannot_be_kept_is_returned(spot: Spot):
    """With one warning that says where it stands and what to do."""
    marked = spot.mark(lambda: {"a": [Odd()]})
    with pytest.warns(BeautySpotWarning, match=r"value\['a'\]\[0\].*register_type") as caught:
        results = [marked(), marked()]

    assert [Odd, Odd] == [type(result["a"][0]) for result in results]
    assert 1 == len(caught)


def test_local_classes_of_one_name_are_not_mixed_up(spot: Spot):
    """A class that nobody finds by its name again is not stored, or comes back as itself."""

    def factory(n: int) -> type:
        @dataclasses.dataclass
        class Local:
            value: int = n

        return Local

    marked = spot.mark(lambda n: factory(n)())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", BeautySpotWarning)
        first, again = marked(1), marked(1)

    assert 0 == marked.counts.hits or type(first) is type(again)


PROGRAM = """
import sys
import warnings
from dataclasses import dataclass
from beautyspot import Spot, SchemaChanged

@dataclass
class User:
    name: str
    {field}: int

def load(n: int) -> User:
    print("ran")
    return User("a", n)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    marked = Spot("schema", db=sys.argv[1]).mark(
        load, on_schema_change={policy!r}, on_code_change="ignore"
    )
    if {explain}:
        print(marked.explain(3).verdict)
    try:
        print(marked(3))
    except SchemaChanged as error:
        print("raised", error)
for warning in caught:
    print("warned", str(warning.message))
"""


@pytest.fixture
def run(tmp_path):
    """Answer what runs the program with a class that has a field of some name."""

    def run(field: str, policy: str = "recompute", *, explain: bool = False) -> str:
        program = tmp_path / "program.py"
        program.write_text(PROGRAM.format(field=field, policy=policy, explain=explain))
        return subprocess.run(
            [sys.executable, str(program), str(tmp_path / "x.db")],
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    return run


class TestSchemaChange:
    def test_the_same_class_is_a_hit(self, run):
        assert "ran\nUser(name='a', age=3)\n" == run("age")
        assert "User(name='a', age=3)\n" == run("age")

    def test_another_one_runs_again(self, run):
        run("age")
        again = run("years")

        assert again.startswith("ran\nUser(name='a', years=3)\nwarned ")
        assert "class that has changed" in again
        assert "User(name='a', years=3)\n" == run("years")

    def test_raw_answers_the_stored_fields(self, run):
        run("age")

        assert "{'name': 'a', 'age': 3}\n" == run("years", "raw")

    def test_raise_raises(self, run):
        run("age")

        assert run("years", "raise").startswith("raised ")

    def test_it_is_explained(self, run):
        run("age")

        assert run("years", explain=True).startswith(str(Verdict.SCHEMA_CHANGED))


INSTEAD = [
    (io.BytesIO(b"x"), "Return its content"),
    (iter([1]), r"Return list\(\.\.\.\)"),
    (memoryview(b"x"), r"Return bytes\(\.\.\.\)"),
    (pl.LazyFrame({"a": [1]}), r"frame\.collect\(\)"),
]


@pytest.mark.parametrize("number", range(len(INSTEAD)))
def test_the_message_says_what_to_return_instead(spot: Spot, number: int):
    value, advice = INSTEAD[number]
    marked = spot.mark(lambda n: INSTEAD[n][0])

    with pytest.warns(BeautySpotWarning, match=advice):
        assert value is marked(number)
