"""The facade."""

import copy
import os
import pickle
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import beautyspot as bs
from beautyspot.core.errors import ConfigurationError, PluginNotFound, ValidationError
from beautyspot.embedded.files import FileBlobStore
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.testing import MemoryBlobStore, MemoryTaskDB


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def square(x: int) -> int:
    return x * x


def large(x: int) -> bytes:
    return bytes(100_000)


def test_nothing_is_created_before_the_first_call(here: Path):
    """To make a Spot and to mark a function touches no disk."""
    spot = bs.Spot("idle")
    spot.mark(square)

    assert list(here.iterdir()) == []


def test_results_are_where_the_name_says(here: Path):
    """``./<name>.db`` and ``./<name>.blobs``, also when the working directory changes."""
    with bs.Spot("my_experiment") as spot:
        os.chdir("/")
        spot.mark(square)(2)
        spot.mark(large)(2)

    assert sorted(path.name for path in here.iterdir()) == [
        "my_experiment.blobs",
        "my_experiment.db",
        "my_experiment.db-claims",
    ]
    assert str(here / "my_experiment.db") in repr(spot)
    assert str(here / "my_experiment.blobs") in repr(spot)


@pytest.mark.parametrize(
    ("db", "file", "blobs"),
    [
        ("x.db", "x.db", "x.blobs"),
        (Path("sub/x.sqlite"), "sub/x.sqlite", "sub/x.sqlite.blobs"),
        ("data", "data", "data.blobs"),
        ("sqlite:///y.db", "y.db", "y.blobs"),
    ],
)
def test_a_database_is_a_path_or_a_url(here: Path, db: Any, file: str, blobs: str):
    """The blob folder is beside it."""
    with bs.Spot("s", db=db) as spot:
        spot.mark(large)(1)

    assert (here / file).is_file()
    assert (here / blobs).is_dir()


def test_storage_is_a_path_or_a_url(here: Path):
    """Wherever the database is."""
    for storage in ("here", Path("there"), "file:./url"):
        with bs.Spot("s", db=MemoryTaskDB(), storage=storage) as spot:
            spot.mark(large)(1)

    assert sorted(path.name for path in here.iterdir()) == ["here", "there", "url"]


def test_adapters_are_used_as_they_are():
    """An instance is neither copied nor wrapped."""
    db, blobs = MemoryTaskDB(), MemoryBlobStore()
    marked = bs.Spot("s", db=db, storage=blobs).mark(large)

    marked(1)

    assert blobs.load(db.get(marked.key(1)).result_value)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"name": ""}, "cannot name a Spot"),
        ({"name": "a/b"}, "A path goes into db="),
        ({"name": ".hidden"}, "no dot at the start"),
        ({"name": "a\0b"}, "cannot name a Spot"),
        ({"name": "x" * 201}, "1 to 200 characters"),
        ({"name": 3}, "name=3"),
        ({"db": 3}, "db=3 cannot be used .without init_schema, get, save, delete."),
        ({"db": MemoryTaskDB}, "cannot be used .a class."),
        ({"storage": object()}, "without save, load, delete"),
        ({"serializer": object()}, "without dumps, loads"),
        ({"db": "postgres://localhost/x"}, r"installed: sqlite. Install the package"),
        ({"storage": "tape://bucket"}, r"installed: file.*\. Install the package"),
        ({"db": "sqllite:///x.db"}, "Did you mean 'sqlite'"),
        ({"db": "s3://bucket"}, "It belongs into storage="),
        ({"storage": "sqlite:///x.db"}, "It belongs into db="),
        ({"serializer": "pickle"}, "installed: msgpack"),
        ({"db": ""}, "db"),
        ({"db": ":memory:"}, "forget everything with the process"),
        ({"retention": "soon"}, "retention='soon'"),
        ({"save_blob": 1}, "save_blob=1"),
        ({"strict": "yes"}, "strict='yes'"),
        ({"durable": 1}, "durable=1"),
        ({"db": MemoryTaskDB(), "durable": True}, "durable=True cannot change db="),
    ],
)
def test_a_spot_that_cannot_be_is_refused_at_once(here: Path, options: dict[str, Any], match: str):
    """The error shows what came, what is expected and what to do; no file is touched."""
    with pytest.raises(ConfigurationError, match=match):
        bs.Spot(**{"name": "s", **options})
    assert list(here.iterdir()) == []


def test_a_misspelt_option_is_a_type_error():
    """Of the Spot, of mark and of cached_run; at once."""
    spot = bs.Spot("s")

    with pytest.raises(TypeError, match="retenton"):
        bs.Spot("s", retenton="7d")  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="verison"):
        spot.mark(verison="1")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="verison"):
        spot.mark(square, verison="1")  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="verison"):
        spot.cached_run(square, verison="1")  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"version": 1}, "version=1 is not possible: expected a text"),
        ({"retention": timedelta(0)}, "is not a time to keep results"),
        ({"save_blob": "no"}, "save_blob='no'"),
        ({"content_type": b"x"}, "content_type=b'x'"),
        ({"serializer": "nope"}, "called 'nope'"),
        ({"strict": 1}, "strict=1"),
    ],
)
def test_an_option_out_of_its_range_is_refused_at_decoration(options: dict[str, Any], match: str):
    """Before anything runs."""
    with pytest.raises(ConfigurationError, match=match):
        bs.Spot("s").mark(**options)(square)


def test_what_is_marked_already_is_not_marked_again():
    """The plain function is what to mark."""
    spot = bs.Spot("s")

    with pytest.raises(ConfigurationError, match="is marked already"):
        spot.mark(spot.mark(square))


def test_a_version_is_another_result():
    """And the old one is found again when one goes back."""
    spot = bs.Spot("s")
    old, new = spot.mark(version="1")(square), spot.mark(version="2")(square)

    old(3)
    new(3)
    spot.mark(version="1")(square)(3)

    assert old.counts.runs == new.counts.runs == 1
    assert old.key(3) != new.key(3)


def test_options_of_the_function_come_before_those_of_the_spot():
    """save_blob here, as one of them."""
    db = MemoryTaskDB()
    spot = bs.Spot("s", db=db, storage=MemoryBlobStore(), save_blob=True)
    inline, blob = spot.mark(save_blob=False, version="1")(square), spot.mark(square)

    inline(2)
    blob(2)

    assert db.get(inline.key(2)).result_value is None
    assert db.get(blob.key(2)).result_value is not None


def test_delete_forgets_record_and_blob():
    """The next call runs; deleting twice says that there was nothing."""
    db, blobs = MemoryTaskDB(), MemoryBlobStore()
    spot = bs.Spot("s", db=db, storage=blobs)
    marked = spot.mark(large)
    marked(1)

    assert spot.delete(marked.key(1))
    assert not spot.delete(marked.key(1))
    assert list(blobs.blobs()) == []
    marked(1)
    assert marked.counts.runs == 2


def test_a_blob_that_another_record_points_to_stays():
    """The other record is still an answer."""

    class Shared(MemoryBlobStore):
        """A store that keeps equal bytes once, as content-addressed ones do."""

        def save(self, key: str, data: bytes) -> str:
            equal = [blob.location for blob in self.blobs() if self.load(blob.location) == data]
            return equal[0] if equal else super().save(key, data)

    spot = bs.Spot("s", db=MemoryTaskDB(), storage=Shared())
    marked = spot.mark(large)
    marked(1)
    marked(2)

    spot.delete(marked.key(1))
    marked(2)

    assert marked.counts.hits == 1


def test_cached_run_remembers_what_is_not_ours_to_decorate():
    """One function, or several; the functions stay as they are."""
    spot = bs.Spot("s")

    with spot.cached_run(square, version="1") as cached:
        assert cached(3) == cached(3) == 9
    with spot.cached_run(square, large) as (one, two):
        assert (one(3), two(1)) == (9, bytes(100_000))

    assert cached.counts.hits == 1
    assert not hasattr(square, "counts")
    with pytest.raises(ConfigurationError, match="at least one"):
        spot.cached_run()


def test_a_spot_is_usable_after_its_block():
    """It opens again what it needs."""
    with bs.Spot("s") as spot:
        marked = spot.mark(square)
        marked(2)
    marked(2)

    assert marked.counts.hits == 1
    assert spot.shutdown()


def test_the_block_does_not_hide_an_error():
    """What is raised inside comes out."""
    with pytest.raises(ZeroDivisionError), bs.Spot("s"):
        1 / 0  # noqa: B018


class Account:
    """An object without content that a key could be made of."""

    @bs.Spot("methods", db=MemoryTaskDB(), storage=MemoryBlobStore()).mark
    def balance(self, day: int) -> int:
        return day

    @staticmethod
    @bs.Spot("methods", db=MemoryTaskDB(), storage=MemoryBlobStore()).mark
    def rate(day: int) -> int:
        return day


def test_a_method_is_bound_to_its_object():
    """``self`` is an argument like the others, and counts by its content."""
    assert Account().balance(3) == Account().balance(3) == 3
    assert Account().balance.key(3) == Account.balance.key(Account(), 3)
    assert Account.balance.counts.runs == 1


def test_a_static_method_is_a_function():
    """There is no object, so it is remembered."""
    assert Account.rate(3) == Account().rate(3) == 3
    assert Account.rate.counts.hits == 1


REMEMBERED = bs.Spot("pickled", db=MemoryTaskDB(), storage=MemoryBlobStore())


@REMEMBERED.mark
def by_name(x: int) -> int:
    return x


class Holder:
    @REMEMBERED.mark
    def method(self, x: int) -> int:
        return x


def test_a_marked_function_is_pickled_by_name():
    """As functions are: a worker process finds it where it was defined."""
    assert by_name is pickle.loads(pickle.dumps(by_name))
    assert by_name is copy.deepcopy(by_name)
    assert "method" == pickle.loads(pickle.dumps(Holder().method)).__name__


WORKERS = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import beautyspot as bs

spot = bs.Spot("workers")

@spot.mark
def square(x):
    return x * x

if __name__ == "__main__":
    for method in ("fork", "spawn"):
        with ProcessPoolExecutor(2, mp_context=get_context(method)) as pool:
            print(*pool.map(square, range(10)))
    for x in range(10):
        square(x)
    print(square.counts.runs, square.counts.hits)
"""


def test_worker_processes_share_the_results(here: Path):
    """Whether they are forked or started anew, a function of the main program is the same one."""
    (here / "workers.py").write_text(WORKERS)

    ran = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "workers.py"],
        env={"PYTHONPATH": ":".join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )

    squares = "0 1 4 9 16 25 36 49 64 81\n"
    assert ran.stdout == f"{squares}{squares}0 10\n"


def test_the_parts_are_the_embedded_ones(here: Path):
    """Without a word about it: SQLite and a folder."""
    spot = bs.Spot("s")

    assert isinstance(spot._db, SQLiteTaskDB)
    assert isinstance(spot._blobs, FileBlobStore)


def test_the_default_wiring_needs_no_package_metadata(here: Path):
    """Metadata can be damaged, or left out by an installer of programs."""
    script = here / "bare.py"
    script.write_text(
        "import importlib.metadata\n"
        "importlib.metadata.entry_points = lambda **_: ()\n"
        "import beautyspot as bs\n"
        "def square(x):\n    return x * x\n"
        "with bs.Spot('bare') as spot:\n"
        "    marked = spot.mark(square)\n"
        "    print(marked(3), marked(3), marked.counts.hits)\n"
    )

    ran = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        env={"PYTHONPATH": ":".join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )

    assert ran.stdout == "9 9 1\n"


def test_plugin_errors_are_configuration_errors():
    """One except catches every way of asking for the wrong thing."""
    with pytest.raises(ConfigurationError) as caught:
        bs.Spot("s", db="nosuch://x")

    assert isinstance(caught.value, PluginNotFound)
    assert not isinstance(caught.value, ValidationError)
