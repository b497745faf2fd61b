"""Answers the content of any value that has some: by its exact type, found once for each type."""

from collections.abc import Callable
from typing import Any, cast

from beautyspot.content.callables import CALLABLES, wrapper_writer
from beautyspot.content.foreign import foreign_writer
from beautyspot.content.naming import ModuleName, Naming, Write
from beautyspot.content.objects import class_writer
from beautyspot.content.refusals import refuse
from beautyspot.content.standard import STANDARD, derived_writer
from beautyspot.content.typed import typed_writer
from beautyspot.core.content import Content, NoContent
from beautyspot.core.errors import ConfigurationError

__all__ = ["Describer", "KeyFunctions"]


class KeyFunctions:
    """What counts of types, as users have registered it."""

    def __init__(self) -> None:
        """Begin without any."""
        self._functions: dict[type, Callable[[Any], object]] = {}

    def register(self, type_: type, key: Callable[[Any], object]) -> None:
        """Say what counts of a type and its subclasses; the latest word counts.

        Raises:
            ConfigurationError: it is no class, or no function.
        """
        if not isinstance(cast("object", type_), type) or not callable(key):
            msg = (
                f"register_key({type_!r}, {key!r}) is not possible: expected a class, and a "
                "function that answers what counts of an instance"
            )
            raise ConfigurationError(msg)
        self._functions[type_] = key

    def find(self, type_: type) -> Callable[[Any], object] | None:
        """Answer the function of a class, or of the nearest base that has one."""
        if not self._functions:
            return None
        return next((self._functions[c] for c in type_.__mro__ if c in self._functions), None)


class Describer:
    """Answers the content of values that are not plain."""

    def __init__(
        self, key_functions: KeyFunctions | None = None, module_name: ModuleName = str
    ) -> None:
        """Take what users registered (None: nothing), and what a module is called in keys."""
        self._key_functions = KeyFunctions() if key_functions is None else key_functions
        self._naming = Naming(module_name)
        self._writers: dict[type, Write] = {}

    def describe(self, value: object) -> Content:
        """Answer what a value is made of.

        Raises:
            NoContent: it has no content that another process would find again.
        """
        kind = type(value)
        key = self._key_functions.find(kind)
        if key is not None:
            return self._keyed(kind, key(value))
        write = self._writers.get(kind)
        if write is None:
            write = self._writers[kind] = self._choose(kind)
        return write(value, self._naming)

    def _choose(self, kind: type[Any]) -> Write:
        """Answer what writes values of a type."""
        hook: Callable[[Any], object] | None = getattr(kind, "__cache_key__", None)
        if hook is not None and not issubclass(kind, type):
            return lambda value, _: self._keyed(kind, hook(value))
        return (
            STANDARD.get(kind)
            or CALLABLES.get(kind)
            or wrapper_writer(kind)
            or typed_writer(kind)
            or refuse(kind)
            or foreign_writer(kind)
            or derived_writer(kind)
            or class_writer(kind)
        )

    def _keyed(self, kind: type, key: object) -> Content:
        if key is None:
            raise NoContent("None is all that counts of it, which would make all of its kind alike")
        return Content("key", {"t": self._naming.of(kind)}, value=key)
