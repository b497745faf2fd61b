"""Values of numpy, pandas, polars and PIL, exact or refused; none of these is needed.

``making`` makes codecs whose errors are ours, and ``parts`` checks what comes back from bytes. Each
module named after a library imports it, so it is itself imported on first use. It has the codecs of
some types in a table ``CODECS``.
"""

import sys
from functools import cache
from importlib import import_module
from typing import Final

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec

__all__ = ["codec_for", "codec_named"]

#: Under the name with which a library is imported: what to install, and our modules for it.
_LIBRARIES: Final = {
    "numpy": ("numpy", ("numpy_arrays", "numpy_scalars", "numpy_subclasses")),
    "pandas": (
        "pandas",
        ("pandas_scalars", "pandas_dtypes", "pandas_arrays", "pandas_indexes", "pandas_frames"),
    ),
    "polars": ("polars", ("polars_series", "polars_frames")),
    "PIL": ("pillow", ("pillow_images",)),
}


def codec_for(type_: type) -> Codec | None:
    """Answer the codec for exactly this class; None when it is none of these libraries'.

    Nothing is imported for it: a library that is not loaded has no values. What cannot be stored
    but has a way round has a codec too, whose ``encode`` says so.

    Raises:
        SerializationError: this release of the library lacks what its codecs need.
    """
    module: object = type_.__module__
    if type(module) is not str:  # a class may say anything of itself
        return None
    library = module.partition(".")[0]
    if library not in _LIBRARIES or library not in sys.modules:
        return None
    try:
        codec = _codecs(library).get(type_)
        return _inherited(library, type_) if codec is None else codec
    except Exception as error:  # a release of the library that we do not know may lack anything
        msg = (
            f"beautyspot does not get on with this release of {library} "
            f"({type(error).__name__}: {error}). Return plain values instead"
        )
        raise SerializationError(msg) from error


def codec_named(name: str) -> Codec | None:
    """Answer the codec that is called so in the bytes; None for a name that is not known.

    Raises:
        SerializationError: the library of the type is not installed, or fails to load.
    """
    library = name.partition(".")[0]
    if library not in _LIBRARIES:
        return None
    package, _ = _LIBRARIES[library]
    try:
        import_module(library)
        return _names(library).get(name)
    except Exception as error:  # a library that is broken raises anything while it is imported
        msg = (
            f"a stored {name!r} needs {library}, which cannot be imported "
            f"({type(error).__name__}: {error}). Try: pip install {package}"
        )
        raise SerializationError(msg) from error


def _inherited(library: str, type_: type) -> Codec | None:
    """Answer the codec of a class that is derived from another of the same library."""
    if library != "PIL":
        return None
    bases: dict[type, Codec] = import_module(f"{__name__}.pillow_images").BASES
    return next((codec for base, codec in bases.items() if issubclass(type_, base)), None)


@cache
def _codecs(library: str) -> dict[type, Codec]:
    """Answer the codecs of a library by class."""
    _, modules = _LIBRARIES[library]
    found: dict[type, Codec] = {}
    for module in modules:
        found |= import_module(f"{__name__}.{module}").CODECS
    return found


@cache
def _names(library: str) -> dict[str, Codec]:
    """Answer the codecs of a library by name."""
    return {codec.name: codec for codec in _codecs(library).values()}
