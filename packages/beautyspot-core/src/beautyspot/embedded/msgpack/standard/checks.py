"""What codecs ask of parts that come from anybody."""

from itertools import pairwise
from typing import Any, TypeVar

__all__ = ["exactly", "pairs", "require"]

T = TypeVar("T")


def require(condition: bool, expected: str) -> None:
    """Raise ValueError, with what was expected, when a condition does not hold."""
    if not condition:
        msg = f"expected {expected}"
        raise ValueError(msg)


def exactly(value: object, type_: type[T]) -> T:
    """Answer a value of exactly this type; raise TypeError when it is of another."""
    if type(value) is not type_:
        msg = f"expected {type_.__name__}, found {type(value).__name__}"
        raise TypeError(msg)
    return value


def pairs(parts: list[Any]) -> dict[Any, Any]:
    """Answer keys and values that stand one after the other; raise ValueError when not in pairs."""
    require(len(parts) % 2 == 0, "a value for each key")
    found = dict(list(pairwise(parts))[::2])
    require(len(found) * 2 == len(parts), "every key once")
    return found
