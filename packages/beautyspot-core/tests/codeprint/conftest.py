import importlib
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from beautyspot.codeprint import NoSource, fingerprint_of
from beautyspot.core.codeprint import CodeFingerprint


class Project:
    """Modules of a user, in a folder, that can be edited and imported anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")

    def load(self, name: str = "main"):
        """Import a module, and what it imports of the project, as a new process would."""
        self.forget()
        importlib.invalidate_caches()
        return importlib.import_module(name)

    def forget(self) -> None:
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(str(self.folder)):
                del sys.modules[name]

    def look(self, files: dict[str, str] | str, function: str = "f") -> CodeFingerprint:
        """Write modules, import ``main`` and answer the fingerprint of a function in it."""
        self.write({"main.py": files} if isinstance(files, str) else files)
        found = self.load()
        for name in function.split("."):
            found = vars(found)[name]
        fingerprint = fingerprint_of(getattr(found, "__wrapped__", found))
        assert not isinstance(fingerprint, NoSource), fingerprint
        return fingerprint

    def run(self, code: str, *options: str) -> str:
        """Answer what a new process prints."""
        done = subprocess.run(
            [sys.executable, *options, "-c", dedent(code)] if code else [sys.executable, *options],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder for modules, first on the path."""
    # Edits within one second would be hidden by compiled files.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(tmp_path)
    project = Project(tmp_path)
    yield project
    project.forget()
