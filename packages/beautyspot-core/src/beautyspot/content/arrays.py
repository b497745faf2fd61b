"""The content of numpy arrays, scalars and types, and of torch tensors: values, not layout."""

import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, Final

from beautyspot.content.naming import Naming
from beautyspot.content.objects import state_of
from beautyspot.core.content import Content, NoContent

__all__ = [
    "array",
    "bit_generator",
    "dtype",
    "generator",
    "masked",
    "random_state",
    "scalar",
    "tensor",
    "ufunc",
    "void",
]

#: Bytes up to which content stands in the text itself.
_BYTES_LIMIT: Final = 64
#: Bytes of a strided array that are copied at a time, so that a large view is not copied whole.
_BLOCK: Final = 1 << 24
#: Kinds whose elements are their bytes.
_BYTES: Final = frozenset("biufcmMSU")


def array(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an array: type of the elements, shape, and every element in C order."""
    kind: type[Any] = value.__class__
    numpy: Any = sys.modules["numpy"]
    named = {} if kind in (numpy.ndarray, numpy.memmap) else {"c": naming.of(kind)}
    labels = {**named, "t": _described(value.dtype), "s": list(value.shape)}
    more: Mapping[str, object] = state_of(value) if named else {}
    plain = value if kind is numpy.ndarray else value.view(numpy.ndarray)
    if _is_bytes(value.dtype):
        return Content("ndarray", {**labels, **_digest(plain)}, more)
    if value.dtype.names is not None:
        fields = [plain[name] for name in value.dtype.names]
        return Content("ndarray", labels, more, fields)
    if value.dtype.kind == "V" and value.dtype.subdtype is None:
        return Content("ndarray", {**labels, **_digest(plain)}, more)
    return Content("ndarray", labels, more, plain.ravel().tolist())


def masked(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a masked array: what is masked does not count, that it is masked does."""
    numpy: Any = sys.modules["numpy"]
    mask = numpy.ma.getmaskarray(value)
    data = numpy.array(value.data, copy=True, order="C")
    if data.dtype.names is None:
        data[mask] = numpy.zeros((), data.dtype)
    parts = [data, mask, value.fill_value, bool(value.hardmask)]
    return Content("masked", {"c": naming.of(type(value))}, value=parts)


def scalar(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a scalar; it differs from the Python number, and from an array without dimensions."""
    numpy: Any = sys.modules["numpy"]
    return Content("npscalar", {"c": naming.of(type(value))}, value=numpy.asarray(value))


def void(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an element of a structured array."""
    numpy: Any = sys.modules["numpy"]
    whole = numpy.array(value, dtype=value.dtype)
    return Content("npscalar", {"c": naming.of(type(value))}, value=whole)


def dtype(value: Any, naming: Naming) -> Content:  # noqa: ANN401, ARG001
    """Write the type of elements."""
    return Content("dtype", {"t": _described(value)})


def ufunc(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a function of arrays by its name."""
    return Content("builtin", {"t": naming.of(type(value)), "n": value.__name__})


def generator(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a random generator by its state."""
    return Content("random", {"t": naming.of(type(value))}, value=value.bit_generator)


def bit_generator(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a source of random bits by its state."""
    return Content("random", {"t": naming.of(type(value))}, value=value.state)


def random_state(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write an old random generator by its state."""
    return Content("random", {"t": naming.of(type(value))}, value=value.get_state(legacy=False))


def tensor(value: Any, naming: Naming) -> Content:  # noqa: ANN401
    """Write a tensor: dtype, shape and values, not the device that it is on."""
    if value.layout is not sys.modules["torch"].strided or value.is_quantized:
        raise NoContent("it is no dense tensor; pass tensor.to_dense()")
    torch: Any = sys.modules["torch"]
    plain = value.detach().cpu().contiguous().resolve_conj().resolve_neg()
    data = memoryview(plain.reshape(-1).view(torch.uint8).numpy())
    labels: dict[str, Any] = {"t": str(value.dtype), "s": list(value.shape)}
    labels |= {"c": naming.of(type(value)), "grad": value.requires_grad}
    return Content("tensor", {**labels, **_of_bytes([data], data.nbytes)})


def _is_bytes(dtype: Any) -> bool:  # noqa: ANN401
    return dtype.kind in _BYTES and dtype.names is None


def _digest(value: Any) -> dict[str, Any]:  # noqa: ANN401
    return _of_bytes(_blocks(value), value.nbytes)


def _of_bytes(blocks: Any, size: int) -> dict[str, Any]:  # noqa: ANN401
    if size <= _BYTES_LIMIT:
        return {"b": b"".join(blocks).hex()}
    digest = sha256()
    for block in blocks:
        digest.update(block)
    return {"sha256": digest.hexdigest()}


def _blocks(value: Any) -> Iterator[Any]:  # noqa: ANN401
    """Answer the bytes of an array in C order; those of a contiguous one uncopied."""
    numpy: Any = sys.modules["numpy"]
    if value.nbytes == 0:
        return
    if value.flags.c_contiguous:
        yield value.reshape(-1).view(numpy.uint8)
        return
    if value.ndim == 0 or value.nbytes <= _BLOCK or value.shape[0] == 0:
        yield numpy.ascontiguousarray(value).reshape(-1).view(numpy.uint8)
        return
    rows = max(1, _BLOCK // (value.nbytes // value.shape[0] or 1))
    for start in range(0, value.shape[0], rows):
        yield from _blocks(numpy.ascontiguousarray(value[start : start + rows]))


def _described(dtype: Any) -> Any:  # noqa: ANN401
    """Answer a type of elements as JSON: byte order, unit, names, shapes; no offsets."""
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return ["subarray", _described(base), list(shape)]
    if dtype.names is not None:
        return [
            "struct",
            *([n, list(dtype.fields[n][2:]), _described(dtype.fields[n][0])] for n in dtype.names),
        ]
    if dtype.kind == "T":
        missing = getattr(dtype, "na_object", None)
        if not isinstance(missing, float | str | None):
            raise NoContent("its dtype has an object for missing values; use StringDType()")
        return ["string", dtype.coerce, repr(missing)]
    if dtype.kind == "V":
        return ["void", dtype.itemsize]
    return dtype.str
