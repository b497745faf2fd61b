"""The classes that the code of a function holds: those whose instances may be rebuilt for it."""

from beautyspot.classes.finder import ClassFinder, class_finder

__all__ = ["ClassFinder", "class_finder"]
