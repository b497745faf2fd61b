"""Who decides about an option: the argument, the environment, a profile, the default."""

import inspect
import os
from fractions import Fraction

import pytest

import beautyspot as bs
from beautyspot.settings import PLAIN, SpotOptions, settled, variable_of
from beautyspot.testing import MemoryTaskDB

SECRET = "server://user:hunter2@host/db"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for option in PLAIN:
        monkeypatch.delenv(variable_of(option), raising=False)
    return tmp_path


def square(x):
    return x * x


def kept(**options):
    """Answer the record of a call, with the time for which it is kept in seconds."""
    db = MemoryTaskDB()
    function = bs.Spot("x", db=db, **options).mark(square)
    function(3)
    found = db.get(function.key(3))
    return None if found.expires_at is None else (found.expires_at - found.updated_at) / 1e6


def test_every_option_of_a_spot_is_in_the_table():
    """There is one list of them; what is not plain data stands there without a kind."""
    signature = inspect.signature(bs.Spot.__init__)

    assert list(SpotOptions.__annotations__) == list(signature.parameters)[2:]


def test_an_argument_goes_before_the_environment_before_a_profile():
    variables = {"BEAUTYSPOT_STRICT": "no", "BEAUTYSPOT_DB": "of_environment.db"}
    profile = {"strict": True, "db": "of_profile.db", "storage": "of_profile"}
    given = {"db": "of_argument.db", "strict": None}

    assert {"db": "of_argument.db", "strict": False, "storage": "of_profile"} == settled(
        given, variables, profile
    )


def test_the_environment_counts_for_a_plain_spot(here, monkeypatch):
    monkeypatch.setenv("BEAUTYSPOT_DB", "elsewhere/results.db")
    monkeypatch.setenv("BEAUTYSPOT_STORAGE", "large")
    monkeypatch.setenv("BEAUTYSPOT_SAVE_BLOB", "yes")
    with bs.Spot("x") as spot:
        spot.mark(square)(3)

    assert (here / "elsewhere" / "results.db").is_file()
    assert (here / "large").is_dir()
    assert not (here / "x.db").exists()


@pytest.mark.parametrize(
    ("text", "seconds"), [("7d", 604_800), ("90", 90), ("1.5", 1.5), ("forever", None), ("", None)]
)
def test_the_environment_says_how_long(text, seconds, monkeypatch):
    monkeypatch.setenv("BEAUTYSPOT_RETENTION", text)

    assert seconds == kept()
    assert 3600 == kept(retention="1h")


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("TRUE", True), ("1", True), ("on", True), ("false", False), (" off ", False)],
)
def test_a_switch_is_a_word(text, value):
    assert {"strict": value} == settled({}, {"BEAUTYSPOT_STRICT": text})


@pytest.mark.parametrize(
    "option", sorted(PLAIN.keys() - {"db", "storage", "serializer", "limiter"})
)
def test_an_error_names_the_variable(option, monkeypatch):
    """Each option that can be wrong by its spelling, at the making of a Spot."""
    monkeypatch.setenv(variable_of(option), "perhaps")

    with pytest.raises(bs.ValidationError, match=f"{variable_of(option)} is 'perhaps', expected"):
        bs.Spot("x")


def test_limits_are_numbers_by_name(monkeypatch):
    monkeypatch.setenv("BEAUTYSPOT_LIMITS", "itpm=30000, rpd = 10")
    monkeypatch.setenv("BEAUTYSPOT_SHARE", "1/3")

    said = settled({}, os.environ)
    assert {"itpm": 30_000, "rpd": 10} == said["limits"]
    assert Fraction(1, 3) == said["share"]


@pytest.mark.parametrize("option", ["db", "storage", "serializer", "limiter"])
def test_what_turns_out_wrong_later_names_the_variable_in_a_note(option, monkeypatch):
    monkeypatch.setenv(variable_of(option), "mydb://server")

    with pytest.raises(bs.PluginNotFound) as caught:
        bs.Spot("x")
    assert [f"said by the environment and by no argument: {variable_of(option)}"] == (
        caught.value.__notes__
    )


def test_a_variable_is_not_read_where_an_argument_is_given(monkeypatch):
    monkeypatch.setenv("BEAUTYSPOT_STRICT", "perhaps")
    monkeypatch.setenv("BEAUTYSPOT_DB", "mydb://server")

    with pytest.raises(bs.PluginNotFound) as caught:
        bs.Spot("x", strict=False, db="another://")
    assert not hasattr(caught.value, "__notes__")


def test_no_message_shows_a_password(monkeypatch):
    """A URL may hold one."""
    monkeypatch.setenv("BEAUTYSPOT_DB", SECRET)

    with pytest.raises(bs.PluginNotFound) as caught:
        bs.Spot("x")
    assert "hunter2" not in f"{caught.value}{caught.value.__notes__}"
    with pytest.raises(bs.ValidationError) as caught:
        PLAIN["db"].checked("db", [SECRET])
    assert "hunter2" not in str(caught.value)


def test_an_argument_that_a_variable_contradicts_is_told_of_it(monkeypatch):
    """The options exclude each other, and the program has said only one of them."""
    monkeypatch.setenv("BEAUTYSPOT_SAVE_SYNC", "false")

    with pytest.raises(bs.ValidationError, match="exclude each other") as caught:
        bs.Spot("x", strict=True)

    assert ["said by the environment and by no argument: BEAUTYSPOT_SAVE_SYNC"] == (
        caught.value.__notes__
    )
