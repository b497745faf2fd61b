"""Whose code is whose: the user's own, that of the standard library, that of installed packages.

The user's own is what is neither in a folder for packages nor part of Python or of beautyspot: the
script and what stands beside it, a project that is installed in place, a notebook, the prompt.
"""

import os
import sysconfig
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

__all__ = ["is_of_python", "is_ours", "is_own", "is_own_file", "is_typed_in"]

_OUR_PACKAGES: Final = frozenset({"beautyspot", "beautyspot_cli"})
_PACKAGE_FOLDERS: Final = frozenset({"site-packages", "dist-packages"})
_NO_MODULE: Final[Mapping[str, Any]] = {}


def is_own(variables: Mapping[str, Any]) -> bool:
    """Tell whether a module, given by its variables, is the user's own."""
    if is_ours(variables.get("__name__")):
        return False
    file = variables.get("__file__")
    return is_own_file(file) if isinstance(file, str) else is_typed_in(variables)


def is_typed_in(variables: Mapping[str, Any]) -> bool:
    """Tell whether variables are those of a notebook or prompt: a main program without a file."""
    return variables.get("__name__") == "__main__" and "__file__" not in variables


def is_ours(module: object) -> bool:
    """Tell whether a module of this name is part of beautyspot."""
    return isinstance(module, str) and module.partition(".")[0] in _OUR_PACKAGES


def is_of_python(variables: Mapping[str, Any] | None) -> bool:
    """Tell whether a module is of the standard library; one without a file is built in."""
    file = (variables or _NO_MODULE).get("__file__")
    return not isinstance(file, str) or _is_in_python(file)


@cache
def is_own_file(file: str) -> bool:
    """Tell whether a file is neither in a folder for packages nor one of Python's own."""
    if file.startswith("<frozen"):
        return False
    folders = os.path.abspath(file).split(os.sep)
    return _PACKAGE_FOLDERS.isdisjoint(folders) and not _is_in_python(file)


@cache
def _is_in_python(file: str) -> bool:
    folders = os.path.abspath(file).split(os.sep)
    if not _PACKAGE_FOLDERS.isdisjoint(folders):
        return False
    paths = {os.path.realpath(file), os.path.abspath(file)}
    return any(path.startswith(_python_folders()) for path in paths)


@cache
def _python_folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = {paths["stdlib"], paths["platstdlib"]}
    found |= {os.path.realpath(path) for path in found}
    return tuple(sorted(f"{path}{os.sep}" for path in found))
