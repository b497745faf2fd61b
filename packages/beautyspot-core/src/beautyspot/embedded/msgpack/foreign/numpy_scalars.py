"""Single values of numpy, and dtypes as values.

A scalar is its dtype and its bytes. Texts and bytes are kept as such, because an item of an array
ends before its last NUL.
"""

from typing import Any, Final, TypeAlias, cast

import numpy as np

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact, unstorable
from beautyspot.embedded.msgpack.foreign.numpy_dtypes import DType, dtype_of, spelt
from beautyspot.embedded.msgpack.foreign.parts import buffer, expect

__all__ = ["CODECS"]

_Scalar: TypeAlias = "np.generic[Any]"


def _encode(scalar: _Scalar) -> list[object]:
    if scalar.dtype.hasobject:
        why = f"objects stand within the structure {scalar.dtype!r}"
        raise unstorable(why, "Return its fields as a tuple")
    return [spelt(scalar.dtype), scalar.tobytes()]


def _decode(parts: list[Any]) -> _Scalar:
    spelling, content = parts
    dtype = dtype_of(spelling)
    if dtype.subdtype is not None or dtype.hasobject or dtype.kind in "SUT":
        msg = f"no single value has the dtype {dtype!r}"
        raise ValueError(msg)
    raw = np.frombuffer(buffer(content, dtype.itemsize), np.uint8)
    array: np.ndarray[Any, Any] = np.ndarray((), dtype)
    if len(raw):
        array.reshape(1).view(np.uint8)[:] = raw
    return cast("_Scalar", array[()])


def _text(scalar: np.str_) -> list[object]:
    return [str.__str__(scalar)]  # str() ends it before its last NUL


def _str(parts: list[Any]) -> np.str_:
    (text,) = parts
    return np.str_(expect(text, str))


def _content(scalar: np.bytes_) -> list[object]:
    return [bytes(scalar)]


def _bytes(parts: list[Any]) -> np.bytes_:
    (content,) = parts
    return np.bytes_(content if type(content) is bytes else expect(content, memoryview))


def _spelling(dtype: DType) -> list[object]:
    return [spelt(dtype)]


def _dtype(parts: list[Any]) -> DType:
    (spelling,) = parts
    return dtype_of(spelling)


def _scalars() -> dict[type, Codec]:
    codec = exact("numpy.generic", _encode, _decode)
    classes = {kind for kind in np.sctypeDict.values() if kind is not np.object_}
    return dict.fromkeys({*classes, np.longlong, np.ulonglong, np.record}, codec)


def _dtypes() -> dict[type, Codec]:
    codec = exact("numpy.dtype", _spelling, _dtype)
    return {cast("type", getattr(np.dtypes, name)): codec for name in np.dtypes.__all__}


CODECS: Final[dict[type, Codec]] = {
    **_scalars(),
    **_dtypes(),
    np.str_: exact("numpy.str_", _text, _str),
    np.bytes_: exact("numpy.bytes_", _content, _bytes),
}
