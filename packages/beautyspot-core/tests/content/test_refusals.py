"""What belongs to this process is refused, by name, and with what to do instead."""

import asyncio
import concurrent.futures
import contextvars
import csv
import io
import itertools
import multiprocessing
import os
import queue
import random
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import types
import weakref

import numpy as np
import polars as pl
import pytest
from PIL import Image


class Bare:
    def __init__(self, held: object = None) -> None:
        self.held = held


class Counting:
    def __next__(self) -> int:
        return 1


class Disguised:
    """Says that it is a list."""

    __class__ = list

    def __next__(self) -> int:
        return 1


class Nothing:
    def __cache_key__(self) -> None:
        return None


class Broken:
    def __getstate__(self) -> object:
        raise LookupError("not now")


async def coroutine() -> None: ...


async def generator():
    yield 1


def animation() -> Image.Image:
    file = io.BytesIO()
    frames = [Image.new("L", (2, 2), shade) for shade in (1, 2)]
    frames[0].save(file, "gif", save_all=True, append_images=frames[1:])
    return Image.open(file)


LISTED = "pass list(...) of it"
HERE = "it belongs to this process alone"
FILE = "key=KeyGen.file_content('name')"

REFUSED = {
    "object": (object, "bare object()"),
    "iterator": (lambda: iter([1]), LISTED),
    "generator": (lambda: (n for n in [1]), LISTED),
    "async generator": (generator, LISTED),
    "map": (lambda: map(int, []), LISTED),
    "zip": (lambda: zip([1], strict=False), LISTED),
    "count": (itertools.count, LISTED),
    "reversed": (lambda: reversed([1]), LISTED),
    "matches": (lambda: re.finditer("a", "a"), LISTED),
    "rows": (lambda: csv.reader([]), LISTED),
    "own iterator": (Counting, LISTED),
    "in disguise": (Disguised, LISTED),
    "lock": (threading.Lock, HERE),
    "reentrant lock": (threading.RLock, HERE),
    "thread": (threading.Thread, HERE),
    "event": (threading.Event, HERE),
    "local": (threading.local, HERE),
    "process lock": (multiprocessing.Lock, HERE),
    "executor": (lambda: concurrent.futures.ThreadPoolExecutor(1), HERE),
    "queue": (queue.Queue, HERE),
    "event loop": (asyncio.Event, HERE),
    "variable": (lambda: contextvars.ContextVar("a"), HERE),
    "frame": (sys._getframe, HERE),
    "code": (lambda: coroutine.__code__, HERE),
    "cell": (types.CellType, HERE),
    "reference": (lambda: weakref.ref(Bare), "pass that itself"),
    "proxy": (lambda: weakref.proxy(Bare), "pass that itself"),
    "references": (weakref.WeakSet, "pass that itself"),
    "finalizer": (lambda: weakref.finalize(Bare, print), "pass that itself"),
    "module": (lambda: re, "pass its name"),
    "random": (random.SystemRandom, "random.Random(seed)"),
    "lazy frame": (lambda: pl.LazyFrame({"a": [1]}), "collect() it first"),
    "expression": (lambda: pl.col("a"), "pass what it is made from"),
    "objects of polars": (lambda: pl.Series([Bare()], dtype=pl.Object), "use another dtype"),
    "animation": (animation, "copy() of one frame"),
    "closed": (lambda: closed(io.BytesIO()), "it is closed"),
    "closed text": (lambda: closed(io.StringIO()), "it is closed"),
    "hook": (Nothing, "None is all that counts of it"),
    "dtype": (lambda: np.array(["a"], np.dtypes.StringDType(na_object=Bare)), "use StringDType()"),
    "broken": (Broken, "reading its content failed with LookupError: not now"),
}


def closed(stream):
    stream.close()
    return stream


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_content_is_refused_with_what_to_do(name, refusal):
    make, advice = REFUSED[name]

    assert advice in refusal(make()).reason


def test_a_coroutine_is_refused(refusal):
    value = coroutine()
    error = refusal(value)
    value.close()

    assert "await it and pass the result" in error.reason


def test_open_files_are_refused_with_the_way_out(refusal, tmp_path):
    """Also those that only live in memory, or have no name."""
    path = tmp_path / "a"
    path.touch()
    with path.open() as text, path.open("rb") as data, tempfile.TemporaryFile() as nameless:
        reasons = [refusal(file).reason for file in (text, data, nameless)]

    assert [True] * 3 == [FILE in reason for reason in reasons]


def test_connections_and_processes_are_refused(refusal):
    with socket.socket() as one, subprocess.Popen([sys.executable, "-V"]) as process:
        database = sqlite3.connect(":memory:")
        values = [one, process, database]
        reasons = [refusal(value).reason for value in values]
        database.close()

    assert [HERE] * 3 == reasons


def test_a_cursor_is_refused(refusal):
    database = sqlite3.connect(":memory:")
    error = refusal(database.execute("SELECT 1"))
    database.close()

    assert LISTED in error.reason


def test_a_folder_that_is_being_read_is_refused(refusal):
    with os.scandir() as found:
        assert LISTED in refusal(found).reason


def test_the_path_to_what_is_refused_is_named(refusal):
    error = refusal({"a": [Bare(Bare(threading.Lock()))]})

    assert "x['a'][0].held.held" == error.path


def test_what_only_looks_like_an_iterable_is_content(text):
    class Iterable:
        def __iter__(self):
            return iter([1])

    assert text(Iterable())


@pytest.mark.parametrize(
    "value", [socket.AF_INET, subprocess.CompletedProcess("a", 0), asyncio.TimeoutError()]
)
def test_data_of_libraries_for_processes_is_content(value, text):
    assert text(value) == text(value)
