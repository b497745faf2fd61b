"""Forgetting a result: first the record, then the blob that nothing points to any more."""

from beautyspot.core.errors import DataError
from beautyspot.core.ports import BlobStore, ScopedBlobs, TaskCatalog, TaskDB
from beautyspot.drivers.background import discard

__all__ = ["remove"]


def remove(db: TaskDB, blobs: BlobStore, cache_key: str) -> bool:
    """Forget the result of one call; answer whether there was one.

    What waits to be saved is forgotten first. In this order a record never points to nothing,
    whenever it is interrupted. A database that cannot say what else points to the blob leaves the
    blob where it is. So does a store that keeps equal content once: a save of this moment may be
    about to point to it, which no look into the database can tell. The clean-up removes it later.

    Raises:
        StoreError: the database or the blob store failed.
    """
    waited = discard(db, cache_key)
    db.init_schema()
    try:
        record = db.get(cache_key)
    except DataError:  # it is there, and cannot say any more where its blob is
        return db.delete(cache_key) or waited
    if record is None or not db.delete(cache_key):
        return waited
    location = record.result_value
    if location is None or isinstance(blobs, ScopedBlobs):
        return True
    if isinstance(db, TaskCatalog) and not db.referenced([location]):
        blobs.delete(location)
    return True
