"""Where a marked function is found again: by which name, in which module.

That is what a pickle of it holds, as a pickle of a function does. Another process that imports the
module has the same function there, marked by its own Spot.
"""

import inspect
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any, NoReturn, cast

from beautyspot.core.errors import ConfigurationError

__all__ = ["NotHere", "Place", "fetch", "place_of"]


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


class NotHere:
    """Stands for a marked function that another process has and this one has not.

    Refusing to be unpickled would end the worker and with it the whole pool of some executors, so
    it is refused to who calls it.
    """

    def __init__(self, module: str, path: str) -> None:
        """Take the place where nothing was found."""
        self.module = module
        self.path = path

    def __call__(self, *_args: object, **_kwargs: object) -> NoReturn:
        """Say what is missing, and what to do.

        Raises:
            ConfigurationError: always.
        """
        msg = (
            f"{self.module}.{self.path} was sent to this process, which has no marked function "
            "there. Mark it at the top level of a module that both processes import"
        )
        if self.module == "__main__":
            msg += (
                ", not in the main program: workers of joblib start without it, others without "
                "what stands below if __name__ == '__main__'"
            )
        raise ConfigurationError(msg)


def fetch(module: str, path: str) -> object:
    """Answer the marked function at a place, or what stands for it; its module is imported."""
    import_module(module)
    found = _at(Place(module, path))
    return NotHere(module, path) if found is None else found


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
