"""The servers that stand in for Google Cloud Storage, and buckets of one test each."""

import threading
import uuid
from urllib.parse import parse_qsl, urlsplit

import pytest
from fake_gcs import FakeGCS
from gcs_emulator import GCSEmulator
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from processes import free_ports
from proxy import Proxy

from beautyspot_gcs import GCSBlobStore


@pytest.fixture(scope="session")
def gcs(tmp_path_factory):
    """A running fake-gcs-server: it knows preconditions, ranges and pages."""
    with FakeGCS(tmp_path_factory.mktemp("fake_gcs")) as server:
        yield server


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A proxy with a fake-gcs-server behind it, which is known by the address of the proxy."""
    (port,) = free_ports(1)
    with (
        Proxy(port) as proxy,
        FakeGCS(tmp_path_factory.mktemp("behind"), port=port, public_port=proxy.port) as server,
    ):
        proxy.server = server
        yield proxy


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


@pytest.fixture(autouse=True)
def left_behind():
    """Waits for what ran out of its time, which must not meet the next test."""

    def wait():
        for thread in threading.enumerate():
            if thread.name == "beautyspot-object":
                thread.join(30)

    yield wait
    wait()


class Seen(list):
    """The requests that a client has sent."""

    def of(self, method, **query):
        """Answer those with such a method and such a query."""
        return [
            request
            for request in self
            if request.method == method
            and query.items() <= dict(parse_qsl(urlsplit(request.url).query)).items()
        ]


@pytest.fixture
def seen(sdk):
    """The requests that are sent with ``sdk``, as they went out; whoever asks empties it."""
    found = Seen()
    sdk._http.hooks["response"].append(lambda response, **_: found.append(response.request))
    return found


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
