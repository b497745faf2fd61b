"""When a server says that it may be asked again: the ways in which libraries pass it on."""

from datetime import UTC, datetime, timedelta
from email.message import Message
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.retry_after import asked_ns, parse_retry_after, status_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECOND = 1_000_000_000


class Refused(Exception):
    def __init__(self, **attributes: object) -> None:
        super().__init__("slow down")
        self.__dict__.update(attributes)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("+3", 3),
        ("-3", 0),
        ("0.0001", 0.001),
        ("0009", 9),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("Sunday, 01-Mar-26 12:01:00 GMT", 60),
        ("Sun Mar  1 12:01:00 2026", 60),
        ("Sun, 01 Mar 2026 11:59:59 GMT", 0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("Sun, 01 Mar 2026 12:00:60 GMT", 59),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("1,5", None),
        ("٣", None),
        ("Sat, 31 Feb 2026 12:01:00 GMT", None),
        ("Sun, 01 Mrz 2026 12:01:00 GMT", None),
        ("Sun, 01 Mar 0000 12:01:00 GMT", None),
        ("2026-03-01T12:01:00Z", None),
    ],
)
def test_the_header_is_seconds_or_a_date(text: str, seconds):
    """What is over is no wait; what is neither says nothing. Parts of a millisecond are whole."""
    expected = None if seconds is None else int(seconds * SECOND)

    assert expected == parse_retry_after(text, NOW)


@given(st.text() | st.from_regex(r"[+-]?[0-9]{1,40}(\.[0-9]{0,40})?", fullmatch=True))
def test_any_text_is_survived(text: str):
    """The answer is whole, and never below 0."""
    answer = parse_retry_after(text, NOW)

    assert answer is None or (type(answer) is int and answer >= 0)


def test_a_number_of_any_length_is_survived():
    """Servers send what they like; Python refuses to read some of it."""
    assert parse_retry_after("9" * 10_000, NOW) == parse_retry_after("1" + "0" * 30, NOW)
    assert SECOND == parse_retry_after("0" * 10_000 + "1." + "0" * 10_000, NOW)


@pytest.mark.parametrize(
    ("given_", "seconds"),
    [
        (5, 5),
        (2.5, 2.5),
        ("5", 5),
        (timedelta(seconds=5), 5),
        (NOW + timedelta(seconds=5), 5),
        (NOW - timedelta(seconds=5), 0),
        (-5, 0),
        (timedelta(-5), 0),
        (None, None),
        (True, None),
        (float("nan"), None),
        (datetime(2026, 3, 1), None),  # noqa: DTZ001
        (lambda: 5, None),
        (["5"], None),
    ],
)
def test_the_exception_may_know_it_itself(given_, seconds):
    """As a number, a time, a moment or a text; what is over is no wait."""
    expected = None if seconds is None else int(seconds * SECOND)

    assert expected == asked_ns(Refused(retry_after=given_), NOW)


def message(**headers: str) -> Message:
    made = Message()
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    return made


@pytest.mark.parametrize(
    "error",
    [
        Refused(response=SimpleNamespace(headers={"Retry-After": "5"})),
        Refused(response=SimpleNamespace(headers={"retry-after": "5"})),
        Refused(response=SimpleNamespace(headers={b"RETRY-AFTER": b" 5"})),
        Refused(response=SimpleNamespace(headers={"retry-after-ms": "5000", "retry-after": "9"})),
        Refused(response=SimpleNamespace(headers={"retry-after-ms": "x", "retry-after": "5"})),
        Refused(response=SimpleNamespace(headers=message(Retry_After="5"))),
        Refused(headers={"Retry-After": "Sun, 01 Mar 2026 12:00:05 GMT"}),
        Refused(headers=None, response={"ResponseMetadata": {"HTTPHeaders": {"retry-after": "5"}}}),
        Refused(retry_after=None, response=SimpleNamespace(headers={"Retry-After": 5})),
        Refused(response=SimpleNamespace(headers={}), headers={"Retry-After": "5"}),
        HTTPError("http://localhost", 429, "slow down", message(Retry_After="5"), None),
    ],
)
def test_the_headers_of_the_response_are_read_as_libraries_keep_them(error):
    """httpx, requests, urllib, aiohttp, botocore and the clients of providers."""
    assert 5 * SECOND == asked_ns(error, NOW)


class Hostile(Exception):
    @property
    def retry_after(self) -> float:
        raise RuntimeError("not here")

    @property
    def response(self) -> object:
        return self

    @property
    def headers(self) -> object:
        return [("retry-after", "5")]


@pytest.mark.parametrize(
    "error",
    [
        Refused(),
        Refused(response=None),
        Refused(response=SimpleNamespace(headers=None)),
        Refused(response=SimpleNamespace(headers={"retry-after": "soon"})),
        Refused(headers={"x-ratelimit-reset": "1700000000"}),
        Refused(response={"ResponseMetadata": None}),
        Hostile(),
        KeyError("x"),
    ],
)
def test_what_cannot_be_read_says_nothing(error):
    """All of it is somebody else's code."""
    assert None is asked_ns(error, NOW)
    assert None is status_of(error)


@pytest.mark.parametrize(
    "error",
    [
        Refused(status_code=429),
        Refused(status=429),
        Refused(code=429),
        Refused(code="rate_limit_exceeded", status_code=429),
        Refused(response=SimpleNamespace(status_code=429)),
        Refused(response=SimpleNamespace(status=429)),
        Refused(response={"ResponseMetadata": {"HTTPStatusCode": 429}}),
        Refused(code=7, response=SimpleNamespace(status_code=429)),
        HTTPError("http://localhost", 429, "slow down", Message(), None),
    ],
)
def test_the_status_is_read_as_libraries_keep_it(error):
    """A code of another kind is none."""
    assert 429 == status_of(error)
