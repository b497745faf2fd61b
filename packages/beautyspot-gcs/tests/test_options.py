"""What can be said in a URL and in Python, and that no secret is told."""

import logging

import pytest

from beautyspot import ConfigurationError, Spot
from beautyspot_gcs import GCSBlobStore


def test_a_url_is_a_bucket_and_a_prefix():
    assert "GCSBlobStore('gs://bucket/a/b')" == repr(GCSBlobStore.from_url("gs://bucket/a/b/"))
    assert "GCSBlobStore('gs://bucket')" == repr(GCSBlobStore.from_url("gs://bucket"))


def test_a_prefix_may_be_written_with_percent_signs():
    assert "GCSBlobStore('gs://bucket/ä b')" == repr(
        GCSBlobStore.from_url("gs://bucket/%C3%A4%20b")
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("project", "p"),
        ("credentials", "no/such/file.json"),
        ("api_endpoint", "https://storage.example.com"),
        ("storage_class", "NEARLINE"),
        ("kms_key_name", "projects/p/k"),
        ("user_project", "p"),
        ("budget", "2.5"),
        ("grace", "100"),
    ],
)
def test_every_option_may_stand_in_the_url(option, value):
    """Nothing is asked of anybody before the first use."""
    GCSBlobStore.from_url(f"gs://bucket/prefix?{option}={value}")
    GCSBlobStore.from_url("gs://bucket/prefix", **{option: value})


def test_seconds_are_numbers():
    assert 100.0 == GCSBlobStore.from_url("gs://bucket?grace=100").grace


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("gs://", "no bucket is called ''"),
        ("gs:///prefix", "no bucket is called ''"),
        ("gs://Bucket", "no bucket is called 'Bucket'"),
        ("gs://a/b", "no bucket is called 'a'"),
        ("gs://bucket:80/b", "api_endpoint="),
        ("s3://bucket", "no URL of a bucket"),
        ("gs://bucket/a#b", "no URL of a bucket"),
        ("gs://bucket/../x", "the prefix"),
        ("gs://bucket/a//b", "the prefix"),
        ("gs://bucket/a%00b", "the prefix"),
        ("gs://bucket?region=x", "no option 'region': expected one of api_endpoint, budget"),
        ("gs://bucket?client=x", "no option 'client'"),
        ("gs://bucket?budget=soon", "budget='soon' is no number"),
        ("gs://bucket?budget=0", "budget=0.0 is out of range"),
        ("gs://bucket?grace=1&grace=2", "says an option twice"),
        ("gs://bucket?api_endpoint=localhost", "is no URL of an API"),
    ],
)
def test_what_cannot_be_used_is_said_at_once(url, said):
    with pytest.raises(ConfigurationError, match=said.replace("?", r"\?")):
        Spot("test", storage=url) if url.startswith("gs:") else GCSBlobStore.from_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "gs://user:hunter2@bucket/prefix",
        "gs://hunter2@bucket/prefix",
        "gs://bucket?api_endpoint=https://user:hunter2@host",
        "gs://bucket?api_endpoint=https://host/?token=hunter2",
        "gs://bucket?password=hunter2",
        "gs://[hunter2/prefix",
        "gs://user:hunter2/of+it@bucket/prefix",
        "gs://user:hunter2?of@bucket/prefix",
        "gs://user:hunter2#of@bucket/prefix",
        "gs:user:hunter2@bucket/prefix",
        "gs:user:hunter2@bucket#prefix",
        "gs://user:hunter2\u2100@bucket/prefix",
        "gs://bucket?api_endpoint=http://user:of/hunter2@host",
    ],
)
def test_a_secret_in_a_url_is_refused_and_not_told(url, caplog):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(ConfigurationError) as caught:
        GCSBlobStore.from_url(url)

    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert "hunter2" not in caplog.text


def test_a_client_and_how_to_make_one_contradict_each_other():
    with pytest.raises(ConfigurationError, match="leave out one"):
        GCSBlobStore("bucket", client=object(), project="p")


def test_a_client_is_one_of_the_sdk():
    with pytest.raises(ConfigurationError, match="is no client"):
        GCSBlobStore("bucket", client=object())
