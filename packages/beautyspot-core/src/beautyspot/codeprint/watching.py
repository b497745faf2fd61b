"""Notices at run time that a name leads to another object than when a fingerprint was made.

A cell of a notebook is run again, a module reloaded, a function replaced by a test. This is asked
at every hit, so what it costs is bounded, and the work is done in C: one ``itemgetter`` per module.
"""

from collections.abc import Iterable, KeysView, Mapping
from operator import itemgetter
from types import FunctionType
from typing import Any, Final, NamedTuple

from beautyspot.codeprint.ownership import is_typed_in

__all__ = ["Use", "Watch"]

#: Names that are watched one by one. Of further modules one name is, which is enough to notice a
#: reload; in a notebook, where any of them can be defined anew, all are.
_MOST: Final = 32


class Use(NamedTuple):
    """A name in a module or class, and what it led to."""

    space: Mapping[str, Any]
    name: str
    value: object
    is_there: bool = True  #: False: there is no such name, or not yet


class _Watched(NamedTuple):
    """The names that are watched in one module or class."""

    space: Mapping[str, Any]
    there: dict[str, object]
    absent: list[str]


class Watch:
    """Knows what the names led to that the code of a function uses."""

    __slots__ = ("_absent", "_code", "_function", "_there")

    def __init__(self, function: FunctionType, uses: Iterable[Use] = ()) -> None:
        """Take the function, and the uses, the nearest first."""
        self._function = function
        self._code = function.__code__
        watched = _chosen(uses)
        self._there = tuple(
            # Two names make a tuple, which compares by identity first; one would not.
            (itemgetter(*each.there, *each.there), each.space, (*each.there.values(),) * 2)
            if len(each.there) == 1
            else (itemgetter(*each.there), each.space, (*each.there.values(),))
            for each in watched
            if each.there
        )
        self._absent: tuple[tuple[KeysView[str], tuple[str, ...]], ...] = tuple(
            (each.space.keys(), tuple(each.absent)) for each in watched if each.absent
        )

    def changed(self) -> bool:
        """Tell whether something leads elsewhere."""
        if self._function.__code__ is not self._code:
            return True
        try:
            for read, space, expected in self._there:
                if read(space) != expected:
                    return True
        except Exception:  # noqa: BLE001  # a name is gone, or a foreign object cannot be compared
            return True
        # any() of a generator would cost as much as all of the rest.
        for names, absent in self._absent:  # noqa: SIM110
            if not names.isdisjoint(absent):
                return True
        return False


def _chosen(uses: Iterable[Use]) -> list[_Watched]:
    """Answer what is watched, by module."""
    watched: dict[int, _Watched] = {}
    for count, use in enumerate(uses):
        group = watched.setdefault(id(use.space), _Watched(use.space, {}, []))
        if count >= _MOST and (group.there or group.absent) and not is_typed_in(use.space):
            continue
        if use.is_there:
            group.there[use.name] = use.value
        else:
            group.absent.append(use.name)
    return list(watched.values())
