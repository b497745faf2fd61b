"""A bucket in memory, for tests."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from beautyspot.core.errors import BlobNotFound
from beautyspot.core.ports import Clock
from beautyspot.objects.bucket import Body, Held, Listed, Page
from beautyspot.objects.content import Content
from beautyspot.objects.deadline import Deadline

__all__ = ["MemoryBucket"]

_PAGE = 5  #: objects in a page: few, so that tests come to a second one
_CHUNK = 65_536  #: bytes


@dataclass(frozen=True, slots=True)
class _Object:
    data: bytes
    sha256: bytes
    written: int  # monotonic nanoseconds
    stamp: object = field(default_factory=object)


class MemoryBucket:
    """A ``Bucket`` that forgets everything with the process.

    >>> from beautyspot.objects import ObjectBlobStore
    >>> store = ObjectBlobStore(MemoryBucket())
    >>> store.load(store.save("key", b"content"))
    b'content'
    """

    def __init__(self, clock: Clock | None = None) -> None:
        """Take the clock by which objects age; None is the clock of this machine."""
        self._monotonic_ns = time.monotonic_ns if clock is None else clock.monotonic_ns
        self._lock = threading.Lock()
        self._objects: dict[str, _Object] = {}

    @property
    def place(self) -> str:
        """What to call it in messages."""
        return "memory://bucket"

    def put(self, name: str, content: Content, deadline: Deadline, *, only_new: bool) -> bool:
        """Keep an object; answer whether it is there by this call."""
        deadline.check()
        made = _Object(content.whole(), content.sha256, self._monotonic_ns())
        with self._lock:
            if only_new and name in self._objects:
                return False
            self._objects[name] = made
        return True

    def look(self, name: str, deadline: Deadline) -> Held:
        """Answer what is said of an object.

        Raises:
            BlobNotFound: it is not there.
        """
        found = self._found(name, deadline)
        return Held(len(found.data), self._age(found), found.sha256)

    def get(self, name: str, deadline: Deadline, start: int = 0) -> Body:
        """Begin to read an object.

        Raises:
            BlobNotFound: it is not there.
        """
        found = self._found(name, deadline)
        data = found.data

        def chunks() -> Iterator[bytes]:
            for at in range(start, len(data), _CHUNK):
                yield data[at : at + _CHUNK]

        return Body(len(data), chunks(), _nothing, found.stamp)

    def delete(self, name: str, deadline: Deadline) -> None:
        """Forget an object; what is not there is quiet."""
        deadline.check()
        with self._lock:
            self._objects.pop(name, None)

    def listed(self, folder: str, deadline: Deadline, after: str | None = None) -> Page:
        """Answer some objects of a folder, ordered by name."""
        deadline.check()
        with self._lock:
            inside = {n: o for n, o in self._objects.items() if n.startswith(f"{folder}/")}
        names = sorted(name for name in inside if after is None or name > after)
        page = names[:_PAGE]
        objects = tuple(Listed(n, len(inside[n].data), self._age(inside[n])) for n in page)
        return Page(objects, page[-1] if len(names) > _PAGE else None)

    def tamper(self, name: str, change: Callable[[bytes], bytes]) -> None:
        """Change the bytes of an object, as nobody should; what is said of it stays."""
        with self._lock:
            found = self._objects[name]
            self._objects[name] = _Object(change(found.data), found.sha256, found.written)

    def _found(self, name: str, deadline: Deadline) -> _Object:
        deadline.check()
        with self._lock:
            found = self._objects.get(name)
        if found is None:
            raise BlobNotFound(f"nothing is at {name!r} in {self.place}")
        return found

    def _age(self, found: _Object) -> float:
        return max(0, self._monotonic_ns() - found.written) / 1e9


def _nothing() -> None:
    """Close what holds nothing."""
