"""What people install: wheels and sdists built from this tree, tried in empty environments."""

import json
import tarfile
import zipfile

import pytest

from .environments import CORE, PACKAGES, ROOT, run

ENTRY_POINTS = {
    "beautyspot.task_dbs": {"sqlite": "beautyspot.embedded.sqlite:SQLiteTaskDB"},
    "beautyspot.blob_stores": {"file": "beautyspot.embedded.files:FileBlobStore"},
    "beautyspot.serializers": {"msgpack": "beautyspot.embedded.msgpack:MsgpackSerializer"},
}

#: What is built and installed is shared by all files of this folder, so they stay in one worker.
pytestmark = pytest.mark.xdist_group("wheels")

(CORE_PACKAGE,) = (package for package in PACKAGES if package.name == CORE)


@pytest.fixture
def core_only(environments):
    """The programs of an environment with nothing but beautyspot-core."""
    return environments.of("core", environments.wheel(CORE_PACKAGE))


@pytest.fixture
def everything(environments):
    """The programs of an environment with all packages."""
    return environments.of("all", *map(environments.wheel, PACKAGES))


def test_wheels_hold_the_package_and_say_that_it_is_typed(environments, package):
    with zipfile.ZipFile(environments.wheel(package)) as wheel:
        names = wheel.namelist()
    modules = [path.name for path in (package.folder / "src").iterdir() if path.is_dir()]

    assert {f"{module}/py.typed" for module in modules} <= {*names}
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    assert not [name for name in names if "tests/" in name or "__pycache__" in name]


def test_sdists_can_be_built_from(environments, package):
    """Each wheel here was."""
    with tarfile.open(environments.dist / f"{package.stem}.tar.gz") as sdist:
        inside = {name.partition("/")[2] for name in sdist.getnames()}

    assert {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "src", "tests"} <= {
        *inside,
        *(name.partition("/")[0] for name in inside),
    }


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


@pytest.mark.parametrize(
    ("storage", "advice"),
    [
        ("s3://bucket/prefix", "Try: pip install beautyspot-s3"),
        ("gs://bucket/prefix", "Try: pip install beautyspot-gcs"),
        ("gcs://bucket/prefix", "Did you mean 'gs'? Try: pip install beautyspot-gcs"),
    ],
)
def test_the_core_says_which_of_our_packages_is_missing(core_only, tmp_path, storage, advice):
    """When the Spot is made, and not by its first call."""
    code = (
        "import beautyspot as bs\n"
        f"try: bs.Spot('s', storage={storage!r})\n"
        "except bs.PluginNotFound as error: print(error)"
    )

    said = run(core_only / "python", "-c", code, cwd=tmp_path)

    assert f"installed: file. {advice}\n" in said


def test_the_command_tells_its_version(everything, tmp_path):
    said = run(everything / "beautyspot", "--version", cwd=tmp_path)

    assert said == "beautyspot 0.1.0 (beautyspot-core 0.1.0)\n"


def test_the_command_finds_the_adapters_of_all_packages(everything, tmp_path):
    """And each loads."""
    wanted = {
        (group.removeprefix("beautyspot."), name)
        for package in PACKAGES
        for group, entries in package.project.get("entry-points", {}).items()
        for name in entries
    }

    said = json.loads(run(everything / "beautyspot", "plugins", "--json", cwd=tmp_path))

    assert wanted == {(row["group"], row["name"]) for row in said["plugins"]}
    assert {True} == {row["loads"] for row in said["plugins"]}
    assert {("blob_stores", "file"), ("task_dbs", "sqlite")} <= wanted


def test_installing_leaves_the_sources_as_they_are(environments):
    """Nothing is built into them."""
    assert environments.dist.is_dir()
    left = [path for path in ROOT.glob("packages/*/*") if path.suffix in {".egg-info", ".whl"}]
    assert [] == [*left, *ROOT.glob("packages/*/dist"), *ROOT.glob("packages/*/build")]
