"""Several processes, some of them forked, and one that dies: what each does with the bucket."""

import json
import subprocess
import sys
import textwrap
import threading
import uuid

import pytest
from fake_gcs import FakeGCS

from beautyspot import BlobUnavailable
from beautyspot_gcs import GCSBlobStore

pytestmark = pytest.mark.xdist_group("gcs")


def started(program, *arguments):
    """Start a Python program in a process of its own; it is waited for by ``said``."""
    code = textwrap.dedent(program)
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(process, go=""):
    """Answer what a program has said, as JSON."""
    answer, _ = process.communicate(go, timeout=500)
    assert 0 == process.returncode
    return json.loads(answer)


def test_eight_processes_write_the_same_content(url, store, sdk, bucket_name):
    """There is one object of it, of which one created the first generation, and all read it."""
    program = """
        import hashlib, json, sys
        from beautyspot_gcs import GCSBlobStore

        store = GCSBlobStore.from_url(sys.argv[1])
        data = bytes(range(256)) * 4000
        list(store.blobs())  # the client is made: from here on they race
        sys.stdin.readline()
        location = store.save("key", data)
        print(json.dumps([location, hashlib.sha256(store.load(location)).hexdigest()]))
    """
    processes = [started(program, url) for _ in range(8)]

    answers = [said(process, "go\n") for process in processes]

    (blob,) = sdk.bucket(bucket_name).list_blobs()
    assert 8 == len(answers)
    assert {(blob.name.removeprefix("some/where/"), blob.name[-64:])} == set(map(tuple, answers))


def test_eight_processes_run_a_function_once(url, tmp_path, sdk, bucket_name):
    """Through one database: the others wait, and read what the first has kept."""
    program = """
        import json, os, sys
        from beautyspot import Spot

        with Spot("test", db=sys.argv[2] + "/test.db", storage=sys.argv[1]) as spot:
            @spot.mark(save_blob=True)
            def work(number):
                with open(sys.argv[2] + "/ran", "a") as file:
                    file.write("x")
                return bytes(range(256)) * number

            sys.stdin.readline()
            print(json.dumps(len(work(1000))))
    """
    processes = [started(program, url, tmp_path) for _ in range(8)]

    answers = [said(process, "go\n") for process in processes]

    assert [256_000] * 8 == answers
    assert "x" == (tmp_path / "ran").read_text()
    assert 1 == len(list(sdk.bucket(bucket_name).list_blobs()))


@pytest.mark.parametrize("own", [False, True], ids=["a URL", "a client of the user's"])
def test_a_fork_has_connections_of_its_own(url, gcs, bucket_name, own):
    """Parent and child ask at the same time, and each gets its own answers."""
    program = """
        import json, os, sys
        from beautyspot_gcs import GCSBlobStore

        if sys.argv[4] == "True":
            from google.auth.credentials import AnonymousCredentials
            from google.cloud import storage
            client = storage.Client(
                project="p",
                credentials=AnonymousCredentials(),
                client_options={"api_endpoint": sys.argv[2]},
            )
            store = GCSBlobStore(sys.argv[3], client=client)
        else:
            store = GCSBlobStore.from_url(sys.argv[1])
        blobs = {number: store.save("key", b"%d" % number * 1000) for number in range(20)}
        ids = [os.fork() for _ in range(2)]
        for _ in range(5):
            for number, location in blobs.items():
                assert store.load(location) == b"%d" % number * 1000
        if 0 in ids:
            os._exit(0)
        print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in ids]))
    """
    assert [0, 0] == said(started(program, url, gcs.url, bucket_name, own))


def test_a_server_that_dies_in_an_upload_is_no_place_of_a_blob(tmp_path):
    """The save says that nothing is kept, and when the server is back it can be made."""
    bucket = f"test-{uuid.uuid4().hex}"
    data = bytes(64 << 20)
    with FakeGCS(tmp_path) as server:
        store = GCSBlobStore(bucket, api_endpoint=server.url, budget=2)
        session = store._clients.client()._http
        store._clients.client().create_bucket(bucket)
        parts = []

        def count(response, **_):
            parts.append(response.request.method)
            if parts.count("PUT") == 3:
                server.kill()

        session.hooks["response"].append(count)
        with pytest.raises(BlobUnavailable):
            store.save("key", data)

        assert 3 == parts.count("PUT")
        server.start()
        store.close()
        again = GCSBlobStore(bucket, api_endpoint=server.url)
        again._clients.client().create_bucket(bucket)
        assert data == again.load(again.save("key", data))
        again.close()


@pytest.mark.parametrize(
    "mebibytes", [128, pytest.param(1024, marks=[pytest.mark.slow, pytest.mark.timeout(600)])]
)
def test_memory_is_bounded(url, mebibytes):
    """A large stream is written and read in far less memory than it has bytes."""
    program = """
        import json, resource, sys
        from beautyspot_gcs import GCSBlobStore

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

        store = GCSBlobStore.from_url(sys.argv[1])
        store.load(store.save("key", b"the SDK is imported"))
        before = peak()
        piece = bytes(range(256)) * 4096
        count = int(sys.argv[2])
        writer = store.writer("key")
        for _ in range(count):
            writer.write(piece)
        location = writer.commit()
        writer.close()
        size = 0
        with store.open(location) as file:
            while some := file.read(1 << 20):
                size += len(some)
        print(json.dumps([size == count << 20, peak() - before]))
    """
    whole, more = said(started(program, url, mebibytes))

    assert whole
    assert more < 100


def test_threads_share_a_store(store):
    """Each gets its own answers."""
    wrong = []

    def work(number):
        data = b"%d" % number * 5000
        location = store.save("key", data)
        wrong.extend(None for _ in range(10) if store.load(location) != data)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == wrong
