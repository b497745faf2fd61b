"""Inline in the record, or in the blob store?"""

from dataclasses import dataclass
from typing import Final

from beautyspot.core.model import ResultType

__all__ = ["INLINE_LIMIT", "WARN_LIMIT", "Placement", "place"]

#: Bytes of payload from which a blob is the better place. Reading, one file beats one row from
#: about 30 kB on; writing, from about 60 kB.
INLINE_LIMIT: Final = 64 * 1024

#: Bytes that are worth a warning when the user insists on inline: reading 1 MiB out of a database
#: costs twelve times what a file costs.
WARN_LIMIT: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a payload goes, and whether the user should hear that it is a poor place."""

    result_type: ResultType
    oversized: bool = False  #: inline on demand although it is above ``WARN_LIMIT``


def place(size: int, save_blob: bool | None) -> Placement:
    """Decide where a payload of ``size`` bytes goes.

    Args:
        size: bytes of the payload.
        save_blob: True and False force the blob store and the record; None lets size decide.
    """
    if save_blob is None:
        save_blob = size >= INLINE_LIMIT
    if save_blob:
        return Placement(ResultType.FILE)
    return Placement(ResultType.DIRECT_BLOB, oversized=size > WARN_LIMIT)
