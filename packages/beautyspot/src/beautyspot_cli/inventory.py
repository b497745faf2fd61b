"""What is installed, and whether it loads."""

import os
import sys
from collections.abc import Generator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from beautyspot import plugins
from beautyspot.core.errors import PluginBroken
from beautyspot_cli.output import complain

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
    seconds: float  #: that it took to import what was not imported yet
    file: str | None  #: from which its module came; None when it did not load, or has none
    error: str | None  #: in plain words; None when it loads and can be reached


def take(reserved: AbstractSet[str] = frozenset()) -> tuple[Row, ...]:
    """Load every plugin once and answer what came of it, ordered by group and name.

    Args:
        reserved: names of our own commands, which a plugin cannot have.
    """
    return tuple(_try(plugin, reserved) for plugin in plugins.installed())


def _try(plugin: plugins.Plugin, reserved: AbstractSet[str]) -> Row:
    start = perf_counter()
    error = _error(plugin, reserved)
    return Row(
        group=plugin.group,
        name=plugin.name,
        loads=error is None,
        distribution=plugin.distribution,
        version=plugin.version,
        value=plugin.value,
        seconds=round(perf_counter() - start, 3),
        file=_file(plugin) if error is None else None,
        error=error,
    )


def _error(plugin: plugins.Plugin, reserved: AbstractSet[str]) -> str | None:
    if plugin.group == "commands" and plugin.name in reserved:
        return f"{plugin.distribution} brings a command that we have ourselves: ours is used"
    try:
        with _stdout_for_data():
            if plugin.group == "commands":
                plugin.load()
            else:
                plugins.find(plugin.group, plugin.name)  # alone under its name
                plugin.factory()
    except PluginBroken as broken:
        return str(broken)
    except KeyboardInterrupt:
        complain(f"interrupted while {plugin} was imported")
        raise
    return None


@contextmanager
def _stdout_for_data() -> Generator[None, None, None]:
    """Send what is written to stdout to stderr, also by what is no Python or another process."""
    sys.stdout.flush()
    ours = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(ours, 1)
        os.close(ours)


def _file(plugin: plugins.Plugin) -> str | None:
    """Answer where the module really came from: another of its name may hide it."""
    module = sys.modules.get(plugin.value.partition(":")[0].strip())
    return getattr(module, "__file__", None)
