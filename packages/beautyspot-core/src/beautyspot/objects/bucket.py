"""What an SDK has to offer for a blob store to be made of it."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Protocol

from beautyspot.objects.content import Content
from beautyspot.objects.deadline import Deadline

__all__ = ["Body", "Bucket", "Held", "Listed", "Page"]


@dataclass(frozen=True, slots=True)
class Held:
    """What the service says of one object."""

    size: int  #: bytes
    age: float  #: seconds since it was written, by the clock of the service; never below 0
    sha256: bytes | None  #: of its bytes, 32 of them; None where the service does not know


@dataclass(frozen=True, slots=True)
class Listed:
    """One object in a listing."""

    name: str  #: as it is given to the other methods
    size: int  #: bytes
    age: float  #: seconds since it was written, by the clock of the service; never below 0


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing."""

    objects: tuple[Listed, ...]
    next: str | None  #: for the page after this one; None: this was the last


@dataclass(frozen=True, slots=True)
class Body:
    """An object that is being downloaded."""

    size: int  #: bytes of the whole object, wherever the download began
    chunks: Iterator[bytes]  #: of any length; raises as the methods of ``Bucket`` do
    close: Callable[[], None]  #: gives back the connection, read to its end or not
    #: another one after any change of the object, by whomever; None: the service tells of none
    stamp: Hashable = None


class Bucket(Protocol):
    """The objects of one bucket below one prefix; every name is relative to both.

    Each method makes one attempt: whoever calls it tries again, and has the SDK's own retries
    turned off. No single wait for the network takes more than a few seconds (3 to connect, 5 for
    the next bytes), nor more than what is left of the deadline where the SDK can be told so.
    Every method may be called from several threads at once.

    Raises, in every method:
        BlobRefused: the service answered that we may not (401, 403), that there is no such bucket,
            or that the request is wrong: the same attempt would fail again.
        BlobUnavailable: anything else that came instead of an answer, also 429 and 5xx; the same
            attempt may succeed. The error of the SDK is its cause, and no secret is in its text.
    """

    @property
    def place(self) -> str:
        """What to call it in messages, for example ``s3://bucket/prefix``; without any secret."""
        ...

    def put(self, name: str, content: Content, deadline: Deadline, *, only_new: bool) -> bool:
        """Upload an object, whole or not at all; answer whether it is there by this call.

        Args:
            name: of the object.
            content: its bytes. The service is told a digest and refuses what arrives changed.
            deadline: has been given the time for the content already.
            only_new: True leaves an object that is there alone, and answers False; False replaces
                it, so that it is as young as a new one.
        """
        ...

    def look(self, name: str, deadline: Deadline) -> Held:
        """Answer what is said of an object, without its bytes.

        Raises:
            BlobNotFound: the bucket is there, and the object is not.
        """
        ...

    def get(self, name: str, deadline: Deadline, start: int = 0) -> Body:
        """Begin to download an object, from its byte ``start`` on, which is below its size or 0.

        Raises:
            BlobNotFound: the bucket is there, and the object is not.
        """
        ...

    def delete(self, name: str, deadline: Deadline) -> None:
        """Delete an object; what is not there is quiet."""
        ...

    def listed(self, folder: str, deadline: Deadline, after: str | None = None) -> Page:
        """Answer the first objects whose name begins with ``folder`` and a slash, in any order.

        Args:
            folder: without a slash at its end.
            deadline: for this page.
            after: ``Page.next`` of the page before; None is the first one.
        """
        ...
