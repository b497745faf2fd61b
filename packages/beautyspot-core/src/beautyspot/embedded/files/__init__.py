"""Blobs as files in a folder.

``store`` is the adapter; ``folders`` opens and writes below a root without following links,
``ownership`` says whose a folder is, ``urls`` reads ``file:`` URLs, and ``advice`` says what to do
about an error of the file system.
"""

from beautyspot.embedded.files.store import FileBlobStore

__all__ = ["FileBlobStore"]
