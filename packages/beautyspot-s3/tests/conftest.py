"""One server of each kind for a worker, and a prefix of its own for each test."""

import os
import uuid

import boto3
import pytest
from botocore.config import Config
from moto_s3 import moto_s3
from proxy import Proxy
from seaweed import KEY, SECRET, seaweed

from beautyspot_s3 import S3BlobStore
from beautyspot_s3.client import Access, Clients

BUCKET = "tests"


@pytest.fixture(scope="session", autouse=True)
def credentials():
    """As users have them; nothing of this machine's own configuration is read."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", KEY)
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        yield


class Server:
    """A server, and a client that knows nothing of beautyspot."""

    def __init__(self, process, port):
        self.process, self.port = process, port
        self.url = f"http://127.0.0.1:{port}"
        config = Config(s3={"addressing_style": "path"}, signature_version="s3v4")
        self.client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            config=config,
            # Said, since boto3 keeps those that it has found first, for the whole process.
            aws_access_key_id=KEY,
            aws_secret_access_key=SECRET,
        )
        self.client.create_bucket(Bucket=BUCKET)
        #: As a store makes it for itself, once for all tests: that takes a tenth of a second.
        self.ours = Clients(Access(self.url), None).client()

    def keys(self, prefix):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [each["Key"] for page in pages for each in page.get("Contents", ())]


def started(kind, folder):
    process, port = kind(folder)
    with process:
        yield Server(process, port)


@pytest.fixture(scope="session")
def weed(tmp_path_factory, credentials):
    yield from started(seaweed, tmp_path_factory.mktemp("weed"))


@pytest.fixture(scope="session")
def moto(tmp_path_factory, credentials):
    yield from started(moto_s3, tmp_path_factory.mktemp("moto"))


@pytest.fixture(params=["weed", "moto"])
def server(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def prefix():
    return f"t/{uuid.uuid4().hex}"


@pytest.fixture
def network(weed):
    """SeaweedFS behind a network that can fail."""
    with Proxy(weed.port) as proxy:
        yield proxy


@pytest.fixture
def far(network, prefix):
    """A store behind that network, with a small budget."""
    return S3BlobStore(
        BUCKET, prefix=prefix, endpoint_url=f"http://127.0.0.1:{network.port}", budget=2
    )
