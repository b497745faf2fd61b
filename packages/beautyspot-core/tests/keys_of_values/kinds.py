"""Classes and functions of every kind, and the key of a value."""

import dataclasses
import enum
import functools
import pathlib
from typing import NamedTuple

import attrs
import numpy as np
import pandas as pd
import pydantic

from beautyspot import KeyGen


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


def f1(a):
    return a + 1


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
