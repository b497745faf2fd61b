"""Whether small values are plain, and the same: the values of members of enumerations."""

from functools import partial
from typing import Any, Final

__all__ = ["is_plain", "same_plain"]

_SCALARS: Final = frozenset({type(None), bool, int, float, complex, str, bytes})
#: Containers within each other; no member of an enumeration has a deeper value.
_DEEPEST: Final = 20


def is_plain(value: Any, depth: int = 0) -> bool:  # noqa: ANN401  # a value of the user
    """Tell whether a value is made of scalars, tuples and lists alone."""
    if type(value) in _SCALARS:
        return True
    if type(value) not in {tuple, list}:
        return False
    return depth < _DEEPEST and all(map(partial(is_plain, depth=depth + 1), value))


def same_plain(one: Any, two: Any) -> bool:  # noqa: ANN401  # values of the user and from bytes
    """Tell whether two values are equal with equal types; the first is plain."""
    if type(one) is not type(two):
        return False
    if type(one) in {tuple, list}:
        return len(one) == len(two) and all(map(same_plain, one, two))
    return bool(one == two) or (one != one and two != two)  # noqa: PLR0124  # nan
