"""The classes of arrays that numpy derives from its own, each as the plain array within it."""

from typing import Any, Final, TypeAlias, cast

import numpy as np

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact, refused, unstorable
from beautyspot.embedded.msgpack.foreign.numpy_arrays import Array, array_of
from beautyspot.embedded.msgpack.foreign.parts import expect, optional

__all__ = ["CODECS"]

_Masked: TypeAlias = "np.ma.MaskedArray[Any, Any]"
_ADVICE: Final = "Return masked.data and masked.mask instead"


def _mask_apart(masked: _Masked) -> list[object]:
    data: object = masked.data
    if type(data) is not np.ndarray or masked.dtype.hasobject:
        why = f"it masks a {type(data).__qualname__} of dtype {masked.dtype!r}"
        raise unstorable(why, _ADVICE)
    if getattr(masked, "_optinfo", None):
        raise unstorable("it carries further information", _ADVICE)
    mask: object = np.ma.getmask(masked)
    given = None if mask is np.ma.nomask else mask
    return [data, given, _own_fill(masked), bool(masked.hardmask)]


def _own_fill(masked: _Masked) -> object:
    """Answer the fill value, None when it is the one that numpy gives if none is set.

    Setting that one is not the same: it is cut to the length of the texts.
    """
    fill: object = masked.fill_value
    default: Any = np.ma.default_fill_value(masked.dtype)
    return None if repr(fill) == repr(np.asarray(default)[()]) else fill


def _masked(parts: list[Any]) -> _Masked:
    data, mask, fill, hard = parts
    array = array_of(data)
    cover = optional(mask, np.ndarray)
    if cover is not None and (cover.shape != array.shape or cover.dtype.hasobject):
        raise ValueError("the mask does not fit the data")
    wanted: object = cast("Any", np.ma).make_mask_descr(array.dtype)
    if array.dtype.hasobject or (cover is not None and cover.dtype != wanted):
        raise ValueError("the mask does not fit the data")
    if fill is not None and not isinstance(fill, np.generic):
        raise TypeError("a fill value is a scalar of numpy")
    given = np.ma.nomask if cover is None else cover
    return np.ma.MaskedArray(
        array, mask=given, fill_value=cast("Any", fill), hard_mask=expect(hard, bool), copy=False
    )


def _as_plain(array: Array) -> list[object]:
    plain = np.ndarray.view(array, np.ndarray)
    if plain.dtype.hasobject:
        why = f"objects stand within the structure {plain.dtype!r}"
        raise unstorable(why, "Return its fields one by one")
    # Some subclasses change the dtype while they are viewed as something else.
    if plain.dtype != array.dtype or plain.dtype.type is not array.dtype.type:
        why = f"its dtype {array.dtype!r} would change"
        raise unstorable(why, "Return np.asarray(array)")
    return [plain]


def _recarray(parts: list[Any]) -> Array:
    (plain,) = parts
    array = array_of(plain)
    back = array.view(np.recarray)
    if back.dtype.type is not array.dtype.type:
        raise ValueError("the dtype of a recarray would change")
    return cast("Array", back)


def _matrix(parts: list[Any]) -> Array:
    (plain,) = parts
    array = array_of(plain)
    if array.ndim != 2:
        raise ValueError("a matrix has two dimensions")
    return array.view(np.matrix)


def _nothing(_value: object) -> list[object]:
    return []


def _constant(parts: list[Any]) -> object:
    if parts:
        raise ValueError("the masked constant has no parts")
    return np.ma.masked


CODECS: Final[dict[type, Codec]] = {
    np.ma.MaskedArray: exact("numpy.ma.MaskedArray", _mask_apart, _masked),
    type(np.ma.masked): exact("numpy.ma.masked", _nothing, _constant),
    np.recarray: exact("numpy.recarray", _as_plain, _recarray),
    np.matrix: exact("numpy.matrix", _as_plain, _matrix),
    np.memmap: refused(
        "numpy.memmap", "it is a window onto a file", "Return np.array(x) to keep its content"
    ),
}
