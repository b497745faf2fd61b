"""The options of a Spot, and who decides when no argument says one.

An argument goes before the environment (``BEAUTYSPOT_RETENTION``), which goes before a profile,
which goes before the default. A new option is a line in ``SpotOptions``; one that has a ``Kind``
there can be said in the environment and in profiles as well.
"""

import json
import os
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, Final, TypedDict, cast, get_args, get_type_hints

from beautyspot import db
from beautyspot.core.choices import Mode
from beautyspot.core.errors import ConfigurationError, ValidationError
from beautyspot.core.hooks import HookBase
from beautyspot.core.lifecycle import LifecyclePolicy
from beautyspot.core.limits import LimitLike, Provider
from beautyspot.core.ports import BlobCache, BlobStore, Limiter, Serializer, TaskDB
from beautyspot.core.retention import RetentionLike, parse_retention

__all__ = [
    "PLAIN",
    "Database",
    "Kind",
    "Place",
    "SpotOptions",
    "Storage",
    "noting",
    "said_by",
    "scheme_of",
    "settled",
    "variable_of",
]

#: Where records go: a path, a URL, an adapter, or a database as version 1 had them.
Database = str | os.PathLike[str] | TaskDB | db.TaskDB | None

#: One place for large results: a path, a URL, an adapter.
Place = str | os.PathLike[str] | BlobStore
#: Where large results go: a place; or several, all but the last of which keep copies of what is
#: in the next one.
Storage = Place | Sequence[Place | BlobCache] | None

#: A scheme has at least two letters: ``C:\\data.db`` is a path.
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_TRUTH: Final = MappingProxyType(
    {"true": True, "1": True, "yes": True, "on": True}
    | {"false": False, "0": False, "no": False, "off": False}
)


@dataclass(frozen=True, slots=True)
class Kind:
    """How the values of an option are written as plain data."""

    expected: str  #: what they are, in words
    fits: Callable[[object], bool]  #: whether a value of a file is one
    read: Callable[[str], object] = str  #: makes a value of a text; what it cannot read stays text
    secret: bool = False  #: whether it may hold a password, so that no message shows it
    place: bool = False  #: whether it may be a path

    def checked(self, source: str, value: object) -> object:
        """Answer the value.

        Args:
            source: who says it, for the message.
            value: as a file or ``read`` has it.

        Raises:
            ValidationError: it is none.
        """
        if self.fits(value):
            return value
        shown = f"of type {type(value).__name__}" if self.secret else repr(value)
        raise ValidationError(f"{source} is {shown}, expected {self.expected}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_place_or_several(value: object) -> bool:
    if not isinstance(value, list):
        return _is_text(value)
    places = cast("list[object]", value)
    return places != [] and all(map(_is_text, places))


def _listed(text: str) -> object:
    """Answer the list that a JSON array means; what is none stays text."""
    if not text.startswith("["):
        return text
    try:
        return cast("object", json.loads(text))
    except ValueError:
        return []  # which is refused: a path that begins so is written ./[


def _is_duration(value: object) -> bool:
    try:
        parse_retention(cast("RetentionLike", value))
    except ValidationError:
        return False
    return isinstance(value, str | int | float)


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


PLACE: Final = Kind("a path or a URL, as text", _is_text, secret=True, place=True)
PLACES: Final = Kind(
    'a path or a URL, as text, or a list of them, such as ["file:./cache", "s3://bucket/prefix"]',
    _is_place_or_several,
    _listed,
    secret=True,
    place=True,
)
PLUGIN: Final = Kind("the name of a plugin, as text", _is_text)
SWITCH: Final = Kind(
    "true or false",
    lambda value: isinstance(value, bool),
    lambda text: _TRUTH.get(text.lower(), text),
)
DURATION: Final = Kind(
    "'90s', '30m', '12h', '7d', '2w', seconds above 0, or 'forever'", _is_duration, _number
)


def _is_whole(value: object) -> bool:
    return type(value) is int and value >= 1


def _whole(text: str) -> object:
    return int(text) if text.isascii() and text.isdigit() else text


def _is_share(value: object) -> bool:
    return isinstance(value, int | float | Fraction) and 0 < value <= 1


def _share(text: str) -> object:
    """Answer a part that is written as 0.25 or as 1/4."""
    try:
        return Fraction(text.replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        return text


def _are_limits(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    limits = cast("dict[object, object]", value)
    return all(isinstance(name, str) and _is_whole(limits[name]) for name in limits)


def _limits(text: str) -> object:
    """Answer limits that are written as ``rpm=50, itpm=30000``."""
    pairs = [part.partition("=") for part in text.split(",")]
    limits = {name.strip(): _whole(number.strip()) for name, _, number in pairs}
    return limits if _are_limits(limits) else text


WHOLE: Final = Kind("a whole number, at least 1", _is_whole, _whole)
SHARE: Final = Kind("a number above 0 and at most 1, or 1/4", _is_share, _share)
LIMITS: Final = Kind("limits by name, such as rpm=50, itpm=30000", _are_limits, _limits)
PROVIDER: Final = Kind(
    f"one of {', '.join(map(repr, get_args(Provider)))}",
    lambda value: value in get_args(Provider),
)
LIMITER: Final = Kind("the URL of a limiter, as text", _is_text, secret=True)
MODE: Final = Kind(
    f"one of {', '.join(map(repr, get_args(Mode)))}", lambda value: value in get_args(Mode)
)


class SpotOptions(TypedDict, total=False):
    """The options of ``Spot``, for signatures that pass them on."""

    db: Annotated[Database, PLACE]
    storage: Annotated[Storage, PLACES]
    serializer: Annotated[str | Serializer | None, PLUGIN]
    retention: Annotated[RetentionLike | LifecyclePolicy, DURATION]
    save_blob: Annotated[bool | None, SWITCH]
    save_sync: Annotated[bool | None, SWITCH]
    durable: Annotated[bool | None, SWITCH]
    strict: Annotated[bool | None, SWITCH]
    mode: Annotated[Mode | None, MODE]
    hooks: Iterable[HookBase]
    tpm: Annotated[int | None, WHOLE]
    rpm: Annotated[int | None, WHOLE]
    limits: Annotated[Mapping[str, LimitLike] | None, LIMITS]
    concurrency: Annotated[int | None, WHOLE]
    burst: Annotated[int | None, WHOLE]
    share: Annotated[float | Fraction | None, SHARE]
    provider: Annotated[Provider | None, PROVIDER]
    limiter: Annotated[str | Limiter | None, LIMITER]


#: The options that are plain data, by name.
PLAIN: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        name: kind
        for name, hint in get_type_hints(SpotOptions, include_extras=True).items()
        for kind in getattr(hint, "__metadata__", ())
        if isinstance(kind, Kind)
    }
)


def variable_of(option: str) -> str:
    """Answer the name of the environment variable of an option."""
    return f"BEAUTYSPOT_{option.upper()}"


def said_by(variables: Mapping[str, str], given: SpotOptions) -> list[str]:
    """Answer the options that the environment decides: it says them, and no argument does."""
    return [name for name in PLAIN if given.get(name) is None and variables.get(variable_of(name))]


def settled(
    given: SpotOptions, variables: Mapping[str, str], profile: SpotOptions | None = None
) -> SpotOptions:
    """Answer the options as they are decided.

    Args:
        given: as arguments; one that is None is not given.
        variables: of the environment; one that is empty says nothing.
        profile: its options, checked.

    Raises:
        ValidationError: what a variable says cannot be used, and no argument goes before it.
    """
    said: dict[str, object] = {**given}
    for name, value in (profile or {}).items():
        if said.get(name) is None:
            said[name] = value
    for name in said_by(variables, given):
        variable, kind = variable_of(name), PLAIN[name]
        text = variables[variable].strip()
        said[name] = kind.checked(f"the environment variable {variable}", kind.read(text))
    return cast("SpotOptions", said)


@contextmanager
def noting(names: Iterable[str], source: str) -> Generator[None]:
    """Add to a ``ConfigurationError`` what is said by no argument; nothing when that is nothing."""
    try:
        yield
    except ConfigurationError as error:
        if listed := ", ".join(names):
            error.add_note(f"said by {source} and by no argument: {listed}")
        raise


def scheme_of(text: str) -> str | None:
    """Answer the scheme of a URL, in lower case; None: it is a path."""
    found = _SCHEME.match(text)
    return None if found is None else found[1].lower()
