"""What the tests of content share: the text of a value, and the reason of a refusal."""

from collections.abc import Callable

import pytest

from beautyspot.content import Describer
from beautyspot.core.encoding import canonical_text
from beautyspot.core.errors import UncacheableArgument


@pytest.fixture(scope="session")
def text() -> Callable[[object], str]:
    """Answers the canonical text of a value."""
    return lambda value: canonical_text({"x": value}, Describer().describe)


@pytest.fixture(scope="session")
def refusal(text) -> Callable[[object], UncacheableArgument]:
    """Answers the error that refuses a value."""

    def refused(value: object) -> UncacheableArgument:
        with pytest.raises(UncacheableArgument) as caught:
            text(value)
        return caught.value

    return refused


@pytest.fixture(scope="session")
def collisions(text) -> Callable[[dict[str, object]], list[tuple[str, str]]]:
    """Answers the names of values, of which all should differ, that share a text."""

    def find(values: dict[str, object]) -> list[tuple[str, str]]:
        first: dict[str, str] = {}
        return [
            (other, name)
            for name, value in values.items()
            if (other := first.setdefault(text(value), name)) != name
        ]

    return find
