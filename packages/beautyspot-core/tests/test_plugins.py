"""Adapters by entry points: real distributions on the path, no doubles."""

import sys
from pathlib import Path

import pytest

from beautyspot import plugins
from beautyspot.core.errors import PluginBroken, PluginNotFound
from beautyspot.embedded.files import FileBlobStore


@pytest.fixture
def distribution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Answer a function that installs a distribution with entry points."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, entry_points: str, module: str = "") -> None:
        info = tmp_path / f"{name.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(entry_points)
        if module:
            (tmp_path / f"{name.replace('-', '_')}.py").write_text(module)

    return install


def test_built_ins_come_through_the_same_door():
    """What ships with the core is registered like everybody else's."""
    assert plugins.find("blob_stores", "file").load() is FileBlobStore
    assert {"sqlite"} <= {p.name for p in plugins.installed("task_dbs")}
    assert {"msgpack"} <= {p.name for p in plugins.installed("serializers")}


def test_a_plugin_says_whose_it_is(distribution):
    """Group, name, value, distribution and version."""
    distribution(
        "spot-tape", "[beautyspot.blob_stores]\ntape = spot_tape:Tape\n", "class Tape: ..."
    )

    tape = plugins.find("blob_stores", "tape")

    assert (tape.group, tape.name, tape.value) == ("blob_stores", "tape", "spot_tape:Tape")
    assert (tape.distribution, tape.version) == ("spot-tape", "1.2")
    assert tape.load().__name__ == "Tape"


def test_nothing_is_imported_before_it_is_loaded(distribution):
    """Listing costs no import."""
    distribution(
        "spot-lazy", "[beautyspot.blob_stores]\nlazy = spot_lazy:Lazy\n", "class Lazy: ..."
    )

    assert "lazy" in {p.name for p in plugins.installed("blob_stores")}
    assert "spot_lazy" not in sys.modules


def test_an_unknown_name_lists_what_there_is():
    """And says what to do."""
    with pytest.raises(PluginNotFound, match=r"'tape'; installed: file. Install the package"):
        plugins.find("blob_stores", "tape")


@pytest.mark.parametrize(
    ("module", "value"),
    [
        ("raise RuntimeError('no tape')", "spot_broken:Tape"),
        ("", "spot_broken:Tape"),
        ("class Other: ...", "spot_broken:Tape"),
    ],
    ids=["raises", "no module", "no class"],
)
def test_a_plugin_that_does_not_load_names_its_distribution(distribution, module: str, value: str):
    """Whatever goes wrong in it, the error says whom to ask."""
    distribution("spot-broken", f"[beautyspot.blob_stores]\nbroken = {value}\n", module)
    sys.modules.pop("spot_broken", None)

    with pytest.raises(PluginBroken, match=r"'broken' \(spot_broken:Tape\) of spot-broken 1\.2"):
        plugins.find("blob_stores", "broken").load()


def test_a_name_claimed_twice_is_refused(distribution):
    """Which one was meant is not guessed."""
    distribution("spot-one", "[beautyspot.blob_stores]\ntwice = one:Tape\n")
    distribution("spot-two", "[beautyspot.blob_stores]\ntwice = two:Tape\n")

    with pytest.raises(PluginBroken, match=r"spot-one.*and.*spot-two.*uninstall one"):
        plugins.find("blob_stores", "twice")
