"""Blobs in a cloud against the bare call of the SDK, over a server on this machine.

Calls of the two sides alternate, and the medians are compared: a server has moments of its own.
Every save is of new content, as is nearly every result.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

from beautyspot_gcs import GCSBlobStore
from beautyspot_s3 import S3BlobStore

sys.path.append(str(Path(__file__).parents[1] / "tests" / "servers"))

from fake_gcs import FakeGCS  # these are no packages
from seaweed import KEY, SECRET, seaweed

SIZES = {"1 kB": 1_000, "10 MB": 10_000_000}
_NUMBERS = count()

Call = Callable[[], Any]


def content(size: int) -> bytes:
    """Answer bytes that nobody has stored yet."""
    return next(_NUMBERS).to_bytes(8, "big") * (size // 8)


def medians(sides: tuple[Call, Call], calls: int) -> list[float]:
    """Time calls of both sides in turn; answer seconds per call."""
    for side in sides:
        side()
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(calls):
        for which in (0, 1) if number % 2 else (1, 0):
            began = time.perf_counter()
            sides[which]()
            found[which].append(time.perf_counter() - began)
    return [statistics.median(each) for each in found]


@contextmanager
def s3() -> Iterator[dict[str, tuple[Call, Call]]]:
    """Give what is compared over SeaweedFS: the bare call, and ours."""
    os.environ.update(AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET)
    with tempfile.TemporaryDirectory() as folder:
        process, port = seaweed(Path(folder))
        with process:
            url = f"http://127.0.0.1:{port}"
            client: Any = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
            client.create_bucket(Bucket="bench")
            store = S3BlobStore("bench", endpoint_url=url)

            def put(size: int) -> None:
                name = f"bare/{next(_NUMBERS)}"
                client.put_object(Bucket="bench", Key=name, Body=content(size))

            def get(key: str) -> bytes:
                return client.get_object(Bucket="bench", Key=key)["Body"].read()

            rows: dict[str, tuple[Call, Call]] = {}
            for name, size in SIZES.items():
                location = store.save("", content(size))
                client.put_object(Bucket="bench", Key=f"bare-{size}", Body=content(size))
                rows[f"s3: save {name} / put_object"] = (
                    lambda size=size: put(size),
                    lambda size=size: store.save("", content(size)),
                )
                rows[f"s3: load {name} / get_object"] = (
                    lambda size=size: get(f"bare-{size}"),
                    lambda location=location: store.load(location),
                )
            yield rows


@contextmanager
def gcs() -> Iterator[dict[str, tuple[Call, Call]]]:
    """Give what is compared over fake-gcs-server: the bare call, and ours."""
    with tempfile.TemporaryDirectory() as folder, FakeGCS(Path(folder)) as server:
        client: Any = storage.Client(
            project="bench",
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": server.url},
        )
        bucket = client.create_bucket("bench")
        store = GCSBlobStore("bench", api_endpoint=server.url)

        def put(size: int) -> None:
            bucket.blob(f"bare/{next(_NUMBERS)}").upload_from_string(content(size))

        rows: dict[str, tuple[Call, Call]] = {}
        for name, size in SIZES.items():
            location = store.save("", content(size))
            bucket.blob(f"bare-{size}").upload_from_string(content(size))
            rows[f"gcs: save {name} / upload"] = (
                lambda size=size: put(size),
                lambda size=size: store.save("", content(size)),
            )
            rows[f"gcs: load {name} / download"] = (
                lambda size=size: bucket.blob(f"bare-{size}").download_as_bytes(),
                lambda location=location: store.load(location),
            )
        yield rows
        store.close()
        client.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Blobs in a cloud against the bare SDK.")
    parser.add_argument("--quick", action="store_true", help="a few calls of each side")
    quick = parser.parse_args().quick
    print(f"{'':<34} {'bare ms':>10} {'ours ms':>10} {'ratio':>7}")
    for services in (s3, gcs):
        with services() as rows:
            for what, sides in rows.items():
                calls = 5 if quick else 300 if "kB" in what else 40
                bare, ours = medians(sides, calls)
                print(f"{what:<34} {bare * 1e3:>10.2f} {ours * 1e3:>10.2f} {ours / bare:>7.2f}")


if __name__ == "__main__":
    main()
