"""A network that fails costs nobody his value, and nobody more than the budget."""

import contextlib
import time

import pytest
from proxy import answer

import beautyspot as bs
from beautyspot.core.errors import BlobRefused, BlobUnavailable, CacheCorruptedError
from beautyspot.testing import ManualClock
from beautyspot_s3 import S3BlobStore

from .conftest import BUCKET
from .functions import Called

pytestmark = pytest.mark.xdist_group("s3")

BUDGET = 2.0  #: seconds
#: What cannot be mended within the budget.
FAULTS = {
    "RST": {"reset": True},
    "a black hole": {"black_hole": True},
    "late": {"delay": 3.0},
    "byte by byte": {"drip": 0.2},
    "cut within the request": {"cut_request": 10},
    "cut within the head": {"cut_answer": 10},
    "ended within the head": {"end_answer": 10},
    "429": {"answer": answer(429)},
    "500": {"answer": answer(500)},
    "503": {"answer": answer(503, b"<Error><Code>SlowDown</Code></Error>")},
    "no HTTP": {"answer": b"SSH-2.0-OpenSSH_9.2\r\n"},
    "the page of a hotel": {"answer": answer(200, b"<html>Please log in</html>")},
    "a redirect": {"answer": answer(302)},
}
#: What comes of the body of an object on its way.
BODIES = {
    "cut by RST": {"cut_answer": 100_000},
    "ended": {"end_answer": 100_000},
    "changed": {"change": lambda some: some.replace(b"\1" * 10, b"\2" * 10)},
}


#: Faults that need another way through the SDK; the others are tried by `make faults`.
_OFTEN = {"RST", "a black hole", "late", "cut within the head", "503", "the page of a hotel"}
EACH_FAULT = [
    pytest.param(name, marks=() if name in _OFTEN else pytest.mark.slow) for name in FAULTS
]


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def store(network, prefix, clock):
    return S3BlobStore(
        BUCKET,
        prefix=prefix,
        endpoint_url=f"http://127.0.0.1:{network.port}",
        budget=BUDGET,
        monotonic_ns=clock.monotonic_ns,
    )


@pytest.fixture
def spot(tmp_path, store):
    return bs.Spot("app", db=tmp_path / "app.db", storage=store)


@pytest.mark.parametrize("fault", EACH_FAULT)
def test_a_stored_result_that_cannot_be_fetched_is_computed(
    network, spot, clock, fault, tmp_path, weed, prefix
):
    """One warning; within the budget; nothing wrong; a hit again when the network is back."""
    near = S3BlobStore(BUCKET, prefix=prefix, endpoint_url=weed.url)  # without that little budget
    with bs.Spot("app", db=tmp_path / "app.db", storage=near) as stored:
        assert [] == Called("plain", stored)(1)[1]
    called = Called("plain", spot)

    with network.faulty(**FAULTS[fault]):
        begun = time.monotonic()
        found, warned = called(1)
        lasted = time.monotonic() - begun

    assert called.expected(1) == found
    assert 1 == len(warned)
    assert lasted < BUDGET + 1
    clock.advance(31)
    runs = called.runs
    assert (called.expected(1), []) == called(1)
    assert (called.expected(1), []) == called(1)
    assert runs + 1 >= called.runs


@pytest.mark.parametrize("fault", EACH_FAULT)
@pytest.mark.parametrize("kind", ["coroutine", pytest.param("stream", marks=pytest.mark.slow)])
def test_a_result_that_cannot_be_stored_is_returned(network, spot, clock, fault, kind):
    """One warning; within the budget; stored when the network is back."""
    called = Called(kind, spot)

    with network.faulty(**FAULTS[fault]):
        begun = time.monotonic()
        found, warned = called(1)
        lasted = time.monotonic() - begun

    assert called.expected(1) == found
    assert 1 == len(warned)
    assert lasted < BUDGET + 1
    clock.advance(31)
    assert (called.expected(1), []) == called(1)
    runs = called.runs
    assert (called.expected(1), []) == called(1)
    assert runs == called.runs


@pytest.mark.parametrize("kind", ["plain", "async stream"])
@pytest.mark.parametrize("fault", BODIES)
def test_a_body_that_does_not_arrive_whole_is_never_an_answer(network, spot, kind, fault):
    called = Called(kind, spot)
    called(1)

    with network.faulty(**BODIES[fault]):
        found, _ = called(1)

    assert called.expected(1) == found
    assert called.expected(1) == called(1)[0]


@pytest.mark.parametrize("fault", ["cut by RST", "ended"])
def test_a_body_that_was_cut_once_is_fetched_to_its_end(network, store, fault):
    """From where it was cut on."""
    data = bytes(range(256)) * 2000
    location = store.save("key", data)

    with network.faulty(**BODIES[fault], times=1):
        assert data == store.load(location)


def test_a_wrong_body_is_said_to_be_one(network, store):
    location = store.save("key", b"\1" * 100_000)

    with network.faulty(**BODIES["changed"]), pytest.raises(CacheCorruptedError):
        store.load(location)
    assert b"\1" * 100_000 == store.load(location)


def test_a_bucket_in_another_region_is_refused(network, store):
    """It will be there for ever; the error says how to mend it, and nothing of retries."""
    elsewhere = b"<Error><Code>PermanentRedirect</Code><Message>Elsewhere.</Message></Error>"
    refused = pytest.raises(BlobRefused, match=r"operation: Elsewhere\. Name the region")

    with network.faulty(answer=answer(301, elsewhere), times=1), refused as caught:
        store.save("key", b"content")

    assert "retries" not in str(caught.value)


def test_an_answer_with_a_damaged_head_is_no_answer(network, store):
    """Whatever of it is missing or cannot be read, and wherever it is looked for."""
    location = store.save("key", bytes(17 << 20))

    for name in (b"date: ", b"last-modified: ", b"content-length: "):

        def damaged(some, name=name):
            at = some.lower().find(name)
            return some if at < 0 else some[:at] + b"X" + some[at + 1 :]

        with network.faulty(change=damaged):
            for ask in (store.load, lambda _: store.save("key", bytes(17 << 20))):
                with contextlib.suppress(BlobUnavailable):
                    assert ask(location) in {location, bytes(17 << 20)}


def test_a_dead_network_costs_one_budget_and_not_one_per_call(network, spot, clock):
    called = Called("plain", spot)

    with network.faulty(black_hole=True):
        called(0)
        before, begun = network.connections, time.monotonic()
        for x in range(1, 30):
            assert called.expected(x) == called(x)[0]
        assert time.monotonic() - begun < 2
        assert before == network.connections

        clock.advance(31)
        called(30)
        assert before < network.connections


def test_a_hiccup_is_not_seen(network, store):
    """The first attempt meets it, the second does not."""
    with network.faulty(reset=True, times=1):
        location = store.save("key", b"content")
    with network.faulty(answer=answer(503), times=2):
        assert b"content" == store.load(location)


def test_a_name_that_is_not_known_is_unavailable(prefix):
    store = S3BlobStore(BUCKET, endpoint_url="http://no-such-host.invalid", budget=BUDGET)

    with pytest.raises(BlobUnavailable):
        store.load("ab" * 16 + "/" + "ab" * 32)
