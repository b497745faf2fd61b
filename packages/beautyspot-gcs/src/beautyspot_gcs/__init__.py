"""Results of beautyspot in Google Cloud Storage.

Installed, it answers to ``gs:`` URLs::

    spot = bs.Spot("my_experiment", storage="gs://bucket/prefix")

The SDK is imported when a store is first used.
"""

from beautyspot_gcs.store import GCSBlobStore

__all__ = ["GCSBlobStore"]
