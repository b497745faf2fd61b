"""Makes the client of the SDK: on first use, and anew in a child of a fork."""

import os
from collections.abc import Callable
from typing import Final, cast

from beautyspot_gcs.exchange import watch, watched
from beautyspot_gcs.sdk import Client, module

__all__ = ["Clients", "connected"]

_POOL: Final = 64  #: connections that are kept
_SCOPE: Final = "https://www.googleapis.com/auth/devstorage.read_write"


class Clients:
    """The client of this process.

    No lock is held while it is made, which asks the network for credentials: of two threads that
    are first, one makes a client that nobody uses.
    """

    def __init__(self, make: Callable[[], Client], given: Client | None = None) -> None:
        """Take what makes a client, or the one that the user has made."""
        self._make = make
        self._given = given
        self._made: tuple[int, Client] | None = None

    def client(self) -> Client:
        """Answer the client.

        Raises:
            Exception: what the SDK raises when there are no credentials.
        """
        made = self._made
        if made is None or made[0] != os.getpid():
            client = self._make() if self._given is None else self._given
            watch(client)
            self._made = made = (os.getpid(), client)
        return made[1]

    def close(self) -> None:
        """Close the connections; the next use opens others."""
        made, self._made = self._made, None
        if made is not None and made[0] == os.getpid() and self._given is None:
            made[1].close()


def connected(*, api_endpoint: str | None, project: str | None, credentials: str | None) -> Client:
    """Answer a new client.

    Args:
        api_endpoint: another URL than that of Google; what begins with ``http:`` is an emulator,
            which is told no credentials.
        project: for the bill; None: that of the credentials.
        credentials: path of a file with an account; None: those of the environment (ADC).
    """
    if (api_endpoint or os.environ.get("STORAGE_EMULATOR_HOST") or "").startswith("http:"):
        account, found = module("google.auth.credentials").AnonymousCredentials(), None
    elif credentials is None:
        account, found = module("google.auth").default(scopes=[_SCOPE])
    else:
        kind = module("google.oauth2.service_account").Credentials
        account = kind.from_service_account_file(credentials, scopes=[_SCOPE])
        found = account.project_id
    made = module("google.cloud.storage").Client(
        project=project or found or "none",  # which is of no use for objects
        credentials=account,
        _http=_session(account),
        client_options={} if api_endpoint is None else {"api_endpoint": api_endpoint},
    )
    return cast("Client", made)


def _session(account: object) -> object:
    """Answer a session of the SDK with room for many threads.

    It asks for tokens in the time that there is, once: by itself it would connect four times.
    """
    requests = module("requests")
    transport = module("google.auth.transport.requests")
    tokens = requests.Session()
    watched(tokens)
    session = transport.AuthorizedSession(account, auth_request=transport.Request(tokens))
    for scheme in ("https://", "http://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(pool_maxsize=_POOL))
    session.configure_mtls_channel()
    return session
