"""The digest of large buffers, and of many short texts as one."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

from beautyspot.core.content import Content, Label

__all__ = ["of_buffers", "of_texts"]

#: Bytes up to which content stands in the text itself.
_BYTES_LIMIT: Final = 64


def of_buffers(blocks: Iterable[Any], size: int) -> dict[str, Label]:
    """Answer the labels for bytes that come in pieces, of so many bytes in all."""
    if size <= _BYTES_LIMIT:
        return {"b": b"".join(map(bytes, blocks)).hex()}
    digest = sha256()
    for block in blocks:
        digest.update(block)
    return {"sha256": digest.hexdigest()}


def of_texts(texts: Sequence[str | None]) -> Content:
    """Answer the content of texts, of which some may be missing.

    Lengths and characters are told apart, so a column of a million texts is two digests.
    """
    lengths = ",".join(["-" if text is None else str(len(text)) for text in texts])
    return Content("texts", {"n": len(texts)}, {"lengths": lengths}, "".join(filter(None, texts)))
