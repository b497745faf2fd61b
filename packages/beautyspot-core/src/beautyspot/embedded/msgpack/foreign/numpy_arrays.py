"""Arrays of numpy: their own memory on the way out, one copy into new memory on the way in.

The parts are the dtype, the shape, the order ("C" or "F") and the content: a buffer, or for object
and text arrays the items in that order, with None for a missing text. What comes back may be
written to and owns its memory. An array that is contiguous in neither order comes back in C order.
"""

from typing import Any, Final, TypeAlias, cast

import numpy as np

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact, unstorable
from beautyspot.embedded.msgpack.foreign.numpy_dtypes import DType, dtype_of, spelt
from beautyspot.embedded.msgpack.foreign.parts import buffer, expect, items, sized, sizes, strings
from beautyspot.embedded.msgpack.unread import Unread

__all__ = ["CODECS", "Array", "array_of"]

Array: TypeAlias = "np.ndarray[Any, Any]"


def array_of(part: object) -> Array:
    """Answer a part that has to be a plain array; TypeError otherwise."""
    array: Array = expect(part, np.ndarray)
    return array


def _encode(array: Array) -> list[object]:
    flags = array.flags
    order = "F" if flags.f_contiguous and not flags.c_contiguous else "C"
    return [spelt(array.dtype), list(array.shape), order, _content(array, order)]


def _content(array: Array, order: str) -> object:
    dtype = array.dtype
    if dtype.kind == "T":
        return _texts(array, order)
    if dtype.kind == "O":
        return array.ravel(cast("Any", order)).tolist()
    if dtype.hasobject:
        why = f"objects stand within the structure {dtype!r}"
        raise unstorable(why, "Return each field as an array of its own")
    if not array.size or not dtype.itemsize:
        return b""
    whole = array.T if order == "F" else np.ascontiguousarray(array)
    return whole.reshape(-1).view(np.uint8).data


def _texts(array: Array, order: str) -> list[str | None]:
    texts: list[Any] = array.ravel(cast("Any", order)).tolist()
    missing: object = getattr(array.dtype, "na_object", None)
    return [text if type(text) is str and text is not missing else None for text in texts]


def _decode(parts: list[Any]) -> Array:
    spelling, sizes_, order, content = parts
    dtype = dtype_of(spelling)
    shape, count = sizes(sizes_)
    if dtype.subdtype is not None or expect(order, str) not in {"C", "F"}:
        raise ValueError("an array has another dtype or order")
    if dtype.kind in {"O", "T"}:
        return _filled(dtype, shape, order, _members(dtype, count, content))
    if dtype.hasobject:
        raise ValueError("no object stands in a buffer")
    if type(content) is Unread:
        return _read(dtype, shape, order, sized(content, count * dtype.itemsize))
    raw = np.frombuffer(buffer(content, count * dtype.itemsize), np.uint8)
    return _filled(dtype, shape, order, raw)


def _members(dtype: DType, count: int, content: object) -> Array:
    members = items(content)
    if len(members) != count:
        msg = f"an array of {count} items has {len(members)}"
        raise ValueError(msg)
    if dtype.kind == "O":
        # np.array would look for arrays within the items
        return np.fromiter(cast("Any", members), dtype=object, count=count)
    texts = strings(members)
    if hasattr(dtype, "na_object"):
        missing: object = cast("Any", dtype).na_object
        return np.array([missing if text is None else text for text in texts], dtype=dtype)
    if None in texts:
        raise ValueError("a text is missing in an array that has no missing ones")
    return np.array(texts, dtype=dtype)


def _filled(dtype: DType, shape: tuple[int, ...], order: str, content: Array) -> Array:
    # np.empty makes one character of none; and all that is new here is about to be filled.
    array: Array = np.ndarray(shape, dtype, order=cast("Any", order))
    if content.size:
        line = _line(array, order)
        # Texts stand in memory of their dtype, which a view with another of its kind would miss.
        (line if dtype.hasobject else line.view(np.uint8))[...] = content
    return array


def _read(dtype: DType, shape: tuple[int, ...], order: str, content: Unread) -> Array:
    array: Array = np.ndarray(shape, dtype, order=cast("Any", order))
    if content.nbytes:
        content.read_into(_line(array, order).view(np.uint8).data)
    return array


def _line(array: Array, order: str) -> Array:
    """Answer the items of a contiguous array one behind the other, as they stand in memory."""
    return (array.T if order == "F" else array).reshape(-1)


CODECS: Final[dict[type, Codec]] = {
    np.ndarray: exact("numpy.ndarray", _encode, _decode, buffers=True, unread=True)
}
