"""The content of numpy arrays, scalars, types and random generators: values, not layout."""

import sys
from collections.abc import Iterator
from typing import Any, Final

from beautyspot.content.buffers import of_buffers
from beautyspot.content.dtypes import described
from beautyspot.content.naming import Naming, class_of
from beautyspot.content.states import named_or_whole, state_of
from beautyspot.core.content import Content

__all__ = [
    "array",
    "bit_generator",
    "dtype",
    "generator",
    "masked",
    "random_state",
    "scalar",
    "seed_sequence",
    "ufunc",
    "void",
]

#: Bytes of a strided array that are copied at a time, so that a large view is not copied whole.
_BLOCK: Final = 1 << 20
#: Kinds whose elements are their bytes.
_BYTES: Final = frozenset("biufcmMSU")
#: Bits of the significand of an extended number of 80 bits; its last bytes are padding.
_EXTENDED: Final = 63


def array(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an array: type of the elements, shape, and every element in C order."""
    kind = class_of(value)
    numpy: Any = sys.modules["numpy"]
    labels = {"t": described(value.dtype), "s": list(value.shape)}
    if kind is numpy.ndarray or kind is numpy.memmap:
        return _elements(value.view(numpy.ndarray), labels)
    state = named_or_whole(state_of(value, kind if kind is numpy.recarray else numpy.ndarray))
    whole = _elements(value.view(numpy.ndarray), labels)
    return Content("subarray", {"c": naming.of(kind)}, state[0], [whole, state[1]])


def _elements(value: Any, labels: dict[str, Any]) -> Content:  # noqa: ANN401
    kind = value.dtype.kind
    if value.dtype.names is not None:
        fields = [value[name] for name in value.dtype.names]  # what lies between them is no content
        return Content("ndarray", labels, value=fields)
    if kind in _BYTES and value.dtype.char not in "gG":
        return Content("ndarray", {**labels, **of_buffers(_blocks(value), value.nbytes)})
    if kind in "fc":
        return Content("ndarray", labels, value=_without_padding(value))
    if kind == "V":
        return Content("ndarray", {**labels, **of_buffers(_blocks(value), value.nbytes)})
    return Content("ndarray", labels, value=value.ravel().tolist())


def _without_padding(value: Any) -> Any:  # noqa: ANN401
    """Answer the bytes of long numbers that mean something; the others are whatever was there."""
    numpy: Any = sys.modules["numpy"]
    size = numpy.dtype("g").itemsize
    octets = numpy.ascontiguousarray(value).reshape(-1).view(numpy.uint8).reshape(-1, size)
    is_padded = numpy.finfo("g").nmant == _EXTENDED
    if is_padded and value.dtype.isnative and sys.byteorder == "little":
        return octets[:, :10]
    if is_padded and sys.byteorder == "little":
        return octets[:, -10:]
    return octets


def masked(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a masked array: what is masked does not count, that it is masked does."""
    numpy: Any = sys.modules["numpy"]
    if value is numpy.ma.masked:
        return Content("singleton", value="numpy.ma.masked")
    mask = numpy.ma.getmaskarray(value)
    data = numpy.array(value.data, copy=True, order="C")
    _clear(data, mask)
    kind = class_of(value.data)
    parts = [data, mask, value.fill_value, bool(value.hardmask), kind]
    return Content("masked", {"c": naming.of(type(value))}, value=parts)


def _clear(data: Any, mask: Any) -> None:  # noqa: ANN401
    """Overwrite what is masked."""
    numpy: Any = sys.modules["numpy"]
    if data.dtype.names is None:
        data[mask] = numpy.zeros((), data.dtype)
        return
    for name in data.dtype.names:
        _clear(data[name], mask[name])


def scalar(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a scalar; it differs from the Python number, and from an array without dimensions."""
    numpy: Any = sys.modules["numpy"]
    attributes, rest = named_or_whole(state_of(value, numpy.generic))
    parts = [numpy.asarray(value).view(numpy.ndarray), rest]
    return Content("npscalar", {"c": naming.of(type(value))}, attributes, parts)


def void(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an element of a structured array."""
    numpy: Any = sys.modules["numpy"]
    whole = numpy.array(value, dtype=value.dtype).view(numpy.ndarray)
    return Content("npscalar", {"c": naming.of(type(value))}, value=[whole])


def dtype(value: Any, naming: Naming) -> Content:  # noqa: ANN401, ARG001
    """Write the type of elements."""
    return Content("dtype", {"t": described(value)})


def ufunc(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a function of arrays by its name."""
    return Content("builtin", {"t": naming.of(type(value)), "n": value.__name__})


def generator(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a random generator by its state."""
    return Content("random", {"t": naming.of(type(value))}, value=value.bit_generator)


def bit_generator(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a source of random bits by its state, and by the seeds that it would give others."""
    parts = [value.state, getattr(value, "seed_seq", None)]
    return Content("random", {"t": naming.of(type(value))}, value=parts)


def seed_sequence(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a source of seeds, by what it was made from and how many it has given."""
    return Content("random", {"t": naming.of(type(value))}, value=[value.state, value.pool_size])


def random_state(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an old random generator by its state."""
    return Content("random", {"t": naming.of(type(value))}, value=value.get_state(legacy=False))


def _blocks(value: Any) -> Iterator[Any]:  # noqa: ANN401
    """Answer the bytes of an array in C order; those of a contiguous one uncopied."""
    numpy: Any = sys.modules["numpy"]
    if value.nbytes == 0:
        return
    if value.flags.c_contiguous:
        yield value.reshape(-1).view(numpy.uint8)
        return
    if value.nbytes <= _BLOCK:
        yield numpy.ascontiguousarray(value).reshape(-1).view(numpy.uint8)
        return
    rows = max(1, _BLOCK // (value.nbytes // value.shape[0]))
    for start in range(0, value.shape[0], rows):
        piece = value[start : start + rows] if rows > 1 else value[start]
        yield from _blocks(piece)
