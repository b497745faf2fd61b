"""Which values are the same call, though they came to be in different ways: one pair for a rule."""

import collections
import functools
import io
import operator
import pathlib
import random
import re
import types
import uuid
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

from .kinds import A2, A3, D1, P1, C, G, MySet, big, df, f1, key, mk


def touched(c):
    assert c.y
    return c


def hashed(v):
    hash(v)
    return v


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
