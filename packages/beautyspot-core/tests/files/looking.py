"""What stands in a folder, seen behind the back of the store."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from beautyspot.embedded.files import folders

MARKER = ".beautyspot"


#: Whom the tests become to meet folders that they may not touch; root may touch everything.
NOBODY = 65534


def use_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do without what Windows has not: open folders, and flags against links and FIFOs."""
    monkeypatch.setattr(folders, "HELD", False)
    monkeypatch.setattr(folders, "_NO_LINK", 0)
    monkeypatch.setattr(folders, "_READ", os.O_RDONLY)


def run(code: str, *args: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code), *map(str, args)],
        capture_output=True, text=True, timeout=60, check=False, **options,
    )  # fmt: skip


def everything(folder: Path) -> dict[str, bytes | None]:
    """Answer what stands in a folder: files with their content, and all else."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


def parts(root: Path) -> list[str]:
    return os.listdir(root / "tmp")
