"""Another client, which knows nothing of us, reads what we wrote and writes what we must notice."""

import gzip
import hashlib

import pytest

from beautyspot import BlobNotFound, CacheCorruptedError

pytestmark = pytest.mark.xdist_group("gcs")

DATA = bytes(range(256)) * 10


@pytest.fixture
def bucket(sdk, bucket_name):
    return sdk.bucket(bucket_name)


@pytest.fixture
def saved(store, bucket):
    """The location of what we have saved, and the object of it as the SDK sees it."""
    location = store.save("key", DATA)
    return location, bucket.get_blob(f"some/where/{location}")


def test_the_name_is_the_digest(saved):
    _, blob = saved

    assert f"some/where/{'0' * 32}/{hashlib.sha256(DATA).hexdigest()}" == blob.name


def test_the_object_is_the_bytes(saved):
    _, blob = saved

    assert DATA == blob.download_as_bytes()
    assert "application/octet-stream" == blob.content_type


def test_a_scope_is_a_folder(store, bucket):
    store.within(lambda: "ab" * 16).save("key", DATA)

    (blob,) = bucket.list_blobs()
    assert blob.name.startswith(f"some/where/{'ab' * 16}/")


def test_scopes_list_their_own(store):
    mine = store.within(lambda: "ab" * 16)
    location = mine.save("key", DATA)
    store.within(lambda: "cd" * 16).save("key", DATA)

    assert [location] == [blob.location for blob in mine.blobs()]


@pytest.mark.parametrize(
    "other",
    [b"", DATA[:-1], DATA + b"x", DATA[:-1] + b"x", gzip.compress(DATA)],
    ids=["empty", "cut", "longer", "changed", "compressed"],
)
def test_other_bytes_are_noticed(store, saved, other):
    """And the next save of the result replaces them."""
    location, blob = saved
    blob.upload_from_string(other)

    with pytest.raises(CacheCorruptedError):
        store.load(location)
    with pytest.raises(CacheCorruptedError):
        store.open(location)
    assert location == store.save("key", DATA)
    assert DATA == store.load(location)


def test_other_bytes_are_noticed_by_a_save(store, saved, gcs, bucket_name):
    """Of the same size, by a process that has not read them."""
    location, blob = saved
    blob.upload_from_string(DATA[::-1])

    assert location == store.save("key", DATA)
    assert DATA == store.load(location)


def test_metadata_are_believed_of_the_bytes_that_they_are_of(store, saved):
    """Those of the object before, on other bytes of the same size, are not."""
    location, blob = saved
    blob.upload_from_string(DATA[::-1])
    blob.metadata = {"bs-sha256": hashlib.sha256(DATA).hexdigest(), "bs-crc32c": "AAAAAA=="}
    blob.patch()

    assert location == store.save("key", DATA)
    assert DATA == store.load(location)


def test_swapped_objects_are_noticed(store, saved, bucket):
    location, blob = saved
    other = store.save("key", b"other")
    blob.upload_from_string(b"other")

    assert b"other" == store.load(other)
    with pytest.raises(CacheCorruptedError):
        store.load(location)


def test_a_content_encoding_is_not_believed(store, saved):
    """What is stored is what is read, whatever others say of it."""
    location, blob = saved
    blob.content_encoding = "gzip"
    blob.patch()

    assert DATA == store.load(location)


def test_what_others_delete_is_not_found(store, saved):
    location, blob = saved
    blob.delete()

    with pytest.raises(BlobNotFound):
        store.load(location)


def test_objects_of_others_are_neither_listed_nor_deleted(store, saved, bucket):
    location, _ = saved
    names = {
        "elsewhere",
        "some/where",
        "some/where/else",
        f"some/where/{'0' * 32}/x",
        f"some/where/{'0' * 32}0/{'0' * 64}",
        f"other/{location}",
    }
    for name in names:
        bucket.blob(name).upload_from_string(b"theirs")

    listed = [blob.location for blob in store.blobs()]
    for name in names:
        store.delete(name)

    assert [location] == listed
    assert names < {blob.name for blob in bucket.list_blobs()}


def test_a_listing_goes_on_over_pages(store, bucket):
    """The service answers at most a thousand at a time."""
    folder = "ab" * 16
    names = {f"{folder}/{number:064x}" for number in range(1100)}
    for name in names:
        bucket.blob(f"some/where/{name}").upload_from_string(b"", checksum=None)

    assert names == {blob.location for blob in store.within(lambda: folder).blobs()}
