"""What version 1 showed its users runs to the letter: the blocks are those of its documents."""

import linecache
import re
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from dependency_injector import providers

import beautyspot as bs
from beautyspot.bootstrap import Container
from beautyspot.testing import ManualClock

HERE = Path(__file__).parent
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


class Passing(ManualClock):
    """Who waits on it lets the time pass that he waits for."""

    def alarm(self, timeout_ns):
        alarm = super().alarm(timeout_ns)
        self.advance_ns(max(0, timeout_ns))
        return alarm


class Pages:
    """A network in which every page holds its own address, a thousand times."""

    def __init__(self):
        self.asked = []

    def get(self, url):
        self.asked.append(url)
        return SimpleNamespace(content=url.encode() * 1000)


class Document:
    """The blocks of a document, run one after the other in one module."""

    def __init__(self, name):
        self.blocks = BLOCK.findall((HERE / f"{name}.md").read_text(encoding="utf-8"))
        self.module = ModuleType(f"version_one_{name}")
        sys.modules[self.module.__name__] = self.module

    def run(self, *numbers, **names):
        """Run blocks by their numbers, from 1; answer what the module holds then."""
        vars(self.module).update(names)
        for number in numbers:
            source = self.blocks[number - 1]
            file = f"{self.module.__name__}_{number}.py"
            linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
            exec(compile(source, file, "exec"), vars(self.module))
        return SimpleNamespace(**vars(self.module))

    def close(self):
        for key in [key for key in linecache.cache if key.startswith(self.module.__name__)]:
            del linecache.cache[key]
        del sys.modules[self.module.__name__]


def zeros(n):
    return bytes(n)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def slept(monkeypatch):
    """The naps that were asked for, in seconds; none is taken."""
    naps = []
    monkeypatch.setattr(time, "sleep", naps.append)
    return naps


@pytest.fixture
def readme():
    document = Document("readme")
    yield document
    document.close()


@pytest.fixture
def guide():
    document = Document("custom_backend")
    yield document
    document.close()


def test_the_documents_have_all_their_blocks(readme, guide):
    assert [5, 2] == [len(readme.blocks), len(guide.blocks)]


def test_the_quick_start_runs_three_of_four(readme, slept, here, capsys):
    """The second "A" is answered from the store; the database is where the comment says."""
    names = readme.run(1)

    assert "Processed: A\nProcessed: B\nProcessed: C\nProcessed: A\n" == capsys.readouterr().out
    assert [2, 2, 2] == slept
    assert (3, 1) == (names.heavy_process.counts.runs, names.heavy_process.counts.hits)
    assert (here / "my_experiment.db").is_file()


def test_the_quick_start_goes_on_where_it_stopped(readme, slept, capsys):
    """Another process, or the same program again, runs nothing."""
    readme.run(1)
    del slept[:]
    readme.run(1)

    assert [] == slept


def test_large_results_are_files(readme, slept, here):
    pages = Pages()
    names = readme.run(1, 2, requests=pages)

    assert b"u://" * 1000 == names.download_image("u://") == names.download_image("u://")
    assert ["u://"] == pages.asked
    assert 1 == len([path for path in here.glob("*.blobs/??/*") if path.is_file()])


def test_a_codec_that_loses_the_type_gives_no_wrong_array(readme, slept):
    """``frombuffer`` without a dtype answers floats: the array is returned, and not stored."""
    names = readme.run(1, 2, 3, requests=Pages())
    with pytest.warns(bs.BeautySpotWarning, match="not stored"):
        first = names.create_array()

    assert np.array_equal(np.array([1, 2, 3]), first)
    assert np.array_equal(first, names.create_array())
    assert first.dtype == names.create_array().dtype


def test_backends_are_injected(readme, here):
    """A path, and an instance: both lead to one file."""
    names = readme.run(4, bs=bs)
    names.project.task(zeros)(1)

    assert (here / "data.db").is_file()
    assert isinstance(names.db_instance, names.SQLiteTaskDB)


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("stacked", ["task above", "limiter above"])
def test_limits_of_rates_are_kept(readme, here, version, stacked):
    """Smoothly: 50,000 tokens a minute; what is remembered costs nothing."""
    if version == "v2":
        block = readme.blocks[4].replace("bs.Project", "bs.Spot")
        readme.blocks[4] = block.replace("project.task", "project.mark")
    if stacked == "limiter above":
        lines = readme.blocks[4].splitlines(keepends=True)
        first = next(n for n, line in enumerate(lines) if line.startswith("@"))
        lines[first], lines[first + 1] = lines[first + 1], lines[first]
        readme.blocks[4] = "".join(lines)
    asked, clock = [], Passing()
    api = SimpleNamespace(generate=lambda text: asked.append(text) or text.upper())
    with Container.clock.override(providers.Object(clock)):
        names = readme.run(5, bs=bs, api=api)

    texts = ["a" * 25_000, "b" * 25_000, "a" * 25_000]
    assert [text.upper() for text in texts] == [names.call_api(text) for text in texts]
    assert texts[:2] == asked
    assert 30 == clock.monotonic_ns() / 1e9


def test_a_backend_in_memory(guide, here, capsys):
    """The class of the guide keeps results, and nothing is written to disk."""
    names = guide.run(1, 2)

    assert "20\n" == capsys.readouterr().out
    assert 20 == names.calc(10)
    assert (1, 1) == (names.calc.counts.runs, names.calc.counts.hits)
    assert [] == list(here.iterdir())


def test_the_history_of_a_backend_shows_what_was_called(guide):
    names = guide.run(1, 2)
    names.calc(11)
    history = names.my_memory_db.get_history(limit=1)

    assert [names.calc.key(11)] == list(history["cache_key"])
    assert [f"{guide.module.__name__}.calc"] == list(history["func_name"])


def test_a_backend_forgets(guide):
    """It has no ``delete``; what is deleted runs again all the same."""
    names = guide.run(1, 2)

    assert names.spot.delete(names.calc.key(10))
    assert not names.spot.delete(names.calc.key(10))
    assert 20 == names.calc(10)
    assert 2 == names.calc.counts.runs


def test_two_spots_share_a_backend(guide):
    """Large results go to the blob store, and are found through the backend's row."""
    names = guide.run(1, 2)
    one, two = (bs.Spot(name, db=names.my_memory_db, storage="blobs") for name in ("a", "b"))
    large = one.mark(save_blob=True)(zeros)

    assert bytes(3) == large(3) == two.mark(save_blob=True)(zeros)(3)
    assert 1 == large.counts.runs
