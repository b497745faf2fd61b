"""A dtype as plain values, and back; no text is ever evaluated.

A dtype without parts is the text that numpy calls its ``str``, with byte order and unit. Others are
lists that begin with a word::

    ["int", text, char]         one of two C types of the same size: long long, where int64 is long
    ["longdouble", text, bits]  with the bits of the fraction, as each platform has its own
    ["text", coerce, *na]       StringDType, with its missing value if it has one
    ["array", item, shape]      a subarray
    ["struct", size, aligned, record, [[name, title, offset, item], ...]]
"""

import re
from typing import Any, Final, TypeAlias, cast

import numpy as np

from beautyspot.embedded.msgpack.foreign.making import unstorable
from beautyspot.embedded.msgpack.foreign.parts import expect, items, optional, sizes

__all__ = ["DType", "dtype_of", "spelt"]

DType: TypeAlias = "np.dtype[Any]"
_Strings: TypeAlias = Any  # numpy says nothing of its dtype for texts

_DEPTH: Final = 16  #: structures within each other
_KNOWN: Final = frozenset(cast("type[Any]", getattr(np.dtypes, name)) for name in np.dtypes.__all__)
_SIMPLE: Final = re.compile(
    r"[|]b1|[|<>](?:[iu][1248]|f[248]|c(?:8|16)|[SUV][0-9]{1,10}|O"
    r"|[mM]8(?:\[[0-9]{0,10}(?:Y|M|W|D|h|m|s|ms|us|ns|ps|fs|as)\])?)"
)
_LONGDOUBLE: Final = re.compile(r"[<>][fc][0-9]{2}")
_INTS: Final = frozenset("bBhHiIlLqQ")
_WAY_ROUND: Final = "Convert it with array.astype(...) first"


def spelt(dtype: DType, depth: int = 0) -> object:
    """Answer a dtype as storable values.

    Raises:
        SerializationError: it has parts of which numpy tells nothing, or nests too deep.
    """
    if depth > _DEPTH:
        raise _refusal(dtype, f"it nests more than {_DEPTH} deep")
    if type(dtype) not in _KNOWN:
        raise _refusal(dtype, "it is not one of numpy's own")
    if dtype.metadata is not None:
        raise _refusal(dtype, f"its metadata {dict(dtype.metadata)!r} would be lost")
    if dtype.kind == "T":
        return _text(dtype)
    if dtype.subdtype is not None:
        item, shape = dtype.subdtype
        return ["array", spelt(item, depth + 1), list(shape)]
    if dtype.names is not None:
        return _structure(dtype, depth)
    if dtype.char in "gG":
        return ["longdouble", dtype.str, np.finfo(np.longdouble).nmant]
    if dtype.char in _INTS and np.dtype(dtype.str).char != dtype.char:
        return ["int", dtype.str, dtype.char]
    if _SIMPLE.fullmatch(dtype.str) is None or np.dtype(dtype.str).type is not dtype.type:
        raise _refusal(dtype, "it is of an unknown kind")
    return dtype.str


def _text(dtype: _Strings) -> object:
    missing = [dtype.na_object] if hasattr(dtype, "na_object") else []
    if missing and not _is_missing(missing[0]):
        raise _refusal(dtype, f"{missing[0]!r} stands for a missing text")
    return ["text", dtype.coerce, *missing]


def _structure(dtype: DType, depth: int) -> object:
    if dtype.type not in {np.void, np.record}:
        raise _refusal(dtype, "its items are of a class that is not numpy's own")
    fields: list[object] = []
    for name in dtype.names or ():
        item, offset, *title = cast("Any", dtype.fields)[name]
        if title and type(title[0]) is not str:
            raise _refusal(dtype, f"the title {title[0]!r} is no str")
        fields.append([name, title[0] if title else None, offset, spelt(item, depth + 1)])
    spelling = ["struct", dtype.itemsize, dtype.isalignedstruct, dtype.type is np.record, fields]
    back = dtype_of(spelling, depth)
    if back != dtype or back.isalignedstruct is not dtype.isalignedstruct:
        raise _refusal(dtype, "numpy does not make the same of its description")
    return spelling


def dtype_of(spelling: object, depth: int = 0) -> DType:
    """Answer the dtype that is spelt so.

    Raises:
        TypeError, ValueError: nothing is spelt so, or it is a dtype of another platform.
    """
    if depth > _DEPTH:
        msg = f"a dtype nests more than {_DEPTH} deep"
        raise ValueError(msg)
    if type(spelling) is str:
        if _SIMPLE.fullmatch(spelling) is None:
            msg = f"no dtype is spelt {spelling[:40]!r}"
            raise ValueError(msg)
        return np.dtype(spelling)
    first, *rest = items(spelling)
    word = expect(first, str)
    if word == "struct":
        return _structured(rest, depth)
    if word == "array":
        item, shape = rest
        return np.dtype((dtype_of(item, depth + 1), sizes(shape)[0]))
    if word == "text":
        return _strings(rest)
    if word == "longdouble":
        return _longdouble(rest)
    if word == "int":
        return _int(rest)
    raise ValueError("no dtype begins with that word")


def _structured(rest: list[Any], depth: int) -> DType:
    size, aligned, record, fields = rest
    rows = [tuple(items(field)) for field in items(fields)]
    names = [expect(name, str) for name, _, _, _ in rows]
    titles = [optional(title, str) for _, title, _, _ in rows]
    offsets = [expect(offset, int) for _, _, offset, _ in rows]
    formats = [dtype_of(item, depth + 1) for _, _, _, item in rows]
    description: Any = {
        "names": names,
        "formats": formats,
        "offsets": offsets,
        "itemsize": expect(size, int),
    }
    if any(title is not None for title in titles):
        description["titles"] = titles
    dtype = np.dtype(description, align=expect(aligned, bool))
    return cast("DType", np.dtype((np.record, dtype))) if expect(record, bool) else dtype


def _strings(rest: list[Any]) -> DType:
    coerce, *missing = rest
    options: dict[str, Any] = {"coerce": expect(coerce, bool)}
    if missing:
        (options["na_object"],) = missing
        if not _is_missing(options["na_object"]):
            raise TypeError("expected what stands for a missing text")
    dtype: DType = cast("Any", np.dtypes).StringDType(**options)
    return dtype


def _is_missing(value: object) -> bool:
    """Tell whether a value may stand for a missing text: numpy compares it with others."""
    return value is None or type(value) in {str, float} or type(value).__name__ == "NAType"


def _longdouble(rest: list[Any]) -> DType:
    text, bits = rest
    if _LONGDOUBLE.fullmatch(expect(text, str)) is None:
        raise ValueError("no long double is spelt so")
    if expect(bits, int) != np.finfo(np.longdouble).nmant:
        raise ValueError("a long double of another platform")
    dtype: DType = np.dtype(text)
    if dtype.char not in "gG":
        raise ValueError("a long double of another platform")
    return dtype


def _int(rest: list[Any]) -> DType:
    text, char = rest
    if expect(char, str) not in _INTS:
        raise ValueError("no C type of ints is called so")
    if _SIMPLE.fullmatch(expect(text, str)) is None:
        raise ValueError("no int is spelt so")
    native: DType = np.dtype(char)
    dtype = native if native.str == text else native.newbyteorder("S")
    if dtype.str != text:
        raise ValueError("an int of another platform")
    return dtype


def _refusal(dtype: DType, why: str) -> Exception:
    return unstorable(f"of its dtype {dtype!r}: {why}", _WAY_ROUND)
