"""Which of several words about a type counts."""

import enum
import threading
from array import array
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest

from beautyspot.content import Describer, KeyFunctions
from beautyspot.core.content import NoContent
from beautyspot.core.errors import ConfigurationError

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone(timedelta(hours=9)))


class Client:
    def __init__(self, url: str) -> None:
        self.url = url
        self.lock = threading.Lock()

    def __cache_key__(self) -> str:
        return f"hook {self.url}"


class Child(Client):
    pass


class Colour(enum.Enum):
    RED = 1


@pytest.fixture
def key_functions() -> KeyFunctions:
    return KeyFunctions()


@pytest.fixture
def describe(key_functions):
    return Describer(key_functions).describe


def test_a_registered_function_goes_before_the_method(describe, key_functions):
    key_functions.register(Client, lambda client: client.url)

    assert "a" == describe(Client("a")).value


def test_a_method_goes_before_everything_else(describe):
    assert "hook a" == describe(Client("a")).value


def test_a_registered_function_goes_for_subclasses_which_stay_apart(describe, key_functions):
    key_functions.register(Client, lambda client: client.url)

    assert "a" == describe(Child("a")).value
    assert describe(Client("a")) != describe(Child("a"))


def test_the_nearest_registered_class_counts(describe, key_functions):
    key_functions.register(Client, lambda _: "parent")
    key_functions.register(Child, lambda _: "child")

    assert ["parent", "child"] == [describe(each("a")).value for each in (Client, Child)]


@pytest.mark.parametrize("value", [UUID(int=1), Colour.RED, len])
def test_a_registered_function_goes_before_what_is_known(describe, key_functions, value):
    key_functions.register(type(value), lambda _: "mine")

    assert "mine" == describe(value).value


def test_the_latest_registration_counts_at_once(describe, key_functions):
    key_functions.register(Client, lambda _: 1)
    first = describe(Client("a")).value
    key_functions.register(Client, lambda _: 2)

    assert [1, 2] == [first, describe(Client("a")).value]


def test_none_is_no_key(describe, key_functions):
    """It would make all values of the type one."""
    key_functions.register(Client, lambda _: None)

    with pytest.raises(NoContent, match="None is all that counts of it"):
        describe(Client("a"))


@pytest.mark.parametrize(("type_", "key"), [("int", len), (int, "len"), (None, None)])
def test_only_classes_and_functions_can_be_registered(key_functions, type_, key):
    with pytest.raises(ConfigurationError, match="expected a class, and a function"):
        key_functions.register(type_, key)


def test_registrations_belong_to_their_owner(key_functions):
    """Nothing is global."""
    key_functions.register(UUID, lambda _: "mine")

    assert "uuid" == Describer(KeyFunctions()).describe(UUID(int=1)).tag


def test_modules_are_called_what_the_program_calls_them():
    describe = Describer(module_name=lambda name: f"known as {name}").describe

    assert f"known as {__name__}:Child" == describe(Child("a")).labels["t"]


def test_a_class_is_a_value_of_its_own(describe):
    """A method of the class does not speak for the class itself."""
    assert "class" == describe(Client).tag


@pytest.mark.parametrize(
    "value", [NOON, NOON.time(), NOON.date(), UUID(int=1), Path("a"), array("i"), Colour.RED, ...]
)
def test_no_label_stands_where_the_value_and_the_attributes_are_written(describe, value):
    """It would be overwritten, and with it what tells two values apart."""
    assert {"$", "a", "v"}.isdisjoint(describe(value).labels)
