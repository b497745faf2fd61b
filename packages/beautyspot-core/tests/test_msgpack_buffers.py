"""Large buffers stand behind the rest: nobody copies them more than once on each way."""

import io
import sys
import tracemalloc
from array import array
from collections import deque
from dataclasses import dataclass
from itertools import product

import pytest

from beautyspot.core.errors import SerializationError
from beautyspot.core.ports import FileSerializer, PartsSerializer
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.embedded.msgpack.layout import INLINE_LIMIT
from beautyspot.testing import same

SERIALIZER = MsgpackSerializer()
dumps, loads = SERIALIZER.dumps, SERIALIZER.loads

LARGE = array("B", range(256)) * (INLINE_LIMIT // 256)
SMALL = LARGE[:-1]
VALUES = {
    "one": LARGE,
    "two": [LARGE, LARGE * 2],
    "with small ones": [SMALL, LARGE, {"a": (SMALL, [LARGE])}],
    "of doubles": array("d", range(10_000)),
    "in a deque": deque([LARGE, None, LARGE]),
    "none": [SMALL],
}


def loads_file(data: bytes, begin: int = 0) -> object:
    file = io.BytesIO(data)
    file.seek(begin)
    return SERIALIZER.loads_file(file)


@pytest.mark.parametrize("what", VALUES)
def test_a_value_comes_back(what: str):
    value = VALUES[what]

    assert same(value, loads(dumps(value)))
    assert same(value, loads(memoryview(b"x" + dumps(value))[1:]))
    assert same(value, loads_file(b"x" + dumps(value), 1))


@pytest.mark.parametrize("value", [*VALUES.values(), 1, [2**70], {"a": 1}])
def test_the_parts_are_what_dumps_answers(value: object):
    assert isinstance(SERIALIZER, PartsSerializer)
    assert b"".join(SERIALIZER.dumps_parts(value)) == dumps(value)


def test_a_large_buffer_is_that_of_the_value():
    value = array("d", range(1000))
    *_, last = SERIALIZER.dumps_parts([value])
    value[999] = 5.0

    assert isinstance(last, memoryview)
    assert last[-8:] == array("d", [5.0]).tobytes()


def test_what_is_read_is_a_copy():
    data = bytearray(dumps([LARGE]))
    value = loads(memoryview(data))
    data[:] = bytes(len(data))

    assert same([LARGE], value)


def test_small_ones_stand_where_they_belong():
    assert dumps([SMALL])[0] == 0x91
    assert dumps([LARGE])[0] == 0xC1
    assert len(SERIALIZER.dumps_parts([SMALL])) == 1


SIZE = 10_000_000


def peak(work: object) -> int:
    tracemalloc.start()
    try:
        result = work()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del result
    return most


def test_ten_megabytes_are_copied_once_on_each_way():
    value = {"a": array("B", bytes(SIZE)), "b": 1}
    data = memoryview(dumps(value))

    assert peak(lambda: SERIALIZER.dumps_parts(value)) < SIZE // 10
    assert peak(lambda: dumps(value)) < SIZE * 1.1
    assert peak(lambda: loads(data)) < SIZE * 1.2


def marker(code: int, *items: bytes) -> bytes:
    return bytes([0x91 + len(items)]) + b"\xc7\x00" + bytes([code]) + b"".join(items)


def number(value: int) -> bytes:
    return b"\xd3" + value.to_bytes(8, "big", signed=True)


def arrays(*places: tuple[int, int]) -> bytes:
    name, kind = b"\xab" + b"array.array", b"\xa1B"
    order = bytes([0xA0 + len(sys.byteorder)]) + sys.byteorder.encode()
    found = [
        marker(32, name, kind, b"\x01", order, marker(4, number(begin), number(size)))
        for begin, size in places
    ]
    return bytes([0x90 + len(found)]) + b"".join(found)


def behind(skeleton: bytes, buffers: bytes, size: int | None = None) -> bytes:
    size = len(skeleton) if size is None else size
    return b"\xc1" + size.to_bytes(4, "big") + skeleton + buffers


def test_buffers_lie_one_after_the_other():
    assert same(
        [array("B", b"ab"), array("B", b"c")], loads(behind(arrays((0, 2), (2, 1)), b"abc"))
    )


ONE = arrays((0, 3))
BAD = {
    "nothing": b"\xc1",
    "a length that is cut": b"\xc1\x00\x00",
    "no buffers": behind(ONE, b""),
    "no references": behind(b"\x01", b"abc"),
    "no rest": behind(b"", b"abc"),
    "a rest that is longer than all": behind(ONE, b"abc", 2**32 - 1),
    "a rest that is too long": behind(ONE, b"abc", len(ONE) + 1),
    "a rest that is too short": behind(ONE, b"abc", len(ONE) - 1),
    "bytes that are left over": behind(ONE, b"abcd"),
    "bytes that are missing": behind(ONE, b"ab"),
    "a hole": behind(arrays((1, 2)), b"abc"),
    "a hole between": behind(arrays((0, 1), (2, 1)), b"abc"),
    "an overlap": behind(arrays((0, 2), (1, 2)), b"abc"),
    "twice the same": behind(arrays((0, 3), (0, 3)), b"abc"),
    "the wrong order": behind(arrays((1, 2), (0, 1)), b"abc"),
    "below 0": behind(arrays((-3, 3)), b"abc"),
    "a length below 0": behind(arrays((0, 4), (4, -1)), b"abc"),
    "very long": behind(arrays((0, 2**63 - 1)), b"abc"),
    "a float": behind(marker(4, b"\xcb" + bytes(8), number(3)), b"abc"),
    "a bool": behind(marker(4, b"\xc2", number(3)), b"abc"),
    "alone": behind(marker(4, number(0), number(3)), b"abc"),
    "without anything behind": arrays((0, 3)),
    "empty, without anything behind": arrays((0, 1)),
    "of text": marker(4, b"\xa1a"),
    "of three": marker(4, number(0), number(1), number(2)),
    "of none": marker(4),
    "within each other": behind(behind(ONE, b"abc"), b"abc"),
}


@pytest.mark.parametrize("what", BAD)
def test_references_that_nobody_wrote_are_refused(what: str):
    with pytest.raises(SerializationError, match=r"bytes are no value of 'msgpack/1'"):
        loads(BAD[what])
    with pytest.raises(SerializationError, match=r"bytes of a file are no value of 'msgpack/1'"):
        loads_file(BAD[what])


def test_no_cut_and_no_change_of_the_front_is_read():
    data = dumps([LARGE, LARGE])
    front = len(data) - 2 * len(LARGE)
    for cut in (*range(front + 2), len(data) - 1):
        for read in (loads, loads_file):
            with pytest.raises(SerializationError):
                read(data[:cut])
    for at, flip in product(range(5), (1, 0x80)):
        changed = bytearray(data)
        changed[at] ^= flip
        for read in (loads, loads_file):
            with pytest.raises(SerializationError):
                read(bytes(changed))


def test_a_view_of_a_user_is_refused():
    """Also where a buffer may stand: what comes back would be another view."""
    for value in (memoryview(b"a"), deque([memoryview(b"a")]), {"a": memoryview(b"a")}):
        with pytest.raises(SerializationError, match=r"Return bytes\(\.\.\.\)"):
            dumps(value)


@dataclass
class Holder:
    view: object


def test_a_view_in_a_field_is_refused():
    serializer = MsgpackSerializer().within(lambda _name: Holder, "recompute")

    with pytest.raises(SerializationError, match=r"value\.view of type memoryview"):
        serializer.dumps(Holder(memoryview(b"a")))


class Short(io.BytesIO):
    """A file that answers as much as it likes at a time, as files may."""

    def readinto(self, buffer: memoryview) -> int:
        return super().readinto(buffer[:1000])


def test_what_is_read_from_a_file_is_its_own():
    """Also when it comes in pieces; and nobody asks the file any more."""
    assert isinstance(SERIALIZER, FileSerializer)
    with Short(dumps([LARGE, LARGE])) as file:
        value = SERIALIZER.loads_file(file)

    assert same([LARGE, LARGE], value)


def test_a_file_that_cannot_be_read_is_no_bad_value():
    """The bytes may be right: whoever opened the file says what is wrong with it."""

    class Unreadable(io.BytesIO):
        def readinto(self, buffer: memoryview) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        SERIALIZER.loads_file(Unreadable(dumps([LARGE])))
