"""Finds a class by the name that stands in stored data, in the code of a function alone.

What is stored names classes. A name in data must never decide what is imported or made; so a class
is taken only from what the user's code refers to already: the annotations of the function, the
annotations of the fields of those classes, what stands in the function's module and closure, and in
modules that are imported there. Nothing is imported and no annotation is evaluated.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, Final

from beautyspot.classes.hints import classes_in

__all__ = ["ClassFinder", "class_finder"]

ModuleName = Callable[[str], str]

#: Parts of a dotted name. Data may hold any text for a name.
_LONGEST: Final = 20


def class_finder(function: Callable[..., Any], module_name: ModuleName = str) -> "ClassFinder":
    """Answer what finds the classes that a function's code holds.

    Args:
        function: any; of one that is not written in Python no class is found.
        module_name: answers what a module is called in stored data: the main program's is the name
            that it has when it is imported.
    """
    return ClassFinder(function, module_name)


class ClassFinder:
    """Answers the class called ``module:qualname``, None when there is none.

    It looks each time: a class that is defined later, or anew, is found. What takes long is kept
    as long as the name still leads to a class that is called so.
    """

    __slots__ = ("_found", "_function", "_globals", "_module_name", "_names")

    def __init__(self, function: Callable[..., Any], module_name: ModuleName) -> None:
        self._function = function
        self._module_name = module_name
        self._globals: Mapping[str, object] = getattr(function, "__globals__", {})
        #: Where in the globals a class stands that is not called as it stands there.
        self._names: dict[str, str] = {}
        #: What the annotations hold; classes of functions within functions stand nowhere else.
        self._found: dict[str, type | None] | None = None

    def __call__(self, name: str) -> type | None:
        """Answer the class of a name."""
        module, _, path = name.partition(":")
        class_ = _within(self._globals, path)
        return class_ if self._is(class_, name) else self._elsewhere(name, module, path)

    def name_of(self, class_: type) -> str:
        """Answer what a class is called in stored data."""
        return f"{self._module_of(class_)}:{class_.__qualname__}"

    def _is(self, class_: type | None, name: str) -> bool:
        return class_ is not None and self.name_of(class_) == name

    def _elsewhere(self, name: str, module: str, path: str) -> type | None:
        class_ = _within(self._globals, self._names.get(name, ""))
        if self._is(class_, name):
            return class_
        for space in self._spaces(module):
            class_ = _within(space, path)
            if self._is(class_, name):
                return class_
        return self._renamed(name) or self._annotated(name)

    def _spaces(self, wanted: str) -> Iterator[Mapping[str, object]]:
        """Answer what stands in a module, when the function's module refers to it.

        By the module itself, by a package that it is part of, or by something that it defines.
        """
        for value in list(self._globals.values()):
            if isinstance(value, ModuleType):
                space = vars(value)
                name = str(space.get("__name__"))
                if name == wanted:
                    yield space
                elif wanted.startswith(f"{name}."):
                    yield from _submodule(space, wanted[len(name) + 1 :])
            elif isinstance(value, type | FunctionType) and self._module_of(value) == wanted:
                module = sys.modules.get(value.__module__)
                if module is not None:
                    yield vars(module)
                return

    def _module_of(self, value: type | FunctionType) -> str:
        return self._module_name(str(value.__module__))

    def _renamed(self, name: str) -> type | None:
        """Answer a class that stands under another name, when it is the only one called so."""
        found = {
            key: value
            for key, value in list(self._globals.items())
            if isinstance(value, type) and self._is(value, name)
        }
        if len({id(value) for value in found.values()}) != 1:
            return None
        key, class_ = next(iter(found.items()))
        self._names[name] = key
        return class_

    def _annotated(self, name: str) -> type | None:
        """Answer a class that annotations or the closure hold.

        They are read again for a name that they do not hold: what was not defined then may be now.
        """
        if self._found is None or self._found.get(name) is None:
            self._found = {}
            for class_ in classes_in(self._function):
                key = self.name_of(class_)
                # Two classes of one name are told apart by nothing that is stored.
                self._found[key] = class_ if self._found.get(key, class_) is class_ else None
        return self._found.get(name)


def _within(space: Mapping[str, object], path: str) -> type | None:
    """Answer the class at a dotted path; every step but the first leads through a class."""
    first, *rest = path.split(".", _LONGEST)
    found = space.get(first)
    for step in rest:
        found = vars(found).get(step) if isinstance(found, type) else None
    return found if isinstance(found, type) else None


def _submodule(space: Mapping[str, object], path: str) -> Iterator[Mapping[str, object]]:
    for step in path.split(".", _LONGEST):
        found = space.get(step)
        if not isinstance(found, ModuleType):
            return
        space = vars(found)
    yield space
