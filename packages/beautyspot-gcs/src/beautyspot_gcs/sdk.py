"""What is used of the SDK, google-cloud-storage, as types: it comes without any."""

import importlib
from collections.abc import Iterator, Mapping, MutableMapping
from datetime import datetime
from typing import Any, BinaryIO, Protocol, cast

__all__ = [
    "Adapter",
    "Client",
    "Listing",
    "Request",
    "Response",
    "SdkBlob",
    "SdkBucket",
    "Session",
    "module",
    "session_of",
]


class SdkBlob(Protocol):
    """``google.cloud.storage.Blob``."""

    name: str
    size: int | None
    generation: int | None
    time_created: datetime | None
    metadata: dict[str, str] | None
    crc32c: str | None
    storage_class: str | None
    chunk_size: int | None

    def upload_from_file(self, file_obj: BinaryIO, **options: object) -> None:
        """Upload so many bytes of a file."""
        ...

    def download_to_file(self, file_obj: object, **options: object) -> None:
        """Write bytes of the object to a file."""
        ...

    def reload(self, **options: object) -> None:
        """Ask for the properties."""
        ...

    def delete(self, **options: object) -> None:
        """Delete the object."""
        ...


class SdkBucket(Protocol):
    """``google.cloud.storage.Bucket``."""

    def blob(self, blob_name: str, **options: object) -> SdkBlob:
        """Answer a handle; nothing is asked."""
        ...


class Listing(Protocol):
    """``google.api_core.page_iterator.HTTPIterator``."""

    pages: Iterator[Iterator[SdkBlob]]
    next_page_token: str | None


class Client(Protocol):
    """``google.cloud.storage.Client``."""

    def bucket(self, bucket_name: str, **options: object) -> SdkBucket:
        """Answer a handle; nothing is asked."""
        ...

    def list_blobs(self, bucket_or_name: object, **options: object) -> Listing:
        """Answer a listing; nothing is asked yet."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class Request(Protocol):
    """``requests.PreparedRequest``."""

    body: object


class Response(Protocol):
    """``requests.Response``."""

    headers: Mapping[str, str]


class Adapter(Protocol):
    """``requests.adapters.BaseAdapter``: what sends requests."""

    def send(self, request: Request, **options: object) -> Response:
        """Send a request and answer as soon as the headers of the answer are there."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class Session(Protocol):
    """``requests.Session``."""

    adapters: MutableMapping[str, Adapter]

    def mount(self, prefix: str, adapter: Adapter) -> None:
        """Let an adapter send the requests to URLs that begin so."""
        ...


def module(name: str) -> Any:  # noqa: ANN401  # nothing in it has a type
    """Answer a module of the SDK, which is imported now at the latest."""
    return importlib.import_module(name)


def session_of(client: Client) -> Session | None:
    """Answer the session that a client sends its requests with, None where there is none.

    The SDK calls it private, and documents it as what ``Client(_http=...)`` takes.
    """
    session = getattr(client, "_http", None)
    return cast("Session", session) if hasattr(session, "adapters") else None
