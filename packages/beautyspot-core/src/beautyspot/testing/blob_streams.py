"""What every blob store has to do that writes and reads blobs bit by bit.

Subclass the suite and supply the fixture ``store``, as for ``BlobStoreContract``.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from beautyspot.core.errors import BlobNotFound, BlobUnavailable
from beautyspot.core.ports import BlobCatalog, BlobStore, BlobStreams
from beautyspot.testing.blobs import CONTENTS, HOSTILE, BlobStoreContract

__all__ = ["BlobStreamsContract"]

_PIECES = [b"first", b"", b"\0" * 100_000, b"last"]


def _streams(store: BlobStore) -> BlobStreams:
    assert isinstance(store, BlobStreams)
    return store


class BlobStreamsContract(BlobStoreContract):
    """The rules of ``beautyspot.core.ports.BlobStreams``, on top of those of ``BlobStore``."""

    @pytest.mark.parametrize("pieces", [[], [b""], [b"x"], _PIECES], ids=len)
    def test_what_was_written_is_loaded(
        self, store: BlobStore, reopen: Callable[[], BlobStore], pieces: list[bytes]
    ) -> None:
        """In the order in which it was written, by everybody, as if it had been saved at once."""
        writer = _streams(store).writer("key")
        for piece in pieces:
            writer.write(piece)
        location = writer.commit()
        writer.close()

        for reader in (store, reopen()):
            assert reader.load(location) == b"".join(pieces)

    def test_a_location_is_as_those_of_save(self, store: BlobStore) -> None:
        """It goes into the same column, and what is there is deleted in the same way."""
        writer = _streams(store).writer("../../x")
        location = writer.commit()
        writer.close()

        assert type(location) is str
        assert location
        assert not location.startswith(("/", "\\"))
        store.delete(location)
        with pytest.raises(BlobNotFound):
            store.load(location)

    def test_nobody_finds_a_blob_before_it_is_committed(self, store: BlobStore) -> None:
        """However much of it is written."""
        writer = _streams(store).writer("key")
        for piece in _PIECES:
            writer.write(piece)

        assert self._found(store) == 0
        writer.commit()
        assert self._found(store) in {1, None}
        writer.close()

    def test_what_is_not_committed_is_gone(self, store: BlobStore) -> None:
        """Closing gives up; doing it twice is quiet, and nothing more is taken or read."""
        writer = _streams(store).writer("key")
        writer.write(b"content")
        writer.close()
        writer.close()

        assert self._found(store) in {0, None}
        with pytest.raises(BlobUnavailable):
            writer.write(b"more")
        with pytest.raises(BlobUnavailable):
            writer.read(0, 1)
        with pytest.raises(BlobUnavailable):
            writer.commit()

    def test_closing_after_the_commit_changes_nothing(self, store: BlobStore) -> None:
        """The blob is that of whoever knows its location."""
        writer = _streams(store).writer("key")
        writer.write(b"content")
        location = writer.commit()
        writer.close()
        writer.close()

        assert store.load(location) == b"content"

    def test_what_was_written_can_be_read_back(self, store: BlobStore) -> None:
        """From any place, before the commit and after it, also when the blob is deleted."""
        writer = _streams(store).writer("key")
        whole = b"".join(_PIECES)
        for piece in _PIECES:
            writer.write(piece)

        def check() -> None:
            assert writer.read(0, 5) == b"first"
            assert writer.read(3, 4) == whole[3:7]
            assert writer.read(len(whole) - 4, 1_000_000) == b"last"
            assert writer.read(len(whole), 10) == b""
            assert writer.read(len(whole) + 10, 10) == b""
            assert writer.read(2, 0) == b""
            assert writer.read(0, len(whole)) == whole

        check()
        writer.write(b"!")
        assert writer.read(len(whole) - 1, 2) == b"t!"
        whole += b"!"
        location = writer.commit()
        assert writer.read(0, len(whole)) == whole
        store.delete(location)
        assert writer.read(1, 3) == b"irs"
        writer.close()

    def test_writers_do_not_mix(self, store: BlobStore) -> None:
        """Two blobs of the same key that are written at the same time are two blobs."""
        one, two = _streams(store).writer("key"), _streams(store).writer("key")
        for number in range(3):
            one.write(b"one%d" % number)
            two.write(b"two%d" % number)
        first, second = one.commit(), two.commit()
        one.close()
        two.close()

        assert store.load(first) == b"one0one1one2"
        assert store.load(second) == b"two0two1two2"

    def test_threads_read_while_another_writes(self, store: BlobStore) -> None:
        """What has been written is read as it was written, whoever writes on."""
        writer = _streams(store).writer("key")
        writer.write(b"0123456789")

        def read(number: int) -> bool:
            return writer.read(number % 10, 1) == b"%d" % (number % 10)

        with ThreadPoolExecutor(4) as pool:
            reading = pool.map(read, range(400))
            for _ in range(100):
                writer.write(b"x" * 1000)
            assert all(reading)
        assert len(store.load(writer.commit())) == 100_010
        writer.close()

    @pytest.mark.parametrize("content", CONTENTS)
    def test_an_open_blob_is_read_from_any_place(self, store: BlobStore, content: str) -> None:
        """It begins at its start, knows its size, and ends where the bytes end."""
        data = CONTENTS[content]
        location = store.save("key", data)

        with _streams(store).open(location) as file:
            assert file.read(10) == data[:10]
            assert file.seek(0, 2) == len(data)
            assert file.seek(1) == 1
            assert file.read(5) == data[1:6]
            file.seek(0)
            found = b""
            while some := file.read(100_000):
                found += some
            assert found == data

    def test_an_open_blob_can_be_read_when_it_is_deleted(self, store: BlobStore) -> None:
        """Whoever has begun to read comes to the end."""
        data = CONTENTS["large"]
        location = store.save("key", data)

        with _streams(store).open(location) as file:
            start = file.read(1000)
            self._deleted(store, location)
            file.seek(len(start))
            rest = b""
            while some := file.read(1_000_000):
                rest += some
        assert start + rest == data

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_a_hostile_location_opens_nothing(self, store: BlobStore, hostile: str) -> None:
        """It is no location of this store, for ``open`` as little as for ``load``."""
        with pytest.raises(BlobNotFound):
            _streams(store).open(HOSTILE[hostile])

    def test_what_was_deleted_is_not_opened(self, store: BlobStore) -> None:
        """Forgotten, for everybody."""
        location = store.save("key", b"content")
        store.delete(location)

        with pytest.raises(BlobNotFound):
            _streams(store).open(location)

    def _deleted(self, store: BlobStore, location: str) -> None:
        """Delete a blob that is open; a system may refuse that (Windows)."""
        try:
            store.delete(location)
        except BlobUnavailable:
            assert store.load(location)

    def _found(self, store: BlobStore) -> int | None:
        """Answer how many blobs the store lists; None when it cannot list any."""
        return len(list(store.blobs())) if isinstance(store, BlobCatalog) else None
