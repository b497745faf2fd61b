"""``s3://bucket/prefix?options``: what of it can be used, without ever showing a secret."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from beautyspot.core.errors import ConfigurationError

__all__ = [
    "OPTIONS",
    "checked_bucket",
    "checked_endpoint",
    "checked_extra",
    "checked_prefix",
    "known",
    "parsed",
]

#: What a URL may say behind its question mark.
OPTIONS: Final = (
    "budget",
    "endpoint_url",
    "grace",
    "profile",
    "region",
    "server_side_encryption",
    "storage_class",
)
_NUMBERS: Final = ("budget", "grace")
_LONGEST: Final = 800  #: bytes of a prefix; a key may have 1024
#: Arguments of the SDK that say what is stored, or where: these are ours.
_OURS: Final = frozenset({
    "Body", "Bucket", "ContentLength", "ContentMD5", "IfMatch", "IfNoneMatch", "Key", "Metadata",
    "MultipartUpload", "PartNumber", "Range", "UploadId", "WriteOffsetBytes",
})  # fmt: skip


def parsed(url: str) -> tuple[str, str, dict[str, object]]:
    """Answer the bucket, the prefix and the options of a URL.

    Raises:
        ConfigurationError: it cannot be used; nothing of it is shown that may be a secret.
    """
    expected = f"expected s3://bucket/prefix?{'=...&'.join(OPTIONS)}=..."
    try:
        parts = urlsplit(url)
    except ValueError:  # which shows what it cannot read
        raise ConfigurationError(f"an s3: URL cannot be read: {expected}") from None
    # A slash ends what is before the bucket, and stands in every second secret key.
    if "@" in parts.netloc or _is_no_name(parts.netloc):
        msg = (
            "an s3: URL holds a user name, a password or a port: URLs are shown in messages and "
            "logs. Name a profile (?profile=...), or set AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY; a host and port are said by ?endpoint_url=http://host:port"
        )
        raise ConfigurationError(msg)
    if parts.scheme != "s3" or not parts.netloc:
        raise ConfigurationError(f"an s3: URL names no bucket: {expected}")
    if parts.fragment:
        raise ConfigurationError(f"an s3: URL has a '#' in it, written %23 there: {expected}")
    found: dict[str, object] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name in found:
            raise ConfigurationError(f"the option {name!r} is given twice in an s3: URL: once")
        found[name] = _number(name, value) if name in _NUMBERS else value
    return parts.netloc, unquote(parts.path), found


def known(options: Mapping[str, object]) -> None:
    """Do nothing where every option is one of ours.

    Raises:
        ConfigurationError: some are not; they are named, and their values are not shown.
    """
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        msg = f"{', '.join(map(repr, unknown))} cannot be said of a store in S3"
        raise ConfigurationError(f"{msg}: expected one of {', '.join(OPTIONS)}")


def checked_bucket(bucket: str) -> str:
    """Answer the name of a bucket, or the ARN of an access point.

    Raises:
        ConfigurationError: no bucket can be called so; it is not shown, for it may be a password.
    """
    if not bucket or "/" in bucket or "@" in bucket or _is_no_name(bucket):
        msg = "the name of the bucket cannot be used: expected a name without slashes and colons"
        raise ConfigurationError(f"{msg}; a host and port are said by endpoint_url=")
    return bucket


def checked_prefix(prefix: str) -> str:
    """Answer a prefix without the slashes at its ends.

    Raises:
        ConfigurationError: some service would read it as another place, or it is too long.
    """
    found = prefix.strip("/")
    parts = found.split("/") if found else []
    odd = not found.isprintable() or len(found.encode("utf-8", "replace")) > _LONGEST
    if odd or any(part in {"", ".", ".."} for part in parts):
        msg = f"the prefix {prefix[:80]!r} cannot be used: expected printable names between '/'"
        raise ConfigurationError(f"{msg}, none of them empty, '.' or '..'")
    return found


def checked_endpoint(endpoint_url: str | None) -> None:
    """Do nothing with what can be an endpoint.

    Raises:
        ConfigurationError: it is no URL, or holds a secret.
    """
    if endpoint_url is None:
        return
    try:
        parts = urlsplit(endpoint_url)
        fine = parts.scheme in {"http", "https"} and parts.hostname is not None
        fine = fine and "@" not in endpoint_url and not parts.query and not parts.fragment
    except ValueError:
        fine = False
    if not fine:
        msg = "endpoint_url= cannot be used: expected http://host:port or https://host alone, "
        raise ConfigurationError(f"{msg}without a user, password or query")


def checked_extra(extra_args: Mapping[str, object]) -> None:
    """Do nothing with arguments of the SDK that leave what is stored, and where, alone.

    Raises:
        ConfigurationError: some do not.
    """
    ours = sorted(n for n in extra_args if n in _OURS or n.startswith("Checksum"))
    if ours:
        msg = f"extra_args may not say {', '.join(ours)}, which say what is stored and where"
        raise ConfigurationError(f"{msg}: expected arguments such as SSEKMSKeyId or Tagging")


def _is_no_name(bucket: str) -> bool:
    return (":" in bucket and not bucket.startswith("arn:")) or not bucket.isprintable()


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        msg = f"{name}={value!r} in an s3: URL is no number: expected seconds"
        raise ConfigurationError(msg) from None
