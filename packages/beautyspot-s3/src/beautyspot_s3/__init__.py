"""Results of beautyspot in S3, and in whatever speaks its protocol.

>>> import beautyspot as bs
>>> spot = bs.Spot("experiment", storage="s3://bucket/prefix")  # doctest: +SKIP

boto3 is imported when something is stored or asked for, and not before.
"""

from beautyspot_s3.store import S3BlobStore

__all__ = ["S3BlobStore"]
