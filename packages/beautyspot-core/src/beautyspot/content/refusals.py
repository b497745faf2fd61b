"""Values that are bound to this process, and what to do about them."""

import io
import types
import weakref
from contextvars import Context, ContextVar, Token
from enum import Enum
from functools import partial
from random import SystemRandom
from typing import Any, Final, NoReturn

from beautyspot.content.naming import Naming, Write
from beautyspot.core.content import NoContent

__all__ = ["refuse"]

_FILE: Final = (
    "it is an open file; pass its path, and say key=KeyGen.file_content('name') when its content "
    "counts"
)
_HERE: Final = "it belongs to this process alone"
_ONCE: Final = "it can be read only once; pass list(...) of it"

_REFERENCES: Final[tuple[type, ...]] = (
    *weakref.ProxyTypes,
    *(weakref.ReferenceType, weakref.finalize),
    *(weakref.WeakSet, weakref.WeakKeyDictionary, weakref.WeakValueDictionary),
)
#: By base class: what an instance is, and what to do.
_BOUND: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (io.IOBase, _FILE),
    ((types.GeneratorType, types.AsyncGeneratorType), _ONCE),
    (types.CoroutineType, "it is a coroutine, which runs only once; await it and pass the result"),
    (types.ModuleType, "it is a module; pass its name"),
    (_REFERENCES, "it only refers to something; pass that itself"),
    (SystemRandom, "it has no state that could come again; pass random.Random(seed)"),
    ((types.FrameType, types.TracebackType, types.CodeType), _HERE),
    ((ContextVar, Context, Token), _HERE),
    (types.CellType, _HERE),
    (property, _HERE),
)
_LIBRARIES: Final = frozenset(
    (
        *("_thread", "threading", "_socket", "socket", "ssl", "_ssl", "sqlite3", "subprocess"),
        "select",
        "multiprocessing",
        "_multiprocessing",
        "concurrent",
        "asyncio",
        "_asyncio",
        "queue",
        "_queue",
    )
)


def refuse(kind: type[Any]) -> Write | None:  # noqa: PLR0911  # one for each reason
    """Answer what refuses values of a type; None when there may be content."""
    if kind is object:
        return partial(_refused, reason="it is a bare object(), which is only equal to itself")
    if issubclass(kind, io.BytesIO | io.StringIO):
        return None
    for bases, reason in _BOUND:
        if issubclass(kind, bases):
            return partial(_refused, reason=reason)
    if any(hasattr(kind, name) for name in ("__next__", "__anext__")):
        return partial(_refused, reason=_ONCE)
    if hasattr(kind, "__await__"):
        return partial(_refused, reason="it can be awaited; await it and pass the result")
    if str(kind.__module__).partition(".")[0] in _LIBRARIES and not _is_data(kind):
        return partial(_refused, reason=_HERE)
    return None


def _is_data(kind: type) -> bool:
    """Tell whether a class of these libraries only holds values."""
    return issubclass(kind, BaseException | Enum | type) or kind.__name__ == "CompletedProcess"


def _refused(_value: Any, _naming: Naming, *, reason: str) -> NoReturn:  # noqa: ANN401
    raise NoContent(reason)
