"""What every blob store has to do that several databases may share.

Subclass the suite and supply the fixture ``store``, as for ``BlobStoreContract``.
"""

import pytest

from beautyspot.core.errors import BlobNotFound, StoreBusy
from beautyspot.core.ports import BlobCatalog, BlobStore, BlobStreams, ScopedBlobs

__all__ = ["ScopedBlobsContract"]

ONE = "0123456789abcdef" * 2
TWO = "fedcba9876543210" * 2


def _within(store: BlobStore, scope: str) -> BlobStore:
    assert isinstance(store, ScopedBlobs)
    return store.within(lambda: scope)


class ScopedBlobsContract:
    """The rules of ``beautyspot.core.ports.ScopedBlobs``."""

    @pytest.fixture
    def store(self) -> BlobStore:
        """Answer an empty store."""
        raise NotImplementedError("a subclass supplies the fixture 'store'")

    def test_it_has_the_abilities_of_the_store(self, store: BlobStore) -> None:
        """What can be done without a scope can be done within one, this too."""
        scoped = _within(store, ONE)

        for ability in (ScopedBlobs, BlobCatalog, BlobStreams):
            assert isinstance(scoped, ability) is isinstance(store, ability)

    def test_every_scope_loads_what_another_has_saved(self, store: BlobStore) -> None:
        """A database may be a copy of another one, and its records point to blobs of that."""
        location = _within(store, ONE).save("key", b"content")

        assert _within(store, TWO).load(location) == b"content"
        assert store.load(location) == b"content"

    def test_equal_content_in_two_scopes_is_two_blobs(self, store: BlobStore) -> None:
        """What a database deletes is never what another one has saved."""
        one, two = _within(store, ONE), _within(store, TWO)
        gone, kept = one.save("key", b"same"), two.save("key", b"same")
        one.delete(gone)

        assert gone != kept
        assert two.load(kept) == b"same"
        with pytest.raises(BlobNotFound):
            two.load(gone)

    def test_every_scope_deletes_what_another_has_saved(self, store: BlobStore) -> None:
        """As it loads it: records of a copy can be forgotten."""
        location = _within(store, ONE).save("key", b"content")
        _within(store, TWO).delete(location)

        with pytest.raises(BlobNotFound):
            _within(store, ONE).load(location)

    def test_a_list_is_that_of_the_scope(self, store: BlobStore) -> None:
        """By it a clean-up knows what it may remove: nothing of another database."""
        one, two = _within(store, ONE), _within(store, TWO)
        mine, theirs = one.save("key", b"mine"), two.save("key", b"theirs")
        if not isinstance(one, BlobCatalog) or not isinstance(two, BlobCatalog):
            return

        assert [blob.location for blob in one.blobs()] == [mine]
        assert [blob.location for blob in two.blobs()] == [theirs]

    def test_the_last_scope_counts(self, store: BlobStore) -> None:
        """Scopes are not nested: they are names of databases, not folders."""
        location = _within(_within(store, ONE), TWO).save("key", b"content")
        one, two = _within(store, ONE), _within(store, TWO)

        assert two.load(location) == b"content"
        if isinstance(one, BlobCatalog) and isinstance(two, BlobCatalog):
            assert [blob.location for blob in two.blobs()] == [location]
            assert [*one.blobs()] == []

    def test_who_does_not_save_is_asked_for_no_scope(self, store: BlobStore) -> None:
        """It may have to be made first, in a database that is not there yet."""
        location = _within(store, ONE).save("key", b"content")

        def scope() -> str:
            raise AssertionError("asked for a scope that nobody needs")

        assert isinstance(store, ScopedBlobs)
        scoped = store.within(scope)

        assert scoped.load(location) == b"content"
        scoped.delete(location)

    def test_a_scope_that_cannot_be_told_keeps_nothing(self, store: BlobStore) -> None:
        """The database's own error says why, and the next save asks again."""
        answers: list[Exception | str] = [StoreBusy("the database is held"), ONE]

        def scope() -> str:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        assert isinstance(store, ScopedBlobs)
        scoped = store.within(scope)

        with pytest.raises(StoreBusy):
            scoped.save("key", b"content")
        assert store.load(scoped.save("key", b"content")) == b"content"
