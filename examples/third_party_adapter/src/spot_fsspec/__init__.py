"""A blob store for beautyspot over fsspec, which opens memory, disks, SFTP, S3 and hundreds more.

Importing this costs nothing: fsspec is loaded when the first store is made.
"""

from spot_fsspec.store import FsspecBlobStore

__all__ = ["FsspecBlobStore"]
