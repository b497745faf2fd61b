"""A blob store over a bucket keeps every contract that there is, if the bucket keeps its own."""

import pytest

from beautyspot.objects import ObjectBlobStore
from beautyspot.testing import (
    BlobCatalogContract,
    BlobStreamsContract,
    BucketContract,
    MemoryBucket,
    ScopedBlobsContract,
)


class TestMemoryBucket(BucketContract):
    @pytest.fixture
    def bucket(self):
        return MemoryBucket()


class TestObjectBlobStore(BlobStreamsContract, BlobCatalogContract, ScopedBlobsContract):
    @pytest.fixture
    def store(self):
        return ObjectBlobStore(MemoryBucket())


class TestObjectBlobStoreOfOneDatabase(BlobCatalogContract):
    @pytest.fixture
    def store(self):
        bucket = MemoryBucket()
        ObjectBlobStore(bucket).within(lambda: "b" * 32).save("key", b"another database's")
        return ObjectBlobStore(bucket).within(lambda: "a" * 32)
