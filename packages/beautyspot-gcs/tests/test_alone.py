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
def url():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [PYTHON, "-m", "gcp_storage_emulator", "start", "--host", "127.0.0.1"]
    with subprocess.Popen([*command, "--port", str(port), "-M", "-q"]) as server:
        try:
            until = time.monotonic() + 60
            while server.poll() is None and time.monotonic() < until:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    time.sleep(0.02)
            from google.auth.credentials import AnonymousCredentials
            from google.cloud import storage

            endpoint = f"http://127.0.0.1:{port}"
            client = storage.Client(
                "p", AnonymousCredentials(), client_options={"api_endpoint": endpoint}
            )
            client.create_bucket("bucket")
            client.close()
            yield f"gs://bucket/prefix?api_endpoint={endpoint}"
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
