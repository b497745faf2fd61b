"""Paths, by their text. One of another system can be stored nowhere but there."""

import pathlib
from typing import Any, Final

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.standard.checks import exactly, require

__all__ = ["CODECS"]


def _codec(type_: type[pathlib.PurePath]) -> Codec:
    def taken(value: pathlib.PurePath) -> list[object]:
        text = str(value)
        if type_(text) != value or str(type_(text)) != text:
            msg = "its text is that of another path. Return its parts, a tuple"
            raise SerializationError(msg)
        return [text]

    def made(parts: list[Any]) -> pathlib.PurePath:
        (text,) = parts
        value = type_(exactly(text, str))  # NotImplementedError for a path of another system
        require(str(value) == text, "a path in its normal form")
        return value

    return Codec(f"pathlib.{type_.__name__}", taken, made)


_PATHS: Final = (
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    pathlib.PosixPath,
    pathlib.WindowsPath,
)
CODECS: Final[dict[type, Codec]] = {type_: _codec(type_) for type_ in _PATHS}
