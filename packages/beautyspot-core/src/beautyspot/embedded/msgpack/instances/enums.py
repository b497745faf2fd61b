"""Members of enumerations, by name and value; combinations of flags, by names and value."""

from dataclasses import dataclass
from enum import Enum, Flag
from typing import Any

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.instances.plainness import is_plain, same_plain
from beautyspot.embedded.msgpack.schema import ChangedError
from beautyspot.embedded.msgpack.standard.checks import exactly, require

__all__ = ["EnumShape", "FlagShape"]


@dataclass(frozen=True, slots=True)
class EnumShape:
    """Of an enumeration. A value that is not made of plain values alone is not written."""

    kind: str
    class_: type[Enum]
    names: tuple[str, ...] = ()

    def take(self, value: Enum) -> list[object]:
        """Answer the name of a member and its value."""
        name = vars(value)["_name_"]  # a member may be called "name"
        if _members(self.class_).get(name) is not value:
            msg = "its class does not have it as a member. Return its value"
            raise SerializationError(msg)
        content = _value(value)
        return [name, content] if is_plain(content) else [name]

    def make(self, state: list[Any]) -> object:
        """Answer the member of that name."""
        name, *content = state
        member = _members(self.class_).get(exactly(name, str))
        if member is None:
            msg = f"its member {name[:40]!r} is gone"
            raise ChangedError(msg)
        current = _value(member)
        require(len(content) <= 1, "a name and a value")
        if bool(content) != is_plain(current) or (content and not same_plain(current, content[0])):
            msg = f"its member {name[:40]!r} has another value"
            raise ChangedError(msg)
        return member


@dataclass(frozen=True, slots=True)
class FlagShape:
    """Of an enumeration whose members can be combined."""

    kind: str
    class_: type[Flag]
    names: tuple[str, ...] = ()

    def take(self, value: Flag) -> list[object]:
        """Answer the names of what is combined, and the bits."""
        bits = int(_value(value))
        if not self._is_known(bits) or self.class_(bits) is not value:
            raise SerializationError("its class does not have it as a member. Return its value")
        return [[member.name for member in value], bits]

    def make(self, state: list[Any]) -> object:
        """Answer the member with these bits."""
        names, bits = state
        if not self._is_known(exactly(bits, int)):
            raise ChangedError("a combination of its members is gone")
        try:
            member = self.class_(bits)
        except ValueError as error:
            raise ChangedError("a combination of its members is gone") from error
        if [part.name for part in member] != names:
            raise ChangedError("its members have other values")
        return member

    def _is_known(self, bits: int) -> bool:
        """Tell whether no code of the user is asked for the member with these bits."""
        own = any("_missing_" in vars(base) for base in _above(self.class_, Flag))
        return not own or bits in self.class_._value2member_map_


def _above(class_: type, last: type) -> list[type]:
    return list(class_.__mro__[: class_.__mro__.index(last)])


def _members(class_: type[Enum]) -> dict[str, Enum]:
    members: dict[str, Enum] = vars(class_)["_member_map_"]
    return members


def _value(member: Enum) -> Any:  # noqa: ANN401  # the user's value
    return vars(member)["_value_"]
