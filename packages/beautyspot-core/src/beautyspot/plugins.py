"""Finding adapters that installed distributions bring.

A distribution registers a class in one of our entry-point groups; the entry's name is the URL
scheme by which people ask for it. Nothing is imported before somebody asks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from beautyspot import metadata
from beautyspot.core.errors import PluginBroken, PluginNotFound

if TYPE_CHECKING:  # reading metadata takes 14 ms to import, and most programs name no plugin
    from importlib.metadata import EntryPoint

__all__ = ["GROUPS", "Plugin", "find", "installed", "unreadable"]

#: What can be plugged in, and the entry-point group in which it is looked for.
GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        kind: f"beautyspot.{kind}"
        for kind in ("task_dbs", "blob_stores", "serializers", "limiters", "commands")
    }
)

#: What our own packages bring, so that an error can say what to install.
_PACKAGES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"blob_stores": {"s3": "beautyspot-s3", "gs": "beautyspot-gcs"}}
)
#: The option that takes the URL of a plugin.
_OPTIONS: Final = MappingProxyType({"task_dbs": "db", "blob_stores": "storage"})


@dataclass(frozen=True, slots=True)
class Plugin:
    """One registered adapter or command; it may or may not be loadable."""

    group: str  #: a key of ``GROUPS``, for example "blob_stores"
    name: str  #: the URL scheme, or the name of the command
    value: str  #: what is loaded: "package.module:Class"
    distribution: str | None  #: that registered it; None where its metadata does not tell
    version: str | None  #: of the distribution
    _entry: "EntryPoint" = field(repr=False, compare=False)

    def __str__(self) -> str:
        return f"the plugin {self.name!r} ({self.value}) of {self.owner}"

    @property
    def owner(self) -> str:
        """The distribution and its version, in words."""
        return f"{self.distribution or 'an unknown distribution'} {self.version or ''}".rstrip()

    def load(self) -> object:
        """Import the adapter and answer it.

        Raises:
            PluginBroken: it cannot be imported; the error names the distribution.
        """
        try:
            if self._entry.pattern.match(self.value) is None:
                raise ValueError("an entry point is written 'package.module:Class'")
            loaded: object = self._entry.load()
        except (Exception, SystemExit) as error:  # foreign code runs, which can raise anything
            msg = (
                f"{self} cannot be loaded ({metadata.said(error)}). "
                f"Try: pip install --upgrade --force-reinstall {self.distribution or '...'}"
            )
            raise PluginBroken(msg) from error
        return loaded

    def factory(self) -> Callable[..., object]:
        """Import the adapter and answer its ``from_url(url, **options)``.

        Raises:
            PluginBroken: it cannot be imported, or has no such thing.
        """
        factory: Callable[..., object] | None = getattr(self.load(), "from_url", None)
        if callable(factory):
            return factory
        msg = f"{self} has no from_url(url, **options): ask its authors, or use another version"
        raise PluginBroken(msg)


def installed(group: str | None = None) -> tuple[Plugin, ...]:
    """Answer what is registered, ordered by group and name.

    Args:
        group: a key of ``GROUPS``; None is all.
    """
    kinds = {GROUPS[kind]: kind for kind in (GROUPS if group is None else (group,))}
    found = [_plugin(kinds[entry.group], entry) for entry in metadata.entries(kinds)]
    return tuple(sorted(found, key=lambda p: (p.group, p.name, p.owner, p.value)))


def unreadable() -> tuple[str, ...]:
    """Say which distributions have entry points that cannot be read; their plugins are not found.

    Each is one sentence without its full stop. Usually there are none.
    """
    return tuple(map(str, metadata.unreadable()))


def find(group: str, name: str) -> Plugin:
    """Answer the one plugin of a group that has this name.

    Raises:
        PluginNotFound: there is none; the error says which there are, and what to install.
        PluginBroken: several distributions claim the name.
    """
    known = installed(group)
    matching = [plugin for plugin in known if plugin.name == name]
    if not matching:
        names = sorted({plugin.name for plugin in known})
        msg = f"no plugin of {GROUPS[group]} is called {name!r}; installed: "
        raise PluginNotFound(f"{msg}{', '.join(names) or 'none'}. {_advice(group, name, names)}")
    owners = sorted({f"{plugin.owner} ({plugin.value})" for plugin in matching})
    if len(owners) > 1:
        msg = f"{name!r} in {GROUPS[group]} is claimed by {' and '.join(owners)}: uninstall one"
        raise PluginBroken(msg)
    return matching[0]


def _advice(group: str, name: str, names: list[str]) -> str:
    """Say what to do about a name that nothing installed has."""
    ours = _PACKAGES.get(group, {})
    close = get_close_matches(name, [*names, *ours], n=1)
    path = "; a path with a colon in it is written './...'" if group in _OPTIONS else ""
    if name in ours:
        advice = f"Try: pip install {ours[name]}"
    elif option := _elsewhere(group, name):
        advice = f"It belongs into {option}="
    elif close and close[0] in ours and close[0] not in names:
        advice = f"Did you mean {close[0]!r}? Try: pip install {ours[close[0]]}"
    elif close:
        advice = f"Did you mean {close[0]!r}?{path}"
    else:
        advice = f"Install the package that brings it{path}"
    return ". ".join([advice, *(f"T{lost[1:]}" for lost in unreadable())])


def _elsewhere(group: str, name: str) -> str | None:
    """Answer the other option for whose URLs the name is a scheme."""
    for other, option in _OPTIONS.items():
        known = {*_PACKAGES.get(other, ()), *(plugin.name for plugin in installed(other))}
        if other != group and name in known:
            return option
    return None


def _plugin(kind: str, entry: "EntryPoint") -> Plugin:
    owner = metadata.owner_of(entry)
    return Plugin(
        group=kind,
        name=entry.name,
        value=entry.value,
        distribution=owner.name,
        version=owner.version,
        _entry=entry,
    )
