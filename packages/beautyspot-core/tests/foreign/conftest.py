"""What the tests of foreign values share: a way through the bytes, and a strict comparison."""

import io
from collections.abc import Callable, Iterable
from functools import singledispatch

import numpy as np
import pandas as pd
import polars as pl
import pytest
from PIL import Image

from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.embedded.msgpack.layout import BUFFERS

RoundTrip = Callable[[object], object]
Alike = Callable[[object, object], bool]


@pytest.fixture(scope="session")
def round_trip() -> RoundTrip:
    """Stores a value and reads it back: from bytes, and when it is large, from a file as well."""
    serializer = MsgpackSerializer()

    def through(value: object) -> object:
        data = serializer.dumps(value)
        found = serializer.loads(data)
        if not data.startswith(BUFFERS):
            return found
        again = serializer.loads_file(io.BytesIO(data))
        assert _alike(found, again)
        return again

    return through


@pytest.fixture(scope="session")
def alike() -> Alike:
    """Tells whether two values cannot be told apart: type, dtype, content, order, names."""
    return _alike


def _alike(one: object, other: object) -> bool:
    return type(one) is type(other) and _same(one, other)


def _all_alike(one: Iterable[object], other: Iterable[object]) -> bool:
    left, right = list(one), list(other)
    return len(left) == len(right) and all(map(_alike, left, right))


@singledispatch
def _same(one: object, other: object) -> bool:
    return one is other or repr(one) == repr(other)


@_same.register(list)
@_same.register(tuple)
def _sequences(one: list, other: list) -> bool:
    return _all_alike(one, other)


@_same.register
def _dicts(one: dict, other: dict) -> bool:
    return _all_alike(one.items(), other.items())


@_same.register
def _dtypes(one: np.dtype, other: np.dtype) -> bool:
    traits = [
        (d, d.char, d.type, d.str, d.byteorder, d.isalignedstruct, d.itemsize, repr(d))
        for d in (one, other)
    ]
    return traits[0] == traits[1]


@_same.register
def _scalars(one: np.generic, other: np.generic) -> bool:
    return _alike(one.dtype, other.dtype) and one.tobytes() == other.tobytes()


@_same.register
def _arrays(one: np.ndarray, other: np.ndarray) -> bool:
    orders = [(a.flags.c_contiguous, a.flags.f_contiguous) for a in (one, other)]
    if any(orders[0]) and orders[0] != orders[1]:
        return False
    if one.shape != other.shape or not _dtypes(one.dtype, other.dtype):
        return False
    if one.dtype.hasobject:
        return _all_alike(one.ravel().tolist(), other.ravel().tolist())
    return one.tobytes() == other.tobytes()


@_same.register
def _masked(one: np.ma.MaskedArray, other: np.ma.MaskedArray) -> bool:
    traits = [(a.hardmask, a.mask is np.ma.nomask, repr(a.fill_value)) for a in (one, other)]
    return traits[0] == traits[1] and _all_alike((one.data, one.mask), (other.data, other.mask))


@_same.register
def _pandas_arrays(
    one: pd.api.extensions.ExtensionArray, other: pd.api.extensions.ExtensionArray
) -> bool:
    traits = [(array.dtype, getattr(array, "freq", None)) for array in (one, other)]
    return traits[0] == traits[1] and _all_alike(one, other)


@_same.register
def _indexes(one: pd.Index, other: pd.Index) -> bool:
    traits = [(i.dtype, getattr(i, "freq", None), len(i)) for i in (one, other)]
    return traits[0] == traits[1] and _all_alike((*one.names, *one), (*other.names, *other))


@_same.register
def _multi_indexes(one: pd.MultiIndex, other: pd.MultiIndex) -> bool:
    parts = [(*i.levels, *i.codes, *i.names, i.sortorder) for i in (one, other)]
    return _all_alike(*parts)


@_same.register
def _series(one: pd.Series, other: pd.Series) -> bool:
    notes = [(s.attrs, s.flags.allows_duplicate_labels, s.name, s.index) for s in (one, other)]
    return _all_alike(*notes) and one.dtype == other.dtype and _all_alike(one.array, other.array)


@_same.register
def _frames(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    notes = [(f.attrs, f.flags.allows_duplicate_labels, f.columns, f.index) for f in (one, other)]
    return _all_alike(*notes) and _all_alike(one.items(), other.items())


@_same.register
def _polars_series(one: pl.Series, other: pl.Series) -> bool:
    traits = [(s.name, repr(s.dtype), repr(s.to_list())) for s in (one, other)]
    return traits[0] == traits[1]


@_same.register
def _polars_frames(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    return one.shape == other.shape and _all_alike(one.get_columns(), other.get_columns())


@_same.register
def _images(one: Image.Image, other: Image.Image) -> bool:
    modes = [getattr(image.palette, "mode", None) for image in (one, other)]
    return one == other and modes[0] == modes[1] and _alike(one.info, other.info)
