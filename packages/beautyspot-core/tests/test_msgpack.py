"""The serializer: exact, or a refusal that says where; and no bytes do harm."""

import subprocess
import sys
import textwrap
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from enum import IntEnum
from types import MappingProxyType, SimpleNamespace
from typing import NamedTuple

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beautyspot.core.errors import ConfigurationError, SerializationError
from beautyspot.core.ports import NamedCodec, Serializer
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.embedded.msgpack.layout import DEPTH_LIMIT, Code
from beautyspot.testing import SerializerContract, plain_values, same

SERIALIZER = MsgpackSerializer()
dumps, loads = SERIALIZER.dumps, SERIALIZER.loads


class TestMsgpackSerializer(SerializerContract):
    @pytest.fixture
    def serializer(self) -> Serializer:
        return MsgpackSerializer()


class Number(IntEnum):
    ONE = 1


class Pair(NamedTuple):
    left: object
    right: object


class Text(str):
    __slots__ = ()


@settings(deadline=None, max_examples=300)
@given(plain_values())
def test_no_plain_value_is_refused(value: object):
    assert same(value, loads(dumps(value)))


@settings(deadline=None)
@given(st.recursive(st.none() | st.integers() | st.floats() | st.text() | st.binary(), st.lists))
def test_what_messagepack_has_itself_is_written_as_it_is(value: object):
    """Any reader of MessagePack can read it, and any writer could have written it."""
    try:
        expected = msgpack.packb(value, unicode_errors="surrogatepass")
    except OverflowError:  # an int above 64 bits
        return

    assert dumps(value) == expected


PLAIN = [
    None, True, False, 0, 1, -1, 127, 128, -32, -33, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63),
    -(2**63) - 1, 2**70, -(2**70), 10**5000, 0.0, -0.0, 1.5, float("inf"), float("-inf"),
    float("nan"), 5e-324, 0j, complex(-0.0, float("nan")), "", "a" * 70_000, "\x00", "\ud800",
    "\udfff\ud83d", "\U0001f600", b"", bytes(range(256)), bytearray(), bytearray(b"x" * 300), [],
    (), {}, set(), frozenset(), [[]], ((),), {"a": {}}, [()], ([],), {()}, {frozenset()},
    [bytearray()], {"a": (1, 2)}, {1: 2, "1": 3, b"1": 4, None: 5, 1.5: 6, 2j: 7, 2**70: 8, (1,): 9,
     (): 10}, {(1, (2, frozenset({3}))): [4]}, {frozenset({(1,), (2,)}): {3}}, {True: 1},
    {0: False}, {-0.0: 0}, {float("nan"): 1}, {1, "1", b"1", None, (1,), 2**70, 1j}, [1, 1.0],
    [True], (None,) * 20, list(range(70_000)), {str(n): n for n in range(70_000)},
    tuple(range(70_000)), [{"a": [{"b": ({"c": [1]},)}]}], {"z": 1, "a": 2}, {2: 1, 1: 2},
]  # fmt: skip
NAMES = [f"{number}-{type(value).__name__}" for number, value in enumerate(PLAIN)]


@pytest.mark.parametrize("value", PLAIN, ids=NAMES)
def test_a_plain_value_comes_back_with_its_types(value: object):
    """Alone and inside each container that can hold it."""
    for outer in (value, [value], (value,), {"a": value}, [[], {"a": (value, 1)}]):
        assert same(outer, loads(dumps(outer)))
    if type(value) not in {list, dict, set, bytearray} and not same(value, ([],)):
        for outer in ({value: 1}, {value}, frozenset({value}), {(value,): {value}}):
            assert same(outer, loads(dumps(outer)))


def test_a_shared_part_comes_back_as_two():
    part: list[int] = []
    loaded = loads(dumps([part, part, (part,)]))

    assert loaded == [[], [], ([],)]
    assert loaded[0] is not loaded[1]


@pytest.mark.parametrize(
    ("value", "where", "advice"),
    [
        (Number.ONE, "value of type test_msgpack.Number", "return int(...)"),
        (Pair(1, 2), "value of type test_msgpack.Pair", "return tuple(...)"),
        ([1, Text("a")], "value[1] of type test_msgpack.Text", "return str(...)"),
        ({1: 2, (3, Number.ONE): 4}, "list(value)[1][1] of type test_msgpack.Number", "int(...)"),
        ([{(1, Text("a"))}], "value[0]{...}[1] of type test_msgpack.Text", "str(...)"),
        ([bytearray(), memoryview(b"a")], "value[1] of type memoryview", "Return bytes(...)"),
        ([iter([])], "value[0] of type list_iterator", "Return list(...)"),
        ([{}.keys()], "value[0] of type dict_keys", "Return list(...)"),
        ([MappingProxyType({})], "value[0] of type mappingproxy", "Return dict(...)"),
        ([ValueError()], "value[0] of type ValueError", "Raise it"),
        (deque([1, object()]), "value[1] of type object", "plain values"),
        (OrderedDict(a=object()), "value['a'] of type object", "plain values"),
        (SimpleNamespace(a=[object()]), "value.a[0] of type object", "plain values"),
        (({}, [object()]), "value[1][0] of type object", "register_type()"),
        ([msgpack.ExtType(16, b"")], "value[0] of type msgpack.ext.ExtType", "return tuple(...)"),
        ([msgpack.Timestamp(1)], "value[0] of type msgpack.ext.Timestamp", "plain values"),
        ({"a" * 99: len}, f"value['{'a' * 40}'] of type builtin_function", "plain values"),
        ({10**5000: len}, "value[...] of type builtin_function", "serializer="),
    ],
)
def test_a_refusal_says_where_what_and_what_to_do(value: object, where: str, advice: str):
    with pytest.raises(SerializationError) as caught:
        dumps(value)

    message = str(caught.value).replace(f"{__name__}.", "test_msgpack.")
    assert where in message
    assert advice in message


def test_numpy_scalars_are_no_floats():
    """They are a subclass; the type would be lost without a word."""
    scalar = type("float64", (float,), {"__module__": "numpy"})

    with pytest.raises(SerializationError, match=r"value\[0\] of type numpy.float64 .*float\("):
        dumps([scalar(1.5)])


@pytest.mark.parametrize("size", [1, 3, 100_000])
def test_a_value_in_itself_is_refused(size: int):
    """At once, whatever else it holds; also where each level would double."""
    cycle: list[object] = [*range(size)]
    cycle += [cycle, cycle]
    for outer in ({"a": (cycle,)}, {"a": [cycle]}):
        with pytest.raises(
            SerializationError, match=r"value\['a'\]\[0\]\[\d+\] .*holds itself.*flat"
        ):
            dumps(outer)


WRAPPERS: dict[str, Callable[[object], object]] = {
    "list": lambda inner: [inner],
    "tuple": lambda inner: (inner,),
    "dict": lambda inner: {"a": inner},
    "key": lambda inner: {inner: 1} if isinstance(inner, int) else (inner,),
    "frozenset": lambda inner: frozenset({inner}) if isinstance(inner, int) else (inner, 1),
    "mixed": lambda inner: [(inner, 2**70)],
}


def nested(wrap: Callable[[object], object], depth: int) -> object:
    value: object = 2**70
    for _ in range(depth):
        value = wrap(value)
    return value


def deepest(wrap: Callable[[object], object]) -> int:
    """Answer how deep a value may be, and see that it does come back then."""
    low, high = 1, 5000
    while high - low > 1:
        middle = (low + high) // 2
        value = nested(wrap, middle)
        try:
            data = dumps(value)
        except SerializationError:
            high = middle
        else:
            assert same(value, loads(data))
            low = middle
    return low


def deep_in_the_stack(work: Callable[[], int], frames: int) -> int:
    return work() if frames == 0 else deep_in_the_stack(work, frames - 1)


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_the_depth_limit_does_not_depend_on_who_calls(wrapper: str):
    """The same from a shallow and from a deep stack, and what dumps takes, loads gives back."""
    wrap = WRAPPERS[wrapper]
    levels = 2 if wrapper == "mixed" else 1
    frames = sys.getrecursionlimit() - 300

    assert deepest(wrap) == DEPTH_LIMIT // levels
    assert deep_in_the_stack(lambda: deepest(wrap), frames) == DEPTH_LIMIT // levels


def test_loads_refuses_what_is_deeper_than_dumps_writes():
    """One level is for what stands in the innermost container."""
    for head in (b"\x91", b"\x81\xa1a", b"\x92\xc7\x00\x10"):
        loads(head * (DEPTH_LIMIT + 1) + b"\x01")
        with pytest.raises(SerializationError, match="StackError"):
            loads(head * (DEPTH_LIMIT + 2) + b"\x01")


def marker(code: int) -> bytes:
    return b"\xc7\x00" + bytes([code])


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xc1", b"\x01\x01", b"\x91", b"\xa2a", b"\xa1\xff", b"\xa3\xed\xa0", b"\x81\x01",
        b"\x81\x90\x01", b"\x81\x80\x01", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xc9\xff\xff\xff\xff\x01",
        marker(0), marker(16), marker(4), marker(19), marker(32), marker(64), marker(127),
        marker(255), marker(128), b"\xd4\x01a", b"\xd4\x10a", b"\xd6\xff\0\0\0\0",
        b"\xd7\xff" + bytes(8), b"\xc7\x0c\xff" + bytes(12), b"\x91" + marker(9),
        b"\x92\x01" + marker(16), b"\x92" + marker(16) + marker(16),
        b"\x81" + marker(16) + b"\x01", b"\x81\x01" + marker(16), b"\x91" + marker(1),
        b"\x92" + marker(1) + b"\x01", b"\x93" + marker(1) + b"\xc4\0\xc4\0",
        b"\x92" + marker(1) + b"\xa1a", b"\x92" + marker(2) + b"\xcb" + bytes(8),
        b"\x93" + marker(2) + b"\x01\x01", b"\x91" + marker(3), b"\x92" + marker(3) + b"\xa1a",
        b"\x92" + marker(3) + b"\x05", b"\x92" + marker(1) + b"\x91\x05",
        b"\x93" + marker(17) + b"\x01\x01", b"\x93" + marker(17) + b"\x01\xc3",
        b"\x93" + marker(18) + b"\xa1a\xa1a", b"\x92" + marker(17) + b"\x90",
        b"\x92" + marker(18) + b"\x80", b"\x92" + marker(17) + b"\x91" + marker(17),
        b"\x81\x92" + marker(3) + b"\xc4\0\x01", b"\x81\x92" + marker(16) + b"\x90\x01",
    ],
    ids=lambda data: data[:8].hex() or "nothing",
)  # fmt: skip
def test_bytes_that_dumps_never_writes_are_refused(data: bytes):
    """Cut, too long, unknown, misplaced, of the wrong kind, or twice in a set."""
    with pytest.raises(SerializationError, match=r"bytes are no value of 'msgpack/1'"):
        loads(data)


@pytest.mark.parametrize("value", PLAIN[:60], ids=NAMES[:60])
def test_no_truncation_and_no_appended_byte_is_read(value: object):
    data = dumps([value])
    for cut in range(max(0, len(data) - 200), len(data)):
        with pytest.raises(SerializationError):
            loads(data[:cut])
    with pytest.raises(SerializationError):
        loads(data + b"\xc0")


def grammar() -> st.SearchStrategy[bytes]:
    """Bytes that look like ours: heads, markers and contents, put together at random."""
    heads = [b"\x90", b"\x91", b"\x92", b"\x93", b"\x81", b"\x82", b"\xdc\x00\x02", b"\xc4\x01a"]
    pieces = [*heads, *map(marker, [*Code, 0, 4, 19, 255]), b"\xa1a", b"\x01", b"\xcb" + bytes(8)]
    return st.lists(st.sampled_from(pieces) | st.binary(max_size=2), max_size=30).map(b"".join)


@settings(deadline=None, max_examples=1000)
@given(grammar())
def test_what_can_be_read_can_be_written_again(data: bytes):
    """Whatever bytes are accepted, they are a plain value and nothing else."""
    try:
        value = loads(data)
    except SerializationError:
        return

    assert same(value, loads(dumps(value)))


def test_the_layout_is_fixed():
    """These bytes are in the databases of users: a change needs a new name of the codec."""
    value = [None, True, 1, -(2**64), 1.5, 1j, "é", b"\x01", bytearray(b"a"), (1,), {2}, {(): "b"}]
    value.append(frozenset({(3,)}))

    assert dumps(value).hex(" ") == (
        "9d c0 c3 01 92 c7 00 01 c4 09 ff 00 00 00 00 00 00 00 00 cb 3f f8 00 00 00 00 00 00 "
        "93 c7 00 02 cb 00 00 00 00 00 00 00 00 cb 3f f0 00 00 00 00 00 00 a2 c3 a9 c4 01 01 "
        "92 c7 00 03 c4 01 61 92 c7 00 10 01 92 c7 00 11 02 81 91 c7 00 10 a1 62 "
        "92 c7 00 12 92 c7 00 10 03"
    )
    assert SERIALIZER.codec == "msgpack/1"
    assert isinstance(SERIALIZER, NamedCodec)


BOMBS = """
import resource, sys, threading
from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack import MsgpackSerializer

loads = MsgpackSerializer().loads
n = 2**20

def sized(head, count, item):
    return head + count.to_bytes(4, "big") + item * count

bombs = {
    "deep arrays": b"\\x91" * n,
    "deep maps": b"\\x81\\x01" * (n // 2),
    "deep keys": b"\\x81" * n,
    "deep tuples": b"\\x92\\xc7\\x00\\x10" * (n // 4),
    "nested exts": b"".join(sized(b"\\xc9", left, b"")[:5] + b"\\x10" for left in range(n, 0, -6)),
    "deep long arrays": b"\\xdd\\x00\\x0f\\xff\\xff" * (n // 5),
    "deep long maps": b"\\xdf\\x00\\x0f\\xff\\xff\\x01" * (n // 6),
    "wide": sized(b"\\xdd", n, b"\\x80"),
    "wide and wrong": sized(b"\\xdd", n, b"\\x80")[:-1] + b"\\xc1",
    "wide lists": sized(b"\\xdd", n, b"\\x90"),
    "wide sets": sized(b"\\xdd", n // 4, b"\\x91\\xc7\\x00\\x11"),
    "markers": sized(b"\\xdd", n // 3, b"\\xc7\\x00\\x10"),
    "pairs": sized(b"\\xdf", n // 2, b"\\x01\\x80"),
}
resource.setrlimit(resource.RLIMIT_AS, (400 * 2**20,) * 2)

def work():
    for name, data in bombs.items():
        try:
            loads(data)
            print(name, "read")
        except SerializationError:
            print(name, "refused")

threading.stack_size(256 * 1024)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def test_bombs_of_a_megabyte_end_in_bounded_memory():
    """In 400 MiB of address space and a stack of 256 KiB: read or refused, never a crash."""
    done = subprocess.run(
        [sys.executable, "-c", BOMBS], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 13
    read = {line.removesuffix(" read") for line in lines if line.endswith(" read")}
    assert read == {"wide", "wide lists", "wide sets", "pairs"}


SMALL_STACK = """
import threading
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.core.errors import SerializationError

def work():
    s = MsgpackSerializer()
    for wrap in (lambda x: [x], lambda x: (x,), lambda x: {"a": x}):
        value = 2**70
        for _ in range(1023):
            value = wrap(value)
        s.loads(s.dumps(value))
        try:
            s.dumps(wrap(value))
        except SerializationError:
            print("refused")
    cycle = []
    cycle.append(cycle)
    try:
        s.dumps(cycle)
    except SerializationError:
        print("refused")

threading.stack_size(128 * 1024)
thread = threading.Thread(target=work)
thread.start()
thread.join()
"""


def test_a_small_stack_is_enough_for_the_deepest_value():
    """Threads have 128 KiB on some systems; recursion in C would end the interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", SMALL_STACK], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout) == (0, "refused\n" * 4), done.stderr


def test_a_value_too_large_for_memory_is_refused():
    """Neither a crash nor a MemoryError: the caller has a value, and there may be room for that."""
    code = """
        import resource
        from beautyspot.core.errors import SerializationError
        from beautyspot.embedded.msgpack import MsgpackSerializer

        serializer = MsgpackSerializer()
        value = [b"x" * 2**26] * 40
        data = b"\\xdd" + (2**23).to_bytes(4, "big") + b"\\x80" * 2**23
        resource.setrlimit(resource.RLIMIT_AS, (400 * 2**20,) * 2)
        for work in (lambda: serializer.dumps(value), lambda: serializer.loads(data)):
            try:
                work()
            except SerializationError as error:
                print(type(error.__cause__).__name__)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert done.stdout.split() == ["MemoryError"] * 2, done.stderr


def test_another_thread_may_change_the_value_meanwhile():
    """What is written is some state of each container, never a mixture that reads as another."""
    values: list[object] = [(n, [n]) for n in range(50)]
    names: dict[object, object] = {n: (n,) for n in range(50)}
    stop = threading.Event()

    def change() -> None:
        while not stop.is_set():
            values.extend([(1, [1])] * 20)
            names.update({(n,): [(n,)] for n in range(20)})
            del values[50:]
            for n in range(20):
                del names[n,]

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(300):
            loaded_values, loaded_names = loads(dumps((values, names)))
            assert loaded_values[:50] == values[:50]
            assert len(loaded_values) in {50, 70}
            assert set(range(50)) <= loaded_names.keys() <= {*range(50), *((n,) for n in range(20))}
            assert all(type(value) in {tuple, list} for value in loaded_names.values())
    finally:
        stop.set()
        changing.join()


@pytest.mark.parametrize("url", ["msgpack:", "msgpack"])
def test_it_is_made_from_a_url(url: str):
    assert repr(MsgpackSerializer.from_url(url)) == "MsgpackSerializer()"


@pytest.mark.parametrize(
    ("url", "options"),
    [("json:", {}), ("msgpack:x", {}), ("msgpack:?a=1", {}), ("msgpack:", {"level": 3}), ("", {})],
)
def test_another_url_or_an_option_is_refused(url: str, options: dict[str, object]):
    with pytest.raises(ConfigurationError, match=r"expected 'msgpack:' and no options"):
        MsgpackSerializer.from_url(url, **options)
