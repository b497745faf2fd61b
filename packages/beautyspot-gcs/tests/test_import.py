"""The package costs nothing before it is used."""

import subprocess
import sys


def test_the_sdk_is_imported_on_first_use():
    program = """
import sys
before = set(sys.modules)
from beautyspot_gcs import GCSBlobStore
store = GCSBlobStore.from_url("gs://bucket/prefix?credentials=x.json")
store.within(lambda: "ab" * 16)
repr(store)
store.delete("no location")
store.close()
heavy = {"google", "requests", "urllib3", "google_crc32c", "asyncio", "sqlite3", "msgpack"}
print(sorted(heavy & (set(sys.modules) - before)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert "[]\n" == done.stdout
