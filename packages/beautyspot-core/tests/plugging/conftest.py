"""Real distributions on the path, as pip leaves them: a folder of metadata and a module."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Install = Callable[..., Path]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Answer a folder of this process's path, for distributions."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


@pytest.fixture
def distribution(site: Path) -> Iterator[Install]:
    """Answer a function that installs a distribution with entry points and one module.

    It answers the folder of the metadata. The module is called as the distribution.
    """
    modules = set()

    def install(name: str, entry_points: str, module: str = "") -> Path:
        modules.add(name.replace("-", "_"))
        info = site / f"{name.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(entry_points)
        if module:
            (site / f"{name.replace('-', '_')}.py").write_text(module)
        return info

    yield install
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture
def plugin(distribution: Install) -> Callable[..., str]:
    """Answer a function that installs an adapter called ``tape`` and answers its URL."""

    def install(module: str, group: str = "blob_stores") -> str:
        distribution("spot-tape", f"[beautyspot.{group}]\ntape = spot_tape:Tape\n", module)
        return "tape://user:secret@reel/7"

    return install
