"""The content of instances of classes: members, fields, attributes, or what they reduce to."""

import copyreg
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum, Flag
from functools import cached_property
from pathlib import PurePath
from typing import Any, Final, cast

from beautyspot.content.naming import Naming, Write
from beautyspot.core.content import Content, NoContent

__all__ = ["class_writer", "state_of"]

#: Kept in an object and no content: it follows from the rest, and differs between hash seeds.
_FOLLOWS: Final = frozenset({"_attrs_cached_hash"})
#: Modules whose objects around a function count as that function.
_WRAPPERS: Final = frozenset({"beautyspot.marked", "functools"})
#: Types of values of a member that are told with its name; others may have no content.
_TOLD: Final = frozenset({int, str, float, bool, bytes})
#: Goes past an ``__iter__`` that a class has of its own.
_members: Final[Any] = getattr(tuple, "__iter__")  # noqa: B009  # pyright cannot name its type
_NEW: Final = frozenset(
    {getattr(copyreg, "__newobj__"), getattr(copyreg, "__newobj_ex__")}  # noqa: B009  # typeshed
)


def class_writer(kind: Any) -> Write:  # noqa: ANN401, PLR0911  # a class; one for each kind
    """Answer what writes instances of a class, and of no subclass: that means something else."""
    if issubclass(kind, type):
        return _class
    if kind.__module__ in _WRAPPERS and hasattr(kind, "__get__"):
        return _wrapper
    if issubclass(kind, Enum):
        return _member
    if hasattr(kind, "__pydantic_extra__"):
        return _pydantic
    if hasattr(kind, "_fields") and issubclass(kind, tuple):
        return _named_tuple
    if issubclass(kind, set | frozenset):
        return _set
    if issubclass(kind, PurePath):
        return _path
    return _reduced


def _class(value: Any, naming: Naming) -> Content:  # noqa: ANN401  # with a metaclass
    return Content("class", {"n": naming.of(value)})


def _wrapper(value: Any, _: Naming) -> Content:  # noqa: ANN401
    return Content("wrapped", value=value.__wrapped__)


def _set(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    return _made_of(frozenset(value), value, naming)


def _member(value: Enum, naming: Naming) -> Content:
    """Write a member by name; a flag by its bits, for combinations have no name of their own."""
    label = {"t": naming.of(type(value))}
    if isinstance(value, Flag):
        return Content("enum", label, value=value.value)
    means: object = value.value
    return Content(
        "enum", {**label, "n": value.name}, value=means if type(means) in _TOLD else None
    )


def _named_tuple(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    return _made_of([*_members(value)], value, naming)


def _path(value: PurePath, naming: Naming) -> Content:
    """Write a path of the user's own class; the slots of pathlib are its caches."""
    own = [base for base in type(value).__mro__ if not base.__module__.startswith("pathlib")]
    state = {**dict(_in_slots(value, own)), **_attributes(value)}
    return Content("object", {"t": naming.of(type(value))}, state, str(value))


def _made_of(whole: object, value: object, naming: Naming) -> Content:
    return Content("object", {"t": naming.of(type(value))}, state_of(value), whole)


def _pydantic(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a model; which fields were given and which are defaults is no content."""
    more = [getattr(value, f"__pydantic_{part}__", None) for part in ("extra", "private")]
    return Content("pydantic", {"t": naming.of(type(value))}, _attributes(value), more)


def state_of(value: object) -> Mapping[str, object]:
    """Answer attributes and slots by name, without what ``cached_property`` keeps there."""
    return {**dict(_in_slots(value, type(value).__mro__)), **_attributes(value)}


def _attributes(value: object) -> dict[str, object]:
    attributes: dict[str, object] = getattr(value, "__dict__", {})
    return _without_caches(type(value), attributes)


def _without_caches(kind: type, attributes: Mapping[str, object]) -> dict[str, object]:
    cached = _FOLLOWS.union(
        name
        for base in kind.__mro__
        for name, item in vars(base).items()
        if isinstance(item, cached_property)
    )
    return {name: item for name, item in dict(attributes).items() if name not in cached}


def _in_slots(value: object, bases: Iterable[type]) -> Iterator[tuple[str, object]]:
    for base in bases:
        slots = vars(base).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else tuple(slots):
            is_mangled = slot.startswith("__") and not slot.endswith("__")
            name = f"_{base.__name__.lstrip('_')}{slot}" if is_mangled else slot
            member: Any = vars(base).get(name)
            if slot in {"__dict__", "__weakref__"} or not hasattr(member, "__get__"):
                continue
            try:
                yield name, member.__get__(value, type(value))
            except AttributeError:  # nothing is in the slot
                continue


def _reduced(value: object, naming: Naming) -> Content:
    """Write any object by what it says that it is made of; nothing of that is called."""
    kind: Any = type(value)
    try:
        answer: Any = value.__reduce_ex__(4)
    except TypeError as error:
        raise NoContent(f"it cannot be taken apart ({error})") from error
    label = {"t": naming.of(kind)}
    if isinstance(answer, str):
        home = naming.module(getattr(value, "__module__", None))
        return Content("global", {**label, "n": f"{home}:{answer}"})
    parted: list[Any] = [*answer, None, None, None]
    made, args, state, items, pairs = parted[:5]
    parts: dict[str, object] = {"args": list(args[1:] if made in _NEW else args)}
    if made not in _NEW and made is not kind:
        parts["made"] = made
    if items is not None:
        parts["items"] = list(items)
    if pairs is not None:
        listed: list[Any] = [list(pair) for pair in pairs]
        parts["pairs"] = listed if issubclass(kind, OrderedDict) else dict(listed)
    attributes, parts["state"] = _state(kind, state)
    content = {name: part for name, part in parts.items() if part is not None}
    return Content("object", label, attributes, content)


def _state(kind: Any, state: Any) -> tuple[dict[str, object], object]:  # noqa: ANN401
    """Answer attributes by name, and a state that has none."""
    plain: Any = state
    slots: Any = None
    if type(plain) is tuple and len(state) == 2 and type(state[1]) is dict:
        plain, slots = state[0], state[1]
    if not isinstance(plain, dict | None):
        return {}, cast("object", state)
    both: dict[Any, object] = {**(plain or {}), **(slots or {})}
    if all(type(name) is str and name != "$" for name in both):
        return _without_caches(kind, both), None
    return {}, both
