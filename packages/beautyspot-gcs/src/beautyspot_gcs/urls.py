"""``gs:`` URLs: a bucket, a prefix, and options."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from beautyspot.core.errors import ConfigurationError

__all__ = ["Address", "address_of", "checked_bucket", "checked_endpoint", "checked_prefix"]

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
_EXPECTED: Final = "expected gs://bucket/prefix?option=value"


@dataclass(frozen=True, slots=True)
class Address:
    """What a URL says."""

    bucket: str
    prefix: str  #: without slashes at its ends; may be empty
    options: dict[str, str]  #: by name, as they are written


def address_of(url: str) -> Address:
    """Take a URL apart.

    Raises:
        ConfigurationError: it is no URL of a bucket. The message shows nothing of a URL that has a
            user or a password in it.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # which shows what it cannot read
        raise ConfigurationError(f"the URL of a bucket cannot be read: {_EXPECTED}") from None
    # A colon without an @: a slash in the password ends what is before the bucket.
    if "@" in parts.netloc or ":" in parts.netloc:
        msg = f"a gs: URL names no user, password or port: {_EXPECTED}; see credentials= and"
        raise ConfigurationError(f"{msg} api_endpoint=")
    shown = f"{parts.scheme}://{parts.netloc}{parts.path if parts.netloc else '...'}"
    if parts.scheme != "gs" or parts.fragment:
        raise ConfigurationError(f"{shown!r} is no URL of a bucket: {_EXPECTED}")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if len(dict(pairs)) != len(pairs):
        raise ConfigurationError(f"{shown!r} says an option twice: say each once")
    bucket = checked_bucket(parts.netloc)
    return Address(bucket, checked_prefix(unquote(parts.path)), dict(pairs))


def checked_bucket(bucket: str) -> str:
    """Answer the name of a bucket.

    Raises:
        ConfigurationError: no bucket can be called so.
    """
    if not _BUCKET.fullmatch(bucket):
        msg = f"no bucket is called {bucket!r}: expected 3 to 222 of a-z, 0-9, '.', '_' and '-'"
        raise ConfigurationError(msg)
    return bucket


def checked_prefix(prefix: str) -> str:
    """Answer a prefix without the slashes at its ends.

    Raises:
        ConfigurationError: it could be read as another place by somebody, or is too long.
    """
    found = prefix.strip("/")
    parts = found.split("/") if found else []
    odd = not found.isprintable() or len(found.encode("utf-8", "replace")) > 800
    if odd or any(part in {"", ".", ".."} for part in parts):
        msg = f"the prefix {prefix[:80]!r} cannot be used: expected printable names between '/'"
        raise ConfigurationError(f"{msg}, none of them empty, '.' or '..'")
    return found


def checked_endpoint(endpoint: str | None) -> str | None:
    """Answer the URL of an API.

    Raises:
        ConfigurationError: it is none, or has a user, a password or a query in it.
    """
    if endpoint is None:
        return None
    try:
        parts = urlsplit(endpoint)
        fine = parts.scheme in {"http", "https"} and parts.hostname is not None
        fine = fine and "@" not in endpoint and not parts.query and not parts.fragment
    except ValueError:
        fine = False
    if not fine:
        msg = "api_endpoint= is no URL of an API: expected https://host, or http://host:port of an "
        raise ConfigurationError(f"{msg}emulator, without a user, password or query")
    return endpoint.rstrip("/")
