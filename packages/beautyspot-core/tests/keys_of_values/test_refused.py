"""Which values have no key at all, because they are bound to this process."""

import asyncio
import contextvars
import csv
import itertools
import multiprocessing
import queue
import random
import re
import sys
import threading
import types
import weakref

import polars as pl
import pytest

from beautyspot import UncacheableArgument

from .kinds import C, attr, f1, key

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
