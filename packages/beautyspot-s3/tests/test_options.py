"""What can be said about a store in S3, and what is never said by it."""

import io
import logging
import os
import subprocess
import sys
import traceback
import warnings

import boto3
import pytest
from seaweed import KEY, NO_LIST, SECRET

import beautyspot as bs
from beautyspot import ConfigurationError
from beautyspot.core.errors import BlobRefused, BlobUnavailable, StoreError
from beautyspot_s3 import S3BlobStore

from .conftest import BUCKET
from .functions import KINDS, Called

pytestmark = pytest.mark.xdist_group("s3")

PLACE = "ab" * 16 + "/" + "ab" * 32


def test_nothing_is_imported_before_the_first_use():
    """Neither by the package nor by a Spot that has a store in S3."""
    code = (
        "import sys, beautyspot as bs, beautyspot_s3\n"
        "spot = bs.Spot('app', db='x.db', storage='s3://bucket/prefix?profile=p&region=r')\n"
        "print([m for m in sys.modules if m.partition('.')[0] in ('boto3', 'botocore', "
        "'urllib3', 's3transfer')])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]\n" == done.stdout


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3:bucket",
        "s3:///prefix",
        "s3://bucket/prefix#part",
        "s3://bucket?color=red",
        "s3://bucket?budget=soon",
        "s3://bucket?budget=0",
        "s3://bucket?grace=-1",
        "s3://bucket?endpoint_url=ftp://host",
        "s3://bucket?endpoint_url=host:9000",
        "s3://bucket?region=a&region=b",
        "s3://[bucket/prefix",
        "s3://bucket/../prefix",
        "s3://bucket/%2e%2e/prefix",
        "s3://bucket/a//b",
        "s3://bucket/a%0Ab",
        f"s3://bucket/{'a' * 801}",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_at_once(url):
    with pytest.raises(ConfigurationError, match=r"expected|once"):
        S3BlobStore.from_url(url)


@pytest.mark.parametrize(
    "url",
    [
        f"s3://{KEY}:{SECRET}@bucket/prefix",
        f"s3://{SECRET}@bucket/prefix",
        f"s3://bucket?endpoint_url=http://{KEY}:{SECRET}@host",
        f"s3://bucket?aws_secret_access_key={SECRET}",
        f"s3://bucket?X-Amz-Signature={SECRET}",
        f"s3://{KEY}:{SECRET}/of+it@bucket/prefix",
        f"s3://{KEY}:of/{SECRET}@bucket/prefix",
        f"s3://{KEY}:{SECRET}?of@bucket/prefix",
        f"s3://{KEY}:{SECRET}#of@bucket/prefix",
        f"s3:{KEY}:{SECRET}@bucket/prefix",
        f"s3://{KEY}:{SECRET}\u2100@bucket/prefix",
        f"s3://bucket?endpoint_url={KEY}:{SECRET}@host",
        f"s3://bucket?endpoint_url=http://{KEY}:{SECRET}\u2100@host",
        f"s3://bucket?endpoint_url=http://{KEY}:of/{SECRET}@host",
        f"s3://bucket?endpoint_url=http://host%3FX-Amz-Signature={SECRET}",
    ],
)
def test_a_url_with_a_secret_is_refused_without_showing_it(url):
    for make in (S3BlobStore.from_url, lambda url: bs.Spot("app", storage=url)):
        with pytest.raises(ConfigurationError) as caught:
            make(url)
        assert SECRET not in f"{caught.value!r} {caught.value}"


def test_an_unknown_option_names_the_known_ones():
    with pytest.raises(ConfigurationError, match=r"'color' .*endpoint_url.*profile.*region"):
        S3BlobStore.from_url("s3://bucket", color="red")


@pytest.mark.parametrize("name", ["Body", "Bucket", "Key", "IfNoneMatch", "ChecksumSHA256"])
def test_arguments_of_the_sdk_leave_what_is_stored_alone(name):
    with pytest.raises(ConfigurationError, match=name):
        S3BlobStore("bucket", extra_args={name: "x"})


def test_a_client_and_its_settings_are_given_once(weed):
    with pytest.raises(ConfigurationError, match="client="):
        S3BlobStore("bucket", client=weed.client, region="eu-west-1")


def test_a_prefix_may_be_written_with_percent_signs():
    assert "S3BlobStore('s3://bucket/a b?#')" == repr(
        S3BlobStore.from_url("s3://bucket/a%20b%3F%23/")
    )


def test_who_names_a_port_is_told_where_it_belongs():
    with pytest.raises(ConfigurationError, match=r"\?endpoint_url=http://host:port"):
        S3BlobStore.from_url("s3://localhost:9000/bucket")


def test_an_access_point_is_a_bucket():
    arn = "arn:aws:s3:eu-west-1:123456789012:accesspoint:results"

    assert f"S3BlobStore('s3://{arn}')" == repr(S3BlobStore(arn))


@pytest.mark.parametrize("bucket", ["", "a/b", f"{KEY}:{SECRET}@bucket", f"{SECRET}:9", "a\nb"])
def test_a_bucket_is_a_name(bucket):
    with pytest.raises(ConfigurationError) as caught:
        S3BlobStore(bucket)
    assert SECRET not in str(caught.value)


def test_a_client_of_the_users_own_is_used(weed, prefix):
    """As it is, with whatever it was given."""
    store = S3BlobStore(BUCKET, prefix=prefix, client=weed.client)

    assert b"content" == store.load(store.save("key", b"content"))


@pytest.mark.parametrize("size", [10, 17 << 20], ids=["at once", "in parts"])
def test_what_is_said_of_objects_comes_to_the_service(moto, prefix, size):
    """Storage class, encryption, and whatever else the SDK takes."""
    store = S3BlobStore(
        BUCKET,
        prefix=prefix,
        endpoint_url=moto.url,
        storage_class="STANDARD_IA",
        server_side_encryption="AES256",
        extra_args={"Tagging": "team=blue"},
    )

    key = f"{prefix}/{store.save('key', bytes(size))}"

    said = moto.client.head_object(Bucket=BUCKET, Key=key)
    tags = moto.client.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
    assert ("STANDARD_IA", "AES256") == (said["StorageClass"], said["ServerSideEncryption"])
    assert [{"Key": "team", "Value": "blue"}] == tags


def test_an_argument_that_the_sdk_does_not_know_is_refused(moto, prefix):
    store = S3BlobStore(BUCKET, prefix=prefix, endpoint_url=moto.url, extra_args={"Color": "red"})

    with pytest.raises(BlobRefused, match="Color"):
        store.save("key", b"content")


def test_nothing_outside_of_the_prefix_is_touched(weed, prefix):
    """A prefix is a folder: one that begins alike is another's."""
    other = S3BlobStore(BUCKET, prefix=f"{prefix}/a2", client=weed.ours)
    location = other.save("key", b"other")
    store = S3BlobStore(BUCKET, prefix=f"/{prefix}/a/", client=weed.ours)

    store.delete(location)
    with pytest.raises(StoreError):
        store.load(location)
    assert [] == list(store.blobs())
    assert b"other" == other.load(location)


def test_the_credentials_of_a_profile_are_used(weed, prefix, tmp_path, monkeypatch):
    """And the error for a profile that is not there names it."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    file = tmp_path / "credentials"
    file.write_text(f"[mine]\naws_access_key_id={KEY}\naws_secret_access_key={SECRET}\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    url = f"s3://{BUCKET}/{prefix}?endpoint_url={weed.url}&profile="

    store = S3BlobStore.from_url(f"{url}mine")

    assert b"content" == store.load(store.save("key", b"content"))
    with pytest.raises(BlobRefused, match="another"):
        S3BlobStore.from_url(f"{url}another").load(PLACE)


def test_a_forked_child_has_connections_of_its_own(weed, prefix):
    """What parent and child read at the same time does not mix."""
    store = S3BlobStore(BUCKET, prefix=prefix, endpoint_url=weed.url)
    locations = [store.save("key", bytes([n]) * 100_000) for n in range(2)]
    children = []
    for number in (0, 1):
        if (child := os.fork()) == 0:
            wrong = [
                1 for _ in range(20) if store.load(locations[number]) != bytes([number]) * 100_000
            ]
            os._exit(len(wrong))
        children.append(child)

    assert [0, 0] == [os.waitpid(child, 0)[1] for child in children]


@pytest.mark.parametrize("own", [False, True])
def test_a_forked_child_takes_no_connection_of_its_parent(network, prefix, own):
    """Else one of them reads the other's answers, and believes that something is stored."""
    url = f"http://127.0.0.1:{network.port}"
    client = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
    how = {"client": client} if own else {"endpoint_url": url}
    store = S3BlobStore(BUCKET, prefix=prefix, **how)
    location = store.save("key", b"content")
    before = network.connections

    if (child := os.fork()) == 0:
        os._exit(store.load(location) != b"content")
    assert 0 == os.waitpid(child, 0)[1]
    assert before + 1 == network.connections
    assert b"content" == store.load(location)
    assert before + 1 == network.connections


@pytest.mark.parametrize("trouble", [None, "wrong secret", "no bucket", "nobody", "damaged"])
def test_credentials_are_seen_nowhere(weed, prefix, tmp_path, monkeypatch, trouble):
    """In no log, warning, repr, error, record or file of ours, whatever goes wrong."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    secret = SECRET
    if trouble == "wrong secret":
        secret = f"{SECRET}-wrong"
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    url = weed.url if trouble != "nobody" else "http://127.0.0.1:1"
    bucket = BUCKET if trouble != "no bucket" else "b" * 64
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    said = []
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            spot = bs.Spot(
                "app",
                db=tmp_path / "app.db",
                storage=f"s3://{bucket}/{prefix}?endpoint_url={url}&budget=2",
            )
            for kind in KINDS:
                called = Called(kind, spot)
                said += called(1)[1]
                if trouble == "damaged":
                    for key in weed.keys(prefix):
                        weed.client.put_object(Bucket=BUCKET, Key=key, Body=b"damaged")
                said += called(1)[1]
        warned = said + [str(each.message) for each in caught]
        said = list(warned)
        store = S3BlobStore.from_url(f"s3://{bucket}/{prefix}?endpoint_url={url}&budget=2")
        for step in (lambda: store.save("key", b"x"), lambda: store.load(PLACE)):
            try:
                step()
            except StoreError as error:
                chain = error
                while chain is not None:
                    said += [repr(chain), str(chain), repr(vars(chain))]
                    chain = chain.__cause__ or chain.__context__
        said += [repr(spot), repr(store), repr(vars(store)), repr(store._bucket)]
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    files = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())

    assert (trouble is None) == (warned == [])
    assert secret not in "".join(said)
    assert secret not in log.getvalue()
    assert secret.encode() not in files


def test_the_password_of_an_endpoint_is_seen_nowhere(monkeypatch):
    """Whoever sets it: the environment and the file of a profile may name an endpoint, too."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{KEY}:{SECRET}@127.0.0.1:1")

    with pytest.raises(BlobUnavailable, match=r"http://...127.0.0.1:1") as caught:
        S3BlobStore(BUCKET, budget=2).load(PLACE)

    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_who_may_not_list_can_keep_results_of_any_size(weed, prefix, monkeypatch):
    key, secret = NO_LIST
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    store = S3BlobStore(BUCKET, prefix=prefix, endpoint_url=weed.url)

    for data in (b"content", bytes(17 << 20)):
        assert data == store.load(store.save("key", data))
    with pytest.raises(BlobRefused, match="ListBucket"):
        list(store.blobs())


def test_another_client_finds_what_we_wrote_under_its_digest(weed, prefix):
    """As the service knows it: the SHA-256 that it has verified."""
    store = S3BlobStore(BUCKET, prefix=prefix, client=weed.ours)
    location = store.save("key", b"content")
    key = f"{prefix}/{location}"
    plain = boto3.Session(KEY, SECRET).client("s3", endpoint_url=weed.url, region_name="us-east-1")

    assert b"content" == plain.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    said = plain.head_object(Bucket=BUCKET, Key=key, ChecksumMode="ENABLED")
    assert location[-64:] == said["Metadata"]["beautyspot-sha256"]
