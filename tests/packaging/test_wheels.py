"""What people install: wheels and sdists built from this tree, tried in empty environments."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENTRY_POINTS = {
    "beautyspot.task_dbs": {"sqlite": "beautyspot.embedded.sqlite:SQLiteTaskDB"},
    "beautyspot.blob_stores": {"file": "beautyspot.embedded.files:FileBlobStore"},
    "beautyspot.serializers": {"msgpack": "beautyspot.embedded.msgpack:MsgpackSerializer"},
}

#: Both wheels are built once for all tests of this file, so they stay in one worker.
pytestmark = pytest.mark.xdist_group("wheels")


def run(*command, cwd):
    """Run a command outside of this environment and answer what it printed."""
    env = {
        name: value
        for name, value in os.environ.items()
        if name not in {"VIRTUAL_ENV", "PYTHONPATH", "UV_PROJECT_ENVIRONMENT"}
    }
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def uv():
    """The uv that runs this suite, or the one of the Makefile."""
    found = os.environ.get("UV") or shutil.which("uv") or shutil.which(ROOT / ".uv/bin/uv")
    assert found, "no uv: run `make test`, or install uv"
    return found


@pytest.fixture(scope="module")
def dist(uv, tmp_path_factory):
    """A folder with a wheel and an sdist of each package."""
    folder = tmp_path_factory.mktemp("dist")
    run(uv, "build", "--all-packages", "--python", sys.executable, "--out-dir", folder, cwd=ROOT)
    return folder


def new_environment(uv, folder, *wheels):
    run(uv, "venv", "--quiet", "--python", sys.executable, folder, cwd=folder.parent)
    binaries = folder / ("Scripts" if os.name == "nt" else "bin")
    run(uv, "pip", "install", "--quiet", "--python", binaries / "python", *wheels, cwd=folder)
    return binaries


@pytest.fixture(scope="module")
def core_only(uv, dist, tmp_path_factory):
    """The programs of an environment with nothing but beautyspot-core."""
    wheels = dist.glob("beautyspot_core-*.whl")
    return new_environment(uv, tmp_path_factory.mktemp("core") / "env", *wheels)


@pytest.fixture(scope="module")
def everything(uv, dist, tmp_path_factory):
    """The programs of an environment with both packages."""
    return new_environment(uv, tmp_path_factory.mktemp("all") / "env", *dist.glob("*.whl"))


def names(archive):
    with zipfile.ZipFile(archive) as wheel:
        return wheel.namelist()


def test_wheels_hold_the_package_and_say_that_it_is_typed(dist):
    (core,) = dist.glob("beautyspot_core-*.whl")
    (command_line,) = dist.glob("beautyspot-*.whl")

    assert "beautyspot/py.typed" in names(core)
    assert "beautyspot_cli/py.typed" in names(command_line)
    for wheel in (core, command_line):
        assert [name for name in names(wheel) if name.endswith("licenses/LICENSE")]
        assert not [name for name in names(wheel) if "tests/" in name or "__pycache__" in name]


def test_sdists_can_be_built_from(dist):
    for package in ("beautyspot", "beautyspot_core"):
        (archive,) = dist.glob(f"{package}-*.tar.gz")
        with tarfile.open(archive) as sdist:
            inside = {name.partition("/")[2] for name in sdist.getnames()}

        assert {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE"} <= inside


def test_the_core_works_alone(core_only, tmp_path):
    code = "import beautyspot as bs; print(bs.__version__, bs.Spot.__name__)"

    assert run(core_only / "python", "-c", code, cwd=tmp_path) == "0.1.0 Spot\n"


def test_the_core_brings_no_command_line(core_only, tmp_path):
    code = (
        "from importlib.util import find_spec;"
        "print(*[m for m in ('beautyspot_cli', 'cyclopts', 'rich', 'pytest') if find_spec(m)])"
    )

    assert run(core_only / "python", "-c", code, cwd=tmp_path) == "\n"
    assert not (core_only / "beautyspot").exists()


def test_the_core_registers_its_adapters(core_only, tmp_path):
    code = (
        "import json; from importlib.metadata import entry_points as points;"
        f"groups = {[*ENTRY_POINTS]};"
        "print(json.dumps({g: {p.name: p.value for p in points(group=g)} for g in groups}))"
    )

    assert json.loads(run(core_only / "python", "-c", code, cwd=tmp_path)) == ENTRY_POINTS


def test_the_command_tells_its_version(everything, tmp_path):
    said = run(everything / "beautyspot", "--version", cwd=tmp_path)

    assert said == "beautyspot 0.1.0 (beautyspot-core 0.1.0)\n"


def test_the_command_finds_the_adapters_of_the_core(everything, tmp_path):
    said = json.loads(run(everything / "beautyspot", "plugins", "--json", cwd=tmp_path))

    assert [(row["group"], row["name"], row["loads"]) for row in said["plugins"]] == [
        ("blob_stores", "file", True),
        ("serializers", "msgpack", True),
        ("task_dbs", "sqlite", True),
    ]
