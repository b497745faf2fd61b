"""``file:`` URLs: which folder they name, and with which options."""

import os
import re
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from beautyspot.core.errors import ConfigurationError

__all__ = ["folder_of"]

_SWITCH: Final = {"true": True, "false": False}
_DRIVE: Final = re.compile(r"/[A-Za-z]:")


def folder_of(url: str) -> tuple[str, dict[str, object]]:
    """Answer the path and the options in a ``file:`` URL.

    ``file:name``, ``file:./name``: relative; ``file:///name``: absolute. Percent signs escape.

    Raises:
        ConfigurationError: it is no such URL; the message says what is known.
    """
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise _unusable(url, str(error)) from error
    if parts.scheme != "file":
        raise _unusable(url, f"its scheme is {parts.scheme!r}")
    if parts.netloc:
        raise _unusable(
            url, f"it names the host {parts.netloc!r}; a path begins with three slashes"
        )
    if parts.fragment:
        raise _unusable(url, "'#' begins a fragment; in a path it is written %23")
    if not parts.path:
        raise _unusable(url, "it names no folder")
    # Bytes that are no UTF-8 stand in a path as os.fsdecode would have them.
    path = unquote(parts.path, errors="surrogateescape")
    if os.name == "nt" and _DRIVE.match(path):
        path = path[1:]
    return path, {name: _switch(url, name, value) for name, value in pairs}


def _switch(url: str, name: str, value: str) -> bool:
    if name != "durable":
        raise _unusable(url, f"the option {name!r} is unknown")
    if value not in _SWITCH:
        raise _unusable(url, f"durable={value!r} is neither 'true' nor 'false'")
    return _SWITCH[value]


def _unusable(url: str, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"no blob folder can be opened by {url!r}: {why}. Expected file:relative/folder or "
        f"file:///absolute/folder; the one option is ?durable=true"
    )
