"""Which file a path leads to, and what is known of one that is open."""

import os
from dataclasses import dataclass

from beautyspot.core.errors import StoreUnavailable

__all__ = ["Identity", "Opened", "identity_of"]

#: Device and inode: the same file under whatever name.
Identity = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Opened:
    """The file that connections lead to."""

    uri: str
    identity: Identity
    neighbours: dict[str, Identity]  #: its -wal and -shm file, by their paths
    writable: bool

    def is_at(self, path: str) -> bool:
        """Tell whether it is still at the path, with its own neighbours.

        Raises:
            StoreUnavailable: it cannot be told.
        """
        neighbours = self.neighbours.items()
        return identity_of(path) == self.identity and all(
            identity_of(name) == seen for name, seen in neighbours
        )


def identity_of(path: str) -> Identity | None:
    """Answer which file a path leads to; None when there is none.

    Raises:
        StoreUnavailable: it cannot be told.
    """
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        msg = f"the database {path!r} cannot be reached: {error}. Make its folder readable"
        raise StoreUnavailable(msg) from error
    return status.st_dev, status.st_ino
