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
from beautyspot.content.objects import state_of
from beautyspot.core.content import Content, NoContent

__all__ = ["STANDARD"]

_EMPTY: Final[dict[object, object]] = {}
_Keys, _Values, _Items = type(_EMPTY.keys()), type(_EMPTY.values()), type(_EMPTY.items())
#: Bytes up to which content stands in the text itself.
_BYTES_LIMIT: Final = 64


def _texted(tag: str, text: Callable[[Any], str]) -> Write:
    """Answer what writes values that a text tells whole."""
    return lambda value, _: Content(tag, {"v": text(value)})


def _exact(tag: str, parts: Callable[[Any], object]) -> Write:
    """Answer what writes values that other values make up."""
    return lambda value, _: Content(tag, value=parts(value))


def _with_zone(tag: str) -> Write:
    def write(value: dt.datetime | dt.time, _: Naming) -> Content:
        bare = value.replace(tzinfo=None, fold=0).isoformat()
        labels: dict[str, Any] = {"v": bare, "fold": value.fold}
        return (
            Content(tag, labels)
            if value.tzinfo is None
            else Content(tag, labels, value=value.tzinfo)
        )

    return write


def _timedelta(value: dt.timedelta, _: Naming) -> Content:
    return Content("timedelta", {"v": [value.days, value.seconds, value.microseconds]})


def _timezone(value: dt.timezone, _: Naming) -> Content:
    offset, *name = getattr(value, "__getinitargs__")()  # noqa: B009  # unknown to typeshed
    return Content("timezone", {"name": name[0] if name else None}, value=offset)


def _zone(value: zoneinfo.ZoneInfo, _: Naming) -> Content:
    if value.key is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise NoContent(
            "it is a time zone from a file, which has no name; use ZoneInfo('Area/City')"
        )
    return Content("zone", {"v": value.key})


def _path(value: pathlib.PurePath, _: Naming) -> Content:
    return Content("path", {"t": type(value).__name__, "v": str(value)})


def _pattern(value: re.Pattern[Any], _: Naming) -> Content:
    return Content("pattern", {"flags": value.flags}, value=value.pattern)


def _bytes(tag: str, content: bytes | memoryview, **labels: Any) -> Content:
    data = memoryview(content).cast("B")
    if data.nbytes <= _BYTES_LIMIT:
        return Content(tag, {**labels, "v": data.hex()})
    return Content(tag, {**labels, "n": data.nbytes, "sha256": sha256(data).hexdigest()})


def _array(value: "array.array[Any]", _: Naming) -> Content:
    if value.typecode == "u":
        return Content("array", {"t": "u"}, value=value.tounicode())
    if value.itemsize > 1 and memoryview(value).format and array.array("H", [1]).tobytes()[0] == 0:
        value = value[:]
        value.byteswap()  # the content is that of a little-endian machine
    labels = {"t": value.typecode, "size": value.itemsize}
    return _bytes("array", value.tobytes(), **labels)


def _bytes_io(value: io.BytesIO, _: Naming) -> Content:
    if value.closed:
        raise NoContent("it is closed")
    return Content("bytesio", {"at": value.tell()}, value=value.getvalue())


def _string_io(value: io.StringIO, _: Naming) -> Content:
    if value.closed:
        raise NoContent("it is closed")
    return Content(
        "stringio", {"at": value.tell(), "newlines": repr(value.newlines)}, value=value.getvalue()
    )


def _deque(value: deque[object], _: Naming) -> Content:
    return Content("deque", {"max": value.maxlen}, value=list(value))


def _defaultdict(value: defaultdict[object, object], _: Naming) -> Content:
    return Content("defaultdict", attributes={"factory": value.default_factory}, value=dict(value))


def _of_dict(tag: str, content: Callable[[Any], object]) -> Write:
    return lambda value, _: Content(tag, attributes=state_of(value), value=content(value))


def _user_made(tag: str) -> Write:
    return lambda value, _: Content(tag, attributes=state_of(value))


def _named(value: Any, naming: Naming) -> Content:  # noqa: ANN401  # a generic alias
    origin = value.__origin__
    return Content("generic", {"t": naming.of(type(value))}, value=[origin, list(value.__args__)])


def _singleton(name: str) -> Write:
    return lambda _value, _naming: Content("singleton", {"v": name})


def _range(value: range) -> list[int]:
    """Answer start, stop and step as they were given: equal ranges can differ in them."""
    return [value.start, value.stop, value.step]


_PATHS: Final = (
    pathlib.PurePosixPath,
    pathlib.PureWindowsPath,
    pathlib.PosixPath,
    pathlib.WindowsPath,
)
_ADDRESSES: Final = (
    ipaddress.IPv4Address,
    ipaddress.IPv6Address,
    ipaddress.IPv4Network,
    ipaddress.IPv6Network,
    ipaddress.IPv4Interface,
    ipaddress.IPv6Interface,
)

STANDARD: Final[dict[type[Any], Write]] = {
    dt.date: _texted("date", dt.date.isoformat),
    dt.datetime: _with_zone("datetime"),
    dt.time: _with_zone("time"),
    dt.timedelta: _timedelta,
    dt.timezone: _timezone,
    zoneinfo.ZoneInfo: _zone,
    Decimal: _exact("decimal", lambda value: value.as_tuple()[:]),
    Fraction: _exact("fraction", lambda value: [value.numerator, value.denominator]),
    uuid.UUID: _texted("uuid", lambda value: value.hex),
    range: _exact("range", _range),
    slice: _exact("slice", lambda value: [value.start, value.stop, value.step]),
    type(...): _singleton("Ellipsis"),
    type(NotImplemented): _singleton("NotImplemented"),
    re.Pattern: _pattern,
    array.array: _array,
    io.BytesIO: _bytes_io,
    io.StringIO: _string_io,
    types.MappingProxyType: _exact("mappingproxy", dict),
    types.SimpleNamespace: _user_made("namespace"),
    types.GenericAlias: _named,
    types.UnionType: _exact("union", lambda value: frozenset(value.__args__)),
    deque: _deque,
    defaultdict: _defaultdict,
    OrderedDict: _of_dict("ordereddict", lambda value: [list(item) for item in value.items()]),
    Counter: _of_dict("counter", dict),
    UserDict: _user_made("userdict"),
    UserList: _user_made("userlist"),
    UserString: _user_made("userstring"),
    _Keys: _exact("keys", list),
    _Values: _exact("values", list),
    _Items: _exact("items", lambda value: [list(item) for item in value]),
    **dict.fromkeys(_PATHS, _path),
    **{kind: _texted(kind.__name__.lower(), str) for kind in _ADDRESSES},
}
