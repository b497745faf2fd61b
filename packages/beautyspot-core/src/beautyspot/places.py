"""Where a marked function is found again: by which name, in which module.

That is what a pickle of it holds, as a pickle of a function does. Another process that imports the
module has the same function there, marked by its own Spot.
"""

import inspect
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

from beautyspot.core.errors import ConfigurationError

__all__ = ["Place", "fetch", "place_of"]


@dataclass(frozen=True, slots=True)
class Place:
    """A name in a module."""

    module: str
    path: str  #: with dots, through classes


def place_of(wanted: object, likely: Place) -> Place | None:
    """Answer a place that leads to the very object, in a loaded module; None: there is none."""
    if _at(likely) is wanted:
        return likely
    homes = [likely.module, "__main__", *sys.modules]
    for module in homes:
        for name, value in _names(module):
            if value is wanted:
                return Place(module, name)
    return None


def fetch(module: str, path: str) -> object:
    """Answer the marked function at a place; its module is imported.

    Raises:
        ConfigurationError: there is none in this process.
    """
    import_module(module)
    found = _at(Place(module, path))
    if found is not None:
        return found
    msg = f"{module}.{path} was sent to this process, which has no marked function there. "
    if module == "__main__":
        msg += (
            "It started without the main program (joblib does that): define the function in a "
            "module that both import"
        )
    else:
        msg += "Mark the function where it is defined, so that every process that imports it does"
    raise ConfigurationError(msg)


def _at(place: Place) -> object | None:
    """Answer the marked function at a place, without its class binding it; None: there is none."""
    found: Any = sys.modules.get(place.module)
    for name in place.path.split("."):
        found = inspect.getattr_static(found, name, None)
    while isinstance(found, staticmethod | classmethod):
        found = cast("Any", found).__func__
    return found if found is None or type(found).__module__ == "beautyspot.marked" else None


def _names(module: str) -> list[tuple[str, object]]:
    # Not everything in sys.modules is a module.
    variables = cast("object", getattr(sys.modules.get(module), "__dict__", None))
    return list(cast("dict[str, object]", variables).items()) if type(variables) is dict else []
