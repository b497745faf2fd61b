"""What a function is called: the part of its key that names the code.

``module:qualname``, where a script run as ``__main__`` takes the name that it would have when
imported, so that both share results. A function made inside another one is also told apart by the
values that the variables it uses of the outer one (its closure) have when it is marked.
"""

import inspect
import sys
from pathlib import PurePath
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Final

from beautyspot.core.errors import ConfigurationError

__all__ = ["closure_of", "module_of", "require_function"]


#: What people try to mark, and what to do instead.
_ADVICE: Final[tuple[tuple[type, str], ...]] = (
    (staticmethod, "put @staticmethod above @spot.mark, not below it"),
    (classmethod, "put @classmethod above @spot.mark, not below it"),
    (type, "it is a class; mark the method or function that does the work"),
    (MethodType, "it is a method of one object; mark the function in the class"),
    (BuiltinFunctionType, "it is not written in Python; wrap the call in a function of your own"),
)
_OTHERWISE: Final = "mark a function made with def; options are named: mark(version='v1')"


def require_function(function: object) -> FunctionType:
    """Answer a function that can be marked.

    Raises:
        ConfigurationError: it is something else; the message says what to mark instead.
    """
    if not isinstance(function, FunctionType):
        wrap = "it is an object that can be called; wrap the call in a function of your own"
        otherwise = wrap if callable(function) else _OTHERWISE
        advice = next((text for kind, text in _ADVICE if isinstance(function, kind)), otherwise)
    elif (unfit := _function_advice(function)) is not None:
        advice = unfit
    else:
        return function
    raise ConfigurationError(f"{function!r} cannot be marked: {advice}")


def _function_advice(function: FunctionType) -> str | None:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        return "it is a generator; return a list, which can be stored whole"
    if function.__name__ == "<lambda>":
        return "a lambda has no name to remember it by; write it as def"
    return None


def module_of(function: FunctionType) -> str:
    """Answer the module's name, for a script run as ``__main__`` the one it has when imported."""
    module = function.__module__
    if module != "__main__":
        return module
    main = sys.modules["__main__"]
    spec = getattr(main, "__spec__", None)
    if spec is not None:  # python -m package.module, or python -m package
        name: str = spec.name
        return name.removesuffix(".__main__")
    file = getattr(main, "__file__", None)
    return PurePath(file).stem if file else module


def closure_of(function: FunctionType) -> dict[str, object]:
    """Answer the variables of the enclosing functions that ``function`` uses, as they are now.

    Now is when the function is marked: a list that it fills or a counter that it moves later on
    does not make every call another one. A variable that is not assigned yet, or that is the
    function itself, is left out. What the function shares with every function of its module
    anyway (modules, and functions and classes at the top of a module) counts by its name, as
    globals do.
    """
    found: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            value = cell.cell_contents
        except ValueError:  # not assigned yet
            continue
        plain = getattr(value, "__wrapped__", value)
        if plain is function:
            continue
        shared = _shared_name(plain)
        if shared is None:
            found[f"nonlocal {name}"] = value
        else:
            found[f"shared {name}"] = shared
    return found


def _shared_name(value: object) -> str | None:
    match value:
        case ModuleType():
            return value.__name__
        case FunctionType() | type() if "<locals>" not in value.__qualname__:
            return f"{value.__module__}:{value.__qualname__}"
        case BuiltinFunctionType(__self__=ModuleType()):
            return f"{value.__module__}:{value.__qualname__}"
        case _:
            return None
