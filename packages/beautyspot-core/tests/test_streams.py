"""Generator functions: what they yield is stored when they have come to their end, and replayed."""

import gc
import linecache
import os
import sqlite3
import sys
import textwrap
import threading
import types
import warnings
import weakref
from collections.abc import Generator
from contextlib import closing
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest

import beautyspot as bs
from beautyspot.core.errors import CacheMiss, StoreUnavailable
from beautyspot.core.explanation import Verdict
from beautyspot.testing import ManualClock, MemoryBlobStore, MemoryTaskDB

LARGE = 100_000  # bytes: too many for a record


class Beside:
    """What a function uses and what does not count."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __cache_key__(self) -> str:
        return "beside"


@pytest.fixture
def log() -> list[Any]:
    return []


@pytest.fixture
def spot(tmp_path):
    with bs.Spot("streams", db=tmp_path / "streams.db") as spot:
        yield spot


def drained(stream):
    """All chunks, and what the generator returned."""
    chunks = []
    while True:
        try:
            chunks.append(next(stream))
        except StopIteration as end:
            return chunks, end.value


def stored(tmp_path: Path) -> int:
    """How many records there are."""
    with closing(sqlite3.connect(tmp_path / "streams.db")) as database:
        return database.execute("SELECT count(*) FROM tasks").fetchone()[0]


def files(tmp_path: Path) -> list[str]:
    """The blobs, and what is on its way to be one."""
    folder = tmp_path / "streams.blobs"
    return [path.name for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]


def damage(tmp_path: Path, at: int = -30) -> None:
    """Flip a byte of the one blob that there is."""
    (path,) = [p for p in (tmp_path / "streams.blobs").glob("??/*") if p.is_file()]
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


CHUNKS = {
    "none": [],
    "one": ["a"],
    "falsy": [None, 0, "", b"", [], {}, False, 0.0, ()],
    "kinds": [1, (2, [3]), {"a": {4}}, b"5", 6.5],
    "large": [os.urandom(LARGE), b"small", os.urandom(LARGE)],
    "many": list(range(20_000)),
}


@pytest.mark.parametrize("save_blob", [None, True, False])
@pytest.mark.parametrize("kind", CHUNKS)
@pytest.mark.filterwarnings("ignore:.*stored inside the database")
def test_what_was_yielded_is_replayed(spot, log, kind, save_blob):
    """Chunk by chunk, with the same types, and what the generator returned."""

    @spot.mark(save_blob=save_blob, ignore=("log",))
    def stream(kind, log):
        log.append(kind)
        yield from CHUNKS[kind]
        return (kind, "end")

    first, second = drained(stream(kind, log)), drained(stream(kind, log))

    assert (CHUNKS[kind], (kind, "end")) == first == second
    assert [kind] == log
    assert (1, 1, 0) == (stream.counts.runs, stream.counts.hits, stream.counts.errors)


def test_another_process_finds_it(spot, tmp_path):
    @spot.mark
    def stream(n):
        yield from range(n)

    list(stream(3))
    with bs.Spot("streams", db=tmp_path / "streams.db") as other:
        again = other.mark(stream.__wrapped__)

        assert [0, 1, 2] == list(again(3))
        assert 0 == again.counts.runs


def test_a_call_answers_a_generator(spot):
    @spot.mark
    def stream():
        yield 1

    cold = stream()
    hot = list(cold) and stream()

    assert isinstance(cold, Generator)
    assert isinstance(hot, Generator)
    assert iter(hot) is hot


def test_nothing_runs_before_the_first_next(spot, log, tmp_path):
    """Not the function, and no look-up either."""

    @spot.mark(ignore=("log",))
    def stream(log):
        log.append("ran")
        yield 1

    unused = stream(log)
    del unused

    assert [] == log
    assert not (tmp_path / "streams.db").exists()


def test_arguments_that_do_not_fit_are_refused_by_the_call(spot):
    """As Python does, and not by the first ``next``."""

    @spot.mark
    def stream(x):
        yield x

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        stream()


def test_chunks_pass_through_as_they_come(spot, log):
    """The next one is not made before somebody asks for it."""

    @spot.mark(ignore=("log",))
    def stream(log):
        for number in range(3):
            log.append(number)
            yield number

    chunks = stream(log)

    assert (0, [0]) == (next(chunks), log)
    assert (1, [0, 1]) == (next(chunks), log)


def test_a_chunk_is_the_very_object_and_is_stored_as_it_was(spot):
    """What the caller does with a chunk, or the generator afterwards, changes nothing stored."""
    made = []

    @spot.mark(ignore=("beside",))
    def stream(beside):
        chunk = [1]
        made.append(chunk)
        yield chunk
        chunk.append("by the generator")
        yield chunk

    chunks = stream(Beside())
    first = next(chunks)
    assert first is made[0]
    first.append("by the caller")
    list(chunks)

    assert [[1], [1, "by the caller", "by the generator"]] == list(stream(Beside()))


def test_every_replay_has_chunks_of_its_own(spot):
    @spot.mark
    def stream():
        yield [1]

    list(stream())
    one, two = next(stream()), next(stream())
    one.append(2)

    assert [1] == two


@pytest.mark.parametrize("size", [1, LARGE])
def test_a_stream_that_is_not_read_to_its_end_is_not_stored(spot, tmp_path, log, size):
    """Closed, dropped, or left by an exception: the generator is closed at once, nothing stays."""

    @spot.mark(ignore=("log",))
    def stream(log):
        try:
            for _ in range(3):
                yield b"x" * size
        finally:
            log.append("closed")

    closed = stream(log)
    next(closed), next(closed)
    closed.close()
    closed.close()
    assert ["closed"] == log
    dropped = stream(log)
    next(dropped), next(dropped)
    del dropped
    assert ["closed"] * 2 == log
    with pytest.raises(LookupError):  # noqa: PT012
        thrown = stream(log)
        next(thrown), next(thrown)
        thrown.throw(LookupError("by the caller"))
    assert ["closed"] * 3 == log

    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)
    assert (3, 0) == (stream.counts.runs, stream.counts.errors)
    assert [b"x" * size] * 3 == list(stream(log))


@pytest.mark.parametrize("size", [1, LARGE])
def test_an_exception_passes_untouched(spot, tmp_path, size):
    """The very object, after the chunks before it; nothing is stored."""
    error = LookupError("gone", 404)
    context = ValueError("before")
    error.__context__ = context

    @spot.mark(ignore=("error",))
    def stream(error):
        yield b"x" * size
        yield b"y" * size
        raise error

    for _ in range(2):
        chunks = stream(error)
        assert b"x" * size == next(chunks)
        assert b"y" * size == next(chunks)
        with pytest.raises(LookupError) as caught:
            next(chunks)
        assert caught.value is error
        assert error.__context__ is context
        assert [] == list(chunks)

    assert "raise error" in str(caught.traceback[-1].statement)
    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)
    assert (2, 2) == (stream.counts.runs, stream.counts.errors)


def test_an_error_is_not_kept_alive(spot):
    """Neither by a frame nor by the store: it is gone when the caller has dropped it."""

    class Heavy(Exception):
        pass

    @spot.mark
    def stream():
        yield 1
        raise Heavy

    gc.disable()
    try:
        try:
            list(stream())
        except Heavy as error:
            gone = weakref.ref(error)
        assert gone() is None
    finally:
        gc.enable()


class Chunk:
    """Cannot be encoded."""


def test_a_chunk_is_not_kept_alive(spot):
    """While the caller works on one, nobody else holds it; also where nothing is stored."""

    @spot.mark
    def stream():
        yield {1}
        for _ in range(3):
            yield Chunk()

    chunks = stream()
    next(chunks)
    with pytest.warns(bs.BeautySpotWarning):
        gone = weakref.ref(next(chunks))
    assert gone() is None
    gone = weakref.ref(next(chunks))
    assert gone() is None


def test_an_interrupt_passes_and_nothing_is_stored(spot, tmp_path):
    @spot.mark
    def stream():
        yield b"x" * LARGE
        raise KeyboardInterrupt

    chunks = stream()
    next(chunks)
    with pytest.raises(KeyboardInterrupt):
        next(chunks)

    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)


def test_a_generator_that_refuses_to_close_says_so(spot):
    """As Python says it, to whoever closes it."""

    @spot.mark
    def stream():
        try:
            yield 1
        except GeneratorExit:
            yield 2

    chunks = stream()
    next(chunks)

    with pytest.raises(RuntimeError, match="ignored GeneratorExit"):
        chunks.close()


def test_what_is_sent_is_refused(spot, tmp_path):
    """Cold and stored alike: a stream that depends on what it is sent is no result of its call."""

    @spot.mark
    def stream():
        yield 1
        yield 2

    for _ in range(2):
        chunks = stream()
        next(chunks)
        with pytest.raises(bs.ConfigurationError, match="takes nothing"):
            chunks.send("more")
        assert [] == list(chunks)
        list(stream())
    uncached = stream.uncached()
    next(uncached)
    assert 2 == uncached.send("more")


def test_a_thrown_exception_ends_a_replay(spot):
    @spot.mark
    def stream():
        yield 1
        yield 2

    list(stream())
    chunks = stream()
    next(chunks)
    with pytest.raises(LookupError):
        chunks.throw(LookupError("by the caller"))

    assert [] == list(chunks)


@pytest.mark.parametrize("size", [1, LARGE])
def test_a_chunk_that_cannot_be_encoded_passes(spot, tmp_path, size):
    """The caller gets them all; nothing is stored, and that is told once."""

    @spot.mark
    def stream(n):
        yield b"x" * size
        yield b"x" * size
        yield Chunk()
        yield b"last"
        return "end"

    with pytest.warns(bs.BeautySpotWarning, match="returned but not stored") as caught:
        both = [drained(stream(number)) for number in range(2)]

    for chunks, end in both:
        assert [b"x" * size, b"x" * size, b"last"] == [*chunks[:2], chunks[3]]
        assert Chunk is type(chunks[2])
        assert "end" == end
    assert 1 == len(caught)
    assert 2 == stream.counts.troubles
    assert 0 == stored(tmp_path)
    assert [] == files(tmp_path)
    assert not spot.flush()


def test_what_the_generator_returns_has_to_be_encoded_too(spot, tmp_path):
    @spot.mark
    def stream():
        yield 1
        return Chunk()

    with pytest.warns(bs.BeautySpotWarning, match="returned but not stored"):
        chunks, end = drained(stream())

    assert [1] == chunks
    assert Chunk is type(end)
    assert 0 == stored(tmp_path)


def test_in_strict_mode_a_chunk_that_cannot_be_encoded_is_raised(spot, log):
    @spot.mark(strict=True, ignore=("log",))
    def stream(log):
        try:
            yield b"x" * LARGE
            yield Chunk()
            yield 3
        finally:
            log.append("closed")

    chunks = stream(log)
    next(chunks)
    with pytest.raises(bs.SerializationError):
        next(chunks)

    assert ["closed"] == log
    assert [] == list(chunks)


class FullStore(MemoryBlobStore):
    """Takes so many bytes, and no more."""

    room = LARGE

    def writer(self, key):
        writer = super().writer(key)
        write = writer.write

        def limited(data):
            if writer.read(0, self.room) and len(data) + self.room > self.room:
                raise StoreUnavailable("the disk is full")
            write(data)

        writer.write = limited
        return writer


@pytest.mark.parametrize("strict", [False, True])
def test_a_store_that_is_full_costs_no_chunk(tmp_path, strict, log):
    """Nothing is stored, it is told once, and the stream goes on; in strict mode it is raised."""
    blobs = FullStore()
    spot = bs.Spot("full", db=tmp_path / "full.db", storage=blobs, strict=strict)

    @spot.mark(ignore=("log",))
    def stream(log):
        try:
            for number in range(5):
                yield b"%d" % number * LARGE
        finally:
            log.append("closed")

    if strict:
        with pytest.raises(StoreUnavailable):
            list(stream(log))
    else:
        with pytest.warns(bs.BeautySpotWarning, match="the disk is full") as caught:
            assert [b"%d" % number * LARGE for number in range(5)] == list(stream(log))
        assert 1 == len(caught)
    assert ["closed"] == log
    assert [] == list(blobs.blobs())


class DownDB(MemoryTaskDB):
    def save(self, record):
        raise StoreUnavailable("the database is down")


@pytest.mark.parametrize("size", [1, LARGE])
def test_a_record_that_cannot_be_saved_costs_no_chunk(tmp_path, size):
    with bs.Spot("down", db=DownDB(), storage=MemoryBlobStore()) as spot:

        @spot.mark
        def stream():
            yield b"x" * size
            return "end"

        with pytest.warns(bs.BeautySpotWarning, match="the database is down"):
            assert ([b"x" * size], "end") == drained(stream())


class Plain:
    """A blob store with the three methods that it has to have."""

    def __init__(self):
        self._blobs = MemoryBlobStore()

    def save(self, key, data):
        return self._blobs.save(key, data)

    def load(self, location):
        return self._blobs.load(location)

    def delete(self, location):
        self._blobs.delete(location)


def test_a_store_that_cannot_be_written_bit_by_bit_is_given_the_whole(tmp_path):
    spot = bs.Spot("plain", db=tmp_path / "plain.db", storage=Plain())

    @spot.mark
    def stream():
        for number in range(3):
            yield b"%d" % number * LARGE

    first, second = list(stream()), list(stream())

    assert [b"%d" % number * LARGE for number in range(3)] == first == second
    assert 1 == stream.counts.runs


@pytest.mark.parametrize("at", [3, 100, LARGE + 50, -30, -1])
def test_a_damaged_stream_is_a_miss(spot, tmp_path, at):
    """Found before the first chunk is handed out, told once, and replaced."""

    @spot.mark
    def stream():
        for number in range(3):
            yield b"%d" % number * LARGE

    list(stream())
    damage(tmp_path, at)
    with pytest.warns(bs.BeautySpotWarning, match="could not be read back"):
        assert [b"%d" % number * LARGE for number in range(3)] == list(stream())
    assert 2 == stream.counts.runs
    assert 3 == len(list(stream()))
    assert 2 == stream.counts.runs


@pytest.mark.parametrize("size", [0, 10, LARGE, 2 * LARGE])
def test_a_cut_stream_is_a_miss(spot, tmp_path, size):
    @spot.mark
    def stream():
        for number in range(3):
            yield b"%d" % number * LARGE

    list(stream())
    (path,) = [p for p in (tmp_path / "streams.blobs").glob("??/*") if p.is_file()]
    os.truncate(path, size)
    with pytest.warns(bs.BeautySpotWarning, match="could not be read back"):
        assert 3 == len(list(stream()))


def test_a_missing_blob_is_a_miss(spot, tmp_path):
    @spot.mark
    def stream():
        yield b"x" * LARGE

    list(stream())
    (path,) = [p for p in (tmp_path / "streams.blobs").glob("??/*") if p.is_file()]
    path.unlink()
    with pytest.warns(bs.BeautySpotWarning, match="could not be read back"):
        assert [b"x" * LARGE] == list(stream())


def test_a_flipped_byte_in_the_database_is_a_miss(spot, tmp_path):
    @spot.mark
    def stream():
        yield "a"
        yield "b"

    list(stream())
    spot.shutdown()
    database = sqlite3.connect(tmp_path / "streams.db")
    ((data,),) = database.execute("SELECT result_data FROM tasks").fetchall()
    database.execute("UPDATE tasks SET result_data = ?", (data[:-20] + b"\1" + data[-19:],))
    database.commit()
    database.close()
    with pytest.warns(bs.BeautySpotWarning, match="could not be read back"):
        assert ["a", "b"] == list(stream())


class Source:
    """A module of the user, which is edited."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "prog.py"

    def edited(self, text: str) -> Any:
        """Answer the module after it was edited and the program was started again."""
        self.path.write_text(textwrap.dedent(text))
        linecache.checkcache(str(self.path))
        sys.modules.pop("prog", None)
        module = types.ModuleType("prog")
        module.__file__ = str(self.path)
        sys.modules["prog"] = module
        exec(compile(self.path.read_text(), self.path, "exec"), module.__dict__)
        return module


@pytest.fixture
def source(tmp_path):
    yield Source(tmp_path)
    sys.modules.pop("prog", None)


def test_a_function_that_becomes_a_generator_function_finds_no_stream(spot, source):
    """And the other way round: a value is never taken for a stream."""
    options = {"on_code_change": "ignore"}
    value = spot.mark(source.edited("def f(x): return [x]").f, **options)
    stream = spot.mark(source.edited("def f(x): yield x").f, **options)
    assert value.key(1) == stream.key(1)

    assert [1] == value(1)
    with pytest.warns(bs.BeautySpotWarning, match=r"'msgpack/1', expected 'stream\+msgpack/1'"):
        assert [1] == list(stream(1))
    assert [1] == value(1)
    assert (2, 1) == (value.counts.runs, value.counts.troubles)


CLASSES = """
    from dataclasses import dataclass

    @dataclass
    class Token:
        text: str

    @dataclass
    class Done:
        count: int
        {more}

    def stream(size):
        yield Token("x" * size)
        yield Done(1)
"""


@pytest.mark.parametrize("size", [1, 2_000_000])
def test_a_class_that_has_changed_is_a_miss_before_the_first_chunk(spot, source, size):
    """Also when only the last chunk is of it: nobody gets the beginning of what has no end."""
    options = {"on_code_change": "ignore"}
    list(spot.mark(source.edited(CLASSES.format(more="")).stream, **options)(size))

    module = source.edited(CLASSES.format(more="reason: str = 'length'"))
    stream = spot.mark(module.stream, **options)
    with pytest.warns(bs.BeautySpotWarning, match="of a class that has changed since"):
        first = list(stream(size))

    assert [module.Token("x" * size), module.Done(1, "length")] == first == list(stream(size))
    assert 1 == stream.counts.runs


def test_a_stream_expires_as_results_do(tmp_path):
    clock = ManualClock()
    from dependency_injector import providers

    from beautyspot.bootstrap import Container

    with Container.clock.override(providers.Object(clock)):
        spot = bs.Spot("expiring", db=tmp_path / "expiring.db")

        @spot.mark(retention="1h")
        def stream():
            yield 1

        list(stream())
        clock.advance(3599)
        list(stream())
        assert 1 == stream.counts.runs
        clock.advance(2)
        list(stream())
        assert 2 == stream.counts.runs


def test_elapsed_is_the_time_inside_of_the_generator(tmp_path):
    """What its caller does between two chunks does not count."""
    from dependency_injector import providers

    from beautyspot.bootstrap import Container

    clock = ManualClock()
    with Container.clock.override(providers.Object(clock)):
        spot = bs.Spot("elapsed", db=tmp_path / "elapsed.db")

        @spot.mark(ignore=("beside",))
        def stream(beside):
            for _ in range(3):
                beside.clock.advance(1)
                yield 1

        for _ in stream(Beside(clock=clock)):
            clock.advance(100)
        list(stream(Beside(clock=clock)))

    assert 3.0 == stream.counts.seconds_run
    assert 3.0 == stream.counts.seconds_saved


def test_version_key_and_ignore_work_as_for_values(spot, log):
    def stream(x, log):
        log.append(x)
        yield x

    one = spot.mark(stream, version="1", ignore=("log",))
    two = spot.mark(stream, version="2", ignore=("log",))
    keyed = spot.mark(stream, key=lambda x, log: x % 10)

    for marked in (one, one, two, two, keyed, keyed):
        assert [1] == list(marked(1, log))
    assert [1] == list(keyed(11, log))
    assert [1, 1, 1] == log
    assert one.key(1, log) != two.key(1, log)


def test_edited_code_is_noticed(spot, source):
    list(spot.mark(source.edited("def stream():\n    yield 1\n").stream)())

    after = source.edited("def stream():\n    yield 2\n").stream
    with pytest.warns(bs.BeautySpotWarning, match="that of other code"):
        assert [1] == list(spot.mark(after)())

    assert [2] == list(spot.mark(after, on_code_change="recompute")())


def test_a_serializer_writes_the_chunks(spot):
    class Upper:
        codec = "upper/1"

        def dumps(self, value):
            return value.upper().encode()

        def loads(self, data):
            return bytes(data).decode()

    @spot.mark(serializer=Upper())
    def stream():
        yield "a"
        return "end"

    assert (["a"], "end") == drained(stream())
    assert (["A"], "END") == drained(stream())


def test_modes_work_as_for_values(spot, log):
    def stream(x, log):
        log.append(x)
        yield x
        yield "x" * LARGE

    def marked(mode):
        return spot.mark(stream, mode=mode, ignore=("log",))

    with pytest.raises(CacheMiss):
        list(marked("replay")(1, log))
    list(marked("readonly")(1, log))
    list(marked("off")(1, log))
    list(marked("normal")(1, log))
    assert [1, 1, 1] == log
    for mode in ("replay", "readonly", "normal"):
        assert [1, "x" * LARGE] == list(marked(mode)(1, log))
    assert [1, 1, 1] == log
    list(marked("refresh")(1, log))
    assert [1, 1, 1, 1] == log


def test_an_argument_without_content_runs_uncached(spot, log):
    @spot.mark
    def stream(x, client):
        log.append(x)
        yield x
        return "end"

    with pytest.warns(bs.BeautySpotWarning, match="ran uncached"):
        assert ([1], "end") == drained(stream(1, object()))
    assert ([1], "end") == drained(stream(1, object()))

    assert [1, 1] == log
    assert (2, 0) == (stream.counts.runs, stream.counts.hits)


def test_in_strict_mode_an_argument_without_content_is_raised_by_next(spot, log):
    @spot.mark(strict=True)
    def stream(client):
        log.append("ran")
        yield 1

    chunks = stream(object())
    with pytest.raises(bs.UncacheableArgument):
        next(chunks)
    assert [] == log


def test_explain_peek_refresh_delete_and_key_work(spot, log, tmp_path):
    @spot.mark(ignore=("log",))
    def stream(size, log):
        log.append(size)
        yield b"x" * size
        return "end"

    for size in (1, LARGE, 2_000_000):
        with pytest.raises(CacheMiss):
            stream.peek(size, log)
        assert Verdict.HIT is not stream.explain(size, log).verdict
        list(stream(size, log))
        assert Verdict.HIT is stream.explain(size, log).verdict
        assert ([b"x" * size], "end") == drained(stream.peek(size, log))
        assert stream.counts.hits == 0
        assert ([b"x" * size], "end") == drained(stream.refresh(size, log))
        assert [size, size] == log
        log.clear()
        assert 32 == len(stream.key(size, log))
        assert stream.delete(size, log)
        assert not stream.delete(size, log)
        list(stream(size, log))
        assert [size] == log
        log.clear()


def test_a_replay_can_be_read_when_it_is_deleted_meanwhile(spot):
    """Whoever has begun to read comes to the end."""

    @spot.mark
    def stream():
        for number in range(5):
            yield b"%d" % number * 500_000

    list(stream())
    chunks = stream()
    assert b"0" * 500_000 == next(chunks)
    stream.delete()

    assert [b"%d" % number * 500_000 for number in range(1, 5)] == list(chunks)


def test_no_descriptor_stays_open(spot):
    """Neither of a replay that is given up, nor of one that was read, nor of a run."""

    @spot.mark
    def stream(n):
        for number in range(3):
            yield b"%d" % number * 600_000

    list(stream(0))
    list(stream(0))
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))
    for number in range(1, 6):
        next(stream(0))
        list(stream(0))
        next(stream(number))
        stream.explain(0)
        stream.peek(0)

    assert before == len(os.listdir("/proc/self/fd"))


def test_hooks_are_told_of_streams(tmp_path):
    """Of a run when it begins, ends and is stored; of a replay when it begins."""

    class Hook(bs.HookBase):
        def __init__(self):
            self.told = []

        def pre_execute(self, context):
            self.told.append(("pre_execute", context.args))

        def on_cache_miss(self, context):
            self.told.append(("on_cache_miss", context.result))

        def on_save(self, context):
            self.told.append(("on_save", context.size > 0))

        def on_cache_hit(self, context):
            self.told.append(("on_cache_hit", context.result, context.size > 0))

    hook = Hook()
    with bs.Spot("hooks", db=tmp_path / "hooks.db", hooks=[hook]) as spot:

        @spot.mark
        def stream(x):
            yield x
            return "end"

        list(stream(1))
        assert [
            ("pre_execute", (1,)), ("on_cache_miss", "end"), ("on_save", True)
        ] == hook.told  # fmt: skip
        hook.told.clear()
        list(stream(1))
        assert [("on_cache_hit", None, True)] == hook.told


@pytest.mark.timeout(20)
@pytest.mark.parametrize("event", ["pre_execute", "on_cache_miss", "on_save"])
def test_a_hook_may_ask_for_the_very_stream_that_it_is_told_of(tmp_path, event):
    """It belongs to the call, which it would wait for in vain: so it runs the function again."""
    answers = []

    class Curious:
        def tell(self, _context):
            if not answers:
                answers.append(0)
                answers.append(list(stream(2)))

    curious = Curious()
    setattr(curious, event, curious.tell)
    spot = bs.Spot("curious", db=MemoryTaskDB(), storage=MemoryBlobStore(), hooks=[curious])

    @spot.mark(key=lambda n: n)
    def stream(n):
        yield from range(n)

    assert [0, 1] == list(stream(2))
    assert [0, [0, 1]] == answers


def test_methods_stream(spot):
    class Reader:
        def __init__(self, n):
            self.n = n

        @spot.mark
        def lines(self, suffix):
            for number in range(self.n):
                yield f"{number}{suffix}"

        @spot.mark
        @staticmethod
        def fixed():
            yield 1

    assert ["0a", "1a"] == list(Reader(2).lines("a")) == list(Reader(2).lines("a"))
    assert 1 == Reader.lines.counts.runs
    assert [1] == list(Reader.fixed()) == list(Reader(1).fixed())


def test_cached_run_streams(spot, log):
    def stream(x):
        log.append(x)
        yield x

    with spot.cached_run(stream, key=lambda x: x) as cached:
        assert [1] == list(cached(1)) == list(cached(1))
    assert [1] == log


def test_background_saves_store_streams(tmp_path, log):
    with bs.Spot("later", db=tmp_path / "later.db", save_sync=False) as spot:

        @spot.mark(ignore=("log",))
        def stream(size, log):
            log.append(size)
            yield b"x" * size

        for size in (1, LARGE):
            assert [b"x" * size] == list(stream(size, log)) == list(stream(size, log))
        assert spot.flush()
        assert [1, LARGE] == log
    with bs.Spot("later", db=tmp_path / "later.db") as spot:
        again = spot.mark(stream.__wrapped__, ignore=("log",))
        for size in (1, LARGE):
            assert [b"x" * size] == list(again(size, log))
        assert 0 == again.counts.runs


def test_a_stream_that_yields_from_itself_runs(spot, log):
    """Each call is its own stream; the inner ones are stored as well."""

    @spot.mark
    def count(n):
        log.append(n)
        yield n
        if n:
            yield from count(n - 1)

    assert [3, 2, 1, 0] == list(count(3)) == list(count(3))
    assert [3, 2, 1, 0] == log
    assert [2, 1, 0] == list(count(2))
    assert 4 == len(log)


def test_a_stream_that_asks_for_itself_runs_instead_of_waiting(spot, log):
    """The same call, from within its own body."""

    @spot.mark(ignore=("beside",))
    def stream(x, beside):
        beside.depth += 1
        if beside.depth < 3:
            yield from stream(x, beside)
        yield beside.depth

    assert [3, 3, 3] == list(stream(1, Beside(depth=0)))


def test_a_stream_that_asks_for_its_own_next_chunk_is_refused(spot):
    """As Python refuses it: it is running."""

    @spot.mark(ignore=("beside",))
    def stream(beside):
        yield 1
        yield next(beside.chunks)

    beside = Beside()
    beside.chunks = stream(beside)
    next(beside.chunks)
    with pytest.raises(ValueError, match="already executing"):
        next(beside.chunks)


VARIABLE: ContextVar[str] = ContextVar("VARIABLE", default="outside")


def test_context_variables_of_the_body_stay_inside(spot):
    """They last from chunk to chunk, in whatever thread it is asked for, and do not leak."""

    @spot.mark
    def stream():
        token = VARIABLE.set("inside")
        yield VARIABLE.get()
        yield VARIABLE.get()
        VARIABLE.reset(token)
        yield VARIABLE.get()

    chunks = stream()
    seen = [next(chunks)]
    thread = threading.Thread(target=lambda: seen.append(next(chunks)))
    thread.start()
    thread.join()
    seen.append(next(chunks))

    assert ["inside", "inside", "outside"] == seen
    assert "outside" == VARIABLE.get()


def test_a_child_goes_on_with_a_stream_of_its_parent(spot, tmp_path):
    """It gets the rest, and writes nothing into what its parent stores."""

    @spot.mark
    def stream():
        for number in range(5):
            yield b"%d" % number * LARGE

    chunks = stream()
    assert b"0" * LARGE == next(chunks)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            warnings.simplefilter("ignore")
            rest = list(chunks)
            code = 0 if rest == [b"%d" % number * LARGE for number in range(1, 5)] else 2
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    rest = list(chunks)

    assert 0 == os.waitstatus_to_exitcode(status)
    assert [b"%d" % number * LARGE for number in range(1, 5)] == rest
    assert 5 == len(list(stream()))
    assert 1 == stream.counts.runs
