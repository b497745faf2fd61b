"""Values of the standard library, exactly: which codec is for which type.

Each module here answers for some modules of the standard library, and is imported with them: when
the first such value is written, or when stored bytes name one.
"""

from functools import cache
from importlib import import_module
from typing import Final, cast

from beautyspot.embedded.msgpack.codec import Codec

__all__ = ["codec_for", "codec_named"]

#: The module of a type, up to the first dot, and the module here that knows its types. Nothing
#: else is ever imported because bytes say so.
_KNOWING: Final = {
    "array": "arrays",
    "builtins": "builtin",
    "collections": "collected",
    "datetime": "moments",
    "decimal": "exact_numbers",
    "fractions": "exact_numbers",
    "ipaddress": "addresses",
    "pathlib": "paths",
    "re": "patterns",
    "types": "collected",
    "uuid": "addresses",
    "zoneinfo": "moments",
}


def codec_for(type_: type) -> Codec | None:
    """Answer the codec of an exact type, None when there is none."""
    module = cast("object", type_.__module__)  # anything may be put there
    knowing = _KNOWING.get(module.partition(".")[0]) if type(module) is str else None
    return None if knowing is None else _codecs(knowing).get(type_)


def codec_named(name: str) -> Codec | None:
    """Answer the codec that writes this name, None when there is none."""
    knowing = _KNOWING.get(name.partition(".")[0])
    return None if knowing is None else _named(knowing).get(name)


@cache
def _codecs(knowing: str) -> dict[type, Codec]:
    codecs: dict[type, Codec] = import_module(f"{__name__}.{knowing}").CODECS
    return codecs


@cache
def _named(knowing: str) -> dict[str, Codec]:
    return {codec.name: codec for codec in _codecs(knowing).values()}
