"""A cache in a bucket, with the package, the core and pytest alone: with the lowest SDK, too."""

import os
import socket
import subprocess
import sys
import time

import pytest

import beautyspot as bs

#: An environment with the servers for tests; it may be another one than that of the SDK.
PYTHON = os.environ.get("SERVERS_PYTHON", sys.executable)


@pytest.fixture
def url(monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    command = [PYTHON, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + 60
            while server.poll() is None and time.monotonic() < until:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.02)
            import boto3

            endpoint = f"http://127.0.0.1:{port}"
            client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
            client.create_bucket(Bucket="bucket")
            client.close()
            yield f"s3://bucket/prefix?endpoint_url={endpoint}&region=us-east-1"
        finally:
            server.terminate()


def square(x):
    return [x] * 100_000


def count(n):
    for number in range(n):
        yield b"%d" % number * 100_000


def test_results_and_streams_are_kept(tmp_path, url):
    """One Spot writes, another reads; nothing is warned about."""
    for runs in (1, 0):
        with bs.Spot("s", db=tmp_path / "s.db", storage=url, save_blob=True) as spot:
            squares, counts = spot.mark(square), spot.mark(count)

            assert [3] * 100_000 == squares(3)
            assert [b"0" * 100_000, b"1" * 100_000] == list(counts(2))
            assert (runs, runs) == (squares.counts.runs, counts.counts.runs)
