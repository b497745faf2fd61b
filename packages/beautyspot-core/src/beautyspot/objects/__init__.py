"""What stores of objects in a cloud have in common: S3, GCS, and whatever else has buckets.

An adapter says what its SDK can do for one bucket, as a ``Bucket``; ``ObjectBlobStore`` makes a
blob store with all abilities of it.
"""

from beautyspot.objects.bucket import Body, Bucket, Held, Listed, Page
from beautyspot.objects.content import Content
from beautyspot.objects.deadline import Deadline
from beautyspot.objects.store import BUDGET, GRACE, ObjectBlobStore

__all__ = [
    "BUDGET",
    "GRACE",
    "Body",
    "Bucket",
    "Content",
    "Deadline",
    "Held",
    "Listed",
    "ObjectBlobStore",
    "Page",
]
