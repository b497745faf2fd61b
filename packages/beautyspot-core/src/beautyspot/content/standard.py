"""The content of values of the standard library, written alike by every version of Python.

What these answer when they are asked to be pickled has changed between versions, so each is taken
apart by hand.
"""

import array
import datetime as dt
import io
import ipaddress
import pathlib
import re
import struct
import sys
import types
import uuid
import zoneinfo
from collections import Counter, OrderedDict, UserDict, UserList, UserString, defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any, Final

from beautyspot.content.naming import Naming, Write
from beautyspot.content.states import named_or_whole, state_of
from beautyspot.core.content import Content, Label, NoContent

__all__ = ["STANDARD", "derived_writer"]

#: Bytes up to which content stands in the text itself.
_BYTES_LIMIT: Final = 64


def _texted(tag: str, text: Callable[[Any], str]) -> Write:
    """Answer what writes values that a text tells whole."""
    return lambda value, _: Content(tag, value=text(value))


def _exact(tag: str, parts: Callable[[Any], object]) -> Write:
    """Answer what writes values that other values make up."""
    return lambda value, _: Content(tag, value=parts(value))


def _with_state(tag: str, parts: Callable[[Any], object]) -> Write:
    """Answer what writes values that have attributes as well."""

    def write(value: object, _: Naming) -> Content:
        attributes, rest = named_or_whole(state_of(value))
        return Content(tag, attributes=attributes, value=[parts(value), rest])

    return write


def _with_zone(tag: str) -> Write:
    def write(value: dt.datetime | dt.time, _: Naming) -> Content:
        bare = value.replace(tzinfo=None, fold=0).isoformat()
        labels: dict[str, Label] = {"at": bare, "fold": value.fold}
        if value.tzinfo is None:
            return Content(tag, labels)
        return Content(tag, labels, value=value.tzinfo)

    return write


def _timedelta(value: dt.timedelta, _: Naming) -> Content:
    return Content("timedelta", value=[value.days, value.seconds, value.microseconds])


def _timezone(value: dt.timezone, _: Naming) -> Content:
    offset, *name = getattr(value, "__getinitargs__")()  # noqa: B009  # unknown to typeshed
    return Content("timezone", {"name": name[0] if name else None}, value=offset)


def _zone(value: zoneinfo.ZoneInfo, _: Naming) -> Content:
    if value.key is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise NoContent(
            "it is a time zone from a file, which has no name; use ZoneInfo('Area/City')"
        )
    return Content("zone", value=value.key)


def _path(value: pathlib.PurePath, _: Naming) -> Content:
    return Content("path", {"t": _flavour(value)}, value=pathlib.PurePath.__str__(value))


def _flavour(value: pathlib.PurePath) -> str:
    """Answer the name of the class that says what the text of a path means."""
    return next(base.__name__ for base in type(value).__mro__ if base in _PATHS)


def _pattern(value: re.Pattern[Any], _: Naming) -> Content:
    return Content("pattern", {"flags": value.flags}, value=value.pattern)


def _array(value: "array.array[Any]", _: Naming) -> Content:
    if value.typecode in "uw":
        return Content("array", {"t": value.typecode}, value=value.tounicode())
    labels = {"t": value.typecode, "size": value.itemsize}
    if sys.byteorder == "big":
        value = value[:]
        value.byteswap()  # the content is that of a little-endian machine
    data = memoryview(value).cast("B")
    if data.nbytes <= _BYTES_LIMIT:
        return Content("array", labels, value=data.hex())
    return Content("array", {**labels, "n": data.nbytes, "sha256": sha256(data).hexdigest()})


def _bytes_io(value: io.BytesIO, _: Naming) -> Content:
    if value.closed:
        raise NoContent("it is closed")
    parts = [value.getvalue(), state_of(value)]
    return Content("bytesio", {"at": value.tell()}, value=parts)


def _string_io(value: io.StringIO, _: Naming) -> Content:
    if value.closed:
        raise NoContent("it is closed")
    text, newline, at, *_attributes = getattr(value, "__getstate__")()  # noqa: B009  # typeshed
    return Content("stringio", {"at": at, "newline": newline}, value=[text, state_of(value)])


def _deque(value: deque[object], _: Naming) -> Content:
    return Content("deque", {"max": value.maxlen}, value=list(value))


def _defaultdict(value: defaultdict[object, object], _: Naming) -> Content:
    return Content("defaultdict", attributes={"factory": value.default_factory}, value=dict(value))


def _mapping_proxy(value: types.MappingProxyType[object, object], _: Naming) -> Content:
    """Write what is behind a proxy: a copy of it is of its type."""
    return Content("mappingproxy", value=value.copy())


def _singleton(name: str) -> Write:
    return lambda _value, _naming: Content("singleton", value=name)


def _range(value: range) -> list[int]:
    """Answer start, stop and step as they were given: equal ranges can differ in them."""
    return [value.start, value.stop, value.step]


def _items(value: OrderedDict[object, object]) -> list[object]:
    """Answer the items in their order, which counts."""
    return [list(item) for item in value.items()]


def derived_writer(kind: type) -> Write | None:
    """Answer what writes instances of a subclass of a type written here whose pickle has changed.

    None for other types, of which what they answer to pickle is content enough.
    """
    base = next((base for base in kind.__mro__ if base in _CHANGED), None)
    if base is None:
        return None
    write = STANDARD[base]

    def derived(value: object, naming: Naming) -> Content:
        attributes, rest = named_or_whole(state_of(value, base))
        parts = [write(value, naming), rest]
        return Content("object", {"t": naming.of(kind)}, attributes, parts)

    return derived


_PATHS: Final[tuple[type[pathlib.PurePath], ...]] = (
    *(pathlib.PosixPath, pathlib.WindowsPath, pathlib.Path),
    *(pathlib.PurePosixPath, pathlib.PureWindowsPath, pathlib.PurePath),
)
_ADDRESSES: Final = (
    *(ipaddress.IPv4Interface, ipaddress.IPv4Network, ipaddress.IPv4Address),
    *(ipaddress.IPv6Interface, ipaddress.IPv6Network, ipaddress.IPv6Address),
)

_EMPTY: Final[dict[object, object]] = {}

STANDARD: Final[dict[type, Write]] = {
    dt.date: _texted("date", dt.date.isoformat),
    dt.datetime: _with_zone("datetime"),
    dt.time: _with_zone("time"),
    dt.timedelta: _timedelta,
    dt.timezone: _timezone,
    zoneinfo.ZoneInfo: _zone,
    Decimal: _exact("decimal", lambda value: value.as_tuple()[:]),
    Fraction: _exact("fraction", lambda value: [value.numerator, value.denominator]),
    uuid.UUID: _texted("uuid", lambda value: f"{value.int:032x}"),
    range: _exact("range", _range),
    slice: _exact("slice", lambda value: [value.start, value.stop, value.step]),
    type(...): _singleton("Ellipsis"),
    type(NotImplemented): _singleton("NotImplemented"),
    re.Pattern: _pattern,
    struct.Struct: _texted("struct", lambda value: value.format),
    array.array: _array,
    io.BytesIO: _bytes_io,
    io.StringIO: _string_io,
    types.MappingProxyType: _mapping_proxy,
    types.SimpleNamespace: _with_state("namespace", lambda _: None),
    deque: _deque,
    defaultdict: _defaultdict,
    OrderedDict: _with_state("ordereddict", _items),
    Counter: _with_state("counter", dict),
    UserDict: _with_state("userdict", lambda _: None),
    UserList: _with_state("userlist", lambda _: None),
    UserString: _with_state("userstring", lambda _: None),
    type(_EMPTY.keys()): _exact("keys", set),
    type(_EMPTY.values()): _exact("values", list),
    type(_EMPTY.items()): _exact("items", dict),
    **dict.fromkeys(_PATHS, _path),
    **{kind: _texted(kind.__name__.lower(), kind.__str__) for kind in _ADDRESSES},
}
_CHANGED: Final = frozenset({zoneinfo.ZoneInfo, Fraction, uuid.UUID, *_PATHS, *_ADDRESSES})
