"""What classes and functions are called in keys."""

from collections.abc import Callable
from typing import Any, TypeAlias

from beautyspot.core.content import Content

__all__ = ["ModuleName", "Naming", "Write", "class_of"]

#: Answers what a module is called in keys: the main program has the name of its import.
ModuleName: TypeAlias = Callable[[str], str]


class Naming:
    """Answers ``module:qualname`` of classes and functions."""

    __slots__ = ("_module_name",)

    def __init__(self, module_name: ModuleName) -> None:
        """Take what modules are called."""
        self._module_name = module_name

    def of(self, named: Any) -> str:  # noqa: ANN401  # a class or function
        """Answer the name of a class or function."""
        return f"{self.module(named.__module__)}:{named.__qualname__}"

    def module(self, name: object) -> str:
        """Answer the name of a module; "" for that of a function without one."""
        return self._module_name(name) if isinstance(name, str) else ""


#: Answers the content of a value of one type.
Write: TypeAlias = Callable[[Any, Naming], Content]


def class_of(value: object) -> type:
    """Answer the class of a value, whatever its ``__class__`` says."""
    return type(value)
