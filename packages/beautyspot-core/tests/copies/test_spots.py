"""A Spot whose storage is a list: copies near at hand, and the store that has the results."""

import asyncio
import json
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from beautyspot import BeautySpotWarning, ConfigurationError, Spot, ValidationError
from beautyspot.embedded.copies import FileBlobCache
from beautyspot.embedded.sqlite import SQLiteTaskDB
from beautyspot.project import Project
from beautyspot.testing import MemoryBlobStore, MemoryCloud, MemoryTaskDB

TEXT = "a long text " * 10_000


@pytest.fixture
def cloud() -> MemoryCloud:
    return MemoryCloud()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Calls(list[int]):
    """How often a function ran, and with what."""

    @property
    def plain(self):
        def plain(n: int) -> str:
            self.append(n)
            return f"{n} {TEXT}"

        return plain


def words(n: int):
    for word in ("one", "two"):
        yield f"{word} {n} {TEXT}"


class TestWhereThingsGo:
    @pytest.mark.parametrize("kind", [list, tuple])
    def test_a_path_and_a_url_start_where_the_program_stands(self, here, cloud, kind):
        places = {"one": "one", "two": "file:./two?max_size=1MB", "three": Path("three")}

        for name, place in places.items():
            assert repr(str(here / name)) in repr(Spot("x", storage=kind([place, cloud])))

    def test_results_are_in_both(self, here):
        calls = Calls()
        with Spot("x", storage=["cache", "results"]) as spot:
            spot.mark(calls.plain, version="1")(1)

        assert [1, 1] == [
            len(list((here / folder).glob("??/*"))) for folder in ("cache", "results")
        ]

    def test_the_last_place_has_the_scope_of_the_database(self, tmp_path, cloud):
        spot = Spot("x", db=tmp_path / "x.db", storage=[tmp_path / "cache", cloud])
        with spot:
            spot.mark(Calls().plain, version="1")(1)
        db = SQLiteTaskDB(tmp_path / "x.db")

        assert 1 == len(list(cloud.within(db.database_id).blobs()))
        db.close()

    def test_nothing_is_made_before_the_first_save(self, here, cloud):
        Spot("x", storage=["cache", cloud]).mark(Calls().plain)

        assert [] == os.listdir(here)

    def test_three_places_are_two_caches(self, here, cloud):
        with Spot("x", storage=["near", FileBlobCache("far", max_size="1MB"), cloud]) as spot:
            spot.mark(Calls().plain, version="1")(1)

        assert [1, 1] == [len(list((here / name).glob("??/*"))) for name in ("near", "far")]

    def test_durable_is_about_the_store(self, here):
        """A copy can be fetched again."""
        with Spot("x", storage=["cache", "results"], durable=True) as spot:
            assert "FileBlobStore" in repr(spot)
            assert 1 == repr(spot).split("storage=")[1].count("durable=True")

    def test_the_older_name(self, here, cloud):
        assert "FileBlobCache" in repr(Project("x", storage_path=["cache", cloud]))


class TestOutsideTheCode:
    def test_the_environment_says_a_list_as_json(self, here, monkeypatch):
        monkeypatch.setenv("BEAUTYSPOT_STORAGE", '["file:./cache?max_size=1MB", "results"]')

        assert "max_size=1000000" in repr(Spot("x"))
        assert str(here / "results") in repr(Spot("x"))

    @pytest.mark.parametrize(
        "said", ["[", "[1]", "[]", '["a", ""]', '["a", null]', "['a', 'b']", '["a", ["b"]]']
    )
    def test_what_is_no_list_of_texts_is_refused(self, here, monkeypatch, said):
        """Without being shown: a URL may hold a password."""
        monkeypatch.setenv("BEAUTYSPOT_STORAGE", said)

        with pytest.raises(ValidationError, match=r"BEAUTYSPOT_STORAGE is of type \w+, expected"):
            Spot("x")

    def test_a_profile_says_an_array(self, here, monkeypatch):
        """A path in it starts at the file."""
        (here / "beautyspot.toml").write_text(
            '[profiles.ci]\nstorage = ["cache", "file:./far", "results"]\n', encoding="utf-8"
        )
        (here / "sub").mkdir()
        monkeypatch.chdir(here / "sub")
        told = repr(Spot.from_profile("ci"))

        for folder in (here / "cache", here / "sub" / "far", here / "results"):
            assert repr(str(folder)) in told

    def test_a_profile_that_says_something_else(self, here):
        (here / "beautyspot.toml").write_text("[profiles.ci]\nstorage = [1, 2]\n", encoding="utf-8")

        with pytest.raises(ConfigurationError, match=r"storage in .* is of type list, expected"):
            Spot.from_profile("ci")


class TestRefused:
    @pytest.mark.parametrize("places", [[], ["cache"], ()])
    def test_too_few_places(self, here, places):
        with pytest.raises(ConfigurationError, match="expected one place, without a list"):
            Spot("x", storage=places)

    def test_a_store_that_is_not_the_last(self, here, cloud):
        """There is one truth."""
        with pytest.raises(ConfigurationError, match=r"MemoryCloud .* cannot keep copies"):
            Spot("x", storage=[cloud, "results"])

    @pytest.mark.parametrize("place", ["s3://me:secret@bucket/x", "sqlite:///x.db", "gs://bucket"])
    def test_a_url_that_is_no_folder(self, here, cloud, place):
        """The message does not show it: it may hold a password."""
        with pytest.raises(ConfigurationError, match="cannot keep copies") as caught:
            Spot("x", storage=[place, cloud])

        assert "secret" not in str(caught.value)

    @pytest.mark.parametrize("place", [MemoryTaskDB(), MemoryBlobStore(), None, 1, b"cache"])
    def test_what_is_no_cache(self, here, cloud, place):
        with pytest.raises(ConfigurationError, match="cannot keep copies"):
            Spot("x", storage=[place, cloud])

    def test_a_database_is_no_folder(self, here, cloud):
        SQLiteTaskDB("x.db").init_schema()

        with pytest.raises(ConfigurationError, match="cannot be a folder for copies"):
            Spot("y", storage=["x.db", cloud])

    def test_a_cache_that_is_the_last(self, here):
        """Results would vanish."""
        with pytest.raises(ConfigurationError, match="put the store after it"):
            Spot("x", storage=["near", FileBlobCache("far")])

    @pytest.mark.parametrize("places", [["a", "a"], ["a", "./a"], ["a", "file:a", "b"]])
    def test_a_folder_twice(self, here, places):
        with pytest.raises(ConfigurationError, match="twice"):
            Spot("x", storage=places)

    def test_an_unknown_option(self, here, cloud):
        with pytest.raises(ConfigurationError, match=r"'size' is unknown.*max_size=2GB"):
            Spot("x", storage=["file:./cache?size=1MB", cloud])

    def test_a_bound_without_a_store(self, here):
        with pytest.raises(ConfigurationError, match="it bounds copies"):
            Spot("x", storage="file:./cache?max_size=1MB")


class TestCalls:
    @pytest.fixture
    def spot(self, tmp_path, cloud):
        with Spot("x", db=tmp_path / "x.db", storage=[tmp_path / "cache", cloud]) as spot:
            yield spot

    def test_hits_without_the_store(self, spot, cloud, tmp_path):
        """Every kind of function, of this Spot and of a new one."""
        calls = Calls()

        async def later(n: int) -> str:
            return calls.plain(n)

        plain, waited = spot.mark(calls.plain, version="1"), spot.mark(later, version="1")
        stream = spot.mark(words, version="1")
        expected = [plain(1), asyncio.run(waited(2)), list(stream(3))]
        cloud.reachable = False
        with Spot("x", db=tmp_path / "x.db", storage=[tmp_path / "cache", cloud]) as other:
            again = other.mark(words, version="1")

            assert expected == [plain(1), asyncio.run(waited(2)), list(again(3))]
            assert [1, 2] == calls

    def test_a_miss_without_the_store_is_answered_and_not_stored(self, spot, cloud):
        """The function's value, one warning, and the next call runs again."""
        calls = Calls()
        plain = spot.mark(calls.plain, version="1")
        cloud.reachable = False
        with pytest.warns(BeautySpotWarning) as told:
            assert plain(1) == plain(1)

        assert [1, 1] == calls
        assert 1 == len(told)
        cloud.reachable = True
        assert plain(1) == plain(1)
        assert [1, 1, 1] == calls

    def test_a_blob_without_a_copy_and_without_the_store(self, spot, cloud, tmp_path):
        """It is out of reach, and not lost: it answers again when the store does."""
        calls = Calls()
        plain = spot.mark(calls.plain, version="1")
        expected = plain(1)
        for copy in (tmp_path / "cache").glob("??/*"):
            copy.unlink()
        cloud.reachable = False
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            assert expected == plain(1)
        cloud.reachable = True

        assert told
        assert expected == plain(1)
        assert 2 == len(calls)

    def test_a_damaged_copy_is_no_damaged_result(self, spot, tmp_path):
        """The store has it still: a hit, without a warning, and the copy is whole again."""
        calls = Calls()
        plain = spot.mark(calls.plain, version="1")
        expected = plain(1)
        (copy,) = (tmp_path / "cache").glob("??/*")
        whole = copy.read_bytes()
        for at in range(0, len(whole), len(whole) // 23):
            damaged = bytearray(whole)
            damaged[at] ^= 0xFF
            copy.write_bytes(damaged)

            assert expected == plain(1)
        assert [1] == calls
        assert whole == copy.read_bytes()

    def test_a_deleted_result_runs_again(self, tmp_path):
        calls = Calls()
        storage = [tmp_path / "cache", tmp_path / "results"]
        with Spot("x", db=tmp_path / "x.db", storage=storage) as spot:
            plain = spot.mark(calls.plain, version="1")
            plain(1)
            assert plain.delete(1)

            assert [0, 0] == [len(list(folder.glob("??/*"))) for folder in storage]
            plain(1)
        assert [1, 1] == calls


#: The limit of a process for the size of files, which even root has to keep: for the cache alone,
#: since the store is in memory.
FULL = """
import json, logging, resource, signal, sys
from beautyspot import Spot
from beautyspot.testing import MemoryCloud, MemoryTaskDB

calls = []

def plain(n):
    calls.append(n)
    return str(n) * 200_000

def words(n):
    for word in range(3):
        yield f"{word} {n}" * 100_000

told = []
handler = logging.Handler()
handler.emit = lambda record: told.append(record.getMessage())
logging.getLogger("beautyspot").addHandler(handler)

spot = Spot("x", db=MemoryTaskDB(), storage=[sys.argv[1], MemoryCloud()])
stored = spot.mark(plain, on_code_change="ignore")
stream = spot.mark(words, on_code_change="ignore")
stored(1)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, resource.RLIM_INFINITY))
right = all(stored(n) == str(n) * 200_000 for n in (1, 2, 3, 2, 3))
right &= list(stream(1)) == list(words(1)) == list(stream(1))
ran = len(calls)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
right &= stored(2) == "2" * 200_000
spot.shutdown()
print(json.dumps({"right": right, "ran": ran, "told": told}))
"""


def test_a_full_disk_for_copies_is_no_trouble_for_results(tmp_path):
    """They are stored, found, and right; it is logged once; copies are made again with room."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL, tmp_path / "cache"],
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout)

    assert (True, 3, 1) == (seen["right"], seen["ran"], len(seen["told"]))
    assert "no copies can be kept" in seen["told"][0]
    assert 2 == len(list((tmp_path / "cache").glob("??/*")))
    assert [] == os.listdir(tmp_path / "cache" / "tmp")
