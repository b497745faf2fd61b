"""Bytes that nobody wrote: a value or a refusal, in bounded time and memory, and no code runs."""

import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

import msgpack
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.embedded.msgpack.layout import Code
from beautyspot.testing import plain_values, same
from beautyspot.testing.strategies import rich_values


@dataclass
class Point:
    x: object
    y: object = None


class Pair(NamedTuple):
    left: object
    right: object


class Colour(Enum):
    RED = 1


class Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")

    number: object = 1
    _secret: object = 2


class Text(str):
    __slots__ = ()


class Registered:
    def __init__(self, state: object) -> None:
        self.state = state

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Registered) and same(self.state, other.state)

    def __hash__(self) -> int:
        raise ZeroDivisionError("any error may come from here")


CLASSES = {f"m:{class_.__qualname__}": class_ for class_ in (Point, Pair, Colour, Model, Text)}


class Find:
    def __call__(self, name: str) -> type | None:
        return CLASSES.get(name)

    def name_of(self, class_: type) -> str:
        return f"m:{class_.__qualname__}"


def serializer(mode: Any) -> MsgpackSerializer:
    found = MsgpackSerializer().within(Find(), mode)
    found.register_type(Registered, 5, lambda value: value.state, Registered)
    return found


SERIALIZERS = {mode: serializer(mode) for mode in ("recompute", "raw", "raise")}
FIRST = SERIALIZERS["recompute"]


def values() -> st.SearchStrategy[object]:
    return st.recursive(
        plain_values() | rich_values() | st.just(Colour.RED) | st.text().map(Text),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.builds(Point, inner, inner),
            st.builds(Pair, inner, inner),
            st.builds(Model, number=inner, extra=inner),
            st.builds(Registered, inner),
        ),
        max_leaves=5,
    )


def ends_well(data: bytes, mode: str) -> None:
    """See that bytes are refused, or a value that can be written again."""
    try:
        value = SERIALIZERS[mode].loads(data)
    except SerializationError:
        return
    assert same(value, FIRST.loads(FIRST.dumps(value))) or "Registered" in repr(value)


MODES = st.sampled_from(sorted(SERIALIZERS))


@settings(deadline=None, max_examples=150)
@given(values())
def test_what_is_drawn_here_comes_back(value: object):
    loaded = FIRST.loads(FIRST.dumps(value))

    assert same(value, loaded) or value == loaded


@settings(deadline=None, max_examples=500)
@given(st.binary(max_size=200), MODES)
def test_any_bytes(data: bytes, mode: str):
    ends_well(data, mode)


@settings(deadline=None, max_examples=300)
@given(values(), st.data(), MODES)
def test_bytes_that_are_cut_or_changed(value: object, data: st.DataObject, mode: str):
    whole = bytearray(FIRST.dumps(value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
        if not whole:
            return

    ends_well(bytes(whole), mode)


def grammar() -> st.SearchStrategy[bytes]:
    """Bytes that look like ours: heads, markers, names and contents, put together at random."""
    names = [
        "datetime.datetime", "datetime.time", "zoneinfo.ZoneInfo", "decimal.Decimal",
        "fractions.Fraction", "collections.deque", "collections.Counter", "collections.ChainMap",
        "collections.defaultdict", "types.SimpleNamespace", "array.array", "builtins.slice",
        "builtins.type", "re.Pattern", "uuid.UUID", "pathlib.PurePath", "ipaddress.IPv4Network",
        "numpy.ndarray", "numpy.dtype", "pandas.DataFrame", "polars.DataFrame", "PIL.Image", "int",
        "list", "little", "dataclass", "namedtuple", "enum", "pydantic", "str", "x", "y", "number",
        "left", "right", "RED", "_secret", *CLASSES, "m:Registered",
    ]  # fmt: skip
    heads = [bytes([0x90 + n]) for n in range(8)] + [b"\x81", b"\x82"]
    markers = [b"\xc7\x00" + bytes([code]) for code in Code]
    contents = [b"\x00", b"\x01", b"\x05", b"\xc0", b"\xcb" + bytes(8), b"\xc4\x08" + bytes(8)]
    pieces = [*heads * 2, *markers * 2, *map(msgpack.packb, names), *contents, b"\xc1\0\0\0\x05"]
    return st.lists(st.sampled_from(pieces), max_size=25).map(b"".join)


@settings(deadline=None, max_examples=1000)
@given(grammar(), MODES)
def test_bytes_that_look_like_ours(data: bytes, mode: str):
    ends_well(data, mode)


def wrapped(*items: bytes) -> bytes:
    """Bytes in which the random ones are complete arrays more often."""
    return bytes([0x90 + len(items)]) + b"".join(items)


@st.composite
def arrays(draw: st.DrawFn, depth: int = 3) -> bytes:
    """Arrays that begin with a marker and have as many items as they say."""
    leaf = st.sampled_from([b"\x00", b"\x01", b"\xc0", b"\xa1x", b"\xa1y", b"\xa0", b"\xc4\x01a"])
    inner = leaf if depth == 0 else leaf | arrays(depth - 1)
    code = draw(st.sampled_from([*Code, None]))
    head = {
        Code.KNOWN: [msgpack.packb(draw(st.sampled_from([
            "datetime.time", "collections.deque", "collections.Counter", "types.SimpleNamespace",
            "builtins.slice", "array.array", "collections.defaultdict", "decimal.Decimal",
        ])))],
        Code.CLASS: [msgpack.packb(draw(st.sampled_from([*CLASSES, "m:No"]))), msgpack.packb(
            draw(st.sampled_from(["dataclass", "enum", "str", "pydantic", "namedtuple"])))],
        Code.REGISTERED: [b"\x05", b"\xac" + b"m:Registered"],
    }.get(code, [])  # fmt: skip
    mark = [] if code is None else [b"\xc7\x00" + bytes([code])]
    return wrapped(*mark, *head, *draw(st.lists(inner, max_size=4)))


@settings(deadline=None, max_examples=1000)
@given(arrays(), MODES)
def test_arrays_of_everything(data: bytes, mode: str):
    ends_well(data, mode)


def test_the_hash_of_a_user_may_fail():
    """Any error of it is a refusal: it is not the caller's."""
    data = b"\x81" + FIRST.dumps(Registered(1)) + b"\x01"

    with pytest.raises(SerializationError, match="ZeroDivisionError"):
        FIRST.loads(data)


BOMBS = """
import random, resource, sys, threading, time, enum
from dataclasses import dataclass
from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack import MsgpackSerializer

@dataclass
class P:
    x: object = None

class T(str):
    pass

class F(enum.IntFlag):
    A = 1

loads = MsgpackSerializer().within(lambda name: {"P": P, "T": T, "F": F}.get(name), MODE).loads
n = 2**18

def array(*items):
    return b"\\xdc" + len(items).to_bytes(2, "big") + b"".join(items)

def many(item, count):
    return b"\\xdd" + count.to_bytes(4, "big") + item * count

def marker(code):
    return b"\\xc7\\x00" + bytes([code])

def text(s):
    s = s.encode() if isinstance(s, str) else s
    return b"\\xdb" + len(s).to_bytes(4, "big") + s

def known(name, *parts):
    return array(marker(32), text(name), *parts)

def number(size):
    return b"\\x92" + marker(1) + b"\\xc6" + size.to_bytes(4, "big") + b"\\x7f" * size

def noise(size):
    digits = random.Random(size).randbytes(size - 1) + b"\\x01"
    return b"\\x92" + marker(1) + b"\\xc6" + size.to_bytes(4, "big") + b"\\x01" + digits[1:]

link = b"\\x93" + marker(33) + b"\\x00"
first = array(marker(33), array(marker(34), text("P"), text("dataclass"), text("x")), b"\\x01")
def instance(name, kind, *state):
    return array(marker(33), array(marker(34), text(name), text(kind)), *state)

def flag(bits):
    return b"\\x94" + marker(33) + b"\\x00\\x90\\xce" + bits.to_bytes(4, "big")

def pattern(word):
    return known("re.Pattern", text(word + "[\\u0100-\\uffff]" * 11), b"\\x22")

def head(count):
    return b"\\xdd" + count.to_bytes(4, "big")

bombs = {
    "links": b"\\x92" + first + link * (n // 5),
    "definitions": many(instance("Q", "str", b"\\x01"), n // 30),
    "many names": instance("P" * n, "dataclass", b"\\x01"),
    "many fields": array(marker(33), head(n) + marker(34) + b"\\xa1a" * (n - 1)),
    "instances": many(first, n // 40),
    "numbered instances": head(n // 6) + first + (link + b"\\x01") * (n // 6 - 1),
    "flags": head(n // 12) + instance("F", "flag", b"\\x90", b"\\x01")
        + b"".join(flag(2 * i) for i in range(n // 12 - 1)),
    "deques": many(known("collections.deque", b"\\xc0"), n // 30),
    "counters": many(known("collections.Counter"), n // 30),
    "namespaces": many(known("types.SimpleNamespace"), n // 30),
    "patterns": many(pattern(""), n // 160),
    "different patterns": head(n // 160) + b"".join(map(pattern, map(str, range(n // 160)))),
    "nested groups": known("re.Pattern", text("(" * 500 + ")" * 500), b"\\x20"),
    "fraction": known("fractions.Fraction", noise(2 * n), noise(2 * n - 1)),
    "fractions": many(known("fractions.Fraction", noise(8000), noise(7999)), 32),
    "decimal": known("decimal.Decimal", text("9" * n)),
    "decimals": many(known("decimal.Decimal", text("1E+999999999999999999")), n // 40),
    "decimal keys": array(marker(17), known("decimal.Decimal", text("1E+99999999999")), number(9)),
    "zones": array(*[known("zoneinfo.ZoneInfo", text("A" * i)) for i in range(300)]),
    "network": known("ipaddress.IPv6Network", text(":" * n)),
    "path": known("pathlib.PurePosixPath", text("a/" * n + "a")),
    "range": known("builtins.range", b"\\x00", number(n), b"\\x01"),
    "array": known("array.array", text("d"), b"\\x08", text("little"),
        b"\\x93" + marker(4) + b"\\xcf" + b"\\x7f" * 8 + b"\\x01"),
    "empty buffers": b"\\xc1" + (7 * (n // 8) + 5).to_bytes(4, "big")
        + many(b"\\x93" + marker(4) + b"\\x00\\x00", n // 8) + b"a",
}
if sys.platform == "linux":
    resource.setrlimit(resource.RLIMIT_AS, (600 * 2**20,) * 2)

def work():
    for name, data in bombs.items():
        begin = time.thread_time()
        try:
            loads(data)
            end = "read"
        except SerializationError:
            end = "refused"
        took = time.thread_time() - begin
        print(name, end, "slow" if took > 4 else "", sep=",", flush=True)

threading.stack_size(256 * 1024)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


@pytest.mark.parametrize("mode", ["recompute", "raw"])
def test_bombs_end_in_bounded_memory_and_time(mode: str):
    """Each of a quarter of a megabyte or a little more: read or refused, and never a crash."""
    done = subprocess.run(
        [sys.executable, "-c", BOMBS.replace("MODE", repr(mode))],
        capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    lines = [line.split(",") for line in done.stdout.splitlines()]
    assert len(lines) == 24, (done.stdout, done.stderr)
    assert [line for line in lines if line[2]] == []


def test_what_is_read_takes_little_memory():
    """Up to 100 bytes for each byte, whatever stands in them."""
    code = (
        BOMBS.replace("MODE", "'recompute'").split("if sys.platform")[0]
        + """
import tracemalloc
del bombs["different patterns"]  # it takes little, and a minute to count it
for name, data in bombs.items():
    tracemalloc.start()
    try:
        loads(data)
    except SerializationError:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    if peak > 100 * len(data) + 2**22:
        print(name, len(data), peak)
"""
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
