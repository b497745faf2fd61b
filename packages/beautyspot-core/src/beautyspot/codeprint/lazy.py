"""Modules that functions import when they are called: found and read, and not imported.

Whether such an import has been done already is chance, and must not decide a fingerprint. So all of
the module counts, as text, and so do the modules that it imports in turn.
"""

import ast
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec, PathFinder
from typing import NamedTuple

from beautyspot.codeprint.names import Import
from beautyspot.codeprint.ownership import is_ours, is_own_file
from beautyspot.codeprint.sources import NoSource, source_of

__all__ = ["OwnModule", "modules_of"]


class OwnModule(NamedTuple):
    """A module of the user's own."""

    name: str
    package: str  #: where its relative imports begin
    tree: ast.Module


def modules_of(imports: Iterable[Import], package: str) -> list[OwnModule]:
    """Answer the modules of the user's own that statements import.

    Args:
        imports: statements of a module.
        package: the one that this module is in; "" is none.
    """
    names = {name for each in imports for name in _imported(each, package)}
    found = map(_own_module, sorted(names))
    return [module for module in found if module is not None]


def _own_module(name: str) -> OwnModule | None:
    if is_ours(name) or name.partition(".")[0] in sys.stdlib_module_names:
        return None
    spec = _spec_of(name)
    if spec is None or not spec.has_location or not is_own_file(spec.origin or "<frozen"):
        return None
    source = source_of(spec.origin or "", {})
    if isinstance(source, NoSource):
        return None
    package = name if spec.submodule_search_locations is not None else name.rpartition(".")[0]
    return OwnModule(name, package, source.tree)


def _imported(node: Import, package: str) -> Iterator[str]:
    """Answer the names of the modules that a statement may import."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from _with_packages(alias.name)
        return
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *([base] if base else [])])
    yield from _with_packages(base)
    yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")


def _with_packages(name: str) -> Iterator[str]:
    """Answer a name and those of the packages around it, whose code an import runs too."""
    parts = name.split(".")
    yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1) if name)


def _spec_of(name: str) -> ModuleSpec | None:
    """Find a module without importing it or what is around it."""
    top, *rest = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
        for count in range(1, len(rest) + 1):
            if spec is None or spec.submodule_search_locations is None:
                return None
            path = list(spec.submodule_search_locations)
            spec = PathFinder.find_spec(".".join([top, *rest[:count]]), path)
    except Exception:  # noqa: BLE001  # finders are foreign code, and __main__ has no spec
        return None
    return spec
