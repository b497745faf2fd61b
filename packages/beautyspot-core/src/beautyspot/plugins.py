"""Finding adapters that installed distributions bring.

A distribution registers a class in one of our entry-point groups; the entry's name is the URL
scheme by which people ask for it. Nothing is imported before somebody asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from beautyspot.core.errors import PluginBroken, PluginNotFound

if TYPE_CHECKING:  # reading metadata takes 14 ms to import, and most programs name no plugin
    from importlib.metadata import EntryPoint

__all__ = ["GROUPS", "Plugin", "find", "installed"]

#: What can be plugged in, and the entry-point group in which it is looked for.
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        kind: f"beautyspot.{kind}"
        for kind in ("task_dbs", "blob_stores", "serializers", "limiters", "commands")
    }
)


@dataclass(frozen=True, slots=True)
class Plugin:
    """One registered adapter or command; it may or may not be loadable."""

    group: str  #: a key of ``GROUPS``, for example "blob_stores"
    name: str  #: the URL scheme, or the name of the command
    value: str  #: what is loaded: "package.module:Class"
    distribution: str | None  #: that registered it; None where its metadata does not tell
    version: str | None  #: of the distribution
    _entry: "EntryPoint" = field(repr=False, compare=False)

    def load(self) -> object:
        """Import the adapter and answer it.

        Raises:
            PluginBroken: it cannot be imported; the error names the distribution.
        """
        try:
            loaded: object = self._entry.load()
        except Exception as error:  # importing runs foreign code, which can raise anything
            owner = self.distribution or "an unknown distribution"
            msg = (
                f"the plugin {self.name!r} ({self.value}) of {owner} {self.version or ''} "
                f"cannot be loaded ({type(error).__name__}: {error}). "
                f"Try: pip install --upgrade --force-reinstall {self.distribution or '...'}"
            )
            raise PluginBroken(msg) from error
        return loaded


def installed(group: str | None = None) -> tuple[Plugin, ...]:
    """Answer what is registered, ordered by group and name.

    Args:
        group: a key of ``GROUPS``; None is all.
    """
    from importlib.metadata import entry_points  # noqa: PLC0415  # see above

    kinds = GROUPS if group is None else (group,)
    found = [_plugin(kind, entry) for kind in kinds for entry in entry_points(group=GROUPS[kind])]
    return tuple(sorted(found, key=lambda p: (p.group, p.name, p.distribution or "")))


def find(group: str, name: str) -> Plugin:
    """Answer the one plugin of a group that has this name.

    Raises:
        PluginNotFound: there is none; the error says which there are.
        PluginBroken: several distributions claim the name.
    """
    known = installed(group)
    matching = [plugin for plugin in known if plugin.name == name]
    if not matching:
        names = sorted({plugin.name for plugin in known})
        close = get_close_matches(name, names, n=1)
        hint = f"Did you mean {close[0]!r}?" if close else "Install the package that brings it"
        msg = (
            f"no plugin of {GROUPS[group]} is called {name!r}; installed: "
            f"{', '.join(names) or 'none'}. {hint}; a path with a colon in it is written './...'"
        )
        raise PluginNotFound(msg)
    owners = sorted({f"{plugin.distribution} ({plugin.value})" for plugin in matching})
    if len(owners) > 1:
        msg = f"{name!r} in {GROUPS[group]} is claimed by {' and '.join(owners)}: uninstall one"
        raise PluginBroken(msg)
    return matching[0]


def _plugin(kind: str, entry: "EntryPoint") -> Plugin:
    owner = entry.dist
    return Plugin(
        group=kind,
        name=entry.name,
        value=entry.value,
        distribution=None if owner is None else owner.name,
        version=None if owner is None else owner.version,
        _entry=entry,
    )
