"""The network between us and the service is broken on purpose, by a proxy of our own.

Whatever it does: the value comes, in the budget; nothing wrong is ever answered; and when it is
gone, the store works again.
"""

import time
import uuid
import warnings

import pytest
from proxy import answer

from beautyspot import (
    BeautySpotWarning,
    BlobNotFound,
    BlobRefused,
    BlobUnavailable,
    CacheCorruptedError,
    Spot,
)
from beautyspot_gcs import GCSBlobStore

pytestmark = pytest.mark.xdist_group("gcs")

BUDGET = 1.0  #: seconds; what is said of it holds for longer ones
SLACK = 1.0
BIG = b"x" * 300_000
FAULTS = {
    "reset": {"reset": True},
    "black hole": {"black_hole": True},
    "429": {"answer": answer(429)},
    "500": {"answer": answer(500, b"oops")},
    "503": {"answer": answer(503, b"<html>busy</html>")},
    "no HTTP": {"answer": b"SSH-2.0-OpenSSH_9.2\r\n"},
    "no JSON": {"answer": answer(200, b"welcome to the hotel network")},
    "nothing": {"answer": answer(200)},
    "half an answer": {"cut_answer": 60},
    "half an answer, politely": {"end_answer": 60},
    "late": {"delay": 30.0},
    "byte by byte": {"drip": 0.2},
    "half a request": {"cut_request": 100},
}


@pytest.fixture
def place(network):
    """The URL of a new bucket behind the proxy."""
    name = f"test-{uuid.uuid4().hex}"
    store = GCSBlobStore(name, api_endpoint=f"http://127.0.0.1:{network.port}")
    store._clients.client().create_bucket(name)
    store.close()
    return f"gs://{name}/x?api_endpoint=http://127.0.0.1:{network.port}&budget={BUDGET}"


@pytest.fixture
def store(place):
    store = GCSBlobStore.from_url(place)
    yield store
    store.close()


@pytest.fixture
def fresh(place, left_behind):
    """Answers another store of the same place, which does not know yet that it is down."""
    made = []

    def another():
        made.append(GCSBlobStore.from_url(place))
        return made[-1]

    yield another
    left_behind()
    for each in made:
        each.close()


def timed(function, *args):
    """Answer what a function raises or answers, and the seconds that it took."""
    begun = time.monotonic()
    try:
        found = function(*args)
    except (BlobUnavailable, BlobNotFound) as error:
        found = error
    return found, time.monotonic() - begun


@pytest.mark.parametrize("fault", FAULTS)
def test_every_operation_keeps_to_its_budget(network, store, fresh, fault):
    """And answers that the service cannot be asked: not that it is there, nor that it is not."""
    location = store.save("key", BIG)

    with network.faulty(**FAULTS[fault]):
        operations = [
            (fresh().load, location),
            (fresh().open, location),
            (fresh().save, "key", b"other"),
            (fresh().delete, location),
            (list, fresh().blobs()),
        ]
        results = [timed(*operation) for operation in operations]

    for (found, seconds), operation in zip(results, operations, strict=True):
        assert seconds < BUDGET + SLACK, operation
        assert type(found) is BlobUnavailable, operation
    assert BIG == fresh().load(location)


@pytest.mark.parametrize("fault", FAULTS)
def test_the_value_is_returned_and_the_store_works_again(network, place, tmp_path, fault):
    """With one warning for what is not kept; a look-up is a miss, with one of its own."""

    def work(number):
        return BIG + str(number).encode()

    with Spot("test", db=tmp_path / "test.db", storage=place) as spot:
        spot.mark(work)(1)

    with Spot("test", db=tmp_path / "test.db", storage=place) as spot:
        remembered = spot.mark(work)
        with network.faulty(**FAULTS[fault]), warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            begun = time.monotonic()
            assert [work(1), work(2)] == [remembered(1), remembered(2)]
            first = time.monotonic() - begun
            begun = time.monotonic()
            assert [work(3), work(4)] == [remembered(3), remembered(4)]
            second = time.monotonic() - begun

    assert first < 4 * BUDGET + SLACK
    assert second < 4 * BUDGET + SLACK
    kinds = [str(each.message) for each in told if each.category is BeautySpotWarning]
    assert 1 <= len(kinds) == len(set(kinds)) <= 2  # one that it was not found, one not kept

    with Spot("test", db=tmp_path / "test.db", storage=place) as spot:
        again = spot.mark(work)
        assert [work(1), work(2), work(2)] == [again(1), again(2), again(2)]
        assert 1 <= again.counts.hits


def test_a_service_that_is_down_costs_one_budget_and_not_one_per_call(network, store):
    location = store.save("key", BIG)

    with network.faulty(black_hole=True):
        _, first = timed(store.load, location)
        later = [timed(store.load, location) for _ in range(20)]

    assert BUDGET / 2 < first < BUDGET + SLACK
    assert sum(seconds for _, seconds in later) < 0.5
    assert {BlobUnavailable} == {type(found) for found, _ in later}


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_refused_is_told_so_at_once(network, store, fresh, status):
    """It is not lost, and trying again would not help."""
    location = store.save("key", BIG)
    said = b'{"error": {"code": 403, "message": "no storage.objects.get access"}}'

    with network.faulty(answer=answer(status, said)):
        found, seconds = timed(fresh().load, location)
        kept, _ = timed(fresh().save, "key", b"other")

    assert isinstance(found, BlobRefused)
    assert isinstance(kept, BlobRefused)
    assert "storage.objects.get" in str(found) or status == 401
    assert seconds < 1


def test_a_missing_bucket_is_no_missing_blob(network):
    """Whoever deletes the bucket, or mistypes its name, has not lost a blob by it."""
    url = f"gs://no-such-bucket?api_endpoint=http://127.0.0.1:{network.port}"
    other = GCSBlobStore.from_url(url)

    for operation in (
        lambda: other.load(f"{'0' * 32}/{'0' * 64}"),
        lambda: other.save("key", b"content"),
        lambda: other.delete(f"{'0' * 32}/{'0' * 64}"),
        lambda: list(other.blobs()),
    ):
        with pytest.raises(BlobRefused, match="no bucket 'no-such-bucket': make it"):
            operation()
    other.close()


@pytest.mark.parametrize("how", ["cut_answer", "end_answer"])
@pytest.mark.parametrize("after", [400, 5_000, 250_000])
def test_a_body_that_is_cut_once_is_fetched_whole(network, store, fresh, how, after):
    location = store.save("key", BIG)

    with network.faulty(**{how: after, "times": 1}):
        assert BIG == fresh().load(location)


@pytest.mark.parametrize("after", [100, 200_000, 12_000_000])
def test_an_upload_that_is_cut_once_goes_on(network, store, fresh, after):
    """A resumable one where it was, with the parts that have come already."""
    data = bytes(range(256)) * 80_000  # 20 MB
    with network.faulty(cut_request=after, times=1):
        location = store.save("key", data)

    assert data == fresh().load(location)


def test_a_changed_byte_on_the_way_is_noticed(network, store, fresh):
    location = store.save("key", BIG)

    with (
        network.faulty(change=lambda piece: piece.replace(b"xxxx", b"xxxy")),
        pytest.raises(CacheCorruptedError),
    ):
        fresh().load(location)
    assert BIG == fresh().load(location)
