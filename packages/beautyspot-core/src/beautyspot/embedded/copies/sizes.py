"""Sizes as people write them."""

import re
from typing import Final

__all__ = ["bytes_of"]

_SIZE: Final = re.compile(r"(\d{1,18}(?:\.\d{1,9})?) ?(B|[kKMGT]B|[KMGT]iB)?")
_UNITS: Final = {
    None: 1, "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40,
}  # fmt: skip


def bytes_of(size: object) -> int:
    """Answer how many bytes ``"2GB"``, ``"1.5 GiB"`` or a number means.

    Raises:
        ValueError: it is no size above 0.
    """
    if isinstance(size, int) and not isinstance(size, bool) and size > 0:
        return size
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    number = 0 if found is None else int(float(found[1]) * _UNITS[found[2]])
    if number <= 0:
        raise ValueError("is no size: expected text such as '500MB', '2GB' or '1GiB', or bytes")
    return number
