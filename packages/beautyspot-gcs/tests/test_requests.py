"""What is asked of the service, request by request: what no emulator looks at, too."""

import base64
import hashlib
import json
import threading
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

import google_crc32c
import pytest
from requests.adapters import HTTPAdapter

from beautyspot_gcs import GCSBlobStore

pytestmark = pytest.mark.xdist_group("gcs")

LARGE = bytes(range(256)) * 80_000  # 20 MB: above what one request uploads


@pytest.fixture
def asking(sdk, bucket_name, seen):
    """A store that asks with the client whose requests are seen."""
    store = GCSBlobStore(bucket_name, "some/where", client=sdk)
    store.save("key", b"the first request reads no properties")
    seen.clear()
    return store


def properties(request):
    """Answer what a request says of the object that it uploads."""
    text = request.body if isinstance(request.body, str) else request.body.decode("latin-1")
    return json.JSONDecoder().raw_decode(text, text.index("{"))[0]


def crc32c(data):
    return base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()


def test_a_save_is_one_request_that_creates(asking, seen):
    asking.save("key", b"content")

    (request,) = seen
    assert [request] == seen.of("POST", uploadType="multipart", ifGenerationMatch="0")


def test_a_resumable_upload_is_asked_to_create(asking, seen):
    """Emulators ignore it there; the service does not."""
    asking.save("key", LARGE)

    (first,) = seen.of("POST")
    assert [first] == seen.of("POST", uploadType="resumable", ifGenerationMatch="0")


def test_parts_of_an_upload_are_bounded(asking, seen):
    asking.save("key", LARGE)

    parts = [len(request.body) for request in seen.of("PUT")]
    assert len(LARGE) == sum(parts)
    assert max(parts) <= 16 << 20


class DaysLater(HTTPAdapter):
    """As if it were two days later at the service."""

    def send(self, request, **options):
        response = super().send(request, **options)
        date = parsedate_to_datetime(response.headers["Date"]) + timedelta(days=2)
        response.headers["Date"] = format_datetime(date, usegmt=True)
        return response


def test_an_object_that_a_clean_up_may_take_soon_is_replaced(sdk, bucket_name, seen):
    """Without a condition; its age is told by the clock of the service."""
    sdk._http.mount("http://", DaysLater())
    store = GCSBlobStore(bucket_name, client=sdk)
    store.save("key", b"content")
    seen.clear()

    store.save("key", b"content")

    first, second = seen.of("POST", uploadType="multipart")
    assert [first] == seen.of("POST", ifGenerationMatch="0")
    assert "ifGenerationMatch" not in second.url


def test_a_young_object_is_used(asking, seen):
    asking.save("key", b"content")
    seen.clear()

    asking.save("other key", b"content")

    assert ["POST", "GET"] == [request.method for request in seen]


def test_what_is_deleted_is_what_was_looked_at(asking, sdk, bucket_name, seen):
    location = asking.save("key", b"content")
    generation = sdk.bucket(bucket_name).get_blob(f"some/where/{location}").generation
    seen.clear()

    asking.delete(location)

    (request,) = seen.of("DELETE")
    assert [request] == seen.of("DELETE", ifGenerationMatch=str(generation))


@pytest.mark.parametrize("data", [b"content", LARGE], ids=["one request", "resumable"])
def test_the_service_is_told_the_checksum(asking, seen, data):
    """Of both kinds of upload, so that it refuses what arrives changed."""
    asking.save("key", data)

    told = properties(seen.of("POST")[0])
    assert crc32c(data) == told["crc32c"]
    assert hashlib.sha256(data).hexdigest() == told["metadata"]["bs-sha256"]


def test_options_are_those_of_the_objects(sdk, bucket_name, seen):
    key = "projects/p/locations/l/keyRings/r/cryptoKeys/k"
    store = GCSBlobStore(
        bucket_name, client=sdk, storage_class="NEARLINE", kms_key_name=key, user_project="payer"
    )

    store.save("key", b"content")

    (request,) = seen
    assert [request] == seen.of("POST", kmsKeyName=key, userProject="payer")
    assert "NEARLINE" == properties(request)["storageClass"]


def test_a_download_asks_for_parts(asking, seen):
    location = asking.save("key", LARGE)
    seen.clear()

    assert LARGE == asking.load(location)
    assert ["bytes=0-16777215", "bytes=16777216-33554431"] == [
        request.headers["range"] for request in seen.of("GET", alt="media")
    ]


def test_nothing_is_asked_about_what_is_no_location(asking, seen):
    """A location outside of the prefix is none."""
    for location in ("../x", "", "gs://other/object", f"{'0' * 32}/{'0' * 63}", "x" * 97):
        asking.delete(location)

    assert [] == seen


def test_the_callers_thread_asks_nothing(asking, sdk):
    """Neither does an event loop that it runs."""
    threads = set()
    sdk._http.hooks["response"].append(
        lambda response, **_: threads.add(threading.current_thread())
    )

    asking.load(asking.save("key", b"content"))

    assert threads
    assert threading.current_thread() not in threads


def test_requests_of_the_user_stay_as_they_are(asking, sdk, bucket_name):
    """The client is his; what he asks with it has the time that he says."""
    waits = []
    inner = sdk._http.adapters["http://"]._inner
    send = inner.send

    def recording(request, **options):
        waits.append(options["timeout"])
        return send(request, **options)

    inner.send = recording
    sdk.bucket(bucket_name).blob("x").exists(timeout=(11, 22))
    asking.save("key", b"other")

    assert (11, 22) == waits[0]
    assert all(0 < wait <= 5.1 for wait in waits[1])
