"""Each package can be released alone, and works with the lowest of everything that it claims."""

import re
import sys

import pytest

from .environments import CORE, PACKAGES, ROOT, run

pytestmark = pytest.mark.xdist_group("wheels")

BLOCK = re.compile(r"^```(python|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

#: Tests of a package, in its folder, that need the package and pytest and nothing else, and take
#: a second or two. That of any other package is ``tests/test_alone.py``.
ALONE = {
    "beautyspot": [
        "tests/test_plugins.py::test_json_is_one_document",
        "tests/test_plugins.py::test_a_narrow_terminal_drops_columns_and_squeezes_none",
    ],
    "beautyspot-core": [
        "tests/test_blob_results.py",
        "tests/test_modes.py",
        "tests/test_msgpack_buffers.py",
    ],
}


@pytest.fixture
def readme():
    """The first program of the README, and what it says in its first run and in its second."""
    found = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    (language, program), (_, first), (_, second) = found[:3]
    assert "python" == language
    return program, first, second


def with_its_core(environments, package):
    """Answer the wheel of a package, and that of the core."""
    core = next(each for each in PACKAGES if each.name == CORE)
    return {environments.wheel(package), environments.wheel(core)}


def lowest(environments, package):
    """Answer the programs of an environment with the lowest of what a package claims.

    What it depends on is named beside it, because only what is named is taken at its lowest.
    """
    project = package.project
    wanted = [
        *project["dependencies"],
        *project.get("optional-dependencies", {}).get("testing", []),
    ]
    ours = [line for line in wanted if line.startswith("beautyspot")]
    core = next(each for each in PACKAGES if each.name == CORE)
    if package.name != CORE:  # who tests it has the contract suites of the core
        wanted += core.project["optional-dependencies"]["testing"]
    foreign = [line for line in wanted if line not in ours]
    return environments.of(
        f"lowest-{package}", environments.wheel(package), *ours, *foreign, lowest=True
    )


def test_the_cache_of_the_readme_works_with_a_package_alone(
    environments, package, readme, tmp_path
):
    """A package and the core are all that it takes, and results outlive the process."""
    program, first, second = readme
    python = environments.of(f"alone-{package}", *with_its_core(environments, package)) / "python"
    (tmp_path / "program.py").write_text(program)

    assert first == run(python, "-W", "error", "program.py", cwd=tmp_path)
    assert second in run(python, "-W", "error", "program.py", cwd=tmp_path)


def test_it_works_with_the_lowest_of_what_it_claims(environments, package, readme, tmp_path):
    """Core, libraries and test tools: the cache of the README works, and tests of its own pass."""
    program, first, second = readme
    python = lowest(environments, package) / "python"
    (tmp_path / "program.py").write_text(program)

    assert first == run(python, "program.py", cwd=tmp_path)
    assert second in run(python, "program.py", cwd=tmp_path)
    tests = ALONE.get(package.name, ["tests/test_alone.py"])
    missing = [test for test in tests if not (package.folder / test.partition("::")[0]).exists()]

    assert [] == missing, "tests that need nothing but the package and beautyspot-core[testing]"
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    said = run(
        *(python, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"),
        # What else is in the folder may need servers and clients of the development environment.
        *([] if package.name in ALONE else ["--noconftest"]),
        *("-c", tmp_path / "pytest.ini", "--rootdir", package.folder, "--import-mode=importlib"),
        *(package.folder / test for test in tests),
        cwd=tmp_path,
        SERVERS_PYTHON=sys.executable,  # has the servers for tests, which are not tried here
    )
    assert re.search(r"^\d+ passed", said, re.MULTILINE), said


def test_the_lowest_is_what_the_ranges_say(environments, package, tmp_path):
    """Not what a cache, or a narrower range of somebody else, makes of it."""
    python = lowest(environments, package) / "python"
    claims = dict(
        re.fullmatch(r"([\w-]+)(?:\[\w+\])?>=([\d.]+).*", line).groups()
        for line in package.project["dependencies"]
    )
    code = (
        "from importlib.metadata import version;"
        f"print(*(f'{{name}} {{version(name)}}' for name in {sorted(claims)}), sep='\\n')"
    )

    installed = dict(
        line.split() for line in run(python, "-c", code, cwd=tmp_path).splitlines() if line
    )

    assert {name: as_numbers(low) for name, low in claims.items()} == {
        name: as_numbers(version)[: len(as_numbers(claims[name]))]
        for name, version in installed.items()
    }


def as_numbers(version):
    return tuple(map(int, version.split(".")))


def test_a_range_on_ours_has_both_ends_and_holds_what_is_here(package):
    """So that a release of the core cannot break what is installed with it."""
    versions = {each.name: as_numbers(each.project["version"]) for each in PACKAGES}

    assert package.name == CORE or CORE in package.ours
    for name, span in package.ours.items():
        low, high = re.fullmatch(r">=([\d.]+),<([\d.]+)", span).groups()
        assert as_numbers(low) <= versions[name] < as_numbers(high)


def test_a_package_has_a_changelog_of_its_version(package):
    """The newest entry stands first."""
    text = (package.folder / "CHANGELOG.md").read_text(encoding="utf-8")
    title, newest = re.findall(r"^##? (.*)$", text, re.MULTILINE)[:2]

    assert f"Changelog of {package.name}" == title
    assert package.project["version"] == newest.split()[0]
