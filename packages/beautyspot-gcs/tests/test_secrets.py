"""Credentials: where they come from, what is said when they are refused; nobody is told them."""

import json
import logging
import socket
import threading
import time
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from processes import free_ports

from beautyspot import BeautySpotWarning, BlobRefused, BlobUnavailable, Spot
from beautyspot_gcs import GCSBlobStore

LOCATION = f"{'0' * 32}/{'1' * 64}"
TOKEN = "ya29.the-secret-token"


class Tokens(ThreadingHTTPServer):
    """Gives out tokens, or refuses to."""

    daemon_threads = True
    status, answer = 200, {"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"}

    @property
    def port(self):
        return self.server_address[1]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(self.server.answer).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def tokens():
    server = Tokens(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def private_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def account(tmp_path, private_key):
    """Answers the path of the file of a service account whose tokens come from a port."""

    def written(port):
        path = tmp_path / "account.json"
        about = {
            "type": "service_account",
            "project_id": "p",
            "private_key_id": "1",
            "private_key": private_key,
            "client_email": "me@p.iam.gserviceaccount.com",
            "token_uri": f"http://127.0.0.1:{port}/token",
        }
        path.write_text(json.dumps(about))
        return path

    return written


@pytest.fixture
def nobody(monkeypatch, tmp_path):
    """An environment without credentials."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)


def test_who_has_no_credentials_is_told_how_to_get_them(nobody):
    with pytest.raises(BlobRefused, match="gcloud auth application-default login"):
        GCSBlobStore("bucket").load(LOCATION)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(BlobUnavailable, match=r"nothing\.json"):
        GCSBlobStore("bucket", credentials=tmp_path / "nothing.json").load(LOCATION)


def test_an_account_that_is_refused_is_told_so(tokens, account):
    tokens.status, tokens.answer = 400, {"error": "invalid_grant", "error_description": "no such"}
    store = GCSBlobStore("bucket", credentials=account(tokens.port))

    with pytest.raises(BlobRefused, match="invalid_grant"):
        store.load(LOCATION)


def test_tokens_that_do_not_come_cost_one_budget(account, left_behind):
    """Who gives out tokens may be down, too."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # which takes connections, and no more
        store = GCSBlobStore("bucket", credentials=account(silent.getsockname()[1]), budget=0.5)
        begun = time.monotonic()
        with pytest.raises(BlobUnavailable):
            store.load(LOCATION)
        assert time.monotonic() - begun < 2
        left_behind()
        store.close()


def test_an_emulator_is_told_no_credentials(gcs, account, sdk, bucket_name):
    """What goes over http: can be read by everybody on the way."""
    store = GCSBlobStore(bucket_name, credentials=account(1), api_endpoint=gcs.url)
    sent = []
    client = store._clients.client()
    client._http.hooks["response"].append(lambda answer, **_: sent.append(answer.request.headers))

    store.save("key", b"content")

    assert sent
    assert not any("authorization" in {name.lower() for name in headers} for headers in sent)
    store.close()


def test_no_secret_is_told(tokens, account, private_key, tmp_path, caplog):
    """Neither by the store nor in errors, warnings, logs or records."""
    caplog.set_level(logging.DEBUG)
    path = account(tokens.port)
    nowhere = f"https://127.0.0.1:{free_ports(1)[0]}"
    store = GCSBlobStore("bucket", credentials=path, api_endpoint=nowhere)
    client = store._clients.client()
    with pytest.raises(BlobUnavailable) as caught:
        store.load(LOCATION)
    with (
        Spot("test", db=tmp_path / "test.db", storage=store) as spot,
        pytest.warns(BeautySpotWarning) as warned,
    ):
        spot.mark(save_blob=True)(lambda: "value")()
    assert TOKEN == client._http.credentials.token  # there is something to tell
    store.close()
    told = "\n".join(
        [
            repr(store),
            repr(vars(store)),
            repr(spot),
            caplog.text,
            *traceback.format_exception(caught.value),
            *(str(each.message) for each in warned),
            (tmp_path / "test.db").read_bytes().decode("latin-1"),
        ]
    )
    assert TOKEN not in told
    assert private_key[40:80] not in told


def test_the_url_of_an_upload_is_not_told(network):
    """Whoever knows it may write the object, for a week."""
    name = "test-upload"
    store = GCSBlobStore(name, api_endpoint=f"http://127.0.0.1:{network.port}", budget=2)
    client = store._clients.client()
    client.create_bucket(name)
    ids = []

    def seen(response, **_):
        if "upload_id=" in response.headers.get("Location", ""):
            ids.append(response.headers["Location"].partition("upload_id=")[2].partition("&")[0])

    client._http.hooks["response"].append(seen)
    with network.faulty(cut_request=5_000_000), pytest.raises(BlobUnavailable) as caught:
        store.save("key", bytes(20 << 20))

    assert ids
    told = "".join(traceback.format_exception(caught.value))
    assert not any(each in told for each in ids)
    store.close()
