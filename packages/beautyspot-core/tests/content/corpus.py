"""A program that prints the texts of fixed values of the standard library as JSON.

``test_stability`` runs it in processes of their own. The texts are the same on every version of
Python, and kept in ``golden_texts.json``; after a change that is wanted: ``python corpus.py >
golden_texts.json``, and a note in the changelog, for all keys with such values have changed.
"""

import array
import collections
import collections.abc
import datetime as dt
import decimal
import enum
import fractions
import functools
import io
import ipaddress
import json
import operator
import pathlib
import random
import re
import struct
import sys
import types
import typing
import uuid
import zoneinfo
from dataclasses import dataclass, field

from beautyspot.content import Describer
from beautyspot.core.encoding import canonical_text


class Colour(enum.Enum):
    RED = 1
    ODD = types.MappingProxyType({})


class Access(enum.IntFlag):
    READ = 1
    WRITE = 2


Point = collections.namedtuple("Point", "x y")


@dataclass
class Plain:
    a: int = 1
    b: list[int] = field(default_factory=list, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Frozen:
    a: int


class Slotted:
    __slots__ = ("__private", "a")

    def __init__(self) -> None:
        self.a = 1
        self.__private = 2


class Stated:
    def __init__(self) -> None:
        self.cache = object()

    def __getstate__(self) -> list[int]:
        return [1]


class OwnPath(pathlib.PurePosixPath):
    pass


class OwnFraction(fractions.Fraction):
    pass


class OwnAddress(ipaddress.IPv4Network):
    pass


class OwnSet(frozenset):
    pass


class OwnInt(int):
    pass


class OwnDict(dict):
    pass


class OwnCounter(collections.Counter):
    def __init__(self) -> None:
        super().__init__("aab")
        self.note = 1


class OwnError(OSError):
    pass


class OwnZone(dt.tzinfo):
    def __init__(self, hours: int = 1) -> None:
        self.hours = hours

    def utcoffset(self, when: object) -> dt.timedelta:
        return dt.timedelta(hours=self.hours)


def caused() -> Exception:
    error = ValueError("a", 1)
    error.__cause__ = KeyError("b")
    error.add_note("c")
    return error


T = typing.TypeVar("T")
NEW_YEAR = dt.datetime(2026, 1, 1, 12, 30, 1, 5)
TOKYO = zoneinfo.ZoneInfo("Asia/Tokyo")

VALUES: dict[str, object] = {
    "dates": [dt.date(2026, 1, 1), dt.date(1, 1, 1)],
    "times": [
        dt.time(),
        dt.time(1, 2, 3, 4),
        dt.time(1, fold=1),
        dt.time(1, tzinfo=dt.timezone.utc),
    ],
    "datetimes": [NEW_YEAR, NEW_YEAR.replace(fold=1), NEW_YEAR.replace(tzinfo=TOKYO)],
    "own zone": NEW_YEAR.replace(tzinfo=OwnZone()),
    "zones": [TOKYO, dt.timezone.utc, dt.timezone(dt.timedelta(hours=9), "JST")],
    "timedelta": [dt.timedelta(), dt.timedelta(-1, 5, 7)],
    "decimals": [
        decimal.Decimal(text) for text in ("1.0", "1.00", "-0", "sNaN3", "Infinity", "1E+5")
    ],
    "fractions": [fractions.Fraction(1, 3), fractions.Fraction(-2)],
    "own fraction": OwnFraction(1, 3),
    "uuid": uuid.UUID(int=5),
    "paths": [
        pathlib.PurePosixPath("a//b/./c"),
        pathlib.PureWindowsPath("c:/a"),
        pathlib.PosixPath("."),
    ],
    "own path": OwnPath("a/b"),
    "range and slice": [range(3), range(5, 0, -2), slice(1), slice(None, 2, "a")],
    "singletons": [..., NotImplemented],
    "patterns": [re.compile("a"), re.compile("(?i)a", re.M), re.compile(b"a")],
    "addresses": [ipaddress.ip_address("1.2.3.4"), ipaddress.ip_address("::1%eth0")],
    "networks": [ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_interface("10.0.0.1/8")],
    "own network": OwnAddress("10.0.0.0/8"),
    "arrays": [array.array("i", [1, 2]), array.array("d"), array.array("q", range(20))],
    "streams": [io.BytesIO(b"abc"), io.StringIO("a\nb")],
    "proxy": types.MappingProxyType({"a": 1}),
    "proxy of ordered": types.MappingProxyType(collections.OrderedDict(a=1)),
    "namespace": types.SimpleNamespace(a=1, b=[2]),
    "deques": [collections.deque([1]), collections.deque([1], 3)],
    "ordered": collections.OrderedDict([("b", 1), ("a", 2)]),
    "defaultdict": collections.defaultdict(list, {"a": [1]}),
    "counters": [collections.Counter("abca"), OwnCounter()],
    "chain": collections.ChainMap({"a": 1}, {"b": 2}),
    "user made": [
        collections.UserDict(a=1),
        collections.UserList([1]),
        collections.UserString("a"),
    ],
    "views": [{1: 2}.keys(), {1: 2}.values(), {1: 2}.items()],
    "random": random.Random(1),
    "errors": [
        caused(),
        OSError(2, "no", "f"),
        OwnError(2, "no"),
        ImportError("a", name="b"),
        KeyError(),
    ],
    "more errors": [NameError("a", name="b"), AttributeError("a", name="b"), StopIteration(3)],
    "group": ExceptionGroup("a", [ValueError(1)]),
    "members": [Colour.RED, Colour.ODD, Access.READ, Access.READ | Access.WRITE, Access(0)],
    "dataclasses": [Plain(), Frozen(1)],
    "namedtuple": Point(1, [2]),
    "objects": [Slotted(), Stated()],
    "subclasses": [OwnSet({"b", "a"}), OwnInt(3), OwnDict(b=1, a=2)],
    "classes": [int, Plain, type, enum.Enum, collections.abc.Mapping, type(None)],
    "c functions": [len, "a".upper, str.upper, [].append, dict.fromkeys, int.__add__, (3).__add__],
    "getters": [
        operator.itemgetter(1, 2),
        operator.attrgetter("a.b"),
        operator.methodcaller("m", 1, k=2),
    ],
    "struct": struct.Struct("<i"),
    "partials": [functools.partial(int, base=2), functools.partialmethod(len, 1)],
    "generics": [
        list[int],
        dict[str, tuple[int, ...]],
        int | None,
        collections.abc.Callable[[int], str],
    ],
    "old generics": [
        typing.List[int],
        typing.Optional[int],
        typing.Union[int, str],
        typing.Literal["a"],
    ],
    "typing": [typing.List, typing.Any, typing.Callable[[int], str], typing.Annotated[int, 1], T],
    "nested": {"a": [(dt.date(2026, 1, 1), {fractions.Fraction(1, 2), decimal.Decimal(1)})]},
}

if __name__ == "__main__":
    describe = Describer().describe
    texts = {name: canonical_text({"x": value}, describe) for name, value in VALUES.items()}
    sys.stdout.write(json.dumps(texts, indent=2, sort_keys=True) + "\n")
