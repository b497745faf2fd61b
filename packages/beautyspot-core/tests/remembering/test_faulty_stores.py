"""A store or codec that fails costs nobody the function's own value."""

import json
from typing import Any

import pytest

from beautyspot import BeautySpotWarning
from beautyspot.core.errors import (
    BlobNotFound,
    BlobUnavailable,
    StoreBusy,
    StoreUnavailable,
)
from beautyspot.core.model import TaskRecord
from beautyspot.core.placement import INLINE_LIMIT
from beautyspot.testing import MemoryBlobStore

from .stores import double, large, spot_of, warned


@pytest.mark.parametrize(
    "error", [StoreUnavailable("down"), StoreBusy("busy"), OSError("foreign"), RuntimeError("bug")]
)
def test_a_store_that_cannot_be_asked_does_not_stop_the_call(db, blobs, mark, error: Exception):
    """The function runs; one warning says so; and the store is used again when it works."""
    call, marked = mark(spot_of(db, blobs), double)
    call(1)
    db.reading = error

    assert warned(lambda: call(1), "could not be asked, so the function ran") == [1, 1]
    assert call(1) == [1, 1]
    db.reading = None
    assert call(1) == [1, 1]
    assert (marked.counts.runs, marked.counts.hits, marked.counts.troubles) == (3, 1, 2)


@pytest.mark.parametrize("error", [StoreUnavailable("full"), OSError("foreign")])
def test_a_result_that_cannot_be_saved_is_returned(db, blobs, mark, error: Exception):
    """One warning; and the next call runs again."""
    spot = spot_of(db, blobs)
    call, marked = mark(spot, double)
    db.saving = error

    assert warned(lambda: call(1), "returned but not stored") == [1, 1]
    assert not spot.flush()
    db.saving = None
    assert call(1) == call(1) == [1, 1]
    assert spot.flush()
    assert (marked.counts.runs, marked.counts.hits) == (2, 1)


def test_a_database_that_does_not_open_is_opened_later(db, blobs, mark):
    """Every call tries again."""
    db.opening = StoreUnavailable("not yet")
    call, marked = mark(spot_of(db, blobs), double)

    with pytest.warns(BeautySpotWarning) as caught:
        call(1)
    db.opening = None
    call(1)
    call(1)

    assert len(caught) == 2  # it could neither be asked nor told
    assert (marked.counts.runs, marked.counts.hits) == (2, 1)


def test_a_blob_that_cannot_be_saved_leaves_no_record(db, blobs, mark):
    """No record points to nothing."""
    call, marked = mark(spot_of(db, blobs), large)
    blobs.saving = StoreUnavailable("full")

    assert warned(lambda: call(1), "returned but not stored") == b"\x01" * INLINE_LIMIT
    assert db.get(marked.key(1)) is None


def test_a_blob_store_that_answers_no_location_is_noticed(db, mark):
    """A foreign adapter's mistake costs a warning, not the value."""

    class Careless(MemoryBlobStore):
        def save(self, key: str, data: bytes) -> str:
            return None  # type: ignore[return-value]

    call, _ = mark(spot_of(db, Careless()), large)

    assert warned(lambda: call(1), "answered None for a location") == b"\x01" * INLINE_LIMIT


@pytest.mark.parametrize(
    ("error", "match"),
    [
        (BlobNotFound("gone"), "could not be read back, so the function ran again"),
        (StoreUnavailable("down"), "could not be asked, so the function ran"),
    ],
)
def test_a_lost_blob_is_not_an_unreachable_one(db, blobs, mark, error: Exception, match: str):
    """Both run the function; the warning tells them apart."""
    call, _ = mark(spot_of(db, blobs), large)
    call(1)
    blobs.loading = error

    assert warned(lambda: call(1), match) == b"\x01" * INLINE_LIMIT


def test_a_damaged_result_is_run_again_and_replaced(db, blobs, mark):
    """Bytes that changed are never an answer."""
    call, marked = mark(spot_of(db, blobs), double)
    call(1)
    record = db.get(marked.key(1))
    flipped = record.result_data[:-1] + bytes([record.result_data[-1] ^ 1])
    db.save(TaskRecord(**{**fields(record), "result_data": flipped}))

    assert warned(lambda: call(1), "could not be read back") == [1, 1]
    assert call(1) == [1, 1]
    assert (marked.counts.runs, marked.counts.hits) == (2, 1)


def test_a_swapped_result_is_noticed(db, blobs, mark):
    """A whole payload of another call is not this call's result."""
    call, marked = mark(spot_of(db, blobs), double)
    call(1)
    call(2)
    one, two = db.get(marked.key(1)), db.get(marked.key(2))
    db.save(TaskRecord(**{**fields(one), "result_data": two.result_data}))

    assert warned(lambda: call(1), "belongs to another record") == [1, 1]


def test_a_record_without_payload_and_location_is_damaged(db, blobs, mark):
    """There is nothing to answer with."""
    call, marked = mark(spot_of(db, blobs), double)
    call(1)
    record = db.get(marked.key(1))
    db.save(TaskRecord(**{**fields(record), "result_data": None}))

    assert warned(lambda: call(1), "neither a payload nor a location") == [1, 1]


def fields(record: TaskRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


class Careless:
    """A serializer whose ``loads`` is broken."""

    def dumps(self, value: object) -> bytes:
        return b"anything"

    def loads(self, data: bytes | memoryview) -> object:
        raise LookupError("no idea")


def test_a_codec_that_fails_is_a_damaged_result(db, blobs, mark):
    """What a foreign codec raises does not reach the caller."""
    call, _ = mark(spot_of(db, blobs, serializer=Careless()), double)
    call(1)

    assert warned(lambda: call(1), "Careless.loads failed") == [1, 1]


def test_a_result_of_another_codec_is_not_read(db, blobs, mark):
    """Every payload names the codec that wrote it."""
    mark(spot_of(db, blobs, serializer=Careless()), double)[0](1)

    call, _ = mark(spot_of(db, blobs), double)

    assert warned(lambda: call(1), "expected 'msgpack/1'") == [1, 1]


def test_a_function_may_have_a_codec_of_its_own(db, blobs, mark):
    """It is used instead of the Spot's."""
    call, _ = mark(spot_of(db, blobs), double, serializer=Careless())
    call(1)

    assert warned(lambda: call(1), "Careless.loads failed") == [1, 1]


def test_a_codec_that_answers_no_bytes_is_named(db, blobs, mark):
    """As the json module does."""
    call, _ = mark(spot_of(db, blobs, serializer=json), double)

    assert warned(lambda: call(1), r"dumps answered str, no bytes") == [1, 1]


def test_a_codec_is_named_whatever_its_class_is_called(db, blobs, mark):
    """A payload has room for 255 characters of ASCII."""
    strange = type("シリアライザ" * 50, (Careless,), {})
    call, _ = mark(spot_of(db, blobs, serializer=strange()), double)

    assert call(1) == [1, 1]


def test_a_blob_store_that_is_away_is_one_warning(db, blobs, mark):
    """Though the result is neither found nor kept; both are counted."""
    call, marked = mark(spot_of(db, blobs), large)
    call(1)
    blobs.loading = blobs.saving = BlobUnavailable("away")

    assert warned(lambda: call(1), "could not be asked, so the function ran") == large(1)
    assert call(1) == large(1)
    assert 4 == marked.counts.troubles
