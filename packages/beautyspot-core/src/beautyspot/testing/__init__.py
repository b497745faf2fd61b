"""For tests: the contracts of the ports, doubles that keep them, and values to try them with.

Whoever writes an adapter subclasses the contract of its port and supplies a fixture::

    class TestTapeStore(BlobStoreContract):
        @pytest.fixture
        def store(self, tmp_path):
            return TapeStore(tmp_path)

Whoever tests a program that uses beautyspot gives its Spot a ``MemoryTaskDB`` and a
``MemoryBlobStore``. Needs pytest and hypothesis: ``pip install beautyspot-core[testing]``.
"""

from beautyspot.testing.blob_caches import BlobCacheContract
from beautyspot.testing.blob_streams import BlobStreamsContract
from beautyspot.testing.blobs import (
    BlobCatalogContract,
    BlobStoreContract,
    UnreachableBlobStoreContract,
)
from beautyspot.testing.buckets import BucketContract
from beautyspot.testing.claims import ClaimsContract
from beautyspot.testing.clock import ManualClock
from beautyspot.testing.clocks import ClockContract
from beautyspot.testing.identified import IdentifiedContract
from beautyspot.testing.limiters import LimiterContract
from beautyspot.testing.memory import MemoryTaskDB
from beautyspot.testing.memory_blobs import MemoryBlobStore
from beautyspot.testing.memory_bucket import MemoryBucket
from beautyspot.testing.memory_cloud import MemoryCloud
from beautyspot.testing.quotas import QuotasContract
from beautyspot.testing.scoped_blobs import ScopedBlobsContract
from beautyspot.testing.serializers import SerializerContract, plain_values, same
from beautyspot.testing.stamped_blobs import StampedBlobsContract
from beautyspot.testing.stateful import taskdb_machine
from beautyspot.testing.strategies import cache_keys, filters, records
from beautyspot.testing.taskdb import (
    LocalContract,
    PersistentContract,
    TaskCatalogContract,
    TaskDBContract,
)

__all__ = [
    "BlobCacheContract",
    "BlobCatalogContract",
    "BlobStoreContract",
    "BlobStreamsContract",
    "BucketContract",
    "ClaimsContract",
    "ClockContract",
    "IdentifiedContract",
    "LimiterContract",
    "LocalContract",
    "ManualClock",
    "MemoryBlobStore",
    "MemoryBucket",
    "MemoryCloud",
    "MemoryTaskDB",
    "PersistentContract",
    "QuotasContract",
    "ScopedBlobsContract",
    "SerializerContract",
    "StampedBlobsContract",
    "TaskCatalogContract",
    "TaskDBContract",
    "UnreachableBlobStoreContract",
    "cache_keys",
    "filters",
    "plain_values",
    "records",
    "same",
    "taskdb_machine",
]
