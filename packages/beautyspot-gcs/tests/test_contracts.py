"""The store keeps the contracts, against two servers that were written by others.

fake-gcs-server is the one that counts: it knows preconditions, but for resumable uploads.
gcp-storage-emulator ignores all of them: there every creator wins, and what is said of one creator
is not asked.
"""

import uuid
from contextlib import suppress

import pytest
from fake_gcs import FakeGCS
from processes import free_ports
from requests.adapters import HTTPAdapter

from beautyspot import BlobUnavailable
from beautyspot.objects.content import Content
from beautyspot.objects.deadline import Deadline
from beautyspot.testing import (
    BlobCatalogContract,
    BlobStreamsContract,
    BucketContract,
    ScopedBlobsContract,
    UnreachableBlobStoreContract,
)
from beautyspot_gcs import GCSBlobStore
from beautyspot_gcs.bucket import GCSBucket, Writing
from beautyspot_gcs.clients import Clients, connected

pytestmark = pytest.mark.xdist_group("gcs")


def bucket_at(url, name):
    clients = Clients(lambda: connected(api_endpoint=url, project=None, credentials=None))
    clients.client().create_bucket(name)
    return GCSBucket(clients, name, "some/where", Writing(None, None), None), clients


class Patient:
    """Tries three times, as whoever uses a bucket does: the emulators close connections at will."""

    def __init__(self, bucket):
        self._bucket = bucket
        self.place = bucket.place

    def __getattr__(self, name):
        method = getattr(self._bucket, name)

        def attempted(*args, **kwargs):
            for _ in range(2):
                with suppress(BlobUnavailable):
                    return method(*args, **kwargs)
            return method(*args, **kwargs)

        return attempted


class TestBucket(BucketContract):
    @pytest.fixture
    def bucket(self, gcs):
        bucket, clients = bucket_at(gcs.url, f"test-{uuid.uuid4().hex}")
        yield Patient(bucket)
        clients.close()

    def test_only_new_leaves_an_object_alone(self, bucket):
        """Of resumable uploads this server ignores it; ``test_requests`` sees that it is asked."""
        assert bucket.put("f/a", Content.of(b"first"), Deadline(60), only_new=True)
        assert not bucket.put("f/a", Content.of(b"second"), Deadline(60), only_new=True)
        assert b"first" == b"".join(bucket.get("f/a", Deadline(60)).chunks)


class TestBucketOfTheEmulator(BucketContract):
    creates_once = False

    @pytest.fixture
    def bucket(self, emulator):
        bucket, clients = bucket_at(emulator.url, f"test-{uuid.uuid4().hex}")
        yield Patient(bucket)
        clients.close()


class _Contracts(BlobCatalogContract, BlobStreamsContract, ScopedBlobsContract):
    @pytest.fixture
    def store(self, server):
        name = f"test-{uuid.uuid4().hex}"
        _, clients = bucket_at(server.url, name)
        clients.close()
        store = GCSBlobStore(name, "some/where", api_endpoint=server.url)
        self.url = f"gs://{name}/some/where?api_endpoint={server.url}"
        yield store
        store.close()

    @pytest.fixture
    def reopen(self, store):
        opened = []

        def again():
            opened.append(GCSBlobStore.from_url(self.url))
            return opened[-1]

        yield again
        for each in opened:
            each.close()


class TestStore(_Contracts):
    @pytest.fixture
    def server(self, gcs):
        return gcs


class TestStoreOfTheEmulator(_Contracts):
    @pytest.fixture
    def server(self, emulator):
        return emulator


class TestUnreachableStore(UnreachableBlobStoreContract):
    location = f"{'0a' * 16}/{'1b' * 32}"

    @pytest.fixture
    def store(self):
        (port,) = free_ports(1)
        store = GCSBlobStore("bucket", api_endpoint=f"http://127.0.0.1:{port}")
        yield store
        store.close()


class TestStoreWithoutItsBucket(UnreachableBlobStoreContract):
    location = f"{'0a' * 16}/{'1b' * 32}"

    @pytest.fixture
    def store(self, gcs: FakeGCS):
        store = GCSBlobStore("nowhere", api_endpoint=gcs.url)
        yield store
        store.close()


class Flipping(HTTPAdapter):
    """Changes a byte of every upload on its way."""

    def send(self, request, **options):
        if isinstance(request.body, bytes):
            request.body = request.body.replace(b"the content", b"the c0ntent")
        return super().send(request, **options)


@pytest.mark.parametrize("padding", [0, 20 << 20], ids=["one request", "resumable"])
def test_an_upload_that_arrives_changed_is_refused(emulator, padding):
    """By the service, which compares it with the CRC32C that it was told: nothing is kept."""
    bucket, clients = bucket_at(emulator.url, f"test-{uuid.uuid4().hex}")
    clients.client()._http.mount("http://", Flipping())

    with pytest.raises(BlobUnavailable, match=r"(?i)crc32c"):
        bucket.put("f/a", Content.of(b"the content" + bytes(padding)), Deadline(60), only_new=True)

    assert () == bucket.listed("f", Deadline(60)).objects
    clients.close()
