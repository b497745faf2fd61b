"""The envelope around what a codec wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.errors import CacheCorruptedError, SerializationError, ValidationError
from beautyspot.core.payload import Envelope

ENVELOPE = Envelope("msgpack/1")


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_to_itself(body: bytes):
    """The body comes back byte for byte."""
    payload, checksum = ENVELOPE.seal([body])

    assert bytes(ENVELOPE.open(payload, checksum)) == body


def test_a_large_body_is_not_copied():
    payload, checksum = ENVELOPE.seal([bytes(10_000)])

    opened = ENVELOPE.open(payload, checksum)

    assert isinstance(opened, memoryview)
    assert opened.obj is payload


def test_a_payload_opens_without_a_checksum_beside_it():
    """A database that keeps no checksum loses only the check against other records' payloads."""
    assert bytes(ENVELOPE.open(ENVELOPE.seal([b"body"]).payload, None)) == b"body"


def test_every_flipped_bit_is_noticed():
    """No byte of a payload can change unseen."""
    payload, checksum = ENVELOPE.seal([b"some ", b"body"])
    for position in range(len(payload)):
        for bit in range(8):
            bad = bytearray(payload)
            bad[position] ^= 1 << bit

            with pytest.raises((CacheCorruptedError, SerializationError)):
                ENVELOPE.open(bytes(bad), checksum)


def test_every_truncation_is_noticed():
    """Neither a shorter payload nor a longer one is taken."""
    payload, checksum = ENVELOPE.seal([b"some ", b"body"])
    for bad in [payload[:length] for length in range(len(payload))] + [payload + b"\0"]:
        with pytest.raises(CacheCorruptedError):
            ENVELOPE.open(bad, checksum)


def test_another_records_payload_is_refused():
    """Whole, but swapped: the record knows the checksum of its own."""
    other = ENVELOPE.seal([b"other"]).payload

    with pytest.raises(CacheCorruptedError, match="another record"):
        ENVELOPE.open(other, ENVELOPE.seal([b"own"]).checksum)


def test_another_codec_is_named():
    """A payload of another serializer is not read as one of this."""
    with pytest.raises(SerializationError, match=r"'json/2'.*'msgpack/1'"):
        ENVELOPE.open(Envelope("json/2").seal([b"{}"]).payload, None)


def test_a_newer_envelope_is_named():
    """What a later beautyspot wrote is not guessed at."""
    payload = bytearray(ENVELOPE.seal([b"body"]).payload)
    payload[2] = 2

    with pytest.raises(SerializationError, match="envelope version 2"):
        ENVELOPE.open(bytes(payload), None)


def test_the_layout_is_fixed():
    """These bytes are in the databases of users: a change needs a new envelope version."""
    payload, checksum = ENVELOPE.seal([b"body"])

    assert payload == b"BS\x01\x09msgpack/1" + checksum + b"body"
    assert checksum.hex() == "230d8358dc8e8890b4c58deeb62912ee"


@pytest.mark.parametrize("name", ["", "é", "x" * 256])
def test_a_codec_needs_a_name_that_fits(name: str):
    """1 to 255 ASCII characters."""
    with pytest.raises(ValidationError, match="cannot name a payload"):
        Envelope(name)
