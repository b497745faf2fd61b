"""How long one request may wait, and what its answer said: below the SDK, where it is known."""

import copy
import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from beautyspot.objects.deadline import SLOWEST, Deadline
from beautyspot_gcs.sdk import Adapter, Client, Request, Response, Session, session_of

__all__ = ["TIMEOUT", "Exchange", "exchange", "watch", "watched"]

#: Seconds to connect, and to wait for the next bytes.
TIMEOUT: Final = (3.0, 5.0)
_LEAST: Final = 0.05  #: seconds; a time-out of 0 is an error


class Exchange(threading.local):
    """What is going on in this thread: its deadline, and what the last answer said."""

    deadline: Deadline | None = None  #: None: it is not we who ask
    date: datetime | None = None  #: by the clock of the service, aware
    content_range: str | None = None
    generation: str | None = None  #: of the object that came; another one after any change of it

    @contextmanager
    def under(self, deadline: Deadline) -> Generator[None, None, None]:
        """Let requests of this thread wait as long as the deadline lets them."""
        before, self.deadline = self.deadline, deadline
        self.date = self.content_range = self.generation = None
        try:
            yield
        finally:
            self.deadline = before

    def age(self, written: datetime | None) -> float:
        """Answer how many seconds ago it was, by the clock of the service, at least 0."""
        now = self.date or datetime.now(UTC)  # every HTTP server says the date
        return 0.0 if written is None else max(0.0, (now - written).total_seconds())


#: One for all stores: a thread asks one of them at a time.
exchange: Final = Exchange()


class _Timed:  # it has what requests asks of an adapter; its class would have to be imported
    """A transport adapter of requests that hands on to another one.

    The SDK passes one time-out for everything, and requests sends the whole body of a request
    within the time that is meant for connecting: here both depend on what is sent, and end with
    the deadline.
    """

    def __init__(self, inner: Adapter) -> None:
        self._inner = inner
        self._process = os.getpid()

    def send(self, request: Request, **options: object) -> Response:
        deadline = exchange.deadline
        if deadline is None:
            return self._own().send(request, **options)
        deadline.check()
        body = request.body
        extra = len(body) / SLOWEST if isinstance(body, bytes | str) else 0.0
        connect, read = (max(_LEAST, min(each + extra, deadline.left)) for each in TIMEOUT)
        response = self._own().send(request, **{**options, "timeout": (connect, read)})
        exchange.date = _moment(response.headers.get("Date"))
        exchange.content_range = response.headers.get("Content-Range")
        exchange.generation = response.headers.get("X-Goog-Generation")
        return response

    def close(self) -> None:
        self._inner.close()

    def _own(self) -> Adapter:
        """Answer the adapter of this process: connections of a parent are the parent's."""
        if self._process != os.getpid():
            self._inner, self._process = copy.copy(self._inner), os.getpid()
        return self._inner


def watch(client: Client) -> None:
    """Let the requests of a client keep to deadlines, whenever it is we who ask."""
    session = session_of(client)
    if session is not None:
        watched(session)


def watched(session: Session) -> None:
    """Do so for the requests of a session. Twice is the same as once."""
    for scheme in ("https://", "http://"):
        adapter = session.adapters[scheme]
        if not isinstance(adapter, _Timed):
            session.mount(scheme, _Timed(adapter))


def _moment(text: str | None) -> datetime | None:
    try:
        found = None if text is None else parsedate_to_datetime(text)
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
