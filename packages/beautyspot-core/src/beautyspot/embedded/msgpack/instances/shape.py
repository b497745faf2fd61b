"""What every kind of class has in common: its name, its fields, and a state for each instance."""

from collections.abc import Sequence
from typing import Any, Final, Protocol, cast

from beautyspot.embedded.msgpack.pieces import ABSENT

__all__ = ["EXTRA", "Shape", "raw_state"]


#: How many values of the state stand before the fields, for each kind that has some.
EXTRA: Final = {"pydantic": 3, "dataclass": 0, "attrs": 0, "namedtuple": 0}


class Shape(Protocol):
    """How the instances of one class are taken apart and put together."""

    @property
    def kind(self) -> str:
        """Answer the kind of class, in the bytes for ever: ``dataclass``, ``enum``, ``str``."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """Answer the names of the fields; instances with others are of a changed class."""
        ...

    def take(self, value: Any) -> list[object]:  # noqa: ANN401  # an instance of the user's class
        """Answer the state of an instance: ``ABSENT``, or storable values.

        Raises:
            SerializationError: it would not come back as it is; why, and what to do.
        """
        ...

    def make(self, state: list[Any]) -> object:
        """Answer an instance with a state that comes from anybody.

        Raises:
            ValueError: it is the state of no instance; or a TypeError.
            ChangedError: it was the state of one, and the class has changed since.
        """
        ...


def raw_state(kind: str, names: Sequence[str], state: list[Any]) -> object:
    """Answer what is stored of an instance without its class: the fields as a dict, or its content.

    Raises:
        ValueError: it is the state of no instance.
    """
    if kind not in EXTRA:
        content = state[-1 if kind in {"enum", "flag"} else 0]
        if content is ABSENT:
            raise ValueError("an instance without content")
        return content
    fields = state[EXTRA[kind] :]
    pairs = zip(names, fields, strict=False)
    found = {name: value for name, value in pairs if value is not ABSENT}
    for more in (*state[1 : EXTRA[kind]], *fields[len(names) :]):
        if type(more) is dict:
            found.update(cast("dict[str, object]", more))
    return found
