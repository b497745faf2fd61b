"""What every cache of blobs has to do.

Subclass the suite and supply the fixture ``cache``.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from beautyspot.core.errors import BlobUnavailable
from beautyspot.core.ports import BlobCache
from beautyspot.testing.blobs import CONTENTS, HOSTILE

__all__ = ["BlobCacheContract"]


def _kept(cache: BlobCache, location: str, data: bytes) -> None:
    cache.keep(location, len(data), (data,))


def _found(cache: BlobCache, location: str) -> bytes | None:
    file = cache.find(location)
    if file is None:
        return None
    with file:
        return file.read()


class BlobCacheContract:
    """The rules of ``beautyspot.core.ports.BlobCache``, for a cache with room for 10 MB."""

    @pytest.fixture
    def cache(self) -> BlobCache:
        """Answer an empty cache."""
        raise NotImplementedError("a subclass supplies the fixture 'cache'")

    def test_it_is_a_cache(self, cache: BlobCache) -> None:
        """It is told from a store by ``isinstance``."""
        assert isinstance(cache, BlobCache)

    @pytest.mark.parametrize("content", CONTENTS)
    def test_a_copy_is_found(self, cache: BlobCache, content: str) -> None:
        """Whole, as often as one asks."""
        _kept(cache, "location", CONTENTS[content])

        for _ in range(2):
            assert _found(cache, "location") == CONTENTS[content]

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_a_location_is_any_text(self, cache: BlobCache, hostile: str) -> None:
        """It is the store that knows which are its own; here none leads anywhere."""
        assert _found(cache, HOSTILE[hostile]) is None
        cache.forget(HOSTILE[hostile])
        _kept(cache, HOSTILE[hostile], b"content")

        assert _found(cache, HOSTILE[hostile]) == b"content"

    def test_a_copy_comes_in_pieces(self, cache: BlobCache) -> None:
        """Some of them may be empty."""
        cache.keep("location", 6, iter([b"", b"one", b"", b"two", b""]))

        assert _found(cache, "location") == b"onetwo"

    @pytest.mark.parametrize("size", [2, 4])
    def test_what_has_another_size_is_not_kept(self, cache: BlobCache, size: int) -> None:
        """It has been cut, or is another blob."""
        cache.keep("location", size, [b"abc"])

        assert _found(cache, "location") is None

    def test_what_breaks_off_is_not_kept(self, cache: BlobCache) -> None:
        """The error of the pieces is passed on, and another time it may go well."""

        def chunks() -> Iterator[bytes]:
            yield b"abc"
            raise BlobUnavailable("the network is gone")

        with pytest.raises(BlobUnavailable):
            cache.keep("location", 6, chunks())

        assert _found(cache, "location") is None
        _kept(cache, "location", b"abcdef")
        assert _found(cache, "location") == b"abcdef"

    def test_what_is_forgotten_is_not_found(self, cache: BlobCache) -> None:
        """Twice is quiet, and the others stay."""
        _kept(cache, "one", b"first")
        _kept(cache, "two", b"second")
        cache.forget("one")
        cache.forget("one")

        assert _found(cache, "one") is None
        assert _found(cache, "two") == b"second"

    def test_a_copy_is_read_from_any_place(self, cache: BlobCache) -> None:
        """In pieces, from its start and from its end, and no further than that."""
        _kept(cache, "location", b"0123456789")
        file = cache.find("location")
        assert file is not None

        with file:
            assert file.read(3) == b"012"
            assert file.tell() == 3
            assert file.seek(-2, 2) == 8
            assert file.read() == b"89"
            assert file.read(1) == b""
            assert file.seek(-3, 1) == 7
            assert file.read(2) == b"78"
            assert file.seek(0) == 0
            assert file.read() == b"0123456789"

    def test_an_open_copy_is_read_when_it_is_forgotten(self, cache: BlobCache) -> None:
        """Whoever has begun to read comes to the end."""
        _kept(cache, "location", CONTENTS["large"])
        file = cache.find("location")
        assert file is not None

        with file:
            start = file.read(10)
            cache.forget("location")
            assert start + file.read() == CONTENTS["large"]

    def test_files_of_others_have_no_stamp(self, cache: BlobCache) -> None:
        """Nobody knows here what would change with their bytes."""
        with open(__file__, "rb") as file:
            assert cache.stamp(file) is None

    def test_threads_keep_the_same_copy(self, cache: BlobCache) -> None:
        """At once: it is found whole, or not at all meanwhile."""
        data = CONTENTS["large"]

        def work(_: int) -> bytes | None:
            _kept(cache, "location", data)
            return _found(cache, "location")

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(work, range(16))) <= {data, None}
        assert _found(cache, "location") == data
