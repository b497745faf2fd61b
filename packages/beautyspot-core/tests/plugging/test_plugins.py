"""Adapters by entry points: real distributions on the path, no doubles."""

import sys

import pytest

from beautyspot import plugins
from beautyspot.core.errors import PluginBroken, PluginNotFound
from beautyspot.embedded.files import FileBlobStore


def test_built_ins_come_through_the_same_door():
    """What ships with the core is registered like everybody else's."""
    assert plugins.find("blob_stores", "file").load() is FileBlobStore
    assert {"sqlite"} <= {p.name for p in plugins.installed("task_dbs")}
    assert {"msgpack"} <= {p.name for p in plugins.installed("serializers")}


@pytest.mark.parametrize("group", plugins.GROUPS)
def test_a_plugin_says_whose_it_is(distribution, group: str):
    """Group, name, value, distribution and version; in every group."""
    distribution("spot-tape", f"[beautyspot.{group}]\ntape = spot_tape:Tape\n", "class Tape: ...")

    tape = plugins.find(group, "tape")

    assert (group, "tape", "spot_tape:Tape") == (tape.group, tape.name, tape.value)
    assert ("spot-tape", "1.2") == (tape.distribution, tape.version)
    assert tape.load().__name__ == "Tape"


def test_nothing_is_imported_before_it_is_loaded(distribution):
    """Listing and finding cost no import."""
    distribution(
        "spot-lazy", "[beautyspot.blob_stores]\nlazy = spot_lazy:Lazy\n", "class Lazy: ..."
    )

    assert "lazy" in {p.name for p in plugins.installed("blob_stores")}
    plugins.find("blob_stores", "lazy")
    assert "spot_lazy" not in sys.modules


@pytest.mark.parametrize(
    ("group", "name", "match"),
    [
        ("blob_stores", "tape", r"'tape'; installed: file.*\. Install the package that brings it;"),
        ("blob_stores", "fiel", r"Did you mean 'file'\?; a path with a colon"),
        ("blob_stores", "gcs", r"Did you mean 'gs'\?"),
        ("blob_stores", "sqlite", r"It belongs into db=$"),
        ("task_dbs", "gs", r"It belongs into storage=$"),
        ("limiters", "tape", r"installed: .*\. Install the package that brings it$"),
    ],
)
def test_an_unknown_name_lists_what_there_is(group: str, name: str, match: str):
    """And says what to do."""
    with pytest.raises(PluginNotFound, match=match):
        plugins.find(group, name)


@pytest.mark.parametrize(
    ("module", "value", "match"),
    [
        ("raise RuntimeError('no tape')", "spot_broken:Tape", "RuntimeError: no tape"),
        ("", "spot_broken:Tape", "No module named 'spot_broken'"),
        ("import not_there", "spot_broken:Tape", "No module named 'not_there'"),
        ("class Other: ...", "spot_broken:Tape", "no attribute 'Tape'"),
        ("import sys; sys.exit('bye')", "spot_broken:Tape", "SystemExit: bye"),
        ("import warnings; warnings.warn('old')", "spot_broken:Tape", "UserWarning: old"),
        ("def broken(:", "spot_broken:Tape", "SyntaxError"),
        ("class Tape: ...", "spot_broken Tape!", r"'package\.module:Class'"),
        (
            "class Mute(Exception):\n    def __str__(self): return 1\nraise Mute",
            "spot_broken:Tape",
            r"\(Mute\)",
        ),
    ],
    ids=[
        "raises",
        "no module",
        "no dependency",
        "no class",
        "exits",
        "warns, and warnings are errors",
        "no Python",
        "no entry point",
        "an error without words",
    ],
)
def test_a_plugin_that_does_not_load_names_its_distribution(
    distribution, module: str, value: str, match: str
):
    """Whatever goes wrong in it, the error says whom to ask."""
    distribution("spot-broken", f"[beautyspot.blob_stores]\nbroken = {value}\n", module)

    with pytest.raises(PluginBroken, match=match) as caught:
        plugins.find("blob_stores", "broken").load()

    assert f"'broken' ({value}) of spot-broken 1.2" in str(caught.value)
    assert "pip install --upgrade --force-reinstall spot-broken" in str(caught.value)


def test_ctrl_c_while_a_plugin_is_imported_is_ctrl_c(distribution):
    """It is no fault of the plugin."""
    distribution(
        "spot-slow", "[beautyspot.blob_stores]\nslow = spot_slow:S\n", "raise KeyboardInterrupt"
    )

    with pytest.raises(KeyboardInterrupt):
        plugins.find("blob_stores", "slow").load()


def test_a_name_claimed_twice_is_refused(distribution):
    """Which one was meant is not guessed, and neither is imported."""
    distribution("spot-one", "[beautyspot.blob_stores]\ntwice = one:Tape\n")
    distribution("spot-two", "[beautyspot.blob_stores]\ntwice = two:Tape\n")

    with pytest.raises(
        PluginBroken,
        match=r"spot-one 1\.2 \(one:Tape\) and spot-two 1\.2 \(two:Tape\): uninstall one",
    ):
        plugins.find("blob_stores", "twice")


def test_our_own_names_are_claimed_like_any_other(distribution):
    """Nobody slips in a database under the name of ours."""
    distribution("spot-sly", "[beautyspot.task_dbs]\nsqlite = spot_sly:Sly\n")

    with pytest.raises(PluginBroken, match=r"beautyspot-core .* and spot-sly"):
        plugins.find("task_dbs", "sqlite")


def test_a_distribution_found_twice_is_one(distribution, tmp_path, monkeypatch):
    """As when a folder is on the path twice, or a package is installed in two places."""
    info = distribution("spot-tape", "[beautyspot.blob_stores]\ntape = spot_tape:Tape\n")
    again = tmp_path / "again"
    again.mkdir()
    for file in info.iterdir():
        (again / info.name).mkdir(exist_ok=True)
        (again / info.name / file.name).write_bytes(file.read_bytes())
    monkeypatch.syspath_prepend(str(again))

    assert 1 == len([p for p in plugins.installed("blob_stores") if p.name == "tape"])
    assert "tape" == plugins.find("blob_stores", "tape").name
