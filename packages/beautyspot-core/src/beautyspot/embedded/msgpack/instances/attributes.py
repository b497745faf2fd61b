"""Where the instances of a class keep their attributes: in slots, in a dict, or both."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import BuiltinFunctionType, GetSetDescriptorType, MemberDescriptorType
from typing import Any, Final, cast

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.pieces import ABSENT, Absent
from beautyspot.embedded.msgpack.standard.checks import require

__all__ = ["Attributes", "attributes_of"]

#: Of the flags of a class: a ``class`` statement has made it (or C code at run time).
_HEAP: Final = 1 << 9
#: What ``typing`` leaves in an instance of ``Box[int]``: no content, and the class goes without.
_HINT: Final = "__orig_class__"
#: Where attrs keeps a hash, which is another one in the next process.
_HASH: Final = "_attrs_cached_hash"


@dataclass(frozen=True, slots=True)
class Attributes:
    """Reads and sets attributes of instances, past all code of their class."""

    class_: type
    slots: Mapping[str, MemberDescriptorType]
    dict_of: GetSetDescriptorType | None

    def values(self, value: object, names: tuple[str, ...]) -> list[object]:
        """Answer the fields, and behind them a dict with what else there is, if there is more.

        Raises:
            SerializationError: another attribute would hide a method.
        """
        held = self._held(value)
        if tuple(held) == names:
            return list(held.values())
        fields = [
            self.slot(value, name) if name in self.slots else held.get(name, ABSENT)
            for name in names
        ]
        more = {name: held[name] for name in held if name not in names and name != _HINT}
        if _HASH in more:
            more[_HASH] = None
        for name in more:
            if self._hides(name):
                msg = f"its attribute {str(name)[:40]!r} hides that of its class. Make it a field"
                raise SerializationError(msg)
        return [*fields, more] if more else fields

    def set(self, value: object, names: tuple[str, ...], state: list[Any]) -> None:
        """Give a new instance its attributes.

        Raises:
            ValueError: these are the attributes of no instance.
        """
        require(0 <= len(state) - len(names) <= 1, "a value for each field, and a dict")
        if not self.slots and len(state) == len(names) and Absent not in map(type, state):
            if names:
                self._dict(value).update(zip(names, state, strict=True))
            return
        held: dict[str, object] = {}
        for name, field in zip(names, state, strict=False):
            if field is ABSENT:
                continue
            if name in self.slots:
                self.slots[name].__set__(value, field)
            else:
                held[name] = field
        if len(state) > len(names):
            held |= self._more(names, state[-1])
        if _HASH in self.slots:
            self.slots[_HASH].__set__(value, None)
        if held:
            self._dict(value).update(held)

    def _more(self, names: tuple[str, ...], more: object) -> dict[str, object]:
        require(type(more) is dict and bool(more), "a dict of attributes")
        found = cast("dict[str, object]", more)
        for name in found:
            fit = name not in names and name not in self.slots and not self._hides(name)
            require(fit, "attributes that hide nothing")
        return found

    def _held(self, value: object) -> dict[str, object]:
        return {} if self.dict_of is None else self._dict(value).copy()

    def _dict(self, value: object) -> dict[str, object]:
        require(self.dict_of is not None, "no attributes but those in slots")
        found: dict[str, object] = cast("Any", self.dict_of).__get__(value)
        return found

    def slot(self, value: object, name: str) -> object:
        """Answer what stands in a slot."""
        try:
            return cast("object", self.slots[name].__get__(value))
        except AttributeError:
            return ABSENT

    def _hides(self, name: object) -> bool:
        """Tell whether the class has a method, a property or the like by this name."""
        if type(name) is not str or (name.startswith("__") and name.endswith("__")):
            return True
        namespaces = map(vars, self.class_.__mro__)
        found: object = next((space[name] for space in namespaces if name in space), None)
        return hasattr(type(found), "__get__") and type(found) is not cached_property


def attributes_of(class_: type, base: type = object) -> Attributes:
    """Answer where instances of a class have attributes.

    Args:
        class_: the class.
        base: the built-in class that it is made of.

    Raises:
        SerializationError: its instances have content that is neither in slots nor in a dict.
    """
    slots: dict[str, MemberDescriptorType] = {}
    dict_of: GetSetDescriptorType | None = None
    for part in class_.__mro__:
        if part in base.__mro__:
            continue
        made_in_c = not part.__flags__ & _HEAP
        if made_in_c or type(vars(part).get("__new__")) is BuiltinFunctionType:
            name = f"{part.__module__}.{part.__qualname__}"
            msg = f"its class is made of {name}, whose content is not kept. Return plain values"
            raise SerializationError(msg)
        for name, found in vars(part).items():
            if type(found) is MemberDescriptorType:
                slots.setdefault(name, found)
            elif name == "__dict__" and type(found) is GetSetDescriptorType:
                dict_of = found
    return Attributes(class_, slots, dict_of)
