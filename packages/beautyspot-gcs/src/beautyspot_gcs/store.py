"""Blobs in a bucket of Google Cloud Storage."""

import os
from functools import partial
from typing import Any, TypedDict, cast

from beautyspot.core.errors import ConfigurationError
from beautyspot.objects.store import BUDGET, GRACE, ObjectBlobStore
from beautyspot_gcs.bucket import GCSBucket, Writing
from beautyspot_gcs.clients import Clients, connected
from beautyspot_gcs.urls import address_of, checked_bucket, checked_endpoint, checked_prefix

__all__ = ["GCSBlobStore"]


class _Options(TypedDict, total=False):
    """What can be said in a URL; numbers as text there."""

    project: str
    credentials: str
    api_endpoint: str
    storage_class: str
    kms_key_name: str
    user_project: str
    budget: float
    grace: float


class GCSBlobStore(ObjectBlobStore):
    """Keeps blobs in a bucket below a prefix.

    Example::

        spot = bs.Spot("my_experiment", storage=GCSBlobStore("my-bucket", "results"))
    """

    def __init__(  # noqa: PLR0913  # a facade
        self,
        bucket: str,
        prefix: str = "",
        *,
        client: object = None,
        project: str | None = None,
        credentials: str | os.PathLike[str] | None = None,
        api_endpoint: str | None = None,
        storage_class: str | None = None,
        kms_key_name: str | None = None,
        user_project: str | None = None,
        budget: float = BUDGET,
        grace: float = GRACE,
    ) -> None:
        """Take the bucket, which has to exist; nothing is asked of it before the first use.

        Args:
            bucket: its name.
            prefix: of the names of all objects, without slashes at its ends.
            client: a ``google.cloud.storage.Client`` to ask with, instead of the next three. It is
                closed by whoever made it.
            project: that the client speaks for; None: that of the credentials.
            credentials: path of the file of a service account; None: those of the environment
                (Application Default Credentials).
            api_endpoint: URL of another API than Google's. One that begins with ``http:`` is an
                emulator, and is told no credentials.
            storage_class: of new objects, for example ``"NEARLINE"``; None: the bucket's.
            kms_key_name: of the key that encrypts new objects; None: the bucket's.
            user_project: that pays for what is asked, where the bucket wants that.
            budget: seconds that one operation may take, above 0, and one more for each MiB.
            grace: seconds for which a clean-up leaves alone what no record points to, above 0.

        Raises:
            ConfigurationError: an argument cannot be used, or two contradict each other.
        """
        given = {"project": project, "credentials": credentials, "api_endpoint": api_endpoint}
        both = [name for name, value in given.items() if value is not None]
        if client is not None and both:
            msg = f"client= is made already, and {both[0]}= is said where it is made: leave out one"
            raise ConfigurationError(msg)
        if client is not None and not callable(getattr(client, "list_blobs", None)):
            msg = (
                f"client={type(client).__name__} is no client: expected google.cloud.storage.Client"
            )
            raise ConfigurationError(msg)
        make = partial(
            connected,
            api_endpoint=checked_endpoint(api_endpoint),
            project=project,
            credentials=None if credentials is None else os.path.abspath(credentials),
        )
        self._clients = Clients(make, cast("Any", client))
        place = GCSBucket(
            self._clients,
            checked_bucket(bucket),
            checked_prefix(prefix),
            Writing(storage_class, kms_key_name),
            user_project,
        )
        super().__init__(place, budget=budget, grace=grace)

    @classmethod
    def from_url(cls, url: str, **options: object) -> "GCSBlobStore":
        """Make the store of ``gs://bucket/prefix?option=value``.

        Args:
            url: its options are the keyword arguments of the class, but for ``client``.
            options: the same, and ``durable``, which is what the service is anyway; they count
                more than those of the URL.

        Raises:
            ConfigurationError: the URL or an option cannot be used.
        """
        address = address_of(url)
        given: dict[str, object] = {**address.options, **options}
        given.pop("durable", None)
        known = _Options.__annotations__
        unknown = sorted(given.keys() - known.keys() - {"client"})
        if unknown or "client" in address.options:
            name = unknown[0] if unknown else "client"
            msg = f"gs: URLs have no option {name!r}: expected one of {', '.join(sorted(known))}"
            raise ConfigurationError(msg)
        for name in ("budget", "grace"):
            if name in given:
                given[name] = _seconds(name, given[name])
        return cls(address.bucket, address.prefix, **cast("Any", given))

    def close(self) -> None:
        """Close the connections, unless they are those of a client that was given.

        The next use opens others.
        """
        self._clients.close()


def _seconds(name: str, value: object) -> float:
    try:
        return float(cast("Any", value))
    except (TypeError, ValueError):
        msg = f"{name}={value!r} is no number: expected seconds, for example {name}=15"
        raise ConfigurationError(msg) from None
