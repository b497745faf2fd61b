"""``s3://bucket/prefix?options``: what of it can be used, without ever showing a secret."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from beautyspot.core.errors import ConfigurationError

__all__ = ["OPTIONS", "checked_endpoint", "checked_extra", "known", "parsed"]

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
    parts = urlsplit(url)
    if "@" in parts.netloc:
        msg = (
            "an s3: URL holds a user name or password: URLs are shown in messages and logs. Name "
            "a profile (?profile=...), or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
        raise ConfigurationError(msg)
    if parts.scheme != "s3" or not parts.netloc or parts.fragment:
        msg = f"{parts.scheme}://{parts.netloc}{parts.path} is no place in S3"
        raise ConfigurationError(f"{msg}: expected s3://bucket/prefix?{'=...&'.join(OPTIONS)}=...")
    found: dict[str, object] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name in found:
            raise ConfigurationError(f"the option {name!r} is given twice in an s3: URL: once")
        found[name] = _number(name, value) if name in _NUMBERS else value
    return parts.netloc, parts.path, found


def known(options: Mapping[str, object]) -> None:
    """Do nothing where every option is one of ours.

    Raises:
        ConfigurationError: some are not; they are named, and their values are not shown.
    """
    unknown = sorted(set(options) - set(OPTIONS))
    if unknown:
        msg = f"{', '.join(map(repr, unknown))} cannot be said of a store in S3"
        raise ConfigurationError(f"{msg}: expected one of {', '.join(OPTIONS)}")


def checked_endpoint(endpoint_url: str | None) -> None:
    """Do nothing with what can be an endpoint.

    Raises:
        ConfigurationError: it is no URL, or holds a secret.
    """
    if endpoint_url is None:
        return
    parts = urlsplit(endpoint_url)
    if "@" in parts.netloc:
        msg = "endpoint_url holds a user name or password: expected http(s)://host:port alone"
        raise ConfigurationError(msg)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
        msg = f"endpoint_url={endpoint_url!r} cannot be used: expected http(s)://host:port"
        raise ConfigurationError(msg)


def checked_extra(extra_args: Mapping[str, object]) -> None:
    """Do nothing with arguments of the SDK that leave what is stored, and where, alone.

    Raises:
        ConfigurationError: some do not.
    """
    ours = sorted(n for n in extra_args if n in _OURS or n.startswith("Checksum"))
    if ours:
        msg = f"extra_args may not say {', '.join(ours)}, which say what is stored and where"
        raise ConfigurationError(f"{msg}: expected arguments such as SSEKMSKeyId or Tagging")


def _number(name: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        msg = f"{name}={value!r} in an s3: URL is no number: expected seconds"
        raise ConfigurationError(msg) from None
