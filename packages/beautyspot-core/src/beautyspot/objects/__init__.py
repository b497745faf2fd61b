"""What stores of objects in a cloud have in common: S3, GCS, and whatever else has buckets.

An adapter says what its SDK can do for one bucket, as a ``Bucket``; ``ObjectBlobStore`` makes a
blob store with all abilities of it.
"""
