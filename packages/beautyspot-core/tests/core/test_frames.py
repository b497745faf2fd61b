"""The payload of a stream: every frame comes back as it was written, and damage is noticed."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.errors import CacheCorruptedError, SerializationError
from beautyspot.core.frames import (
    Chunk,
    Ended,
    FrameWriter,
    Framing,
    Gave,
    Lent,
    chunk_frame,
    lent_frame,
)
from beautyspot.core.payload import Envelope

FRAMING = Framing("msgpack/1")


def written(chunks, gave=None):
    """A whole stream, and its checksum."""
    writer = FrameWriter(FRAMING)
    parts = [FRAMING.head]
    for chunk in chunks:
        parts += writer.chunk([chunk])
    if gave is not None:
        parts += writer.gave([gave])
    end, checksum = writer.end()
    stream = b"".join((*parts, end))
    assert len(stream) == writer.size
    return stream, checksum


def source(stream):
    return lambda offset, size: stream[offset : offset + size]


def verify(stream, checksum=None, framing=FRAMING):
    framing.verify(source(stream), len(stream), checksum)


def read(stream, framing=FRAMING):
    reader = framing.reader(source(stream))
    frames = [reader.frame()]
    while not isinstance(frames[-1], Ended):
        frames.append(reader.frame())
    return frames


CHUNKS = st.lists(st.binary(max_size=200) | st.sampled_from([b"\0" * 70_000, b"x" * 65_536]))


@given(CHUNKS, st.none() | st.binary(max_size=100))
def test_what_was_written_is_read(chunks, gave):
    """Chunk by chunk, in order, with what the generator returned, and the number of chunks."""
    stream, checksum = written(chunks, gave)

    verify(stream, checksum)
    last = [] if gave is None else [Gave(gave)]
    assert [*map(Chunk, chunks), *last, Ended(len(chunks))] == read(stream)


def test_the_layout_is_the_documented_one():
    stream, checksum = written([b"", b"ab"], b"r")

    assert stream.startswith(b"BS\x01\x10stream+msgpack/1\x01" + bytes(8))
    assert checksum == stream[-16:] == sha256(stream[:-16]).digest()[:16]
    assert stream[-37:-16][:9] == b"\x00" + (8).to_bytes(8)
    assert stream[-24:-16] == (2).to_bytes(8)


@pytest.mark.parametrize("chunks", [[], [b""], [b"", b""], [b"\0"]])
def test_no_chunk_and_empty_ones_are_told_apart(chunks):
    stream, _ = written(chunks)

    assert [*map(Chunk, chunks), Ended(len(chunks))] == read(stream)


def test_every_cut_is_noticed():
    """Wherever a stream is torn off, it is not taken for a shorter one."""
    stream, checksum = written([b"one", b"", b"three"], b"r")

    for cut in range(len(stream)):
        with pytest.raises(CacheCorruptedError):
            verify(stream[:cut])
        with pytest.raises(CacheCorruptedError):
            verify(stream[:cut], checksum)


def test_every_flipped_byte_is_noticed():
    """By the checksum of the whole, and also by whoever reads on regardless."""
    stream, _ = written([b"one", b"", b"three"], b"r")

    for at in range(len(stream)):
        damaged = stream[:at] + bytes([stream[at] ^ 0x40]) + stream[at + 1 :]
        with pytest.raises((CacheCorruptedError, SerializationError)):
            verify(damaged)
    for at in range(len(FRAMING.head), len(stream) - 16):
        damaged = stream[:at] + bytes([stream[at] ^ 0x40]) + stream[at + 1 :]
        with pytest.raises(CacheCorruptedError):
            read(damaged)


def test_bytes_behind_the_end_are_noticed():
    stream, checksum = written([b"one"])

    with pytest.raises(CacheCorruptedError):
        verify(stream + b"\0", checksum)


def test_a_stream_of_another_record_is_noticed():
    stream, _ = written([b"one"])
    _, other = written([b"two"])

    with pytest.raises(CacheCorruptedError, match="another record"):
        verify(stream, other)


def test_a_frame_that_is_missing_is_noticed_by_the_count():
    stream, _ = written([b"one", b"two"])
    frame = len(b"".join(chunk_frame([b"one"])))
    head = len(FRAMING.head)

    with pytest.raises(CacheCorruptedError, match="no place"):
        read(stream[:head] + stream[head + frame :])


def test_a_value_is_no_stream_and_a_stream_no_value():
    """Each is of another codec to the other: an error that says which."""
    stream, checksum = written([b"one"])
    value = Envelope("msgpack/1").seal([b"one"])

    with pytest.raises(SerializationError, match=r"'msgpack/1', expected 'stream\+msgpack/1'"):
        verify(value.payload, value.checksum)
    with pytest.raises(SerializationError, match=r"'stream\+msgpack/1', expected 'msgpack/1'"):
        Envelope("msgpack/1").open(stream, checksum)


def test_streams_of_different_codecs_are_told_apart():
    """Also with names as long as they can be."""
    stream, checksum = written([b"one"])
    longest = Framing("a" * 255)

    with pytest.raises(SerializationError):
        verify(stream, checksum, longest)
    assert len(longest.head) == 4 + 255


def test_a_reader_goes_on_behind_a_chunk_that_it_was_given_otherwise():
    """What is skipped counts, so that the number at the end still fits."""
    stream, _ = written([b"one", b"two", b"three"])
    frame = len(b"".join(chunk_frame([b"one"])))
    reader = FRAMING.reader(source(stream))
    reader.skip(reader.offset + frame)

    assert [Chunk(b"two"), Chunk(b"three"), Ended(3)] == [reader.frame() for _ in range(3)]
    assert reader.offset == len(stream) - 16


def test_what_is_lent_stands_among_the_chunks():
    log = b"".join((*chunk_frame([b"a", memoryview(b"b")]), *lent_frame(1)))
    reader = FRAMING.reader(source(FRAMING.head + log))

    assert [Chunk(b"ab"), Lent(1)] == [reader.frame(), reader.frame()]


def test_reading_takes_the_memory_of_one_chunk():
    """No more is asked for at once than a block, or a chunk that is larger."""
    stream, checksum = written([b"x" * 1000] * 1000)
    asked = []

    def watched(offset, size):
        asked.append(size)
        return stream[offset : offset + size]

    FRAMING.verify(watched, len(stream), checksum)
    reader = FRAMING.reader(watched)
    while not isinstance(reader.frame(), Ended):
        pass

    assert max(asked) <= 64 * 1024
    assert len(asked) < 100
