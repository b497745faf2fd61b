"""Buckets whose service fails on purpose."""

from collections.abc import Callable, Iterator

from beautyspot.core.errors import BlobUnavailable
from beautyspot.objects import Body
from beautyspot.testing import MemoryBucket


class FaultyBucket(MemoryBucket):
    """Raises, waits or cuts what the next calls of a method are told; then it works again."""

    def __init__(self, clock=None):
        super().__init__(clock)
        self.faults: dict[str, list[Callable[[], None]]] = {}
        self.calls: list[str] = []
        self.cuts: list[int] = []
        self.garbles = 0  # downloads that arrive changed
        self.lost: list[str] = []  # calls that are performed, and whose answer does not come

    def fail(self, method, *faults):
        self.faults.setdefault(method, []).extend(faults)

    def _meet(self, method):
        self.calls.append(method)
        if faults := self.faults.get(method):
            faults.pop(0)()

    def put(self, name, content, deadline, *, only_new):
        self._meet("put" if only_new else "replace")
        done = super().put(name, content, deadline, only_new=only_new)
        if self.lost:
            self.lost.pop()
            raise BlobUnavailable("the answer was lost")
        return done

    def look(self, name, deadline):
        self._meet("look")
        return super().look(name, deadline)

    def get(self, name, deadline, start=0):
        self._meet(f"get {start}")
        body = super().get(name, deadline, start)
        if self.garbles:
            self.garbles -= 1
            chunks = iter([b"".join(body.chunks).swapcase()])
            return Body(body.size, chunks, body.close, body.stamp)
        return body if not self.cuts else Body(body.size, self._cut(body), body.close, body.stamp)

    def _cut(self, body) -> Iterator[bytes]:
        left = self.cuts.pop(0)
        for chunk in body.chunks:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                raise BlobUnavailable("the connection was cut")

    def delete(self, name, deadline):
        self._meet("delete")
        super().delete(name, deadline)

    def listed(self, folder, deadline, after=None):
        self._meet("listed")
        return super().listed(folder, deadline, after)


def raising(error):
    def fault():
        raise error

    return fault
