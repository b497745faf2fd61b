"""The content of any object: what it says that it is made of. Nothing of that is ever called."""

import copyreg
import sys
from collections import OrderedDict
from types import BuiltinFunctionType, FunctionType, NoneType
from typing import Any, Final

from beautyspot.content.naming import Naming
from beautyspot.content.states import named_or_whole, state_of, without_caches
from beautyspot.core.content import Content, NoContent

__all__ = ["reduced", "reduction"]

_NEW: Final = frozenset(
    {getattr(copyreg, "__newobj__"), getattr(copyreg, "__newobj_ex__")}  # noqa: B009  # typeshed
)


def reduced(value: object, naming: Naming) -> Content:
    """Write any object by what it says that it is made of; nothing of that is called."""
    kind = type(value)
    label = {"t": naming.of(kind)}
    answer = reduction(value)
    if isinstance(answer, str):
        home = naming.module(getattr(value, "__module__", None))
        return Content("global", {**label, "n": f"{home}:{answer}"})
    made, args, state, items, pairs = _five(answer)
    parts: dict[str, object] = {"args": list(args[1:] if made in _NEW else args)}
    if made not in _NEW and made is not kind:
        parts["made"] = _name_of(made, naming)
    if items is not None:
        parts["items"] = list(items)
    if pairs is not None:
        listed: list[Any] = [list(pair) for pair in pairs]
        parts["pairs"] = listed if OrderedDict in kind.__mro__ else dict(listed)
    attributes, parts["state"] = _state(kind, state)
    if not attributes and (base := _unaware(kind)) is not None:
        attributes, parts["own"] = named_or_whole(state_of(value, base))
    content = {name: part for name, part in parts.items() if part is not None}
    return Content("object", label, attributes, content)


def reduction(value: object) -> Any:  # noqa: ANN401
    """Answer what an object says that it is made of.

    Raises:
        NoContent: it cannot be taken apart.
    """
    registered = copyreg.dispatch_table.get(type(value))
    try:
        return value.__reduce_ex__(4) if registered is None else registered(value)
    except TypeError as error:
        raise NoContent(f"it cannot be taken apart ({error})") from error


def _name_of(made: object, naming: Naming) -> object:
    """Answer the name of what puts an object together; itself when its name does not tell it."""
    if isinstance(made, type | FunctionType | BuiltinFunctionType) and "<" not in made.__qualname__:
        return naming.of(made)
    return made


def _unaware(kind: type) -> type | None:
    """Answer the base whose ``__reduce__`` knows nothing of what a subclass keeps beside it.

    Those of the standard library leave it out; others may do so because it is no content.
    """
    for base in kind.__mro__[:-1]:
        if "__reduce__" in vars(base) or "__reduce_ex__" in vars(base):
            is_own = base.__module__.partition(".")[0] in sys.stdlib_module_names
            return base if is_own and base is not kind else None
    return None


def _five(answer: Any) -> list[Any]:  # noqa: ANN401
    """Answer who puts an object together, of what arguments, state, items and pairs."""
    return (list(answer) + [None] * 3)[:5]


def _state(kind: type, state: Any) -> tuple[dict[str, object], object]:  # noqa: ANN401
    """Answer attributes by name, and a state that has none."""
    attributes, slots = _in_two(state)
    is_usual = _is_exactly(attributes, dict, NoneType) and _is_exactly(slots, dict)
    if not is_usual or not set(slots).isdisjoint(attributes or {}):
        return {}, state
    named, rest = named_or_whole({**(attributes or {}), **slots})
    return without_caches(kind, named), rest


def _in_two(state: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Answer attributes and slots: a pair when a class has slots."""
    return state if _is_exactly(state, tuple) and len(state) == 2 else (state, {})


def _is_exactly(value: object, *kinds: type) -> bool:
    return type(value) in kinds
