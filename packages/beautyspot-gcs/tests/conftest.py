"""The servers that stand in for Google Cloud Storage, and buckets of one test each."""

import uuid

import pytest
from fake_gcs import FakeGCS
from gcs_emulator import GCSEmulator
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from beautyspot_gcs import GCSBlobStore


@pytest.fixture(scope="session")
def gcs(tmp_path_factory):
    """A running fake-gcs-server: it knows preconditions, ranges and pages."""
    with FakeGCS(tmp_path_factory.mktemp("fake_gcs")) as server:
        yield server


@pytest.fixture(scope="session")
def emulator(tmp_path_factory):
    """A running gcp-storage-emulator: it compares checksums."""
    with GCSEmulator(tmp_path_factory.mktemp("gcs_emulator")) as server:
        yield server


def plain_client(url):
    """Answer a client of the SDK that knows nothing of us."""
    return storage.Client(
        project="test", credentials=AnonymousCredentials(), client_options={"api_endpoint": url}
    )


@pytest.fixture
def sdk(gcs):
    """A client of the SDK that knows nothing of us."""
    with plain_client(gcs.url) as client:
        yield client


@pytest.fixture
def bucket_name(sdk):
    """The name of a new bucket."""
    name = f"test-{uuid.uuid4().hex}"
    sdk.create_bucket(name)
    return name


@pytest.fixture
def store(gcs, bucket_name):
    """A store of ours in the new bucket."""
    store = GCSBlobStore(bucket_name, "some/where", api_endpoint=gcs.url)
    yield store
    store.close()


@pytest.fixture
def url(gcs, bucket_name):
    """The URL of the same place."""
    return f"gs://{bucket_name}/some/where?api_endpoint={gcs.url}"
