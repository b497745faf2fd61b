"""What a value is made of, when the canonical text does not know its type.

``encoding`` writes plain values by itself and asks a ``Describe`` about every other. The answer is
content that ends in plain values: a tag of its own, short labels, and further values to be written.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

__all__ = ["NOTHING", "Content", "Describe", "NoContent"]

Label: TypeAlias = str | int | float | bool | list["Label"] | None


class _Nothing:
    """Stands for a value that is not there, because None is a value."""


NOTHING: Final = _Nothing()
_NONE: Final[Mapping[str, object]] = MappingProxyType({})


class Content(NamedTuple):
    """The content of a value; written as ``{"$": tag, **labels, "a": attributes, "v": value}``.

    Two values have equal content only if they are of one type and mean the same. It may stand for a
    value itself, and is then written as what it describes. It counts as a container, so a value
    that leads back to itself is written as a cycle. Refused is content whose ``value`` is the
    described value itself, or whose names are not as said here.
    """

    #: Not that of a type that is not asked about, such as ``tuple``; where several kinds of values
    #: share one, their labels tell them apart.
    tag: str
    labels: Mapping[str, Label] = MappingProxyType({})  #: written as they are; none is $, a or v
    #: Written as nodes; names are exactly str and not ``$``; the path of one is ``.name``.
    attributes: Mapping[str, object] = _NONE
    value: object = NOTHING  #: one more, whose own steps continue the path directly


class NoContent(Exception):  # a finding, turned into UncacheableArgument
    """A value has no content that another process would find again.

    Raised by who is asked for it. Where a value itself is not known, this may stand for it, and is
    refused without asking.
    """

    def __init__(self, reason: str) -> None:
        """Take the reason, a clause about "it", for example ``it can be read only once``."""
        self.reason = reason
        super().__init__(reason)


#: Answers the content of a value that is none of the plain types; raises ``NoContent``.
Describe: TypeAlias = Callable[[object], Content]
