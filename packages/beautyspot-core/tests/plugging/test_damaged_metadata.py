"""One broken distribution, of whomever, is no reason to lose the plugins of all others."""

import json
import subprocess
import sys

import pytest

from beautyspot import plugins
from beautyspot.core.errors import PluginBroken, PluginNotFound

TAPE = "[beautyspot.blob_stores]\ntape = spot_tape:Tape\n"
DAMAGE = {
    "not UTF-8": b"[console_scripts]\nx = \xff:main\n",
    "a line that is none": b"[console_scripts]\nx = y:main\nrubbish\n",
    "NUL bytes": b"\0" * 100 + b"\n[",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_the_plugins_of_others_are_found(distribution, damage: str):
    """Those that were installed before it and after it."""
    distribution("spot-tape", TAPE, "class Tape: ...")
    foreign = distribution("foreign", "")
    (foreign / "entry_points.txt").write_bytes(DAMAGE[damage])

    assert "Tape" == plugins.find("blob_stores", "tape").load().__name__
    assert {"file", "tape"} <= {plugin.name for plugin in plugins.installed("blob_stores")}
    assert "sqlite" == plugins.find("task_dbs", "sqlite").name


@pytest.mark.parametrize("damage", [key for key in DAMAGE if key != "NUL bytes"])
def test_what_is_lost_is_told(distribution, damage: str):
    """Whose entry points, and where it is installed: they may be those that somebody misses."""
    foreign = distribution("foreign", "")
    (foreign / "entry_points.txt").write_bytes(DAMAGE[damage])

    (lost,) = plugins.unreadable()

    assert lost.startswith(f"the entry points of foreign in {foreign.parent} cannot be read (")
    with pytest.raises(PluginNotFound, match=r"The entry points of foreign in .* cannot be read"):
        plugins.find("blob_stores", "tape")


def test_nothing_is_lost_where_all_can_be_read():
    assert () == plugins.unreadable()


@pytest.mark.parametrize("text", [None, b"", b"\xff\xfe", b"Version: 1.2\n\nName: x"])
def test_a_plugin_without_a_name_of_its_own_is_used(distribution, text: bytes | None):
    """Its distribution is not known, and that is all."""
    info = distribution("spot-tape", TAPE, "class Tape: ...")
    (info / "METADATA").unlink()
    if text is not None:
        (info / "METADATA").write_bytes(text)

    tape = plugins.find("blob_stores", "tape")

    assert tape.distribution is None
    assert "Tape" == tape.load().__name__


def test_a_broken_plugin_without_a_name_says_so(distribution):
    info = distribution("spot-tape", TAPE, "import not_there")
    (info / "METADATA").unlink()

    with pytest.raises(
        PluginBroken, match=r"'tape' .* of an unknown distribution cannot be loaded"
    ):
        plugins.find("blob_stores", "tape").load()


def test_the_first_of_two_on_the_path_counts_with_damage_elsewhere_too(
    distribution, site, tmp_path, monkeypatch
):
    """As without any damage: one distribution is one, wherever else it is installed."""
    (distribution("foreign", "") / "entry_points.txt").write_bytes(b"\xff")
    distribution("spot-tape", TAPE, "class Tape: ...")
    old = tmp_path / "old" / "Spot_Tape-1.0.dist-info"
    old.mkdir(parents=True)
    (old / "METADATA").write_text("Metadata-Version: 2.1\nName: Spot.Tape\nVersion: 1.0\n")
    (old / "entry_points.txt").write_text(TAPE.replace("spot_tape", "old_tape"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(old.parent)])

    assert "1.2" == plugins.find("blob_stores", "tape").version


def test_a_program_that_names_no_plugin_reads_no_metadata():
    """It costs 14 ms to import what reads it."""
    code = (
        "import sys, json, beautyspot.adapters;"
        "print(json.dumps([name for name in sys.modules if name.startswith('importlib.metadata')]))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert [] == json.loads(ran)
