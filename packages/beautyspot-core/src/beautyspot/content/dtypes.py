"""The type of the elements of numpy arrays, as JSON."""

import sys
from typing import Any, Final

from beautyspot.core.content import Label, NoContent

__all__ = ["described"]

_REFUSAL: Final = "its dtype has an object for missing values; use StringDType()"


def described(dtype: Any) -> Label:  # noqa: ANN401
    """Answer byte order, unit, names, shapes and offsets: ``dtype.str`` has but some of them."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return ["subarray", described(base), list(shape)]
    if dtype.names is not None:
        return _struct(dtype)
    if dtype.kind == "T":
        return _strings(dtype)
    if dtype.kind == "V":
        return ["void", dtype.itemsize]
    text: str = dtype.str
    return text


def _struct(dtype: Any) -> Label:  # noqa: ANN401
    numpy: Any = sys.modules["numpy"]
    fields: list[Label] = []
    for name in dtype.names:
        kind, offset, *title = dtype.fields[name]
        if not all(isinstance(text, str) for text in title):
            raise NoContent("its dtype has a title that is no text; leave it out")
        fields.append([name, *title, described(kind), int(offset)])
    is_record = dtype.type is not numpy.void
    return ["record" if is_record else "struct", dtype.itemsize, *fields]


def _strings(dtype: Any) -> Label:  # noqa: ANN401
    if not hasattr(dtype, "na_object"):
        return ["string", dtype.coerce]
    missing = dtype.na_object
    if type(missing) not in {float, str, type(None)}:
        if type(missing).__name__ != "NAType":
            raise NoContent(_REFUSAL)
        return ["string", dtype.coerce, "NA", None]
    if type(missing) is str:
        return ["string", dtype.coerce, "str", missing]
    return ["string", dtype.coerce, repr(missing), None]
