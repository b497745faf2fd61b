"""The blob store that people name: ``S3BlobStore``, and its URL."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Self, cast

from beautyspot.core.errors import ConfigurationError
from beautyspot.objects import BUDGET, GRACE, ObjectBlobStore
from beautyspot_s3.bucket import S3Bucket
from beautyspot_s3.client import Access, Clients
from beautyspot_s3.urls import (
    checked_bucket,
    checked_endpoint,
    checked_extra,
    checked_prefix,
    known,
    parsed,
)

__all__ = ["S3BlobStore"]


class S3BlobStore(ObjectBlobStore):
    """Keeps blobs in a bucket of S3, or of what speaks its protocol, below a prefix."""

    def __init__(  # noqa: PLR0913  # options that people spell
        self,
        bucket: str,
        *,
        prefix: str = "",
        client: object | None = None,
        endpoint_url: str | None = None,
        profile: str | None = None,
        region: str | None = None,
        server_side_encryption: str | None = None,
        storage_class: str | None = None,
        extra_args: Mapping[str, object] | None = None,
        budget: float = BUDGET,
        grace: float = GRACE,
        monotonic_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """Take where blobs are; nothing is imported or asked before the first use.

        Args:
            bucket: its name; it has to exist.
            prefix: of every key, without a slash at its ends; nothing outside of it is ever read,
                written or deleted.
            client: an S3 client of boto3 to use instead of an own one. Its timeouts and retries
                are its own. A child of a fork uses it with connections of its own.
            endpoint_url: of a service other than AWS, ``http(s)://host:port``.
            profile: of ``~/.aws/config``; None is the default.
            region: None is that of the profile or the environment.
            server_side_encryption: ``"AES256"``, ``"aws:kms"``...; None is the bucket's default.
            storage_class: ``"STANDARD_IA"``...; None is the bucket's default.
            extra_args: further arguments of ``put_object`` (``SSEKMSKeyId``, ``Tagging``,
                ``ExpectedBucketOwner``...); other calls are given those that they know.
            budget: seconds that one operation may take, above 0.
            grace: seconds for which a clean-up leaves alone what no record points to, above 0.
            monotonic_ns: the clock by which a service that is down is left alone for 30 s.

        Raises:
            ConfigurationError: an argument cannot be used.
        """
        checked_endpoint(endpoint_url)
        extra = dict(extra_args or {})
        checked_extra(extra)
        if server_side_encryption is not None:
            extra["ServerSideEncryption"] = server_side_encryption
        if storage_class is not None:
            extra["StorageClass"] = storage_class
        given = (endpoint_url, profile, region) != (None, None, None)
        if client is not None and given:
            msg = "client= has an endpoint, a profile and a region already: give either or these"
            raise ConfigurationError(msg)
        clients = Clients(Access(endpoint_url, profile, region), client)
        super().__init__(
            S3Bucket(checked_bucket(bucket), checked_prefix(prefix), clients, extra),
            budget=budget,
            grace=grace,
            monotonic_ns=monotonic_ns,
        )

    @classmethod
    def from_url(cls, url: str, **options: object) -> Self:
        """Make the store of ``s3://bucket/prefix?endpoint_url=...&profile=...&region=...``.

        Args:
            url: options behind the question mark; credentials have no place in it.
            options: the same; they count more than the URL. ``durable`` is always true here.

        Raises:
            ConfigurationError: the URL or an option cannot be used.
        """
        bucket, prefix, found = parsed(url)
        options.pop("durable", None)
        found.update(options)
        known(found)
        return cls(bucket, prefix=prefix, **cast("dict[str, Any]", found))
