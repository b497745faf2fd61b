"""Options that stand in a file."""

import pytest

import beautyspot as bs
from beautyspot.profiles import find_profile
from beautyspot.settings import PLAIN, variable_of


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for option in PLAIN:
        monkeypatch.delenv(variable_of(option), raising=False)
    return folder


def write(folder, text, name="pyproject.toml"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


CI = """
[tool.beautyspot.profiles.ci]
name = "experiment"
db = "results/ci.db"
storage = "results/large"
serializer = "msgpack"
retention = "7d"
save_blob = true
save_sync = true
mode = "normal"
durable = true
strict = true
tpm = 50000
rpm = 500
limits = {rpd = 10000, otpm = 8000}
concurrency = 8
share = 0.25
provider = "sliding"
"""


def square(x):
    return x * x


def test_every_plain_option_can_stand_in_a_profile(here):
    write(here, CI)
    with bs.Spot.from_profile("ci") as spot:
        function = spot.mark(square)

        assert (9, 9) == (function(3), function(3))
    assert "experiment" == spot.name
    # A limiter has limits of its own, and a burst belongs to the one limit that is weighted.
    assert PLAIN.keys() - {"limiter", "burst"} == find_profile("ci", here).options.keys()
    assert (here / "results" / "ci.db").is_file()
    assert 1 == len(list((here / "results" / "large").glob("??/*")))


def test_paths_start_at_the_folder_of_the_file(here, monkeypatch):
    """Wherever below it the program is started."""
    write(here, CI)
    below = here / "src" / "deep"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    assert str(here / "results" / "ci.db") in repr(bs.Spot.from_profile("ci"))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("sqlite:///results.db", "sqlite:///results.db"),
        ("/var/lib/results.db", "/var/lib/results.db"),
        (":memory:", ":memory:"),
    ],
)
def test_urls_and_absolute_paths_stay_as_they_are(here, said, expected):
    write(here, f"[tool.beautyspot.profiles.ci]\ndb = '{said}'")

    assert expected == find_profile("ci", here).options["db"]


def test_a_path_may_start_at_home(here, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    write(here, "[tool.beautyspot.profiles.ci]\ndb = '~/results.db'")

    assert str(tmp_path / "results.db") == find_profile("ci", here).options["db"]


def test_the_name_is_that_of_the_argument_the_profile_or_its_own(here):
    write(here, CI + "[tool.beautyspot.profiles.nameless]")

    assert "mine" == bs.Spot.from_profile("ci", name="mine").name
    assert "experiment" == bs.Spot.from_profile("ci").name
    assert "nameless" == bs.Spot.from_profile("nameless").name


def test_arguments_go_before_the_environment_before_the_file(here, monkeypatch):
    write(here, CI)
    monkeypatch.setenv("BEAUTYSPOT_DB", "of_environment.db")
    monkeypatch.setenv("BEAUTYSPOT_STORAGE", "of_environment")
    shown = repr(bs.Spot.from_profile("ci", storage="of_argument"))

    assert str(here / "of_environment.db") in shown
    assert str(here / "of_argument") in shown


def test_the_nearest_file_with_a_table_of_ours_counts(here):
    """A ``pyproject.toml`` without one is not meant for us; profiles of two files never mix."""
    write(here, CI)
    write(here / "member", "[project]\nname = 'member'")
    write(here / "own", "[profiles.local]", "beautyspot.toml")

    assert "experiment" == find_profile("ci", here / "member" / "src").name
    with pytest.raises(bs.ConfigurationError, match=r"'ci' in .*own.*there are: 'local'"):
        find_profile("ci", here / "own")


def test_beautyspot_toml_goes_before_pyproject_toml(here):
    write(here, CI)
    write(here, "[profiles.ci]\nname = 'other'", "beautyspot.toml")

    assert "other" == find_profile("ci", here).name


def test_an_unknown_profile_lists_those_that_exist(here):
    write(here, CI + "[tool.beautyspot.profiles.local]")

    with pytest.raises(
        bs.ConfigurationError,
        match=r"'cii' in .*pyproject.toml; there are: 'ci', 'local'. Did you mean 'ci'\?",
    ):
        bs.Spot.from_profile("cii")


def test_no_file_at_all_says_what_is_looked_for(here):
    with pytest.raises(bs.ConfigurationError, match=r"\[tool.beautyspot.profiles.ci\]"):
        bs.Spot.from_profile("ci")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profiles.ci.retenton = '7d'", r"'retenton' in \[profiles.ci\] .*mean 'retention'\?"),
        ("profiles.ci.hooks = []", r"unknown key 'hooks' .*; known are: name, db, storage"),
        ("profiles.ci.retention = 'soon'", r"retention in \[profiles.ci\] of .* is 'soon', exp"),
        ("profiles.ci.retention = 1979-05-27", "retention in .* expected '90s'"),
        ("profiles.ci.retention = true", "retention in .* is True, expected '90s'"),
        ("profiles.ci.strict = 'true'", "strict in .* is 'true', expected true or false"),
        ("profiles.ci.strict = 1", "strict in .* is 1, expected true or false"),
        ("profiles.ci.db = 1", "db in .* is of type int, expected a path or a URL"),
        ("profiles.ci.db = ''", "db in .* expected a path or a URL"),
        ("profiles.ci.name = 1", r"name in \[profiles.ci\] .* is 1, expected text"),
        ("profiles.ci = 1", r"\[profiles.ci\] of .* is of type int, expected a table"),
        ("profiles = 1", r"\[profiles\] of .* is of type int, expected a table"),
        ("[ci]", "unknown key 'ci' in .*beautyspot.toml; known are: profiles"),
        ("[profiles.ci", "beautyspot.toml cannot be read: "),
        ("x = '\udcff'", "beautyspot.toml cannot be read: "),
    ],
)
def test_what_cannot_be_used_is_named(here, text, message):
    """The file, the table and the key; what came, and what was expected."""
    (here / "beautyspot.toml").write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(bs.ConfigurationError, match=message):
        bs.Spot.from_profile("ci")


def test_what_turns_out_wrong_later_names_the_profile_in_a_note(here, monkeypatch):
    write(here, "[tool.beautyspot.profiles.ci]\ndb = 'mydb://server'\nstrict = true")
    monkeypatch.setenv("BEAUTYSPOT_STRICT", "no")

    with pytest.raises(bs.PluginNotFound) as caught:
        bs.Spot.from_profile("ci")
    assert [
        "said by the environment and by no argument: BEAUTYSPOT_STRICT",
        f"said by [tool.beautyspot.profiles.ci] of {here / 'pyproject.toml'} "
        "and by no argument: db",
    ] == caught.value.__notes__


def test_a_misspelt_argument_is_a_type_error(here):
    write(here, CI)

    with pytest.raises(TypeError, match="retenton"):
        bs.Spot.from_profile("ci", retenton="7d")


def test_a_project_has_profiles_too(here):
    write(here, CI)

    assert isinstance(bs.Project.from_profile("ci"), bs.Project)
