"""Blobs in a bucket: named by their content, checked when read, and never waited for too long."""

import hashlib
import os
import threading
import time

import pytest

from beautyspot.core.errors import (
    BlobNotFound,
    BlobRefused,
    BlobUnavailable,
    CacheCorruptedError,
    ValidationError,
)
from beautyspot.objects import Content, Deadline, ObjectBlobStore
from beautyspot.testing import ManualClock, MemoryBucket

from .buckets import FaultyBucket, raising

CUT = raising(BlobUnavailable("the service did not answer"))
REFUSED = raising(BlobRefused("403"))
HOUR = 3600


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def bucket(clock):
    return FaultyBucket(clock)


@pytest.fixture
def store(bucket, clock):
    return ObjectBlobStore(bucket, budget=5, monotonic_ns=clock.monotonic_ns)


def test_a_name_is_the_database_and_the_digest(store):
    digest = hashlib.sha256(b"content").hexdigest()

    assert f"{'0' * 32}/{digest}" == store.save("key", b"content")
    assert f"{'ab' * 16}/{digest}" == store.within(lambda: "ab" * 16).save("key", b"content")


def test_the_same_content_is_kept_once(store, bucket):
    """A second save sends it, and is told that it is there."""
    assert store.save("one", b"content") == store.save("two", b"content")
    assert ["put", "put", "look"] == bucket.calls
    assert 1 == len(list(store.blobs()))


def test_a_large_content_that_is_there_is_not_sent_again(store, bucket):
    large = bytes(17 << 20)
    store.save("one", large)
    bucket.calls.clear()

    store.save("two", large)

    assert ["look"] == bucket.calls


@pytest.mark.parametrize(("age", "written_anew"), [(11.9, False), (12.1, True)])
def test_an_object_that_a_clean_up_may_take_soon_is_written_anew(
    store, bucket, clock, age, written_anew
):
    """Older than half of the grace; it is as young as a new one then."""
    location = store.save("one", b"content")
    clock.advance(age * HOUR)

    store.save("two", b"content")

    (blob,) = store.blobs()
    assert written_anew is ("replace" in bucket.calls)
    assert (0.0 if written_anew else age * HOUR) == blob.age
    assert location == blob.location


@pytest.mark.parametrize(
    "change", [lambda data: data[:-1], lambda data: data + b"!", lambda data: data.upper()]
)
@pytest.mark.parametrize("was_read", [False, True])
def test_what_was_changed_is_never_answered_and_is_mended_by_the_next_save(
    store, bucket, change, was_read
):
    """Whatever the service says of it, and whether it was right before."""
    location = store.save("key", b"content")
    if was_read:
        store.load(location)
    bucket.tamper(location, change)

    with pytest.raises(CacheCorruptedError, match="SHA-256"):
        store.load(location)
    with pytest.raises(CacheCorruptedError, match="SHA-256"):
        store.open(location)
    assert location == store.save("key", b"content")
    assert b"content" == store.load(location)


def test_what_is_changed_on_its_way_is_noticed_also_when_the_object_was_verified(store, bucket):
    """The service says that nothing has changed; and the next download is verified as a whole."""
    location = store.save("key", b"content")
    assert b"content" == store.load(location) == store.load(location)

    bucket.garbles = 1
    with pytest.raises(CacheCorruptedError):
        store.load(location)
    assert b"content" == store.load(location)


@pytest.mark.parametrize(
    ("there", "said"), [(b"xxxxxxx", b"xxxxxxx"), (b"content, and more", b"content")]
)
def test_something_else_by_our_name_is_replaced(store, bucket, there, said):
    """Of another digest, or of another size whatever the digest."""
    location = store.save("key", b"content")
    store.delete(location)
    content = Content(len(there), hashlib.sha256(said).digest(), lambda *_: there)
    bucket.put(location, content, Deadline(5), only_new=True)

    store.save("key", b"content")

    assert b"content" == store.load(location)


@pytest.mark.parametrize("method", ["put", "get 0", "delete", "listed"])
def test_a_failure_is_tried_again(store, bucket, method):
    """Twice."""
    location = store.save("key", b"content")
    bucket.fail(method, CUT, CUT)

    assert location == store.save("key", b"content")
    assert b"content" == store.load(location)
    assert [location] == [blob.location for blob in store.blobs()]
    store.delete(location)
    assert [] == list(store.blobs())


@pytest.mark.parametrize("fault", [CUT, REFUSED], ids=["unavailable", "refused"])
def test_what_fails_for_good_is_said(store, bucket, fault):
    """A refusal at once, anything else after three attempts."""
    location = store.save("key", b"content")
    bucket.calls.clear()
    bucket.fail("get 0", fault, fault, fault)

    with pytest.raises(BlobUnavailable):
        store.load(location)

    assert (1 if fault is REFUSED else 3) == len(bucket.calls)


def test_a_download_that_was_cut_goes_on_where_it_was(store, bucket):
    data = os.urandom(200_000)
    location = store.save("key", data)
    bucket.calls.clear()
    bucket.cuts = [70_000, 1]

    assert data == store.load(location)
    assert ["get 0", "get 70000", "get 70001"] == bucket.calls


def test_a_download_that_was_cut_goes_on_in_an_object_that_was_written_anew(store, bucket, clock):
    """As a save does that meets an old one: the bytes are the same."""
    data = os.urandom(200_000)
    location = store.save("key", data)
    soon = Deadline(60)

    def write_anew():
        clock.advance(1)
        MemoryBucket.put(bucket, location, Content.of(data), soon, only_new=False)

    bucket.cuts = [70_000]
    bucket.fail("get 70000", write_anew)

    assert data == store.load(location)
    assert data == store.load(location)


def test_a_download_that_is_cut_after_its_last_byte_is_whole(store, bucket):
    location = store.save("key", b"content")
    bucket.cuts = [7]

    assert b"content" == store.load(location)


def test_a_download_that_is_always_cut_is_never_answered_short(store, bucket):
    location = store.save("key", b"content")
    bucket.cuts = [1, 1, 1]

    with pytest.raises(BlobUnavailable):
        store.load(location)


def test_a_service_that_hangs_costs_one_budget_and_not_one_per_call(bucket, clock):
    """The step is left behind in its thread; after thirty seconds one tries again."""
    store = ObjectBlobStore(bucket, budget=0.2, monotonic_ns=clock.monotonic_ns)
    location = store.save("key", b"content")
    go_on = threading.Event()
    bucket.fail("get 0", lambda: go_on.wait(30) and None)
    begun = time.monotonic()

    with pytest.raises(BlobUnavailable, match=r"within 0\.2 s"):
        store.load(location)
    for method in (store.load, store.delete):
        with pytest.raises(BlobUnavailable, match="left alone for another 30 s"):
            method(location)

    assert time.monotonic() - begun < 5
    go_on.set()
    clock.advance(30)
    assert b"content" == store.load(location)
    assert b"content" == store.within(lambda: "a" * 32).load(location)


@pytest.mark.parametrize("size", [1, 20 << 20])
def test_attempts_that_wait_and_end_before_the_budget_count_as_slow(store, bucket, clock, size):
    """However much time a large content would have had to be sent."""
    for method in ("put", "look"):
        bucket.fail(method, *[lambda: clock.advance(0.9) or CUT()] * 3)

    with pytest.raises(BlobUnavailable, match="did not answer"):
        store.save("key", bytes(size))
    with pytest.raises(BlobUnavailable, match="left alone for another 30 s"):
        store.save("key", b"content")


def test_what_is_known_of_the_service_counts_for_every_database(bucket, clock):
    store = ObjectBlobStore(bucket, budget=5, monotonic_ns=clock.monotonic_ns)
    bucket.fail("put", *[CUT] * 15)
    for _ in range(5):
        with pytest.raises(BlobUnavailable, match="did not answer"):
            store.save("key", b"content")

    with pytest.raises(BlobUnavailable, match="left alone"):
        store.within(lambda: "a" * 32).save("key", b"content")


@pytest.mark.parametrize("fault", [REFUSED, raising(BlobNotFound("404"))], ids=["403", "404"])
def test_an_answer_that_is_no_success_leaves_the_service_up(store, bucket, fault):
    location = store.save("key", b"content")
    bucket.fail("get 0", *[fault] * 10)
    for _ in range(10):
        with pytest.raises((BlobRefused, BlobNotFound)):
            store.load(location)

    assert b"content" == store.load(location)


def test_a_save_whose_answer_was_lost_is_made_once(store, bucket):
    """The second attempt is told that the object is there, and that it is the same."""
    bucket.lost = ["put"]

    location = store.save("key", b"content")

    assert ["put", "put", "look"] == bucket.calls
    assert b"content" == store.load(location)


def test_a_listing_shows_one_database_and_only_what_is_ours(store, bucket):
    mine = store.within(lambda: "a" * 32)
    saved = {mine.save("key", b"%d" % number) for number in range(12)}
    store.within(lambda: "b" * 32).save("key", b"other")
    bucket._objects[f"{'a' * 32}/README"] = bucket._objects[next(iter(saved))]

    assert saved == {blob.location for blob in mine.blobs()}


def test_an_upload_may_take_a_second_more_for_each_mebibyte(bucket, clock):
    """So the budget is no limit of size."""
    left = []
    bucket.put = lambda name, content, deadline, only_new: left.append(deadline.left) or True
    store = ObjectBlobStore(bucket, budget=5)

    store.save("key", bytes(10 << 20))

    assert 14 < left[0] <= 15


@pytest.mark.parametrize("option", ["budget", "grace"])
@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_a_number_out_of_range_is_refused(option, value):
    with pytest.raises(ValidationError, match=f"{option}="):
        ObjectBlobStore(MemoryBucket(), **{option: value})


@pytest.mark.parametrize("scope", ["", "x" * 32, "A" * 32, "a" * 31, "../" + "a" * 29])
def test_a_scope_is_the_id_of_a_database(store, scope):
    with pytest.raises(BlobUnavailable, match="32 hexadecimal digits"):
        store.within(lambda: scope).save("key", b"content")


def test_the_writer_of_another_process_is_left_alone(store):
    """What a child would write or read would be the parent's."""
    writer = store.writer("key")
    writer.write(b"parent")
    if (child := os.fork()) == 0:
        done = 1
        try:
            writer.write(b"child")
        except BlobUnavailable:
            done = 0
        os._exit(done)

    assert 0 == os.waitpid(child, 0)[1]
    assert b"parent" == store.load(writer.commit())
    writer.close()


def test_a_commit_may_be_tried_again_when_it_failed(store, bucket):
    writer = store.writer("key")
    writer.write(b"content")
    bucket.fail("put", REFUSED)

    with pytest.raises(BlobRefused):
        writer.commit()
    assert b"content" == store.load(writer.commit())
    with pytest.raises(BlobUnavailable, match="twice"):
        writer.commit()
    writer.close()


def test_a_store_says_where_it_is(store):
    assert "ObjectBlobStore('memory://bucket')" == repr(store)
