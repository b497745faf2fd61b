"""Profiles: options of a Spot in ``beautyspot.toml`` or ``pyproject.toml``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, cast

from beautyspot.core.errors import ConfigurationError
from beautyspot.settings import PLAIN, Kind, SpotOptions, scheme_of

__all__ = ["Profile", "find_profile"]

#: Files that may hold profiles, and the table in which they stand; in a folder the first one goes.
_FILES: Final = (("beautyspot.toml", ()), ("pyproject.toml", ("tool", "beautyspot")))
_NAME: Final = "name"
#: Says itself why it is no database, which a path of that name would not.
_MEMORY: Final = ":memory:"


@dataclass(frozen=True, slots=True)
class Profile:
    """One profile of a file, checked."""

    name: str  #: for the Spot
    source: str  #: "[profiles.ci] of /home/me/beautyspot.toml"
    options: SpotOptions


def find_profile(name: str, folder: Path) -> Profile:
    """Answer a profile of the nearest file that can have some.

    Args:
        name: of the profile.
        folder: absolute; where the search begins. It goes on in its parents.

    Raises:
        ConfigurationError: there is no such file, or it has no such profile, or something in it
            cannot be used; the message names the file and the key.
    """
    file, table, ours = _nearest(folder)
    place = ".".join((*table, "profiles"))
    profiles = _table(ours.get("profiles", {}), f"[{place}] of {file}")
    _expect_known(ours, ["profiles"], f"[{'.'.join(table)}] of {file}" if table else str(file))
    if name not in profiles:
        msg = f"no profile is called {name!r} in {file}; there are: {_listed(profiles)}"
        raise ConfigurationError(f"{msg}.{_meant(name, profiles)}")
    source = f"[{place}.{name}] of {file}"
    said = _table(profiles[name], source)
    _expect_known(said, [_NAME, *PLAIN], source)
    options = {
        key: _value(PLAIN[key], said[key], f"{key} in {source}", file.parent)
        for key in said
        if key != _NAME
    }
    called = said.get(_NAME, name)
    if not isinstance(called, str):
        raise ConfigurationError(f"{_NAME} in {source} is {called!r}, expected text")
    return Profile(called, source, cast("SpotOptions", options))


def _nearest(folder: Path) -> tuple[Path, tuple[str, ...], Mapping[str, Any]]:
    """Answer the file, the name of our table in it, and the table."""
    for place in (folder, *folder.parents):
        for name, table in _FILES:
            file = place / name
            ours = _ours(file, table) if os.path.isfile(file) else None
            if ours is not None:
                return file, table, ours
    msg = (
        f"no profiles: neither a beautyspot.toml nor a pyproject.toml with [tool.beautyspot] is in "
        f"{folder} or above it; a profile is a table such as [tool.beautyspot.profiles.ci]"
    )
    raise ConfigurationError(msg)


def _ours(file: Path, table: tuple[str, ...]) -> Mapping[str, Any] | None:
    """Answer our table in a file; None: the file has none, and is not meant for us."""
    import tomllib  # noqa: PLC0415  # few programs have profiles

    try:
        content: Any = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}") from error
    for key in table:
        if not isinstance(content, dict) or key not in content:
            return None
        content = cast("dict[str, Any]", content)[key]
    return _table(content, f"[{'.'.join(table)}] of {file}")


def _table(value: object, source: str) -> Mapping[str, Any]:
    if isinstance(value, dict):
        return cast("Mapping[str, Any]", value)
    raise ConfigurationError(f"{source} is of type {type(value).__name__}, expected a table")


def _value(kind: Kind, value: object, source: str, folder: Path) -> object:
    """Answer a checked value; a relative path starts at the file's folder."""
    checked = kind.checked(source, value)
    if not kind.place:
        return checked
    if isinstance(checked, list):
        return [_placed(place, folder) for place in cast("list[object]", checked)]
    return _placed(checked, folder)


def _placed(place: object, folder: Path) -> object:
    if not isinstance(place, str) or place == _MEMORY or scheme_of(place) is not None:
        return place
    return str(folder / Path(place).expanduser())


def _expect_known(table: Mapping[str, Any], known: list[str], source: str) -> None:
    for key in table:
        if key not in known:
            msg = f"unknown key {key!r} in {source}; known are: {', '.join(known)}"
            raise ConfigurationError(f"{msg}.{_meant(key, known)}")


def _listed(names: Mapping[str, Any]) -> str:
    return ", ".join(map(repr, names)) or "none"


def _meant(name: str, known: Mapping[str, Any] | list[str]) -> str:
    close = get_close_matches(str(name), known, n=1)
    return f" Did you mean {close[0]!r}?" if close else ""
