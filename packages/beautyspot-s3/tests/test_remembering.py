"""A marked function of every kind, with its large results in S3."""

import asyncio
import hashlib
import subprocess
import sys
import threading

import pytest

import beautyspot as bs

from .conftest import BUCKET
from .functions import KINDS, Called, content

pytestmark = pytest.mark.xdist_group("s3")


@pytest.fixture
def server(weed):
    """The real one; the stub keeps the contracts, and is asked no further."""
    return weed


@pytest.fixture
def url(server, prefix):
    return f"s3://{BUCKET}/{prefix}?endpoint_url={server.url}"


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


def spot(tmp_path, url):
    return bs.Spot("app", db=tmp_path / "app.db", storage=url)


def test_a_result_is_kept_in_the_bucket_and_answered_from_there(
    tmp_path, url, kind, server, prefix
):
    """In this process and in the next, equal to what the function returned."""
    first = Called(kind, spot(tmp_path, url))
    for _ in range(2):
        assert (first.expected(1), []) == first(1)
    second = Called(kind, spot(tmp_path, url))

    assert (second.expected(1), []) == second(1)
    assert (1, 1, 0, 1) == (first.runs, first.hits, second.runs, second.hits)
    assert 1 == len(server.keys(prefix))


def test_equal_results_are_one_object(tmp_path, url, kind, server, prefix):
    """Of two calls, too."""
    called = Called(kind, spot(tmp_path, url))
    called(1)
    called.marked.delete(1)
    called(1)

    assert 2 == called.runs
    assert 1 == len(server.keys(prefix))


@pytest.mark.parametrize("change", ["other", "cut", "deleted", "swapped"])
def test_what_somebody_has_changed_is_noticed_and_mended(
    tmp_path, url, kind, server, prefix, change
):
    """One warning, the function runs again, and the next call is a hit."""
    called = Called(kind, spot(tmp_path, url))
    called(1)
    (key,) = server.keys(prefix)
    whole = server.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    called(2)
    (other,) = set(server.keys(prefix)) - {key}
    body = {
        "other": whole[:-1] + b"!",
        "cut": whole[:1000],
        "swapped": server.client.get_object(Bucket=BUCKET, Key=other)["Body"].read(),
    }
    if change == "deleted":
        server.client.delete_object(Bucket=BUCKET, Key=key)
    else:
        server.client.put_object(Bucket=BUCKET, Key=key, Body=body[change])

    found, warned = called(1)

    assert called.expected(1) == found
    assert 1 == len(warned)
    assert 3 == called.runs
    assert (called.expected(1), []) == called(1)
    assert 3 == called.runs


def test_another_client_reads_what_is_kept(tmp_path, url, server, prefix):
    """The key says what it is: database, and SHA-256 of the object."""
    Called("plain", spot(tmp_path, url))(7)
    (key,) = server.keys(prefix)

    body = server.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    assert hashlib.sha256(body).hexdigest() == key.rpartition("/")[2]
    assert content(7) in body


#: Eight processes that are ready, and then write at the same time.
CHILD = """
import hashlib, os, sys
import boto3
from beautyspot_s3 import S3BlobStore
store = S3BlobStore.from_url(sys.argv[1])
ready, go = os.pipe(), os.pipe()
children = []
for number in range(8):
    if (child := os.fork()) == 0:
        os.write(ready[1], b"x")
        os.read(go[0], 1)
        location = store.save("key", bytes(range(256)) * 8192)
        found = hashlib.sha256(store.load(location)).hexdigest()
        os.write(1, f"{location} {found}\\n".encode())  # at once, or lines would mix
        os._exit(0)
    children.append(child)
for _ in children:
    os.read(ready[0], 1)
os.write(go[1], b"x" * 8)
for child in children:
    os.waitpid(child, 0)
"""


def test_eight_processes_write_one_object(url, server, prefix):
    """Of the same content at the same time: all find equal bytes, and it is there once."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHILD, url],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    digest = hashlib.sha256(bytes(range(256)) * 8192).hexdigest()
    location = f"{'0' * 32}/{digest}"

    assert [f"{location} {digest}"] * 8 == done.stdout.splitlines()
    assert "" == done.stderr
    assert [f"{prefix}/{location}"] == server.keys(prefix)


def test_no_call_to_the_service_is_made_on_the_event_loop(tmp_path, server, prefix):
    """A look-up, a load and a save are somebody else's work."""
    from beautyspot.objects import ObjectBlobStore
    from beautyspot_s3.bucket import S3Bucket
    from beautyspot_s3.client import Access, Clients

    threads = []

    class Watched(ObjectBlobStore):
        def save(self, key, data):
            threads.append(threading.get_ident())
            return super().save(key, data)

        def load(self, location):
            threads.append(threading.get_ident())
            return super().load(location)

        def open(self, location):
            threads.append(threading.get_ident())
            return super().open(location)

        def writer(self, key):
            threads.append(threading.get_ident())
            return super().writer(key)

    store = Watched(S3Bucket(BUCKET, prefix, Clients(Access(), server.ours), {}))
    watched = bs.Spot("app", db=tmp_path / "app.db", storage=store)
    for kind in ("coroutine", "async stream"):
        called = Called(kind, watched)
        called(1)
        called(1)
        assert (1, 1) == (called.runs, called.hits)

    assert 4 <= len(threads)
    assert threading.get_ident() not in threads


def test_the_loop_goes_on_while_the_service_is_asked(tmp_path, network, far):
    """Half a second for each answer is half a second for everybody else."""
    called = Called("coroutine", bs.Spot("app", db=tmp_path / "app.db", storage=far))
    called(1)
    beats = []

    async def beat(task):
        while not task.done():
            beats.append(1)
            await asyncio.sleep(0)

    async def main():
        task = asyncio.create_task(called.marked(1))
        await beat(task)
        return await task

    with network.faulty(delay=0.3):
        assert content(1) == asyncio.run(main())
    assert 10 <= len(beats)
