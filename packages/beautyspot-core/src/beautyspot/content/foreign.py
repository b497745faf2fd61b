"""Values of libraries that may be installed; they are recognised, and never imported.

A value of a library exists only when the library is loaded, so its classes are looked up among the
loaded modules. A class that only says that it is of a library is no class of it.
"""

import sys
from typing import Final

from beautyspot.content import arrays, arrow, frames, images, models, series, tensors
from beautyspot.content.naming import Write

__all__ = ["foreign_writer"]

#: By module: its classes, and what writes their instances. Subclasses are written by the first
#: entry that they are a subclass of, with their own name.
_KNOWN: Final[dict[str, dict[str, Write]]] = {
    "numpy.ma": {"MaskedArray": arrays.masked},
    "numpy": {
        "ndarray": arrays.array,
        "void": arrays.void,
        "generic": arrays.scalar,
        "dtype": arrays.dtype,
        "ufunc": arrays.ufunc,
    },
    "numpy.random": {
        "Generator": arrays.generator,
        "BitGenerator": arrays.bit_generator,
        "SeedSequence": arrays.seed_sequence,
        "RandomState": arrays.random_state,
    },
    "pandas": {
        "DataFrame": frames.frame,
        "Series": frames.series,
        "MultiIndex": frames.multi_index,
        "RangeIndex": frames.range_index,
        "Index": frames.index,
        "Categorical": frames.categorical,
    },
    "pandas.api.extensions": {"ExtensionArray": frames.cells},
    "polars": {
        "LazyFrame": series.lazy,
        "Expr": series.expression,
        "DataFrame": series.frame,
        "Series": series.series,
    },
    "pyarrow": {
        "Table": arrow.table,
        "RecordBatch": arrow.table,
        "ChunkedArray": arrow.chunked,
        "Array": arrow.array,
        "Buffer": arrow.buffer,
    },
    "PIL.Image": {"Image": images.image},
    "torch": {"Tensor": tensors.tensor},
    "pydantic.main": {"BaseModel": models.pydantic_model},
    "pydantic.v1.main": {"BaseModel": models.pydantic_v1_model},
}


def foreign_writer(kind: type) -> Write | None:
    """Answer what writes instances of a class of a known library, or of a subclass of one."""
    for library, known in _KNOWN.items():
        if library not in sys.modules:
            continue
        # Not getattr: a module may import on demand what it is asked for.
        loaded = vars(sys.modules[library])
        for name, write in known.items():
            class_ = loaded.get(name)
            if isinstance(class_, type) and class_ in kind.__mro__:
                return write
    return None
