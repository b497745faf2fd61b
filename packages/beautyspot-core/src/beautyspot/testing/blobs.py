"""What every blob store has to do.

Subclass a suite and supply the fixture ``store``::

class TestMyStore(BlobStoreContract):
    @pytest.fixture
    def store(self):
        return MyStore(...)
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beautyspot.core.errors import BlobNotFound, BlobUnavailable
from beautyspot.core.ports import BlobCatalog, BlobStore

__all__ = ["BlobCatalogContract", "BlobStoreContract", "UnreachableBlobStoreContract"]

CONTENTS: Final = {
    "nothing": b"",
    "one byte": b"\0",
    "every byte": bytes(range(256)),
    "line ends": b"\r\n\n\r\x1a",
    "large": bytes(range(256)) * 12_000 + b"end",
}
#: Locations that a database may hold when somebody has written to it: none may lead anywhere.
HOSTILE: Final = {
    "empty": "",
    "dot": ".",
    "parent": "..",
    "outside": "../../../../../../../../etc/passwd",
    "outside, encoded": "..%2f..%2f..%2fetc%2fpasswd",
    "outside, from within": "ab/../../../etc/passwd",
    "absolute": "/etc/passwd",
    "home": "~/.ssh/id_rsa",
    "NUL": "ab\0cd",
    "line end": "ab/cd\n",
    "file URL": "file:///etc/passwd",
    "other bucket": "s3://other/key",
    "drive": "C:\\Windows\\win.ini",
    "drive, relative": "C:win.ini",
    "UNC": "\\\\server\\share\\file",
    "device": "CON",
    "backslashes": "..\\..\\etc\\passwd",
    "very long": "a/" * 50_000,
    "one long name": "a" * 100_000,
    "unicode": "\uff41\uff42/\u202eäöü\u2028",
    "no UTF-8": "\udcff\ud800",
}
_KEYS: Final = ["", "a", "../../x", "/", "a\0b", "\ud800", "x" * 10_000, "äöü", "C:\\x", "CON"]
_SHARED_FIXTURE: Final = settings(
    max_examples=25,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class BlobStoreContract:
    """The rules of ``beautyspot.core.ports.BlobStore`` for a store that can be asked."""

    @pytest.fixture
    def store(self) -> BlobStore:
        """Answer an empty store."""
        raise NotImplementedError("a subclass supplies the fixture 'store'")

    @pytest.fixture
    def reopen(self, store: BlobStore) -> Callable[[], BlobStore]:
        """Answer how another process opens the same store; a store in memory has no such way."""
        return lambda: store

    @pytest.mark.parametrize("content", CONTENTS)
    def test_what_was_saved_is_loaded(
        self, store: BlobStore, reopen: Callable[[], BlobStore], content: str
    ) -> None:
        """The bytes are those that ``save`` was given: whole, and as bytes."""
        location = store.save("key", CONTENTS[content])

        for reader in (store, reopen()):
            loaded = reader.load(location)
            assert type(loaded) is bytes
            assert loaded == CONTENTS[content]

    @_SHARED_FIXTURE
    @given(data=st.binary(max_size=2000))
    def test_any_bytes_are_kept(self, store: BlobStore, data: bytes) -> None:
        """No content is special."""
        assert store.load(store.save("key", data)) == data

    @pytest.mark.parametrize("key", _KEYS)
    def test_a_key_is_any_text(self, store: BlobStore, key: str) -> None:
        """It is a hint for the name; whatever it holds, the blob is found again."""
        assert store.load(store.save(key, b"content")) == b"content"

    def test_a_location_is_relative_text(self, store: BlobStore) -> None:
        """It goes into a database: non-empty text, no absolute path, no URL."""
        location = store.save("key", b"content")

        assert type(location) is str
        assert location
        assert location.isprintable()
        assert not location.startswith(("/", "\\"))
        assert ":" not in location

    def test_bytes_at_a_location_never_change(self, store: BlobStore) -> None:
        """Saving again under the same key leaves what was saved before."""
        first = store.save("key", b"first")
        second = store.save("key", b"second")

        assert store.load(first) == b"first"
        assert store.load(second) == b"second"

    def test_the_callers_bytes_are_copied(self, store: BlobStore) -> None:
        """What the caller does with a buffer afterwards changes nothing."""
        buffer = bytearray(b"before")
        location = store.save("key", bytes(buffer))
        buffer[:] = b"after!"

        assert store.load(location) == b"before"

    def test_what_was_deleted_is_not_found(
        self, store: BlobStore, reopen: Callable[[], BlobStore]
    ) -> None:
        """Forgotten, for everybody."""
        location = store.save("key", b"content")
        store.delete(location)

        for reader in (store, reopen()):
            with pytest.raises(BlobNotFound):
                reader.load(location)

    def test_deleting_takes_only_that_blob(self, store: BlobStore) -> None:
        """Equal content under the same key is another blob's."""
        gone, kept = store.save("key", b"same"), store.save("key", b"same")
        other = store.save("other", b"other")
        if gone != kept:  # a store may keep equal content once, as long as nothing is lost
            store.delete(gone)

        assert store.load(kept) == b"same"
        assert store.load(other) == b"other"

    def test_deleting_twice_is_quiet(self, store: BlobStore) -> None:
        """What is not there can be deleted."""
        location = store.save("key", b"content")

        store.delete(location)
        store.delete(location)

    def test_a_location_of_nothing_is_not_found(self, store: BlobStore) -> None:
        """A location as the store makes them, at which nothing is, even in an empty store."""
        location = store.save("key", b"content")
        other = location[:-1] + ("0" if location[-1] != "0" else "1")

        with pytest.raises(BlobNotFound):
            store.load(other)
        store.delete(other)
        assert store.load(location) == b"content"

    @pytest.mark.parametrize("hostile", HOSTILE)
    @pytest.mark.parametrize("used", [False, True], ids=["unused", "used"])
    def test_a_hostile_location_leads_nowhere(
        self, store: BlobStore, hostile: str, used: bool
    ) -> None:
        """It is no location of this store: nothing is found there, and deleting it is quiet."""
        kept = store.save("key", b"content") if used else None

        with pytest.raises(BlobNotFound):
            store.load(HOSTILE[hostile])
        store.delete(HOSTILE[hostile])

        assert kept is None or store.load(kept) == b"content"

    @_SHARED_FIXTURE
    @given(location=st.text())
    def test_no_text_leads_anywhere(self, store: BlobStore, location: str) -> None:
        """Nothing else than "not found" is said of a location that was never given out."""
        with pytest.raises(BlobNotFound):
            store.load(location)
        store.delete(location)

    def test_changed_locations_lead_nowhere(self, store: BlobStore) -> None:
        """A location is taken as a whole: no prefix, no suffix, no other spelling of it."""
        location = store.save("key", b"content")
        changed = {
            location[:-1],
            f"{location}0",
            f"{location}/",
            f"{location}\n",
            f"{location}\0",
            f" {location}",
            f"/{location}",
            f"./{location}",
            f"../{location}",
            f"{location}/.",
            f"{location}/../x",
            location.replace("/", "//"),
            location.replace("/", "\\"),
            location.replace("/", "/./"),
            f"{location}?x",
        } - {location}

        for other in sorted(changed):
            with pytest.raises(BlobNotFound):
                store.load(other)
            store.delete(other)
        assert store.load(location) == b"content"

    def test_threads_share_a_store(self, store: BlobStore) -> None:
        """Every method may be called from several threads at once."""

        def work(number: int) -> bool:
            data = b"%d " % number * 1000
            location, gone = store.save("key", data), store.save("key", data + b"gone")
            store.delete(gone)
            return store.load(location) == data

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(work, range(100)))


class BlobCatalogContract(BlobStoreContract):
    """The rules of ``beautyspot.core.ports.BlobCatalog``, on top of those of ``BlobStore``."""

    def _listed(self, store: BlobStore) -> dict[str, int]:
        assert isinstance(store, BlobCatalog)
        found = list(store.blobs())
        sizes = {blob.location: blob.size for blob in found}
        assert len(found) == len(sizes), "a blob was listed twice"
        return sizes

    def test_every_finished_blob_is_listed(self, store: BlobStore) -> None:
        """Each once, with its size and the very location that ``save`` answered."""
        saved = {store.save("key", data): len(data) for data in CONTENTS.values()}

        assert self._listed(store) == saved

    def test_an_empty_store_lists_nothing(self, store: BlobStore) -> None:
        """Listing is no reason to have anything."""
        assert self._listed(store) == {}

    def test_the_deleted_is_not_listed(self, store: BlobStore) -> None:
        """Nor is what remains forgotten."""
        gone, kept = store.save("key", b"gone"), store.save("key", b"kept")
        store.delete(gone)

        assert self._listed(store) == {kept: 4}

    def test_an_age_is_seconds_since_the_save(self, store: BlobStore) -> None:
        """By the store's own clock, which this one only agrees with to the minute."""
        assert isinstance(store, BlobCatalog)
        store.save("key", b"content")

        (blob,) = store.blobs()

        assert type(blob.age) is float
        assert 0 <= blob.age < 60

    def test_what_is_listed_can_be_loaded_at_once(self, store: BlobStore) -> None:
        """Nothing is listed before it is whole, whoever is saving meanwhile."""
        data = bytes(300_000)
        stop = threading.Event()
        failed: list[str] = []

        def watch() -> None:
            while not stop.is_set():
                failed.extend(
                    location
                    for location, size in self._listed(store).items()
                    if size != len(data) or store.load(location) != data
                )

        with ThreadPoolExecutor(1) as pool:
            watching = pool.submit(watch)
            try:
                for _ in range(30):
                    store.save("key", data)
            finally:
                stop.set()
            watching.result(timeout=60)
        assert failed == []

    def test_deleting_while_listing_is_survived(self, store: BlobStore) -> None:
        """What vanishes meanwhile may be listed or not; the others are."""
        assert isinstance(store, BlobCatalog)
        kept, *gone = [store.save("key", b"content") for _ in range(50)]

        listing = store.blobs()
        seen = {next(listing).location}
        for location in gone:
            store.delete(location)
        seen.update(blob.location for blob in listing)

        assert kept in seen
        assert seen <= {kept, *gone}


class UnreachableBlobStoreContract:
    """The rules for a store that cannot be asked: a folder without access, a server that is off.

    The fixture ``store`` is such a store. What cannot be reached is not lost: nothing is "not
    found", and no error of a library comes through.
    """

    #: A location as the store makes them.
    location: str = "ab/" + "ab" * 16

    @pytest.fixture
    def store(self) -> BlobStore:
        """Answer a store that cannot be asked."""
        raise NotImplementedError("a subclass supplies the fixture 'store'")

    def test_saving_says_that_nothing_is_kept(self, store: BlobStore) -> None:
        """And keeps what the library said."""
        with pytest.raises(BlobUnavailable) as caught:
            store.save("key", b"content")

        assert caught.value.__cause__ is not None

    def test_loading_says_that_the_blob_may_exist(self, store: BlobStore) -> None:
        """And keeps what the library said."""
        with pytest.raises(BlobUnavailable) as caught:
            store.load(self.location)

        assert caught.value.__cause__ is not None

    def test_deleting_says_that_the_blob_may_exist_still(self, store: BlobStore) -> None:
        """And keeps what the library said."""
        with pytest.raises(BlobUnavailable) as caught:
            store.delete(self.location)

        assert caught.value.__cause__ is not None

    def test_listing_says_that_there_may_be_blobs(self, store: BlobStore) -> None:
        """And keeps what the library said; a store that cannot list has no such rule."""
        if isinstance(store, BlobCatalog):
            with pytest.raises(BlobUnavailable) as caught:
                list(store.blobs())

            assert caught.value.__cause__ is not None
