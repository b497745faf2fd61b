"""What an instance holds: attributes and slots by name, without what only follows from the rest."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

__all__ = ["named_or_whole", "state_of", "without_caches"]

#: Kept in an object and no content: it follows from the rest, and differs between hash seeds.
_FOLLOWS: Final = frozenset({"_attrs_cached_hash"})
_NO_STATE: Final = frozenset({"__dict__", "__weakref__"})


def state_of(value: object, upto: type = object) -> dict[str, object]:
    """Answer attributes and slots by name, without what ``cached_property`` keeps there.

    Args:
        value: the instance.
        upto: slots of this class and of its bases are left out.
    """
    attributes: Mapping[str, object] = getattr(value, "__dict__", {})
    return {**dict(_in_slots(value, upto)), **without_caches(type(value), attributes)}


def without_caches(kind: type, attributes: Mapping[str, object]) -> dict[str, object]:
    """Answer attributes of an instance without those that were computed from the others."""
    cached = _FOLLOWS.union(
        name
        for base in kind.__mro__
        for name, item in vars(base).items()
        if isinstance(item, cached_property)
    )
    return {name: item for name, item in dict(attributes).items() if name not in cached}


def named_or_whole(attributes: Mapping[Any, object]) -> tuple[dict[str, object], object]:
    """Answer attributes by name, or all as one value when a name could not stand in the text."""
    if all(type(name) is str and name != "$" for name in attributes):
        return dict(attributes), None
    return {}, dict(attributes)


def _in_slots(value: object, upto: type) -> Iterator[tuple[str, object]]:
    for base in type(value).__mro__:
        if base is upto:
            return
        slots = vars(base).get("__slots__", ())
        for slot in (slots,) if isinstance(slots, str) else tuple(slots):
            is_mangled = slot.startswith("__") and not slot.endswith("__")
            name = f"_{base.__name__.lstrip('_')}{slot}" if is_mangled else slot
            member: Any = vars(base).get(name)
            if slot in _NO_STATE or name in _FOLLOWS or not hasattr(member, "__get__"):
                continue
            if _is_attrs_cache(base, slot):
                continue
            try:
                yield name, member.__get__(value, type(value))
            except AttributeError:  # nothing is in the slot
                continue


def _is_attrs_cache(base: type, slot: str) -> bool:
    """Tell whether attrs made a slot for what was a ``cached_property``: it is no field."""
    fields = vars(base).get("__attrs_attrs__")
    return fields is not None and all(field.name != slot for field in fields)
