"""Copies of blobs near at hand, of a store that is far away.

``cache`` keeps copies in a folder, bounded in size: ``head`` is what stands before each,
``contents`` reads them, ``usage`` counts bytes without looking at them all, ``eviction`` makes
room, ``sizes`` reads what people write. ``chain`` is the store that asks a cache first.
"""

from beautyspot.embedded.copies.cache import FileBlobCache
from beautyspot.embedded.copies.chain import chained

__all__ = ["FileBlobCache", "chained"]
