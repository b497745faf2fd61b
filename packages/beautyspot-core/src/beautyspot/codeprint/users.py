"""Which code is the user's own: not that of Python, of installed packages, or of beautyspot."""

import sys
import sysconfig
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType

__all__ = ["is_own", "is_own_file", "is_own_module"]


@cache
def _libraries() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    found.add(str(Path(__file__).parents[1]))
    return tuple(f"{Path(path).resolve()}/" for path in found)


@cache
def is_own_file(filename: str) -> bool:
    """Tell whether a file, or a cell of a notebook, is the user's own."""
    if filename.startswith("<frozen"):
        return False
    path = str(Path(filename).resolve()) if not filename.startswith("<") else filename
    if "/site-packages/" in path or "/dist-packages/" in path:
        return False
    return not path.startswith(_libraries())


def is_own(value: object) -> bool:
    """Tell whether a function or class is the user's own."""
    if isinstance(value, FunctionType):
        return is_own_file(value.__code__.co_filename)
    module = sys.modules.get(getattr(value, "__module__", None) or "")
    return module is not None and is_own_module(module)


def is_own_module(module: ModuleType) -> bool:
    """Tell whether a module is the user's own; the main program of a notebook has no file."""
    file = getattr(module, "__file__", None)
    return module.__name__ == "__main__" if file is None else is_own_file(file)
