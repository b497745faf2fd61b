"""Values of the standard library: the same type and content, or a refusal that says why."""

import ipaddress
import re
import sys
import uuid
from array import array
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from types import NoneType, SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.testing import same
from beautyspot.testing.strategies import rich_values

SERIALIZER = MsgpackSerializer()
dumps, loads = SERIALIZER.dumps, SERIALIZER.loads

BERLIN = ZoneInfo("Europe/Berlin")
JST = timezone(timedelta(hours=9), "JST")
HERE, ELSEWHERE = (WindowsPath, "PosixPath") if sys.platform == "win32" else (
    PosixPath, "WindowsPath",
)  # fmt: skip

NOON = datetime(2025, 10, 26, 2, 30, tzinfo=UTC).replace(tzinfo=None)
SCALARS = [
    date.min, date.max, time(), time(23, 59, 59, 999_999), time(1, fold=1), time(1, tzinfo=UTC),
    time(1, tzinfo=JST), time(1, tzinfo=BERLIN), NOON,
    NOON.replace(fold=1, microsecond=1), datetime(2025, 10, 26, 2, 30, fold=0, tzinfo=BERLIN),
    datetime(2025, 10, 26, 2, 30, fold=1, tzinfo=BERLIN), datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=JST), datetime(2026, 1, 1, tzinfo=ZoneInfo("UTC")),
    timedelta(), timedelta.min, timedelta.max, timedelta(microseconds=-1), UTC, JST,
    timezone(timedelta(0), "UTC"), timezone(timedelta(seconds=-1, microseconds=1)), BERLIN,
    ZoneInfo("UTC"), Decimal(0), Decimal("-0"), Decimal("0E-7"), Decimal("1.10"), Decimal("1E+999"),
    Decimal("NaN"), Decimal("-NaN123"), Decimal("Infinity"),
    Decimal("-Infinity"), Decimal("1." + "0" * 500), Fraction(), Fraction(-1, 3),
    Fraction(2**500, 3), uuid.UUID(int=0), uuid.uuid4(),
    uuid.UUID(int=1, is_safe=uuid.SafeUUID.unsafe), PurePosixPath(), PurePosixPath("/a/../b"),
    PurePosixPath("//a"), PurePosixPath("a\udcff\x00 b"), PureWindowsPath("c:a"),
    PureWindowsPath("//host/share/a"), Path("a/b"), Path(), range(0), range(5, -5, -3),
    range(2**70), ..., ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("fe80::1%eth0"),
    ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::/0"),
    ipaddress.ip_interface("10.1.2.3/8"), ipaddress.ip_interface("::1/64"), re.compile(""),
    re.compile("(?i)a+|[é-ü]"), re.compile("a", re.ASCII | re.VERBOSE | re.DOTALL),
    re.compile(b"\\w", re.LOCALE), int, object, NoneType,
]  # fmt: skip
OTHERS = [
    Decimal("sNaN"), Decimal("-sNaN5"), slice(None), slice(1, None, (2, [3])), array("d"),
    array("d", [1.5, float("nan")]), array("b", [-1]), array("H", range(3000)),
    array("q", [-(2**63)]), deque(), deque([1, [2]], 2), deque(maxlen=0), OrderedDict(),
    OrderedDict(b=1, a=[2]), defaultdict(None), defaultdict(list, {1: [2]}),
    defaultdict(int, {(1,): None}), Counter(), Counter("aab"), Counter({"a": -1, "b": 0.5}),
    ChainMap(), ChainMap({1: 2}, OrderedDict(a=3)), SimpleNamespace(),
    SimpleNamespace(b=1, a=SimpleNamespace(c=(1,))),
]  # fmt: skip


def named(value: object) -> str:
    return type(value).__name__


@pytest.mark.parametrize("value", [*SCALARS, *OTHERS], ids=named)
def test_it_comes_back_with_its_type_at_every_depth(value: object):
    for outer in (value, [value], (1, value), {"a": {"b": value}}, deque([value])):
        assert same(outer, loads(dumps(outer)))


@pytest.mark.parametrize("value", SCALARS, ids=named)
def test_it_can_be_a_key_and_a_member(value: object):
    for outer in ({value: 1}, {value}, frozenset({value}), {(1, value): {value}}, Counter([value])):
        assert same(outer, loads(dumps(outer)))


@settings(deadline=None, max_examples=300)
@given(rich_values())
def test_no_rich_value_is_refused(value: object):
    assert same(value, loads(dumps(value)))


def test_a_zone_is_the_very_zone_that_everybody_has():
    moment = loads(dumps(datetime(2026, 1, 1, tzinfo=BERLIN)))

    assert moment.tzinfo is BERLIN
    assert loads(dumps(UTC)) is UTC


def test_the_order_of_an_ordered_dict_is_its_own():
    value = OrderedDict(a=1, b=2)
    value.move_to_end("a")

    assert list(loads(dumps(value))) == ["b", "a"]


class Zone(tzinfo):
    pass


def with_attribute(value: object) -> object:
    vars(value)["note"] = 1
    return value


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "a zone of another class": (lambda: [datetime(2026, 1, 1, tzinfo=Zone())], r"\]\{\.\.\.\} of"),
    "a zone from elsewhere": (lambda: ZoneInfo.no_cache("UTC"), r"ZoneInfo\(key\)"),
    "a factory of one's own": (lambda: defaultdict(Zone), r"dict\(\.\.\.\)"),
    "a factory that is a lambda": (lambda: defaultdict(lambda: 1), r"dict\(\.\.\.\)"),
    "a class": (lambda: [Zone], r"Return its name"),
    "a fraction that takes minutes": (lambda: Fraction(3**99_999, 2), r"as a tuple"),
    "a pattern that takes minutes": (lambda: re.compile("[\u0100-\uffff]" * 50), r"text"),
    "more patterns than anybody has": (lambda: [re.compile("a")] * 33, r"more than 32"),
    "a counter with attributes": (lambda: with_attribute(Counter()), r"attributes.*'note'"),
    "an ordered dict with attributes": (lambda: with_attribute(OrderedDict()), r"'note'"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_come_back_otherwise_is_refused(what: str):
    value, match = REFUSED[what]

    with pytest.raises(SerializationError, match=match):
        dumps(value())


def known(name: str, *parts: bytes) -> bytes:
    text = name.encode()
    head = bytes([0x90 + 2 + len(parts)]) + b"\xc7\x00\x20" + b"\xd9" + bytes([len(text)]) + text
    return head + b"".join(parts)


def text(content: str) -> bytes:
    return b"\xda" + len(content).to_bytes(2, "big") + content.encode()


BUFFER = b"\x92\xc7\x00\x04\xc4\x08" + bytes(8)
ZEROS = [b"\x00"] * 9
BAD: dict[str, bytes] = {
    "a name that nobody knows": known("datetime.tzinfo"),
    "a module that is not ours": known("os.path"),
    "no name": b"\x91\xc7\x00\x20",
    "a number for a name": b"\x92\xc7\x00\x20\x05",
    "no parts": known("datetime.date"),
    "a part too many": known("datetime.date", *ZEROS[:4]),
    "a month of 13": known("datetime.date", b"\x01", b"\x0d", b"\x01"),
    "a bool for a year": known("datetime.date", b"\xc3", b"\x01", b"\x01"),
    "a zone that is none": known("datetime.time", *ZEROS[:5], b"\x05"),
    "a fold of 2": known("datetime.time", *ZEROS[:4], b"\x02", b"\xc0"),
    "a span not in normal form": known("datetime.timedelta", b"\x00", b"\x00", b"\xff"),
    "a path to a zone": known("zoneinfo.ZoneInfo", text("../../etc/passwd")),
    "a folder of zones": known("zoneinfo.ZoneInfo", text("America")),
    "an unknown zone": known("zoneinfo.ZoneInfo", text("Nowhere/Never")),
    "no decimal": known("decimal.Decimal", text("1e")),
    "a decimal not in normal form": known("decimal.Decimal", text("1_0")),
    "a fraction not in lowest terms": known("fractions.Fraction", b"\x02", b"\x04"),
    "a fraction by zero": known("fractions.Fraction", b"\x02", b"\x00"),
    "a UUID of 15 bytes": known("uuid.UUID", b"\xc4\x0f" + bytes(15), b"\xc0"),
    "an address not in normal form": known("ipaddress.IPv6Address", text("0:0::1")),
    "a path of another system": known(f"pathlib.{ELSEWHERE}", text("a")),
    "a path not in normal form": known("pathlib.PurePosixPath", text("a//b")),
    "a pattern that is none": known("re.Pattern", text("("), b"\x20"),
    "a pattern that prints": known("re.Pattern", text("a"), b"\xcc\xa0"),
    "a range by zero": known("builtins.range", b"\x00", b"\x01", b"\x00"),
    "a range of floats": known("builtins.range", b"\xcb" + bytes(8), b"\x01", b"\x01"),
    "a class that is not built in": known("builtins.type", text("eval")),
    "a class named by a list": known("builtins.type", b"\x90"),
    "a factory that is not built in": known("collections.defaultdict", text("eval")),
    "a key without a value": known("collections.OrderedDict", b"\x01"),
    "a key twice": known("collections.Counter", b"\x01", b"\x01", b"\x01", b"\x01"),
    "a list for a key": known("collections.OrderedDict", b"\x90", b"\x01"),
    "too many items": known("collections.deque", b"\x01", b"\x01", b"\x01"),
    "an attribute without a name": known("types.SimpleNamespace", b"\x01", b"\x01"),
    "an array of nothing known": known("array.array", text("z"), b"\x08", text("little"), BUFFER),
    "an array of other items": known("array.array", text("d"), b"\x04", text("little"), BUFFER),
    "an array of half an item": known("array.array", text("d"), b"\x08", text("little"),
                                      b"\x92\xc7\x00\x04\xc4\x01a"),
    "an array of bytes": known("array.array", text("d"), b"\x08", text("little"), b"\xc4\x00"),
    "a buffer that nothing takes": b"\x91" + BUFFER,
    "a buffer in a list in parts": known("collections.deque", b"\xc0", b"\x91" + BUFFER),
    "a missing field that no class has": b"\x91\x91\xc7\x00\x23",
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_parts_that_nobody_wrote_are_refused(what: str):
    with pytest.raises(SerializationError, match=r"bytes are no value of 'msgpack/1'"):
        loads(BAD[what])


def test_arrays_of_another_order_of_bytes_are_turned():
    other = "big" if sys.byteorder == "little" else "little"
    value = loads(known("array.array", text("d"), b"\x08", text(other), BUFFER.replace(
        bytes(8), array("d", [1.5]).tobytes()[::-1])))  # fmt: skip

    assert same(array("d", [1.5]), value)


@pytest.mark.skipif(sys.byteorder == "big", reason="the bytes of arrays are those of the machine")
def test_the_layout_is_fixed():
    """These bytes are in the databases of users: a change needs a new name of the codec."""
    value = [
        date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), Decimal("1.10"),
        PurePosixPath("a"), deque([1], 2), defaultdict(list, a=1), range(3), array("b", [1]), ...,
    ]  # fmt: skip

    assert dumps(value).hex() == (
        "99"
        "95c70020ad6461746574696d652e64617465cd07ea0102"
        "9bc70020b16461746574696d652e6461746574696d65cd07ea01020304050600"
        "95c70020b16461746574696d652e74696d657a6f6e65000000"
        "93c70020af646563696d616c2e446563696d616ca4312e3130"
        "93c70020b5706174686c69622e50757265506f73697850617468a161"
        "94c70020b1636f6c6c656374696f6e732e64657175650201"
        "95c70020b7636f6c6c656374696f6e732e64656661756c7464696374a46c697374a16101"
        "95c70020ae6275696c74696e732e72616e6765000301"
        "96c70020ab61727261792e6172726179a16201a66c6974746c6592c70004c40101"
        "92c70020b16275696c74696e732e656c6c6970736973"
    )


def test_reading_a_name_imports_nothing_but_what_knows_it():
    """A module of the standard library that no name stands for is never loaded."""
    before = set(sys.modules)
    for name in ("antigravity.fly", "this", "lib2to3.main", "builtins.eval", "array.", ".", ""):
        with pytest.raises(SerializationError):
            loads(known(name))

    assert set(sys.modules) - before <= {"beautyspot.embedded.msgpack.standard.builtin"}
