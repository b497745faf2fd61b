"""``file:`` URLs: which folder they name, and with which options."""

import os
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from beautyspot.core.errors import ConfigurationError

__all__ = ["Read", "folder_of", "switch"]

#: Reads the option of a URL: given its text, answers its value. A ValueError says what is wrong.
Read: TypeAlias = Callable[[str], object]

_SWITCH: Final = {"true": True, "false": False}
_EXAMPLES: Final = {"durable": "durable=true", "max_size": "max_size=2GB"}
_ELSEWHERE: Final = {
    "durable": " for copies: they can be fetched again",
    "max_size": ": it bounds copies, which go before the last place in storage=[...]",
}
_DRIVE: Final = re.compile(r"/[A-Za-z]:")


def folder_of(url: str, options: Mapping[str, Read]) -> tuple[str, dict[str, object]]:
    """Answer the path and the options in a ``file:`` URL.

    ``file:name``, ``file:./name``: relative; ``file:///name``: absolute. Percent signs escape.

    Args:
        url: as it is written.
        options: those that are known, and what reads them.

    Raises:
        ConfigurationError: it is no such URL; the message says what is known.
    """
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise _unusable(url, str(error), options) from error
    if parts.scheme != "file":
        raise _unusable(url, f"its scheme is {parts.scheme!r}", options)
    if parts.netloc:
        why = f"it names the host {parts.netloc!r}; a path begins with three slashes"
        raise _unusable(url, why, options)
    if parts.fragment:
        raise _unusable(url, "'#' begins a fragment; in a path it is written %23", options)
    if not parts.path:
        raise _unusable(url, "it names no folder", options)
    # Bytes that are no UTF-8 stand in a path as os.fsdecode would have them.
    path = unquote(parts.path, errors="surrogateescape")
    if os.name == "nt" and _DRIVE.match(path):
        path = path[1:]
    return path, {name: _read(url, name, value, options) for name, value in pairs}


def switch(value: str) -> bool:
    """Answer what ``true`` or ``false`` means.

    Raises:
        ValueError: it is neither.
    """
    if value not in _SWITCH:
        raise ValueError("is neither 'true' nor 'false'")
    return _SWITCH[value]


def _read(url: str, name: str, value: str, options: Mapping[str, Read]) -> object:
    if name not in options:
        hint = _ELSEWHERE.get(name, "")
        raise _unusable(url, f"the option {name!r} is unknown{hint}", options)
    try:
        return options[name](value)
    except ValueError as error:
        raise _unusable(url, f"{name}={value!r} {error}", options) from error


def _unusable(url: str, why: str, options: Mapping[str, Read]) -> ConfigurationError:
    return ConfigurationError(
        f"no blob folder can be opened by {url!r}: {why}. Expected file:relative/folder or "
        f"file:///absolute/folder; the one option is ?{_EXAMPLES[next(iter(options))]}"
    )
