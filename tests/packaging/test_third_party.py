"""A package that others could have written: installed beside the core, and used by its URL only."""

import pytest

from .environments import CORE, PACKAGES, ROOT, run

pytestmark = pytest.mark.xdist_group("wheels")

EXAMPLE = ROOT / "examples" / "third_party_adapter"

PROGRAM = """
import sys
import beautyspot as bs

with bs.Spot("s", storage=sys.argv[1], save_blob=True) as spot:

    @spot.mark
    def square(x):
        return x * x

    @spot.mark
    def count(n):
        yield from range(n)

    print([square(n) for n in (1, 2, 3)], list(count(4)), square.counts.runs, count.counts.runs)
"""


@pytest.fixture
def installed(environments):
    """The programs of an environment with the core, the example and what tests need."""
    core = next(package for package in PACKAGES if package.name == CORE)
    return environments.of(
        "third-party",
        f"{CORE}[testing] @ {environments.wheel(core).as_uri()}",
        environments.example,
    )


def test_a_url_is_all_that_it_takes(installed, tmp_path):
    """Results and streams are where the URL says, for the next process too."""
    (tmp_path / "program.py").write_text(PROGRAM)
    url = f"fsspec:file://{tmp_path.as_posix()}/kept"
    command = installed / "python", "-W", "error", "program.py", url

    assert "[1, 4, 9] [0, 1, 2, 3] 3 1\n" == run(*command, cwd=tmp_path)
    assert "[1, 4, 9] [0, 1, 2, 3] 0 0\n" == run(*command, cwd=tmp_path)
    assert 4 == len([file for file in (tmp_path / "kept").rglob("*") if file.is_file()])


def test_it_keeps_the_shipped_contracts(installed, tmp_path):
    """Its own tests pass, outside of this repository, against the installed core."""
    copy = tmp_path / "tests"
    copy.mkdir()
    for file in (EXAMPLE / "tests").glob("*.py"):
        (copy / file.name).write_bytes(file.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((EXAMPLE / "pyproject.toml").read_bytes())

    said = run(installed / "python", "-m", "pytest", "-q", cwd=tmp_path)

    passed = int(said.strip().rpartition("\n")[2].split()[0])
    assert passed > 200, said


def test_it_knows_only_what_is_public():
    """No name that begins with an underscore, and no room of the house behind the ports."""
    imports = [
        line.strip()
        for file in (EXAMPLE / "src").rglob("*.py")
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith(("from beautyspot", "import beautyspot"))
    ]

    modules = {line.split()[1] for line in imports}
    assert modules <= {"beautyspot", "beautyspot.core.model", "beautyspot.core.ports"}
    assert not [line for line in imports if " _" in line]
