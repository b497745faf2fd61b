"""Which values are the same call, which are others, and which have no key at all.

``EQUAL`` are pairs of values that came to be in different ways, ``DIFFERENT`` values that all
differ, ``REFUSED`` values that are bound to this process. Each stands for a rule, so there is one
of every kind, and its nearest neighbours.
"""

import array
import asyncio
import collections
import contextvars
import csv
import dataclasses
import datetime as dt
import enum
import functools
import io
import ipaddress
import itertools
import multiprocessing
import operator
import os
import pathlib
import queue
import random
import re
import subprocess
import sys
import threading
import types
import typing
import uuid
import weakref
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pydantic
import pytest
from PIL import Image

from beautyspot import KeyGen, UncacheableArgument


def key(value: object) -> str:
    return KeyGen.default((value,), {})


class E1(enum.Enum):
    A = 1
    B = 2


class E2(enum.Enum):
    A = 1


class I1(enum.IntEnum):
    A = 1


class S1(enum.StrEnum):
    A = "a"


class F1(enum.Flag):
    A = 1
    B = 2


class N1(NamedTuple):
    a: int
    b: int


class N2(NamedTuple):
    a: int
    b: int


@dataclasses.dataclass
class D1:
    a: int
    b: list = dataclasses.field(default_factory=list, compare=False)
    c: int = dataclasses.field(default=3, repr=False)


@dataclasses.dataclass
class D2:
    a: int
    b: list = dataclasses.field(default_factory=list)
    c: int = 3


@dataclasses.dataclass(frozen=True, slots=True)
class D3:
    a: int


@attrs.define
class A1:
    a: int


@attrs.frozen(cache_hash=True)
class A2:
    a: int


@attrs.define(slots=False, frozen=True, cache_hash=True)
class A3:
    a: int


class P1(pydantic.BaseModel):
    a: int
    b: int = 2
    model_config = pydantic.ConfigDict(extra="allow")


class MyStr(str):
    pass


class MyInt(int):
    pass


class MyList(list):
    pass


class MyDict(dict):
    pass


class MySet(set):
    pass


class MyTuple(tuple):
    pass


class MyPath(pathlib.PurePosixPath):
    pass


class C:
    def __init__(self, x):
        self.x = x

    @functools.cached_property
    def y(self):
        return self.x * 2

    def m(self):
        return 1


class Sl:
    __slots__ = ("a", "__b")

    def __init__(self, a, b):
        self.a = a
        self.__b = b


class G:
    def __init__(self, x):
        self.x = x
        self.cache = object()

    def __getstate__(self):
        return {"x": self.x}


def touched(c):
    assert c.y
    return c


def hashed(v):
    hash(v)
    return v


def f1(a):
    return a + 1


def f2(a):
    return a + 2


def mk(n):
    def inner():
        return n

    return inner


def attr(v, **k):
    for n, x in k.items():
        setattr(v, n, x)
    return v


big = np.arange(9.0).reshape(3, 3)
df = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})
EQUAL = [
    (lambda: {1: 2, 3: 4}, lambda: {3: 4, 1: 2}),
    (lambda: {"a", "b", "c"}, lambda: {"c", "b", "a"}),
    (lambda: big, lambda: np.asfortranarray(big)),
    (lambda: big, lambda: big.copy()),
    (lambda: big, lambda: np.repeat(big, 2, axis=1)[:, ::2]),
    (lambda: big[::-1], lambda: big[::-1].copy()),
    (lambda: np.broadcast_to(np.float64(1.0), (3, 3)), lambda: np.ones((3, 3))),
    (lambda: C(1), lambda: touched(C(1))),
    (lambda: G(1), lambda: G(1)),
    (lambda: Fraction(1, 3), lambda: hashed(Fraction(1, 3))),
    (lambda: pathlib.PurePath("a/b"), lambda: hashed(pathlib.PurePath("a/b"))),
    (
        lambda: pathlib.PurePath("a/b"),
        lambda: (lambda p: (p.name, p.parts, p.suffix, p)[-1])(pathlib.PurePath("a/b")),
    ),
    (lambda: uuid.UUID(int=5), lambda: hashed(uuid.UUID(int=5))),
    (lambda: A2(1), lambda: hashed(A2(1))),
    (lambda: A3(1), lambda: hashed(A3(1))),
    (lambda: P1(a=1), lambda: P1(a=1, b=2)),
    (lambda: D1(1), lambda: D1(1, [], 3)),
    (lambda: functools.partial(functools.partial(f1, 1), 2), lambda: functools.partial(f1, 1, 2)),
    (lambda: functools.partial(f1, a=1, b=2), lambda: functools.partial(f1, b=2, a=1)),
    (lambda: df, lambda: df.copy()),
    (lambda: df, lambda: pd.concat([df[["a"]], df[["b"]]], axis=1)),
    (
        lambda: pl.DataFrame({"a": [1, 2, 3]}),
        lambda: pl.concat([pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [2, 3]})], rechunk=False),
    ),
    (lambda: pl.Series("a", [1, 2, 3])[1:], lambda: pl.Series("a", [2, 3])),
    (lambda: pa.chunked_array([[1, 2], [3]]), lambda: pa.chunked_array([[1, 2, 3]])),
    (lambda: pa.array([1, 2, 3])[1:], lambda: pa.array([2, 3])),
    (lambda: ZoneInfo("Asia/Tokyo"), lambda: ZoneInfo.no_cache("Asia/Tokyo")),
    (lambda: memoryview(b"abc"), lambda: memoryview(b"abc")),
    (
        lambda: types.MappingProxyType({"a": 1, "b": 2}),
        lambda: types.MappingProxyType({"b": 2, "a": 1}),
    ),
    (lambda: collections.Counter("aab"), lambda: collections.Counter("aba")),
    (lambda: random.Random(1), lambda: random.Random(1)),
    (lambda: mk(1), lambda: mk(1)),
    (lambda: C(1).m, lambda: C(1).m),
    (lambda: re.compile("a"), lambda: re.compile("a")),
    (lambda: np.random.default_rng(1), lambda: np.random.default_rng(1)),
    (lambda: MySet({1, 2}), lambda: MySet({2, 1})),
    (lambda: [[1]] * 2, lambda: [[1], [1]]),
    (lambda: Image.new("L", (2, 2)), lambda: Image.new("L", (2, 2))),
    (lambda: io.BytesIO(b"x"), lambda: io.BytesIO(b"x")),
    (lambda: pd.Timestamp("2026-01-01", tz="UTC"), lambda: pd.Timestamp("2026-01-01", tz="UTC")),
    (lambda: ValueError("a"), lambda: ValueError("a")),
    (lambda: operator.itemgetter(1), lambda: operator.itemgetter(1)),
    (lambda: list[int], lambda: list[int]),
    (lambda: int | None, lambda: None | int),
    (
        lambda: np.ma.array([1, 9], mask=[0, 1]),
        lambda: np.ma.array([1, 7], mask=[0, 1], fill_value=999999),
    ),
    (lambda: collections.ChainMap({1: 2}), lambda: collections.ChainMap({1: 2})),
    (lambda: np.dtype("f8"), lambda: np.dtype("<f8")),
    (lambda: np.sin, lambda: np.sin),
]


@pytest.mark.parametrize("number", range(len(EQUAL)))
def test_what_means_the_same_is_the_same_call(number: int):
    one, other = EQUAL[number]

    assert key(one()) == key(other())


stru = np.dtype([("a", "i4"), ("b", "f8")])
stru2 = np.dtype([("c", "i4"), ("b", "f8")])
DIFFERENT = [
    1,
    1.0,
    True,
    "1",
    b"1",
    bytearray(b"1"),
    memoryview(b"1"),
    [1],
    (1,),
    collections.deque([1]),
    {1},
    frozenset({1}),
    -0.0,
    0.0,
    None,
    MyStr("1"),
    MyInt(1),
    MyList([1]),
    MyDict({1: 2}),
    {1: 2},
    MySet({1}),
    MyTuple((1,)),
    np.int64(1),
    np.int32(1),
    np.float64(1.0),
    np.float32(1.0),
    np.bool_(True),
    np.array(1),
    np.array([1]),
    E1.A,
    E1.B,
    E2.A,
    I1.A,
    S1.A,
    "a",
    F1.A,
    F1.B,
    F1.A | F1.B,
    F1(0),
    N1(1, 2),
    N2(1, 2),
    (1, 2),
    D1(1),
    D2(1),
    D1(1, [1]),
    D1(1, [], 4),
    attr(D1(1), extra=1),
    {"a": 1, "b": [], "c": 3},
    D3(1),
    A1(1),
    A2(1),
    A3(1),
    P1(a=1),
    P1(a=1, z=3),
    Decimal("1.0"),
    Decimal("1.00"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("-0"),
    Decimal("0"),
    Decimal("Infinity"),
    Fraction(1, 1),
    complex(1),
    dt.datetime(2026, 1, 1),
    dt.datetime(2026, 1, 1, fold=1),
    dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
    dt.datetime(2026, 1, 1, 9, tzinfo=ZoneInfo("Asia/Tokyo")),
    dt.datetime(2026, 1, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=9))),
    dt.datetime(2026, 1, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=9), "JST")),
    dt.date(2026, 1, 1),
    "2026-01-01",
    dt.time(1),
    dt.time(1, fold=1),
    dt.timedelta(1),
    pd.Timestamp("2026-01-01"),
    np.datetime64("2026-01-01"),
    np.datetime64("2026-01-01", "ns"),
    pathlib.PurePosixPath("a"),
    pathlib.PosixPath("a"),
    pathlib.PureWindowsPath("a"),
    MyPath("a"),
    uuid.UUID(int=1),
    str(uuid.UUID(int=1)),
    collections.OrderedDict([(1, 2), (3, 4)]),
    collections.OrderedDict([(3, 4), (1, 2)]),
    {1: 2, 3: 4},
    collections.defaultdict(list, {1: 2}),
    collections.defaultdict(int, {1: 2}),
    collections.defaultdict(None, {1: 2}),
    collections.Counter({1: 2}),
    types.MappingProxyType({1: 2}),
    collections.deque([1], maxlen=3),
    collections.deque([1], maxlen=4),
    re.compile("a"),
    re.compile("a", re.I),
    re.compile(b"a"),
    range(3),
    range(4),
    [0, 1, 2],
    slice(1),
    slice(1, None),
    ...,
    NotImplemented,
    f1,
    f2,
    mk(1),
    mk(2),
    lambda: 1,
    lambda: 2,
    lambda x: x,
    lambda x, y=1: x,
    functools.partial(f1, 1),
    functools.partial(f1, 2),
    functools.partial(f2, 1),
    C(1).m,
    C(2).m,
    C.m,
    len,
    abs,
    int,
    float,
    C,
    D1,
    operator.itemgetter(1),
    operator.itemgetter(2),
    operator.attrgetter("a"),
    str.upper,
    str.lower,
    "".join,
    "x".join,
    random.Random(1),
    random.Random(2),
    C(1),
    C(2),
    Sl(1, 2),
    Sl(1, 3),
    G(1),
    G(2),
    types.SimpleNamespace(x=1),
    types.SimpleNamespace(x=2),
    big,
    big.T,
    big.ravel(),
    big.astype("f4"),
    big.astype(">f8"),
    np.arange(9),
    np.zeros((0, 3)),
    np.zeros((3, 0)),
    np.zeros(0),
    np.zeros(0, "f4"),
    np.array(["a"]),
    np.array([b"a"]),
    np.array(["a"], object),
    np.array([1, "a"], object),
    np.array(["a"], dtype=np.dtypes.StringDType()),
    np.zeros(2, stru),
    np.zeros(2, stru2),
    np.zeros(2, [("a", "i4", (2,))]),
    np.zeros(2, [("a", "f4", (2,))]),
    np.array([[1]]).view(np.matrix),
    np.array([[1]]),
    np.ma.array([1, 2]),
    np.ma.array([1, 2], mask=[0, 1]),
    np.array([1, 2]),
    np.zeros(2, stru).view(np.recarray),
    np.zeros(2, stru)[0],
    np.dtype("f8"),
    np.dtype(">f8"),
    np.array([1], "M8[s]"),
    np.array([1], "M8[ms]"),
    np.array([1], "m8[s]"),
    np.array([-0.0]),
    np.array([0.0]),
    np.sin,
    np.cos,
    np.float64,
    df,
    df.rename(columns={"a": "c"}),
    df.set_index("a"),
    df[["b", "a"]],
    df.astype({"a": "float"}),
    df.astype({"a": "Int64"}),
    df.astype({"b": "category"}),
    df.astype({"b": object}),
    df.iloc[:2],
    df.iloc[::-1],
    df["a"],
    df["a"].rename("z"),
    df["a"].array,
    df["a"].to_numpy(),
    pd.Index([1, 2, 3]),
    pd.RangeIndex(1, 4),
    pd.Index([1, 2, 3], name="n"),
    pd.MultiIndex.from_tuples([(1, 2)]),
    pd.NaT,
    pd.NA,
    float("nan"),
    pd.Timedelta(1),
    pd.Period("2026-01"),
    pd.Period("2026-01-01"),
    pd.Interval(0, 1),
    pd.Interval(0, 1, closed="left"),
    pd.Categorical(["a", "b"]),
    pd.Categorical(["a", "b"], categories=["b", "a"]),
    pd.Categorical(["a", "b"], ordered=True),
    pd.date_range("2026", periods=2),
    pd.date_range("2026", periods=2, tz="UTC"),
    pd.Series([1, None], dtype="Int64"),
    pd.Series([1, 0], dtype="Int64"),
    pd.DataFrame([[1, 2]], columns=["a", "a"]),
    pl.DataFrame({"a": [1]}),
    pl.DataFrame({"b": [1]}),
    pl.DataFrame({"a": [1.0]}),
    pl.DataFrame({"a": [None]}),
    pl.Series("a", [1]),
    pl.Series("b", [1]),
    pl.Series("a", [1], dtype=pl.Int32),
    pl.Series("a", ["x"]),
    pl.Series("a", ["x"], dtype=pl.Categorical),
    pl.Series("a", ["x"], dtype=pl.Enum(["x"])),
    pl.Series("a", ["x"], dtype=pl.Enum(["x", "y"])),
    pl.Series("a", [[1]]),
    pl.Series("a", [{"x": 1}]),
    pl.Series("a", [dt.datetime(2026, 1, 1)]),
    pl.Series("a", [dt.datetime(2026, 1, 1)]).dt.replace_time_zone("UTC"),
    pa.table({"a": [1]}),
    pa.table({"b": [1]}),
    pa.array([1]),
    pa.array([1.0]),
    pa.array([1], pa.int32()),
    pa.array([None]),
    pa.array(["a"]),
    Image.new("L", (2, 2)),
    Image.new("L", (2, 2), 1),
    Image.new("L", (1, 4)),
    Image.new("RGB", (2, 2)),
    attr(Image.new("L", (2, 2)), info={"dpi": (1, 1)}),
    array.array("i", [1]),
    array.array("l", [1]),
    array.array("d", [1]),
    io.BytesIO(b"x"),
    io.StringIO("x"),
    ipaddress.ip_address("1.1.1.1"),
    ipaddress.ip_network("1.1.1.1"),
    ipaddress.ip_interface("1.1.1.1"),
    ValueError("a"),
    TypeError("a"),
    ValueError("b"),
    list[int],
    list[str],
    int | None,
    int | str,
    typing.Sequence[int],
    {"$": 1},
    {"$": "tuple", "v": [1]},
    {"$": "ignored"},
    {1: 1},
    {"1": 1},
    {None: 1},
    {True: 1},
    {(1,): 1},
    2**64,
    2**5000,
    -(2**5000),
    "x" * 2000,
    "y" * 2000,
    b"x" * 100,
    b"y" * 100,
    bytearray(b"x" * 100),
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\ud83d\ude00",
]


def test_what_differs_is_another_call():
    """Each of them has a key, and no two have the same."""
    keys: dict[str, object] = {}
    alike = [(keys.setdefault(key(value), value), value) for value in DIFFERENT]

    assert [] == [(one, other) for one, other in alike if one is not other]
    assert len(DIFFERENT) == len(keys)


PROGRAM = """
import runpy, sys, warnings
warnings.simplefilter("ignore")
module = runpy.run_path(sys.argv[1], run_name="values")
print(*map(module["key"], module["DIFFERENT"]))
"""


def test_every_process_makes_the_same_keys():
    """Whatever its hash seed is; nothing of an address or of an order of sets is in them."""
    commands = [sys.executable, "-c", PROGRAM, __file__]
    printed = {
        subprocess.run(
            commands,
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "4242")
    }

    assert 1 == len(printed)


REFUSED = [
    lambda: object(),
    lambda: iter([1]),
    lambda: (x for x in [1]),
    lambda: map(f1, [1]),
    lambda: zip([1]),
    lambda: enumerate([1]),
    lambda: threading.Lock(),
    lambda: threading.RLock(),
    lambda: threading.Thread(),
    lambda: weakref.ref(C),
    lambda: weakref.proxy(C),
    lambda: types,
    lambda: random.SystemRandom(),
    lambda: pl.LazyFrame({"a": [1]}),
    lambda: sys._getframe(),
    lambda: threading.Event(),
    lambda: threading.local(),
    lambda: reversed([1]),
    lambda: re.finditer("a", "a"),
    lambda: csv.reader([]),
    lambda: itertools.count(),
    lambda: asyncio.Queue(),
    lambda: contextvars.ContextVar("x"),
    lambda: queue.Queue(),
    lambda: weakref.WeakSet(),
    lambda: weakref.WeakValueDictionary(),
    lambda: multiprocessing.Lock(),
    lambda: attr(C(1), l=threading.Lock()),
    lambda: pl.col("a"),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_bound_to_the_process_has_no_key(number: int):
    with pytest.raises(UncacheableArgument):
        key(REFUSED[number]())
