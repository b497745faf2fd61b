"""Large results: in bounded memory, and never half."""

import json
import subprocess
import sys
import threading
import warnings

import pytest
from proxy import Proxy
from seaweed import seaweed

import beautyspot as bs
from beautyspot.db import SQLiteTaskDB
from beautyspot.testing import ManualClock
from beautyspot_s3 import S3BlobStore

from .conftest import BUCKET, Server

pytestmark = pytest.mark.xdist_group("s3")

#: Streams so many MiB to the store and from it; says by how many MiB the memory grew.
CHILD = """
import json, os, sys, threading
import beautyspot as bs
db, url, mebibytes = sys.argv[1], sys.argv[2], int(sys.argv[3])
spot = bs.Spot("child", db=db, storage=url)

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

peak, over = 0, threading.Event()
def watch():
    global peak
    while not over.wait(0.005):
        peak = max(peak, resident())

@spot.mark(on_code_change="ignore")
def large(count):
    for number in range(count):
        yield number.to_bytes(4, "big") * 2**18

def consumed():
    return [number for number, chunk in enumerate(large(mebibytes))
            if chunk != number.to_bytes(4, "big") * 2**18]

list(large(20))  # what is loaded once is loaded
start = resident()
watching = threading.Thread(target=watch)
watching.start()
said = {"wrong": consumed() + consumed(), "runs": large.counts.runs, "hits": large.counts.hits}
over.set()
watching.join()
print(json.dumps({**said, "grown": peak - start}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
@pytest.mark.parametrize("mebibytes", [100, pytest.param(1024, marks=pytest.mark.slow)])
@pytest.mark.timeout(600)
def test_a_stream_goes_to_the_store_and_back_in_bounded_memory(tmp_path, weed, prefix, mebibytes):
    """However large it is."""
    url = f"s3://{BUCKET}/{prefix}?endpoint_url={weed.url}&budget=300"

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", CHILD, tmp_path / "app.db", url, str(mebibytes)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    said = json.loads(done.stdout)
    assert ([], 2, 1) == (said["wrong"], said["runs"], said["hits"])
    assert 100 > said["grown"]
    assert "" == done.stderr


def test_an_upload_that_breaks_off_leaves_no_row_and_no_object(tmp_path, weed, network, prefix):
    """Nor is anything of it seen; the next call stores it."""
    data = bytes(range(256)) * (1 << 18)
    db, clock = SQLiteTaskDB(tmp_path / "app.db"), ManualClock()
    far = S3BlobStore(
        BUCKET,
        prefix=prefix,
        endpoint_url=f"http://127.0.0.1:{network.port}",
        budget=2,
        monotonic_ns=clock.monotonic_ns,
    )

    @bs.Spot("app", db=db, storage=far).mark
    def large(x):
        return data

    with network.faulty(cut_request=20 << 20), pytest.warns(bs.BeautySpotWarning):
        assert data == large(1)
    assert db.get(large.key(1)) is None
    assert [] == weed.keys(prefix)

    clock.advance(31)  # for which a store is left alone that was down
    assert data == large(1) == large(1)
    assert weed.keys(prefix) == [f"{prefix}/{db.get(large.key(1)).result_value}"]


@pytest.mark.slow  # the server takes a quarter of a minute to start after that
def test_a_server_that_is_killed_in_an_upload_leaves_no_row_that_points_to_nothing(tmp_path):
    """The value is returned; what is stored when it is back is whole; nothing half is seen."""
    process, port = seaweed(tmp_path)
    data = bytes(range(256)) * (1 << 18)
    seen = threading.Event()
    with process, Proxy(port) as proxy:
        server = Server(process, port)
        url = f"http://127.0.0.1:{proxy.port}"
        store = S3BlobStore(BUCKET, endpoint_url=url, budget=3)
        db = SQLiteTaskDB(tmp_path / "app.db")
        spot = bs.Spot("app", db=db, storage=store)

        @spot.mark(on_code_change="ignore")
        def large(x):
            return data

        proxy.watch(20 << 20, lambda: (process.kill(), seen.set()))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert data == large(1)
        assert seen.is_set(), "the upload was over before the server was killed"
        assert 1 == len(caught)
        assert db.get(large.key(1)) is None

        process.start()
        assert [] == server.keys("")
        again = bs.Spot("app", db=db, storage=S3BlobStore(BUCKET, endpoint_url=url))
        kept = again.mark(on_code_change="ignore")(large.__wrapped__)
        assert data == kept(1)
        assert data == kept(1)
        assert (1, 1) == (kept.counts.runs, kept.counts.hits)
        assert db.get(kept.key(1)).result_value == server.keys("")[0]
