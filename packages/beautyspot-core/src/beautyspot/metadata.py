"""Entry points as installed distributions say them, with the damage that such text can have.

``importlib.metadata`` gives up at the first file that it cannot read. One broken distribution, of
whomever, is no reason to lose the plugins of all others.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # takes 14 ms to import, and most programs name no plugin
    from importlib.metadata import Distribution, EntryPoint

__all__ = ["Owner", "Unreadable", "entries", "owner_of", "said", "unreadable"]


@dataclass(frozen=True, slots=True)
class Owner:
    """The distribution that registered something; None stands for what its metadata hides."""

    name: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A distribution whose entry points cannot be read."""

    distribution: str | None  #: its name; None where that cannot be read either
    folder: str  #: in which it is installed
    error: str  #: in plain words

    def __str__(self) -> str:
        return (
            f"the entry points of {self.distribution or 'a distribution'} in {self.folder} "
            f"cannot be read ({self.error})"
        )


def entries(groups: Collection[str]) -> "list[EntryPoint]":
    """Answer the entry points of these groups that can be read, in no order."""
    from importlib.metadata import entry_points  # noqa: PLC0415  # see above

    try:
        return [entry for group in groups for entry in entry_points(group=group)]
    except Exception:  # noqa: BLE001  # files of anybody, parsed without a check
        return [entry for entry in _walk()[0] if entry.group in groups]


def unreadable() -> tuple[Unreadable, ...]:
    """Answer the distributions whose entry points are lost; usually there are none."""
    from importlib.metadata import entry_points  # noqa: PLC0415  # see above

    try:
        entry_points(group="")  # reads them all
    except Exception:  # noqa: BLE001  # as above
        return tuple(_walk()[1])
    return ()


def owner_of(entry: "EntryPoint") -> Owner:
    """Answer whose an entry point is, as far as that can be read."""
    return Owner(None, None) if entry.dist is None else _owner(entry.dist)


def said(error: BaseException) -> str:
    """Answer the kind of an error and what it says, if it can say anything."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001  # foreign errors fail in foreign ways
        return type(error).__name__


def _walk() -> "tuple[list[EntryPoint], list[Unreadable]]":
    """Read distribution by distribution; the first of a name on the path is the one that counts."""
    from importlib.metadata import distributions  # noqa: PLC0415  # see above

    found: list[EntryPoint] = []
    lost: list[Unreadable] = []
    seen: set[str] = set()
    for distribution in distributions():
        name = _owner(distribution).name
        key = "" if name is None else name.lower().replace("_", "-").replace(".", "-")
        if key in seen:
            continue
        seen.update({key} if key else ())
        try:
            found += distribution.entry_points
        except Exception as error:  # noqa: BLE001  # as above
            folder = str(distribution.locate_file(""))
            lost.append(Unreadable(name, folder, said(error)))
    return found, lost


def _owner(distribution: "Distribution") -> Owner:
    # Typed as text, and None, or an error, where the file METADATA is damaged.
    try:
        name: str | None = distribution.metadata["Name"]
        version: str | None = distribution.metadata["Version"]
    except Exception:  # noqa: BLE001  # as above
        return Owner(None, None)
    return Owner(name or None, version or None)
