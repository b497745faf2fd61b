"""Functions whose results can be told from their argument alone, and the Spot that keeps them."""

import hashlib
import warnings
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path

from beautyspot import BeautySpotWarning, Spot

__all__ = ["FILES", "KINDS", "Lab", "right", "troubles"]

#: What may be in the folder of a store while nobody uses it.
FILES = {"lab.db", "lab.db-wal", "lab.db-shm", "lab.db-claims", "lab.blobs"}


def _text(kind: str, n: int, longest: int) -> str:
    digest = hashlib.sha256(f"{kind} {n}".encode()).hexdigest()
    size = longest * int(digest[:2], 16) // 255
    return (digest * (size // 64 + 1))[: size + 1]


def small(n: int) -> dict[str, object]:
    """Answer a result of up to 1 kB, which is kept in the record."""
    return {"n": n, "text": _text("small", n, 1000)}


def large(n: int) -> dict[str, object]:
    """Answer a result of up to 40 kB, several pages of the database."""
    return {"n": n, "text": _text("large", n, 40_000)}


def blob(n: int) -> list[object]:
    """Answer a result of up to 100 kB, which is kept in a file."""
    return [n, _text("blob", n, 100_000)]


KINDS: dict[str, Callable[[int], object]] = {"small": small, "large": large, "blob": blob}


def right(name: str) -> object:
    """Answer the only right result of a call, which is named as in ``small 7``."""
    kind, n = name.split()
    return KINDS[kind](int(n))


class Lab:
    """A Spot in a folder, and the three functions marked by it; calls have names: ``small 7``."""

    def __init__(self, folder: str | Path, **options: object) -> None:
        self.spot = Spot("lab", **{"db": Path(folder) / "lab.db", **options})
        self.marked = {
            kind: self.spot.mark(plain, save_blob=kind == "blob") for kind, plain in KINDS.items()
        }

    def call(self, name: str) -> None:
        """Make a call; a result other than the right one is the end."""
        kind, n = name.split()
        found = self.marked[kind](int(n))
        assert right(name) == found, f"{name} is wrong: {str(found)[:80]!r}"

    def is_kept(self, name: str) -> bool:
        """Make a call, and answer whether its result is stored now."""
        self.spot.flush()  # what was not saved before is told
        self.call(name)
        return self.spot.flush()

    def is_hit(self, name: str) -> bool:
        """Make a call, and answer whether the store had its result; if not, it has it now."""
        tally = self.marked[name.split(maxsplit=1)[0]]
        runs = tally.counts.runs
        self.call(name)
        return tally.counts.runs == runs

    def lost(self, names: Iterable[str]) -> list[str]:
        """Answer which of these calls the store has no result of."""
        return [name for name in names if not self.is_hit(name)]

    def key(self, name: str) -> str:
        """Answer the cache key of a call."""
        kind, n = name.split()
        return self.marked[kind].key(int(n))


@contextmanager
def troubles() -> Generator[list[str]]:
    """Collect the warnings of beautyspot inside a block; any other one is an error."""
    told: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("error")
        warnings.simplefilter("always", BeautySpotWarning)
        yield told
        told += [str(warning.message) for warning in caught]
