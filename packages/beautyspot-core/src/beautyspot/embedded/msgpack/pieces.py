"""What values are taken apart into, beside values: on their way to the bytes, and back."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

__all__ = ["ABSENT", "Absent", "Buffer", "Class", "Taken"]


class Absent:
    """Stands for a field that an instance does not have."""

    __slots__ = ()


ABSENT: Final = Absent()


class Buffer(NamedTuple):
    """Bytes of a part that are written as they are."""

    view: memoryview


class Class(NamedTuple):
    """A class, read from its description."""

    make: Callable[[list[Any]], object]  #: of the state of an instance, the instance


class Taken(NamedTuple):
    """A value, taken apart: an array of head and parts."""

    head: list[object]  #: what a packer writes at once
    parts: list[object]  #: storable values, ``Buffer`` or ``ABSENT``
    registered: bool = False  #: what comes back has to be compared with the value
