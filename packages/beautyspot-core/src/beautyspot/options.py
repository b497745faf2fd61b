"""What can be said about how results are remembered: for a Spot, or for one marked function."""

from dataclasses import dataclass
from typing import TypedDict, TypeVar

from beautyspot.core.errors import ValidationError
from beautyspot.core.ports import Serializer
from beautyspot.core.retention import Retention, parse_retention

__all__ = ["MarkOptions", "Options", "expect"]

T = TypeVar("T")


class MarkOptions(TypedDict, total=False):
    """The options of ``Spot.mark``, for signatures that pass them on."""

    version: str | None
    save_blob: bool | None
    content_type: str | None
    retention: Retention
    serializer: str | Serializer | None
    strict: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options as the user gave them, checked. None leaves a matter to the Spot, or to us."""

    version: str | None = None
    save_blob: bool | None = None
    content_type: str | None = None
    retention: Retention = None
    serializer: str | Serializer | None = None
    strict: bool | None = None

    def __post_init__(self) -> None:
        """Check what can be checked without making anything.

        Raises:
            ValidationError: an option has a value that it cannot have.
        """
        expect("version", self.version, str, "a text such as 'v2'")
        expect("content_type", self.content_type, str, "a text such as 'image/png'")
        expect("save_blob", self.save_blob, bool, "True, False, or None to let size decide")
        expect("strict", self.strict, bool, "True, False, or None for what the Spot says")
        parse_retention(self.retention)

    def kept_for(self, default: Retention) -> int | None:
        """Answer the retention in microseconds (None is for ever), the default where unsaid."""
        return parse_retention(default if self.retention is None else self.retention)


def expect(name: str, value: T, kind: type, expected: str) -> T:
    """Answer the value of an option, which is of a kind, or None.

    Raises:
        ValidationError: it is of another kind.
    """
    if value is None or isinstance(value, kind):
        return value
    raise ValidationError(f"{name}={value!r} is not possible: expected {expected}")
