"""Our contracts, over a real server and over a stub."""

import pytest

from beautyspot.testing import (
    BlobCatalogContract,
    BlobStreamsContract,
    BucketContract,
    ScopedBlobsContract,
    UnreachableBlobStoreContract,
)
from beautyspot_s3 import S3BlobStore
from beautyspot_s3.bucket import S3Bucket
from beautyspot_s3.client import Access, Clients

from .conftest import BUCKET

pytestmark = pytest.mark.xdist_group("s3")


class TestS3Bucket(BucketContract):
    @pytest.fixture
    def bucket(self, server, prefix):
        return S3Bucket(BUCKET, prefix, Clients(Access(), server.ours), {})


class TestS3BlobStore(BlobStreamsContract, BlobCatalogContract, ScopedBlobsContract):
    @pytest.fixture
    def store(self, server, prefix):
        return S3BlobStore(BUCKET, prefix=prefix, client=server.ours)

    @pytest.fixture
    def reopen(self, server, prefix):
        return lambda: S3BlobStore.from_url(f"s3://{BUCKET}/{prefix}/?endpoint_url={server.url}")


class TestNobodyAnswers(UnreachableBlobStoreContract):
    location = "ab" * 16 + "/" + "ab" * 32

    @pytest.fixture
    def store(self):
        return S3BlobStore(BUCKET, endpoint_url="http://127.0.0.1:1", budget=2)


class TestNoSuchBucket(TestNobodyAnswers):
    @pytest.fixture
    def store(self, moto):  # the real server makes buckets for whoever may do everything
        return S3BlobStore("no-such-bucket", endpoint_url=moto.url)


class TestWrongSecret(TestNobodyAnswers):
    @pytest.fixture
    def store(self, weed, monkeypatch):
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
        return S3BlobStore(BUCKET, endpoint_url=weed.url)


class TestNobodyIsLoggedIn(TestNobodyAnswers):
    @pytest.fixture
    def store(self, weed, monkeypatch):
        monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
        monkeypatch.delenv("AWS_ACCESS_KEY_ID")
        return S3BlobStore(BUCKET, endpoint_url=weed.url)
