"""Built-in types whose methods are called past the classes that are made of them.

What such a call answers is the user's, so it is ``Any``; no type checker follows it.
"""

from collections import OrderedDict
from typing import Any, Final

__all__ = [
    "bare_dict", "bare_frozenset", "bare_list", "bare_object", "bare_ordered_dict", "bare_set",
    "bare_tuple",
]  # fmt: skip

bare_dict: Final[Any] = dict
bare_frozenset: Final[Any] = frozenset
bare_list: Final[Any] = list
bare_object: Final[Any] = object
bare_ordered_dict: Final[Any] = OrderedDict
bare_set: Final[Any] = set
bare_tuple: Final[Any] = tuple
