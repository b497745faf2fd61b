"""Values of libraries that may be installed; they are recognised, and never imported.

A value of a library exists only when the library is loaded, so its classes are looked up among the
loaded modules. A class that only says that it is of a library is no class of it.
"""

import sys
from typing import Final

from beautyspot.content import arrays, frames, images
from beautyspot.content.naming import Write

__all__ = ["foreign_writer"]

#: By the name of a library: dotted names below it, and what writes their instances. Subclasses are
#: written by the first entry that they are a subclass of, with their own name.
_KNOWN: Final[dict[str, dict[str, Write]]] = {
    "numpy": {
        "ma.MaskedArray": arrays.masked,
        "ndarray": arrays.array,
        "void": arrays.void,
        "generic": arrays.scalar,
        "dtype": arrays.dtype,
        "ufunc": arrays.ufunc,
        "random.Generator": arrays.generator,
        "random.BitGenerator": arrays.bit_generator,
        "random.RandomState": arrays.random_state,
    },
    "pandas": {
        "DataFrame": frames.pandas_frame,
        "Series": frames.pandas_series,
        "MultiIndex": frames.pandas_multi_index,
        "RangeIndex": frames.pandas_range_index,
        "Index": frames.pandas_index,
        "Categorical": frames.pandas_categorical,
        "api.extensions.ExtensionArray": frames.pandas_array,
    },
    "polars": {
        "LazyFrame": frames.lazy,
        "Expr": frames.expression,
        "DataFrame": frames.polars_frame,
        "Series": frames.polars_series,
    },
    "pyarrow": {
        "Table": frames.arrow_table,
        "RecordBatch": frames.arrow_batch,
        "ChunkedArray": frames.arrow_array,
        "Array": frames.arrow_array,
        "Buffer": frames.arrow_buffer,
    },
    "PIL": {"Image.Image": images.image},
    "torch": {"Tensor": arrays.tensor},
}


def foreign_writer(kind: type) -> Write | None:
    """Answer what writes instances of a class of a known library, or of a subclass of one."""
    for library, known in _KNOWN.items():
        if library not in sys.modules or not any(
            base.__module__.partition(".")[0] == library for base in kind.__mro__
        ):
            continue
        for name, write in known.items():
            class_ = _class(library, name)
            if class_ is not None and issubclass(kind, class_):
                return write
    return None


def _class(library: str, name: str) -> type | None:
    found: object = sys.modules[library]
    for part in name.split("."):
        found = getattr(found, part, None)
    return found if isinstance(found, type) else None
