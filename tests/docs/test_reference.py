"""What is public is documented: a name that the reference does not spell is a failing test."""

import inspect
import re
from pathlib import Path

import pytest

import beautyspot as bs
from beautyspot import plugins, testing
from beautyspot.core import errors, ports
from beautyspot.core.model import TaskRecord
from beautyspot.core.trouble import TroubleKind
from beautyspot.settings import PLAIN, variable_of
from beautyspot_cli.app import build

ROOT = Path(__file__).parents[2]
#: Folders with a module for each of many alike: the map names the folder.
FAMILIES = ("standard", "instances", "foreign")
REFERENCE = ROOT / "docs" / "reference"
#: A fence is left out: what only an example uses is not explained.
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]+)?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def prose(path):
    return FENCE.sub("", path.read_text(encoding="utf-8"))


def documented(*pages):
    """Answer the words that stand in code font in pages of the reference."""
    text = "\n".join(prose(REFERENCE / page) for page in pages)
    return {word for code in CODE.findall(text) for word in re.split(r"[^\w-]+", code)}


def rows(page, heading):
    """Answer the first cells in code font of the tables below a heading, up to the next one."""
    text = prose(REFERENCE / page)
    section = re.split(r"^#+ ", text.partition(f"# {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)
    return set(re.findall(r"^\| `([^`(]+)", section[0], re.MULTILINE))


def options(function):
    """Answer the named parameters of a method, but ``self`` and what is positional only."""
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return {p.name for p in parameters if p.kind is not p.POSITIONAL_ONLY}


def public(kind):
    return {name for name in vars(kind) if not name.startswith("_")}


def protocols():
    return {name for name in ports.__all__ if isinstance(getattr(ports, name), type)}


def test_every_public_name_is_documented():
    assert set() == set(bs.__all__) - documented("api.md")


def test_every_option_of_a_spot_is_documented_and_no_other():
    assert options(bs.Spot.__init__) == rows("api.md", "Spot")


def test_every_variable_of_the_environment_is_documented_and_no_other():
    page = prose(ROOT / "docs" / "how-to" / "set-options-outside-the-code.md")

    assert {variable_of(option) for option in PLAIN} == set(
        re.findall(r"`(BEAUTYSPOT_[A-Z_]+)`", page)
    )


def test_every_option_of_a_mark_is_documented_and_no_other():
    assert options(bs.Spot.mark) == rows("api.md", "Spot.mark")


@pytest.mark.parametrize("kind", [bs.Spot, bs.Marked, bs.Counts], ids=lambda kind: kind.__name__)
def test_every_method_and_field_is_documented(kind):
    fields = set(getattr(kind, "__dataclass_fields__", ()))

    assert set() == (public(kind) | fields) - documented("api.md")


def test_every_error_has_a_row():
    assert set(errors.__all__) == rows("errors.md", "Errors")


def test_every_kind_of_trouble_has_a_row():
    assert {kind.name for kind in TroubleKind} == rows("errors.md", "Trouble")


def test_every_kind_of_trouble_has_advice():
    page = prose(ROOT / "docs" / "how-to" / "act-on-warnings-and-errors.md")

    assert [] == [kind.name for kind in TroubleKind if f"| `{kind.name}` |" not in page]


def test_every_port_and_ability_is_documented():
    assert set() == set(ports.__all__) - documented("ports.md")


@pytest.mark.parametrize("name", sorted(protocols()))
def test_every_method_of_a_port_is_documented(name):
    assert set() == public(getattr(ports, name)) - documented("ports.md")


def test_every_column_is_documented_in_order():
    text = prose(REFERENCE / "files.md").partition("| column |")[2].partition("\n\n")[0]

    assert list(TaskRecord.__dataclass_fields__) == re.findall(r"^\| `(\w+)`", text, re.MULTILINE)


def test_every_plugin_group_is_documented():
    assert set() == set(plugins.GROUPS) - documented("api.md")


def test_every_contract_and_double_is_documented():
    assert set() == set(testing.__all__) - documented("api.md", "ports.md")


def test_every_command_and_option_is_documented():
    app = build([])
    commands = set(app)
    for command in commands - set(app.help_flags) - set(app.version_flags):
        commands |= {name for a in app[command].assemble_argument_collection() for name in a.names}

    assert {"plugins", "--json"} <= commands
    assert set() == commands - documented("command-line.md")


def anchors(path):
    """Answer the anchors of the headings of a page, as GitHub makes them."""
    found = HEADING.findall(prose(path))
    return {"#" + re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in found}


@pytest.mark.parametrize(
    "page",
    [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_lead_somewhere(page):
    """To a file or folder of this repository, and to a heading of it."""
    broken = []
    for path, anchor in LINK.findall(prose(page)):
        target = page if not path else (page.parent / path).resolve()
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(path + anchor)

    assert [] == broken


def test_the_adapters_of_the_guide_keep_their_contracts(pytester):
    """The guide's own test classes, as a reader would run them."""
    guide = (ROOT / "docs" / "how-to" / "write-an-adapter.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```$", guide, re.DOTALL | re.MULTILINE)
    pytester.makepyfile(test_guide="\n\n".join(blocks))

    done = pytester.runpytest_subprocess("-q", "-W", "error", "-p", "no:cacheprovider")

    assert done.ret == 0
    assert done.parseoutcomes()["passed"] > 50


def test_the_map_names_every_module():
    """``ARCHITECTURE.md`` shows the layout as it is on disk."""
    layout = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    modules = {
        path.name
        for package in (ROOT / "packages").iterdir()
        for path in (package / "src").rglob("*.py")
        if path.name != "__init__.py" and path.parent.name not in FAMILIES
    }

    assert set() == modules - set(re.findall(r"\b\w+\.py\b", layout))
