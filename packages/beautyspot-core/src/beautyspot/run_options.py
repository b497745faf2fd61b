"""What can be said about how a function runs: under which limits, and when it is tried again."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any, Self, cast

from beautyspot.core.costs import Cost
from beautyspot.core.durations import nanoseconds
from beautyspot.core.errors import ConfigurationError, ValidationError
from beautyspot.core.retry import Retry

__all__ = ["RunOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Options as the user gave them, checked. None says nothing."""

    cost: Cost | Callable[..., Cost] | None = None
    settle: Callable[[Any], Cost] | None = None
    key: str | Callable[..., str] | None = None
    max_wait: float | timedelta | None = None  #: seconds
    limited: bool | None = None
    retry: Retry | None = None
    by: object | None = None  #: the parts of the Spot whose limits are meant; None: that marks

    def __post_init__(self) -> None:
        """Check what can be checked without knowing the limits.

        Raises:
            ValidationError: an option has a value that it cannot have.
        """
        if self.settle is not None and not callable(self.settle):
            msg = (
                f"settle={self.settle!r} is not possible: expected a function that is given what "
                "the call returned, and answers what it cost"
            )
            raise ValidationError(msg)
        if not (self.key is None or isinstance(self.key, str) or callable(self.key)):
            msg = (
                f"key={self.key!r} is not possible: expected a text, or a function of the "
                "arguments that answers one, such as the name of an account"
            )
            raise ValidationError(msg)
        limited, retry = cast("object", self.limited), cast("object", self.retry)
        if not isinstance(limited, bool | None):
            msg = f"limited={self.limited!r} is not possible: expected True, False or None"
            raise ValidationError(msg)
        if not isinstance(retry, Retry | None):
            msg = f"retry={self.retry!r} is not possible: expected Retry(on=..., attempts=...)"
            raise ValidationError(msg)
        _ = self.max_wait_ns
        said = [name for name in ("cost", "settle", "key", "max_wait") if self._says(name)]
        if self.limited is False and said:
            msg = (
                f"limited=False and {said[0]}= exclude each other: a call that is under no limit "
                "costs nothing and waits for nothing. Leave one of them out"
            )
            raise ValidationError(msg)

    @property
    def max_wait_ns(self) -> int | None:
        """The longest wait in nanoseconds; None is for ever.

        Raises:
            ValidationError: it is no time of at least 0.
        """
        if self.max_wait is None:
            return None
        if (allowed := nanoseconds(self.max_wait)) is not None:
            return allowed
        msg = (
            f"max_wait={self.max_wait!r} is not possible: expected seconds of at least 0, a "
            "timedelta, or None to wait as long as it takes"
        )
        raise ValidationError(msg)

    @property
    def about_limits(self) -> list[str]:
        """The names of what is said that means nothing without limits."""
        return [name for name in ("cost", "settle", "key", "limited") if self._says(name)]

    def joined(self, other: Self) -> Self:
        """Answer what both say together.

        Raises:
            ConfigurationError: they say the same thing.
        """
        both = [field.name for field in fields(self) if self._says(field.name)]
        twice = [name for name in both if getattr(other, name) is not None]
        if twice:
            what = "the limits" if twice == ["by"] else f"{twice[0]}="
            msg = f"{what} of one function are said twice, by two decorators: say each thing once"
            raise ConfigurationError(msg)
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        news = {
            field.name: getattr(other, field.name)
            for field in fields(other)
            if getattr(other, field.name) is not None
        }
        return type(self)(**{**said, **news})

    def _says(self, name: str) -> bool:
        return getattr(self, name) is not None
