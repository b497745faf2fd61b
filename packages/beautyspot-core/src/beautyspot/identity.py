"""What a function is called: the part of its key that names the code.

``module:qualname``, where a script run as ``__main__`` takes the name that it would have when
imported, so that both share results. A function made inside another one is also told apart by the
values that the variables it uses of the outer one (its closure) have when it is marked.
"""

import inspect
import sys
from collections.abc import Mapping
from pathlib import PurePath
from types import FunctionType, ModuleType
from typing import Any, Final

from beautyspot.content import code_of, unlimited
from beautyspot.core.content import NoContent
from beautyspot.target import Function

__all__ = [
    "closure_of",
    "imported_name",
    "module_of",
    "signature_of",
]


#: Names that say nothing: lambdas, and what ``functools.singledispatch`` registers.
_NAMELESS: Final = frozenset({"<lambda>", "_"})
_MAIN: Final = frozenset({"__main__", "__mp_main__"})


def module_of(function: Function) -> str:
    """Answer the module's name; for the main program, the one that it has when it is imported."""
    return imported_name(str(function.__module__), getattr(function, "__globals__", {}))


def imported_name(module: str, variables: Mapping[str, Any]) -> str:
    """Answer a module's name; for the main program, the one that it has when it is imported.

    A worker process that ``multiprocessing`` starts anew calls the main module ``__mp_main__``.

    Args:
        module: as ``__module__`` of a function or class.
        variables: the globals of a function of the program. Not those in ``sys.modules``: there,
            the main module of a profiled script is the profiler.
    """
    if module not in _MAIN:
        return module
    spec = variables.get("__spec__")
    # python -m module, or python -m package, which runs package.__main__; a profiler makes one up.
    if spec is not None and spec.name not in _MAIN:
        name: str = spec.name
        return name
    file = variables.get("__file__")
    return PurePath(file).stem if file else module


def signature_of(function: Function) -> inspect.Signature:
    """Answer the signature of the very function that runs.

    ``inspect.signature`` answers that of a function that this one only wraps, or one that somebody
    attached to it: other parameters, other defaults, and so the keys of other calls.
    """
    if not isinstance(function, FunctionType):
        return inspect.signature(function)
    bare = FunctionType(function.__code__, {}, closure=function.__closure__)
    bare.__defaults__, bare.__kwdefaults__ = function.__defaults__, function.__kwdefaults__
    return inspect.signature(bare)


_UNASSIGNED: Final = (
    "it has no value yet when the function is marked, and may have any when it runs; assign it "
    "before the function is marked, or mark the function later: name = spot.mark(name)"
)
_TOO_DEEP: Final = "functions are closed over each other too many levels deep to be told apart"


def closure_of(function: Function) -> dict[str, object]:
    """Answer what tells a function from others of its name: variables of enclosing functions.

    Their values are those of now, when the function is marked: a list that it fills or a counter
    that it moves later on does not make every call another one. What the module of a value has
    under the value's own name (modules, functions, classes) counts by that name, as globals do; any
    other function counts by its code, defaults and closure. The function's own name does not count.
    Functions named ``<lambda>`` or ``_`` are many, so they count by their code as well; and those
    that took the name of another one (``functools.wraps``) by where they were made. ``NoContent``
    stands for what is not known when the function is marked.
    """
    if not isinstance(function, FunctionType):
        return {}
    own: dict[str, object] = {}
    if function.__name__ in _NAMELESS:
        own = {
            "lambda": [code_of(function.__code__), function.__defaults__, function.__kwdefaults__]
        }
    elif (maker := _maker(function)) is not None:
        own = {"wrapped by": maker}
    try:
        return own | _closure_of(function, {id(function): 0})
    except RecursionError:
        return {"nonlocal functions": NoContent(_TOO_DEEP)}


def _maker(function: FunctionType) -> str | None:
    """Answer the name that a function had before it took that of another; None: it has its own."""
    variables, name = function.__globals__, function.__code__.co_qualname
    home = variables.get("__name__", function.__module__)
    if (home, name) == (function.__module__, function.__qualname__):
        return None
    return f"{imported_name(str(home), variables)}:{name}"


def _closure_of(function: FunctionType, visited: dict[int, int]) -> dict[str, object]:
    """Answer the closure; a function that was visited before counts by the order of its visit."""
    found: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            value = unlimited(cell.cell_contents)
        except ValueError:
            if not _is_own(name, function):
                found[f"nonlocal {name}"] = NoContent(_UNASSIGNED)
            continue
        if value is function:
            continue
        if id(value) in visited:
            found[f"visited {name}"] = visited[id(value)]
        elif (shared := _shared_name(value)) is not None:
            found[f"shared {name}"] = shared
        elif type(value) is FunctionType:  # isinstance asks the value itself, which may be a proxy
            visited[id(value)] = len(visited)
            found[f"function {name}"] = _described(value, visited)
        else:
            found[f"nonlocal {name}"] = value
    return found


def _is_own(name: str, function: FunctionType) -> bool:
    """Tell whether a variable gets its value by defining the function, or the class around it.

    A method does not see its own name: a variable of that name is another one. And it is the name
    in the source that counts: a function may have taken that of another one.
    """
    return name == "__class__" or function.__code__.co_qualname.endswith(f"<locals>.{name}")


def _shared_name(value: object) -> str | None:
    """Answer the name by which everybody finds this very object, None when there is none."""
    try:
        if isinstance(value, ModuleType):
            return value.__name__ if sys.modules.get(value.__name__) is value else None
        module, path = value.__module__, getattr(value, "__qualname__", None)
        if not isinstance(path, str):
            return None
        found: object = sys.modules[module]
        for part in path.split("."):
            found = getattr(found, part)
    except Exception:  # noqa: BLE001  # attributes of foreign objects can raise anything
        return None
    return f"{module}:{path}" if found is value else None


def _described(function: FunctionType, visited: dict[int, int]) -> dict[str, object]:
    """Answer what tells a function from others, as plain content."""
    return {
        "name": f"{function.__module__}:{function.__qualname__}",
        "code": code_of(function.__code__),
        "defaults": function.__defaults__,
        "kwdefaults": function.__kwdefaults__,
        "closure": _closure_of(function, visited),
    }
