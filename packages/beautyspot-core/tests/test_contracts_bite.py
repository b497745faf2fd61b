"""The shipped contract suites, run against adapters that break one rule each: all are caught."""

import textwrap

import pytest

VIOLATIONS = {
    "a second save is ignored": (
        "TaskDBContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def save(self, record):
                if self.get(record.cache_key) is None:
                    super().save(record)
        """,
    ),
    "a field is lost": (
        "TaskDBContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def save(self, record):
                super().save(dataclasses.replace(record, expires_at=None))
        """,
    ),
    "expired records are hidden": (
        "TaskDBContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def get(self, cache_key):
                record = super().get(cache_key)
                return None if record is None or record.expires_at is not None else record
        """,
    ),
    "delete does not say whether there was one": (
        "TaskDBContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def delete(self, cache_key):
                super().delete(cache_key)
                return True
        """,
    ),
    "init_schema empties the database": (
        "TaskDBContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def init_schema(self):
                for record in self.page(RecordFilter(), limit=1000).records:
                    self.delete(record.cache_key)
        """,
    ),
    "listings are oldest first": (
        "TaskCatalogContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def page(self, where, *, limit, after=None):
                page = super().page(where, limit=limit, after=after)
                return Page(page.records[::-1], page.next)
        """,
    ),
    "listings carry payloads": (
        "TaskCatalogContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def page(self, where, *, limit, after=None):
                page = super().page(where, limit=limit, after=after)
                return Page(tuple(self.get(r.cache_key) for r in page.records), page.next)
        """,
    ),
    "what changed since is deleted": (
        "TaskCatalogContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def delete_unchanged(self, stamps):
                keys = [stamp.cache_key for stamp in stamps]
                gone = [r for r in map(self.get, keys) if r and self.delete(r.cache_key)]
                return tuple(dataclasses.replace(r, result_data=None) for r in gone)
        """,
    ),
    "a count has no limit": (
        "TaskCatalogContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def count(self, where, *, limit):
                return super().count(where, limit=10**9)
        """,
    ),
    "an entry is another record's": (
        "LocalContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def entry(self, cache_key, *, wait):
                entry = super().entry(cache_key, wait=wait)
                return None if entry is None else entry._replace(checksum=b"x" * 16)
        """,
    ),
    "an id is made anew each time": (
        "IdentifiedContract",
        "db",
        """
        import uuid

        class Adapter(MemoryTaskDB):
            def database_id(self):
                return uuid.uuid4().hex
        """,
    ),
    "all databases have one id": (
        "IdentifiedContract",
        "db",
        """
        class Adapter(MemoryTaskDB):
            def database_id(self):
                return "0" * 32
        """,
    ),
    "an id is a UUID as it is printed": (
        "IdentifiedContract",
        "db",
        """
        import uuid

        class Adapter(MemoryTaskDB):
            def __init__(self):
                super().__init__()
                self._id = str(uuid.uuid4())
        """,
    ),
    "what is missing is empty": (
        "BlobStoreContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def load(self, location):
                try:
                    return super().load(location)
                except BlobNotFound:
                    return b""
        """,
    ),
    "what is missing cannot be deleted": (
        "BlobStoreContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def delete(self, location):
                self.load(location)
                super().delete(location)
        """,
    ),
    "a blob is cut": (
        "BlobStoreContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def save(self, key, data):
                return super().save(key, data[:1000])
        """,
    ),
    "a blob is missing from the list": (
        "BlobCatalogContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def blobs(self):
                yield from list(super().blobs())[1:]
        """,
    ),
    "stamps tell nothing but the size": (
        "StampedBlobsContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def stamp(self, file):
                return len(file.getvalue())
        """,
    ),
    "every look has another stamp": (
        "StampedBlobsContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def stamp(self, file):
                return object()
        """,
    ),
    "a blob is found while it is written": (
        "BlobStreamsContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def writer(self, key):
                writer = super().writer(key)
                write = writer.write
                def early(data):
                    write(data)
                    self.save(key, data)
                writer.write = early
                return writer
        """,
    ),
    "what was written is read back from its start alone": (
        "BlobStreamsContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def writer(self, key):
                writer = super().writer(key)
                read = writer.read
                writer.read = lambda offset, size: read(0, size)
                return writer
        """,
    ),
    "closing commits": (
        "BlobStreamsContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def writer(self, key):
                writer = super().writer(key)
                close = writer.close
                def late():
                    try:
                        writer.commit()
                    except BlobUnavailable:
                        pass
                    close()
                writer.close = late
                return writer
        """,
    ),
    "a closed writer takes more": (
        "BlobStreamsContract",
        "store",
        """
        class Adapter(MemoryBlobStore):
            def writer(self, key):
                writer = super().writer(key)
                writer.close = lambda: None
                return writer
        """,
    ),
    "an open blob is empty when it is deleted": (
        "BlobStreamsContract",
        "store",
        """
        import io

        class Late(io.RawIOBase):
            def __init__(self, load):
                self.load = load
            def read(self, size=-1):
                return self.load()

        class Adapter(MemoryBlobStore):
            def open(self, location):
                self.load(location)
                return Late(lambda: self.load(location))
        """,
    ),
    "equal content of two databases is one blob": (
        "ScopedBlobsContract",
        "store",
        """
        class Adapter(MemoryCloud):
            def within(self, scope):
                return super().within(lambda: scope() and "0" * 32)
        """,
    ),
    "a list is that of everybody": (
        "ScopedBlobsContract",
        "store",
        """
        class Adapter(MemoryCloud):
            def within(self, scope):
                scoped = super().within(scope)
                def everything():
                    for location in scoped._bucket.kept:
                        yield BlobInfo(location, 7, 0.0)
                scoped.blobs = everything
                return scoped
        """,
    ),
    "the scope is asked for at once": (
        "ScopedBlobsContract",
        "store",
        """
        class Adapter(MemoryCloud):
            def within(self, scope):
                told = scope()
                return super().within(lambda: told)
        """,
    ),
    "what is of another scope is not found": (
        "ScopedBlobsContract",
        "store",
        """
        class Adapter(MemoryCloud):
            def within(self, scope):
                scoped = super().within(scope)
                load = scoped.load
                def own(location):
                    if not location.startswith(scope()):
                        raise BlobNotFound(location)
                    return load(location)
                scoped.load = own
                return scoped
        """,
    ),
    "a copy that was cut is answered": (
        "BlobCacheContract",
        "cache",
        """
        class Adapter(FileBlobCache):
            def __init__(self):
                super().__init__("cache")

            def keep(self, location, size, chunks):
                data = b"".join(chunks)
                super().keep(location, len(data), [data])
        """,
    ),
    "a location is a path": (
        "BlobCacheContract",
        "cache",
        """
        class Adapter(FileBlobCache):
            def __init__(self):
                super().__init__("cache")

            def keep(self, location, size, chunks):
                open(location, "a").close()
                super().keep(location, size, chunks)
        """,
    ),
    "what is forgotten is found": (
        "BlobCacheContract",
        "cache",
        """
        class Adapter(FileBlobCache):
            def __init__(self):
                super().__init__("cache")

            def forget(self, location):
                pass
        """,
    ),
    "every file has a stamp": (
        "BlobCacheContract",
        "cache",
        """
        class Adapter(FileBlobCache):
            def __init__(self):
                super().__init__("cache")

            def stamp(self, file):
                return 1
        """,
    ),
    "tuples come back as lists": (
        "SerializerContract",
        "serializer",
        """
        import msgpack

        class Adapter:
            def dumps(self, value):
                try:
                    return msgpack.packb(value)
                except Exception as error:
                    raise SerializationError(str(error)) from error

            def loads(self, data):
                try:
                    return msgpack.unpackb(data, strict_map_key=False)
                except Exception as error:
                    raise SerializationError(str(error)) from error
        """,
    ),
    "what cannot be kept is kept as text": (
        "SerializerContract",
        "serializer",
        """
        class Adapter(MsgpackSerializer):
            def dumps(self, value):
                try:
                    return super().dumps(value)
                except SerializationError:
                    return super().dumps(repr(value))
        """,
    ),
    "the time of day has no zone": (
        "ClockContract",
        "clock",
        """
        class Adapter(SystemClock):
            def now(self):
                return super().now().replace(tzinfo=None)
        """,
    ),
    "an event is set from the start": (
        "ClockContract",
        "clock",
        """
        class Adapter(SystemClock):
            def event(self):
                event = super().event()
                event.set()
                return event
        """,
    ),
    "a quota is charged though another one refuses": (
        "QuotasContract",
        "reopen",
        """
        class Adapter(MemoryTaskDB):
            def __call__(self):
                return self
            def spend(self, charges, now):
                spend = super().spend
                return tuple(spent for charge in charges for spent in spend([charge], now))
        """,
    ),
    "a quota is given back on another day": (
        "QuotasContract",
        "reopen",
        """
        class Adapter(MemoryTaskDB):
            def __call__(self):
                return self
            def settle(self, spent, actual):
                for one in spent:
                    used = self._used[one.account]
                    self._used[one.account] = dataclasses.replace(used, used=used.used - one.cost)
        """,
    ),
    "a quota is counted by each instance for itself": (
        "QuotasContract",
        "reopen",
        """
        class Adapter(MemoryTaskDB):
            def __call__(self):
                return MemoryTaskDB()
        """,
    ),
}

IMPORTS = """
import dataclasses
import pytest
from beautyspot.core.errors import BlobNotFound, BlobUnavailable, SerializationError
from beautyspot.core.model import BlobInfo, Page, RecordFilter
from beautyspot.embedded.clock import SystemClock
from beautyspot.embedded.copies import FileBlobCache
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.testing import MemoryBlobStore, MemoryCloud, MemoryTaskDB, {contract}
"""

SUITE = """
class TestAdapter({contract}):
    @pytest.fixture
    def {fixture}(self):
        return Adapter()

    @pytest.fixture
    def another(self):
        return Adapter()
"""


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_broken_adapter_fails_its_contract(pytester: pytest.Pytester, violation: str):
    """Each violation is caught by at least one test of the suite."""
    contract, fixture, adapter = VIOLATIONS[violation]
    names = {"contract": contract, "fixture": fixture}
    source = IMPORTS.format(**names) + textwrap.dedent(adapter) + SUITE.format(**names)
    pytester.makepyfile(source)

    outcome = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-x").parseoutcomes()

    assert outcome.get("failed", 0) == 1
