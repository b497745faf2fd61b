"""Addresses and networks of the Internet, and UUIDs."""

import ipaddress
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID, SafeUUID

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.standard.checks import exactly, require

__all__ = ["CODECS"]

#: Longer than any address: parsing a long text takes a long time.
_LONGEST: Final = 500


def _codec(type_: Callable[[str], object], name: str) -> Codec:
    def taken(value: object) -> list[object]:
        text = str(value)
        if len(text) > _LONGEST or type_(text) != value:
            msg = "its text is that of another one. Return the parts of it as plain values"
            raise SerializationError(msg)
        return [text]

    def made(parts: list[Any]) -> object:
        (text,) = parts
        require(len(exactly(text, str)) <= _LONGEST, f"at most {_LONGEST} characters")
        value = type_(text)
        require(str(value) == text, "an address in its normal form")
        return value

    return Codec(name, taken, made)


def _of_uuid(value: UUID) -> list[object]:
    return [value.bytes, value.is_safe.value]


def _uuid(parts: list[Any]) -> UUID:
    content, safe = parts
    return UUID(bytes=exactly(content, bytes), is_safe=SafeUUID(safe))


_IPS: Final = (
    ipaddress.IPv4Address,
    ipaddress.IPv4Interface,
    ipaddress.IPv4Network,
    ipaddress.IPv6Address,
    ipaddress.IPv6Interface,
    ipaddress.IPv6Network,
)
CODECS: Final[dict[type, Codec]] = {
    **{type_: _codec(type_, f"ipaddress.{type_.__name__}") for type_ in _IPS},
    UUID: Codec("uuid.UUID", _of_uuid, _uuid),
}
