"""Empty environments, and what is installed into them: the packages of this tree, as built."""

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
CORE = "beautyspot-core"


@dataclass(frozen=True)
class Package:
    """One of the folders in ``packages``."""

    folder: Path

    def __str__(self):
        return self.folder.name

    @property
    def project(self):
        return tomllib.loads((self.folder / "pyproject.toml").read_text())["project"]

    @property
    def name(self):
        return self.project["name"]

    @property
    def stem(self):
        """How the names of its files begin."""
        return f"{self.name.replace('-', '_')}-{self.project['version']}"

    @property
    def ours(self):
        """What it says about our own packages: name and range."""
        found = (re.fullmatch(r"([\w-]+)(.*)", line) for line in self.project["dependencies"])
        return {each[1]: each[2] for each in found if each and each[1].startswith("beautyspot")}


PACKAGES = [Package(file.parent) for file in sorted((ROOT / "packages").glob("*/pyproject.toml"))]


def run(*command, cwd, **variables):
    """Run a command outside of this environment and answer what it printed."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT"}
        and not name.startswith(("BEAUTYSPOT_", "PYTEST_", "COV_"))
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**env, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@dataclass
class Environments:
    """Makes environments, each once in a session."""

    uv: str
    folder: Path

    @cached_property
    def dist(self):
        """A folder with a wheel and an sdist of each package; the wheel is built of the sdist."""
        return self._built("--all-packages")

    @cached_property
    def example(self):
        """The wheel of the package that others could have written."""
        (wheel,) = self._built(ROOT / "examples" / "third_party_adapter").glob("*.whl")
        return wheel

    def wheel(self, package):
        (wheel,) = self.dist.glob(f"{package.stem}-*.whl")
        return wheel

    def of(self, name, *requirements, lowest=False):
        """Answer the folder of the programs of an environment with nothing but these.

        Args:
            name: of the environment, to find it again.
            requirements: wheels, and what an index has. A requirement of ours is built here.
            lowest: takes the lowest version of each that is allowed.
        """
        home = self.folder / name
        binaries = home / ("Scripts" if os.name == "nt" else "bin")
        if not home.exists():
            run(self.uv, "venv", "--quiet", "--python", sys.executable, home, cwd=self.folder)
            options = ["--quiet", "--python", binaries / "python", "--find-links", self.dist]
            options += ["--resolution", "lowest-direct"] if lowest else []
            # Files of one version differ from run to run: nothing of ours comes from a cache.
            for package in PACKAGES:
                options += ["--refresh-package", package.name]
            run(self.uv, "pip", "install", *options, *requirements, cwd=home)
        return binaries

    def _built(self, what):
        folder = self.folder / f"dist-{Path(what).name}"
        options = ["--quiet", "--python", sys.executable, "--out-dir", folder]
        run(self.uv, "build", *options, what, cwd=ROOT)
        return folder
