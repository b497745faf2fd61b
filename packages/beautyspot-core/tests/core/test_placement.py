"""Inline or blob."""

import pytest

from beautyspot.core.model import ResultType
from beautyspot.core.placement import INLINE_LIMIT, WARN_LIMIT, Placement, place


@pytest.mark.parametrize(
    ("size", "save_blob", "expected"),
    [
        (0, None, Placement(ResultType.DIRECT_BLOB)),
        (INLINE_LIMIT - 1, None, Placement(ResultType.DIRECT_BLOB)),
        (INLINE_LIMIT, None, Placement(ResultType.FILE)),
        (0, True, Placement(ResultType.FILE)),
        (WARN_LIMIT, False, Placement(ResultType.DIRECT_BLOB)),
        (WARN_LIMIT + 1, False, Placement(ResultType.DIRECT_BLOB, oversized=True)),
    ],
)
def test_size_decides_unless_the_user_does(size: int, save_blob: bool | None, expected: Placement):
    """From 64 KiB on a blob; forced inline above 1 MiB is oversized."""
    assert place(size, save_blob) == expected
