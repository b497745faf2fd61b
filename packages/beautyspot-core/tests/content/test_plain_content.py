"""Values of the standard library: equal content has one text, other content another."""

import array
import collections
import copy
import datetime as dt
import fractions
import io
import ipaddress
import operator
import pathlib
import random
import re
import struct
import types
import typing
import uuid
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

NOON = dt.datetime(2026, 1, 1, 12)
TOKYO = ZoneInfo("Asia/Tokyo")


class OwnPath(pathlib.PurePosixPath):
    """A path that says little of itself."""

    def __str__(self) -> str:
        return "own"


class OwnDecimal(Decimal):
    pass


class OwnDate(dt.date):
    pass


class OwnDefault(collections.defaultdict):
    pass


class OwnDeque(collections.deque):
    pass


class OwnRandom(random.Random):
    pass


class OwnFraction(fractions.Fraction):
    pass


def noted(value, note=1):
    """Answer the value with an attribute more."""
    value.note = note
    return value


def read(value):
    value.read(1)
    return value


def hashed(value):
    hash(value)
    return value


def asked(path):
    """Answer a path whose parts have been asked for, which it then keeps."""
    assert [path.name, path.parts, path.suffix, str(path), path.parent, hash(path)]
    return path


def raised(error, cause=None):
    """Answer an exception that was raised."""
    try:
        raise error from cause
    except type(error):
        return error


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TOKYO, ZoneInfo.no_cache("Asia/Tokyo")),
        (typing.Union[int, str], typing.Union[str, int]),
        (int | None, None | int),
        (int | None, typing.Optional[int]),
        (list[int] | str, typing.Union[str, list[int]]),
        (struct.Struct("<i"), struct.Struct("<i")),
        (pathlib.PurePath("a/b"), asked(pathlib.PurePath("a//b/."))),
        (OwnPath("a/b"), asked(OwnPath("a/b"))),
        (fractions.Fraction(2, 4), hashed(fractions.Fraction(1, 2))),
        (uuid.UUID(int=3), hashed(uuid.UUID(int=3))),
        (ipaddress.ip_network("10.0.0.0/8"), hashed(ipaddress.ip_network("10.0.0.0/8"))),
        (collections.Counter("abb"), collections.Counter("bab")),
        (types.MappingProxyType({1: 2, 3: 4}), types.MappingProxyType({3: 4, 1: 2})),
        (collections.defaultdict(int, {1: 2, 3: 4}), collections.defaultdict(int, {3: 4, 1: 2})),
        ({1: 2, 3: 4}.keys(), {3: 4, 1: 2}.keys()),
        (random.Random(1), copy.copy(random.Random(1))),
        (re.compile("a", re.IGNORECASE), re.compile("(?i:a)".replace("(?i:a)", "a"), 2)),
        (ValueError("a"), raised(ValueError("a"))),
        (operator.methodcaller("a", x=1, y=2), operator.methodcaller("a", y=2, x=1)),
        (dt.timezone.utc, dt.timezone(dt.timedelta())),
        (collections.ChainMap({1: 2}), collections.ChainMap({1: 2})),
    ],
    ids=lambda value: type(value).__name__,
)
def test_equal_content_has_one_text(one, other, text):
    assert text(one) == text(other)


GROUPS = {
    "times": [
        *(NOON, NOON.replace(fold=1), NOON.replace(tzinfo=TOKYO), NOON.date(), str(NOON)),
        NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=9))),
        NOON.replace(tzinfo=dt.timezone(dt.timedelta(hours=9), "JST")),
        *(NOON.time(), NOON.time().replace(fold=1), dt.timedelta(days=1), OwnDate(2026, 1, 1)),
        noted(OwnDate(2026, 1, 1)),
        NOON.replace(hour=3, tzinfo=dt.timezone.utc),
        NOON.replace(hour=4, tzinfo=dt.timezone.utc),
        *(dt.time(1, tzinfo=dt.timezone.utc), dt.time(2, tzinfo=dt.timezone.utc)),
    ],
    "numbers": [
        *(Decimal("1.0"), Decimal("1.00"), Decimal("NaN"), Decimal("sNaN"), Decimal("-NaN")),
        *(Decimal("0"), Decimal("-0"), OwnDecimal("1.0"), noted(OwnDecimal("1.0"))),
        *(1, 1.0, True, "1", complex(1), fractions.Fraction(1), OwnFraction(1)),
        noted(OwnFraction(1)),
    ],
    "paths": [
        *(pathlib.PurePosixPath("a"), pathlib.PosixPath("a"), pathlib.PureWindowsPath("a"), "a"),
        *(OwnPath("a"), OwnPath("b"), noted(OwnPath("b"))),
    ],
    "mappings": [
        *({1: 2}, types.MappingProxyType({1: 2}), collections.Counter({1: 2})),
        *(collections.OrderedDict({1: 2}), collections.UserDict({1: 2})),
        types.MappingProxyType(collections.OrderedDict({1: 2})),
        *(collections.ChainMap({1: 2}), collections.ChainMap({1: 2}, {})),
        *(collections.defaultdict(int, {1: 2}), collections.defaultdict(list, {1: 2})),
        *(collections.defaultdict(None, {1: 2}), {1: 2}.keys(), {1: 2}.items(), {1: 2}.values()),
        *(OwnDefault(int, {1: 2}), noted(OwnDefault(int, {1: 2}))),
        noted(collections.OrderedDict({1: 2})),
        collections.OrderedDict([(1, 2), (3, 4)]),
        collections.OrderedDict([(3, 4), (1, 2)]),
    ],
    "sequences": [
        *([1], (1,), {1}, frozenset({1}), b"\x01", bytearray(b"\x01"), memoryview(b"\x01")),
        *(collections.deque([1]), collections.deque([1], 2), collections.deque([1], 3)),
        *(OwnDeque([1]), noted(OwnDeque([1])), collections.UserList([1])),
        *(range(1), range(1, 1), range(2, 1), slice(1), slice(1, 1), slice(None, 1, 1)),
        *(array.array("i", [1]), array.array("l", [1]), array.array("b", [1])),
        *(array.array("b", b"a" * 70), array.array("b", b"a" * 71), array.array("b", b"b" * 71)),
    ],
    "structs": [struct.Struct("<i"), struct.Struct(">i"), struct.Struct("<ii"), "<i"],
    "patterns": [re.compile("a"), re.compile("a", re.IGNORECASE), re.compile(b"a"), "a"],
    "streams": [
        *(io.BytesIO(b"ab"), read(io.BytesIO(b"ab")), io.StringIO("ab"), read(io.StringIO("ab"))),
        *(noted(io.StringIO("ab")), noted(io.BytesIO(b"ab"))),
        io.StringIO("ab", newline="\r\n"),
    ],
    "random": [random.Random(1), random.Random(2), OwnRandom(1), noted(OwnRandom(1))],
    "exceptions": [
        *(ValueError("a"), TypeError("a"), ValueError("b"), ValueError("a", 1)),
        *(noted(ValueError("a")), raised(ValueError("a"), TypeError("b"))),
        *(
            OSError(2, "a"),
            OSError(2, "a", "b"),
            OSError(2, "a", "c"),
            OSError(2, "a", "c", None, "d"),
        ),
        *(ImportError("a"), ImportError("a", name="b"), NameError("a"), NameError("a", name="b")),
    ],
    "addresses": [
        *(ipaddress.ip_address("10.0.0.0"), ipaddress.ip_network("10.0.0.0")),
        *(ipaddress.ip_interface("10.0.0.0"), ipaddress.ip_network("10.0.0.0/8"), "10.0.0.0"),
        *(ipaddress.ip_address("::1"), ipaddress.ip_address("::1%a")),
    ],
    "types": [
        *(int, "int", list, list[int], list[str], typing.List[int], int | None, int | str),
        *(typing.Optional[str], typing.Optional["int"], typing.Optional[typing.List[int]]),
        *(typing.Optional[list[int]], typing.Literal[1], typing.Literal["1"]),
        *(tuple[int], tuple[int, ...], typing.Any, typing.ForwardRef("int"), type(None), None),
        *(typing.Callable[[int], str], typing.Callable[[], str], typing.Annotated[int, 1]),
        *(typing.TypeVar("A"), typing.TypeVar("B"), collections.abc.Callable[[int], str]),
    ],
    "getters": [
        *(operator.itemgetter(1), operator.itemgetter(1, 2), operator.attrgetter("a")),
        *(
            operator.methodcaller("a"),
            operator.methodcaller("a", 1),
            operator.methodcaller("a", x=1),
        ),
        *(operator.methodcaller("b", x=1), operator.methodcaller("a", x=2)),
    ],
}


@pytest.mark.parametrize("name", GROUPS)
def test_other_content_has_another_text(name, collisions):
    values = {f"{place}: {type(v).__name__}": v for place, v in enumerate(GROUPS[name])}

    assert [] == collisions(values)
