"""What is installed, and whether it loads."""

import sys
from collections.abc import Set as AbstractSet
from contextlib import redirect_stdout
from dataclasses import dataclass

from beautyspot import plugins
from beautyspot.core.errors import PluginBroken

__all__ = ["Row", "take"]


@dataclass(frozen=True, slots=True)
class Row:
    """One registered plugin, tried."""

    group: str
    name: str
    loads: bool
    distribution: str | None
    version: str | None
    value: str  #: what is loaded: "package.module:Class"
    error: str | None  #: in plain words; None when it loads and can be reached


def take(reserved: AbstractSet[str] = frozenset()) -> tuple[Row, ...]:
    """Load every plugin once and answer what came of it, ordered by group and name.

    Args:
        reserved: names of our own commands, which a plugin cannot have.
    """
    return tuple(_try(plugin, reserved) for plugin in plugins.installed())


def _try(plugin: plugins.Plugin, reserved: AbstractSet[str]) -> Row:
    error: str | None = None
    if plugin.group == "commands" and plugin.name in reserved:
        error = f"{plugin.distribution} brings a command that we have ourselves: ours is used"
    else:
        try:
            # stdout is for our data, whatever a plugin prints while it is imported.
            with redirect_stdout(sys.stderr):
                plugin.load()
        except PluginBroken as broken:
            error = str(broken)
    return Row(
        group=plugin.group,
        name=plugin.name,
        loads=error is None,
        distribution=plugin.distribution,
        version=plugin.version,
        value=plugin.value,
        error=error,
    )
