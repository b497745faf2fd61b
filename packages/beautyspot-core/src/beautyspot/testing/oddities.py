"""Values that are easily kept as something else, and bytes that are made to do harm."""

import math
import re
from array import array
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag, IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType, SimpleNamespace
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

__all__ = ["HASHABLE", "HOSTILE", "ODD"]


class _Number(IntEnum):
    ONE = 1


class _Word(StrEnum):
    ONE = "one"


class _Colour(Enum):
    RED = (255, 0, 0)


class _Right(Flag):
    READ = 1
    WRITE = 2


@dataclass
class _Record:
    name: str
    parts: object = None


class _Pair(NamedTuple):
    left: object
    right: object


class _Text(str):
    __slots__ = ()


class _Bytes(bytes):
    __slots__ = ()


class _Float(float):
    __slots__ = ()


class _Int(int):
    __slots__ = ()


class _List(list[object]):
    __slots__ = ()


class _Set(set[object]):
    __slots__ = ()


class _Anything:
    pass


def _cycle() -> object:
    cycle: list[object] = [1]
    cycle.append(cycle)
    return cycle


def _deep(wrap: Callable[[object], object]) -> object:
    value: object = None
    for _ in range(100_000):
        value = wrap(value)
    return value


#: Values that are easily kept as something else. A serializer refuses each, or keeps it exactly.
ODD: Final[dict[str, Callable[[], object]]] = {
    "an enum that is an int": lambda: _Number.ONE,
    "an enum that is a str": lambda: _Word.ONE,
    "a member of an enum": lambda: _Colour.RED,
    "a combination of flags": lambda: _Right.READ | _Right.WRITE,
    "a dataclass": lambda: _Record("a", _Record("b")),
    "a named tuple": lambda: _Pair(1, 2),
    "an ordered dict": lambda: OrderedDict[str, int](a=1),
    "a dict with a default": lambda: defaultdict[str, int](int, a=1),
    "a counter": lambda: Counter("aab"),
    "a kind of str": lambda: _Text("a"),
    "a kind of bytes": lambda: _Bytes(b"a"),
    "a kind of float": lambda: _Float(1.5),
    "a kind of int": lambda: _Int(1),
    "a kind of list": lambda: _List([1]),
    "a kind of set": lambda: _Set({1}),
    "a bytearray": lambda: bytearray(b"a"),
    "a memoryview": lambda: memoryview(b"a"),
    "an array": lambda: array("d", [1.5]),
    "a range": lambda: range(3),
    "a deque": lambda: deque([1]),
    "a time": lambda: datetime(2026, 1, 1, tzinfo=UTC),
    "a time without a zone": lambda: datetime(2026, 1, 1),  # noqa: DTZ001
    "the second of two equal times": lambda: datetime(
        2025, 10, 26, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")
    ),
    "a time in a zone with a name": lambda: datetime(
        2026, 1, 1, tzinfo=timezone(timedelta(hours=9), "JST")
    ),
    "a date": lambda: date(2026, 1, 1),
    "a time of day": lambda: time(23, 59),
    "a span": lambda: timedelta(days=-1, microseconds=1),
    "a zone": lambda: ZoneInfo("UTC"),
    "a decimal that is no number": lambda: Decimal("-sNaN123"),
    "a decimal": lambda: Decimal("1.10"),
    "a fraction": lambda: Fraction(1, 3),
    "a path": lambda: PurePosixPath("a/b"),
    "a path of this system": lambda: Path("a/b"),
    "a path of Windows": lambda: PureWindowsPath("c:/a"),
    "a UUID": lambda: UUID(int=5),
    "a pattern": lambda: re.compile("a+", re.IGNORECASE),
    "a namespace": lambda: SimpleNamespace(a=1),
    "a slice": lambda: slice(1, None, 2),
    "two maps": lambda: ChainMap({"a": 1}, {"b": 2}),
    "a view of a dict": lambda: MappingProxyType({"a": 1}),
    "a class that is built in": lambda: int,
    "a large int": lambda: 2**70,
    "a very large int": lambda: -(2**20_000),
    "the smallest int of 64 bits": lambda: -(2**63),
    "the largest int of 64 bits": lambda: 2**64 - 1,
    "a lone surrogate": lambda: "\ud800",
    "an instance": _Anything,
    "a class": lambda: _Anything,
    "a function": lambda: len,
    "a module": lambda: math,
    "an iterator": lambda: iter([1]),
    "a generator": lambda: (number for number in [1]),
    "an exception": lambda: ValueError("a"),
    "an ellipsis": lambda: ...,
    "a list in itself": _cycle,
    "a deep list": lambda: _deep(lambda inner: [inner]),
    "a deep tuple": lambda: _deep(lambda inner: (inner,)),
    "keys of every kind": lambda: {None: 0, 1: 1, "1": 2, b"1": 3, 1.5: 4, (1,): 5, 2j: 6},
}
#: Those of them that can be keys.
HASHABLE: Final = [
    "an enum that is an int",
    "an enum that is a str",
    "a combination of flags",
    "a named tuple",
    "a kind of str",
    "a kind of float",
    "a time",
    "a date",
    "a decimal",
    "a fraction",
    "a path",
    "a UUID",
    "a range",
]

#: Bytes that make a careless reader run code, take memory or time, or crash.
HOSTILE: Final = {
    "nothing": b"",
    "a pickle": b"cbuiltins\nexec\n(S'import sys; sys.beautyspot_was_run = 1'\ntR.",
    "a YAML tag": b"!!python/object/apply:builtins.exec ['import sys; sys.beautyspot_was_run = 1']",
    "a long array": b"\xdd\xff\xff\xff\xff",
    "a long map": b"\xdf\xff\xff\xff\xff",
    "a long text": b"\xdb\xff\xff\xff\xff",
    "long bytes": b"\xc6\xff\xff\xff\xff",
    "a long ext": b"\xc9\xff\xff\xff\xff\x01",
    "deep arrays": b"\x91" * 100_000,
    "deep maps": b"\x81\x01" * 100_000,
    "deep brackets": b"[" * 100_000,
    "deep braces": b'{"a":' * 100_000,
    "a list as a key": b"\x81\x90\x01",
    "no UTF-8": b"\xa2\xff\xfe",
    "a long number": b"9" * 100_000,
}
