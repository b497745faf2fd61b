"""The client of boto3, made on first use and once in each process."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, Final

from beautyspot_s3 import sdk

__all__ = ["Access", "Clients", "arguments"]

_CONNECT: Final = 3  #: seconds
_READ: Final = 5  #: seconds for the next bytes
_CONNECTIONS: Final = 50  #: that are kept; more are made and closed again


@dataclass(frozen=True, slots=True)
class Access:
    """How a service is reached; credentials are found by boto3."""

    endpoint_url: str | None = None  #: None is AWS
    profile: str | None = None  #: of ~/.aws/config; None is the default
    region: str | None = None  #: None is that of the profile or the environment


class Clients:
    """Answers the client of this process: a child makes its own, and shares no connection."""

    def __init__(self, access: Access, client: object | None) -> None:
        """Take how to make one, or the one that the user has made."""
        self._access: Final = access
        self._given: Final = client
        self._made: dict[int, Any] = {} if client is None else {os.getpid(): client}
        self._locks: dict[int, Lock] = {}

    def client(self) -> Any:
        """Answer the client. Raises what boto3 does."""
        process = os.getpid()
        found = self._made.get(process)
        if found is None:
            # A lock of this process: a fork never finds it locked by a thread that is not there.
            with self._locks.setdefault(process, Lock()):
                found = self._made.get(process)
                if found is None:
                    found = self._made[process] = self._fresh()
        return found

    def _fresh(self) -> Any:
        if self._given is None:
            return _made(self._access)
        # In a child of a fork: it closes its side of the parent's connections, and opens its own.
        close = getattr(self._given, "close", None)
        if callable(close):
            close()
        return self._given


def arguments(client: Any, operation: str, extra: Mapping[str, object]) -> dict[str, Any]:
    """Answer those of the extra arguments that an operation of the SDK knows."""
    if not extra:
        return {}
    known = client.meta.service_model.operation_model(operation).input_shape.members
    return {name: value for name, value in extra.items() if name in known}


@cache
def _loader() -> Any:
    """Answer what reads the SDK's description of S3: once for all stores, that is a megabyte."""
    return sdk.loaders().create_loader()


def _made(access: Access) -> Any:
    config = sdk.config().Config(
        connect_timeout=_CONNECT,
        read_timeout=_READ,
        retries={"mode": "standard", "total_max_attempts": 1},  # the store tries again itself
        signature_version="s3v4",
        max_pool_connections=_CONNECTIONS,
        tcp_keepalive=True,
        # The store gives a digest with what it sends, and checks what it gets.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    parts = sdk.session().Session(profile=access.profile)
    parts.register_component("data_loader", _loader())
    session = sdk.boto3().Session(region_name=access.region, botocore_session=parts)
    region = None if session.region_name or access.endpoint_url is None else "us-east-1"
    return session.client("s3", endpoint_url=access.endpoint_url, region_name=region, config=config)
