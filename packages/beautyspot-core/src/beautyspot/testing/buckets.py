"""What every bucket has to do of which ``beautyspot.objects`` makes a blob store.

Subclass the suite and supply the fixture ``bucket``, empty below its prefix::

class TestMyBucket(BucketContract):
    @pytest.fixture
    def bucket(self):
        return MyBucket(...)
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

from beautyspot.core.errors import BlobNotFound
from beautyspot.objects.bucket import Bucket, Listed
from beautyspot.objects.content import Content
from beautyspot.objects.deadline import Deadline

__all__ = ["BucketContract"]

_FOLDER: Final = "0a" * 16
_NAME: Final = f"{_FOLDER}/{'1b' * 32}"
_DATA: Final = {
    "nothing": b"",
    "little": b"\0\r\n",
    "a part": bytes(range(256)) * 4000,
    "several parts": bytes(range(256)) * 66_000,
}


def _soon() -> Deadline:
    return Deadline(60)


def _put(bucket: Bucket, name: str, data: bytes, *, only_new: bool = True) -> bool:
    return bucket.put(name, Content.of(data), _soon(), only_new=only_new)


def _got(bucket: Bucket, name: str, start: int = 0) -> bytes:
    body = bucket.get(name, _soon(), start)
    try:
        return b"".join(body.chunks)
    finally:
        body.close()


def _listed(bucket: Bucket, folder: str) -> dict[str, Listed]:
    found: list[Listed] = []
    after: str | None = None
    while True:
        page = bucket.listed(folder, _soon(), after)
        found.extend(page.objects)
        after = page.next
        if after is None:
            assert len({each.name for each in found}) == len(found), "listed twice"
            return {each.name: each for each in found}


class BucketContract:
    """The rules of ``beautyspot.objects.bucket.Bucket`` for a service that answers."""

    #: Whether the service keeps the rule that one creator wins; some emulators do not.
    creates_once: bool = True

    @pytest.fixture
    def bucket(self) -> Bucket:
        """Answer a bucket with nothing below its prefix."""
        raise NotImplementedError("a subclass supplies the fixture 'bucket'")

    @pytest.mark.parametrize("data", _DATA)
    def test_what_was_put_is_got(self, bucket: Bucket, data: str) -> None:
        """Whole, and with its size, in one part or in several."""
        assert _put(bucket, _NAME, _DATA[data])

        body = bucket.get(_NAME, _soon())
        assert body.size == len(_DATA[data])
        body.close()
        assert _got(bucket, _NAME) == _DATA[data]

    @pytest.mark.parametrize("data", _DATA)
    def test_what_is_said_of_an_object_is_true(self, bucket: Bucket, data: str) -> None:
        """Its size, its age by the clock of the service, and its digest where that is known."""
        _put(bucket, _NAME, _DATA[data])

        held = bucket.look(_NAME, _soon())

        assert held.size == len(_DATA[data])
        assert 0 <= held.age < 60
        assert held.sha256 == Content.of(_DATA[data]).sha256

    def test_the_rest_is_got_from_any_byte_on(self, bucket: Bucket) -> None:
        """And the size is that of the whole, so that one sees what is missing."""
        data = _DATA["a part"]
        _put(bucket, _NAME, data)

        for start in (1, 70_001, len(data) - 1):
            body = bucket.get(_NAME, _soon(), start)
            assert body.size == len(data)
            assert b"".join(body.chunks) == data[start:]
            body.close()

    def test_a_stamp_is_another_one_after_every_change(self, bucket: Bucket) -> None:
        """And the same one as long as there is none. None says nothing, and is no stamp."""
        _put(bucket, _NAME, b"content")
        first, again = self._stamp(bucket), self._stamp(bucket)
        _put(bucket, _NAME, b"CONTENT", only_new=False)

        assert first == again
        assert first is None or first != self._stamp(bucket)

    def _stamp(self, bucket: Bucket) -> object:
        body = bucket.get(_NAME, _soon())
        b"".join(body.chunks)
        body.close()
        return body.stamp

    def test_a_body_may_be_left(self, bucket: Bucket) -> None:
        """Closed before its end, twice; the next one is whole again."""
        data = _DATA["several parts"]
        _put(bucket, _NAME, data)

        for _ in range(5):
            body = bucket.get(_NAME, _soon())
            assert next(body.chunks)
            body.close()
            body.close()
        assert _got(bucket, _NAME) == data

    @pytest.mark.parametrize("data", ["little", "several parts"])
    def test_only_new_leaves_an_object_alone(self, bucket: Bucket, data: str) -> None:
        """And says so: what is there may be something else."""
        _put(bucket, _NAME, b"first")

        assert _put(bucket, _NAME, _DATA[data]) is not self.creates_once
        if self.creates_once:
            assert _got(bucket, _NAME) == b"first"

    @pytest.mark.parametrize("data", ["little", "several parts"])
    def test_an_object_is_replaced_whole(self, bucket: Bucket, data: str) -> None:
        """When that is asked for."""
        _put(bucket, _NAME, b"first")

        assert _put(bucket, _NAME, _DATA[data], only_new=False)
        assert _got(bucket, _NAME) == _DATA[data]

    def test_of_many_creators_one_is_told_that_it_was_him(self, bucket: Bucket) -> None:
        """And what is there is his."""
        contents = [b"%d" % number for number in range(8)]

        def put(data: bytes) -> bool:
            return _put(bucket, _NAME, data)

        with ThreadPoolExecutor(8) as pool:
            created = list(pool.map(put, contents))

        if self.creates_once:
            assert [_got(bucket, _NAME)] == [
                data for data, won in zip(contents, created, strict=True) if won
            ]

    def test_what_is_not_there_is_not_found(self, bucket: Bucket) -> None:
        """Neither its bytes nor what is said of it; deleting it is quiet."""
        with pytest.raises(BlobNotFound):
            bucket.get(_NAME, _soon())
        with pytest.raises(BlobNotFound):
            bucket.look(_NAME, _soon())
        bucket.delete(_NAME, _soon())

    def test_what_was_deleted_is_not_found(self, bucket: Bucket) -> None:
        """And can be put anew."""
        _put(bucket, _NAME, b"first")
        bucket.delete(_NAME, _soon())

        with pytest.raises(BlobNotFound):
            bucket.look(_NAME, _soon())
        assert _put(bucket, _NAME, b"second")

    def test_a_folder_lists_its_own(self, bucket: Bucket) -> None:
        """By the names that the other methods take; a name that begins alike is another's."""
        assert _listed(bucket, _FOLDER) == {}
        names = [f"{_FOLDER}/{number:064x}" for number in range(12)]
        for size, name in enumerate(names):
            _put(bucket, name, bytes(size))
        _put(bucket, f"{_FOLDER}0/x", b"other")
        _put(bucket, f"{'0b' * 16}/x", b"other")

        found = _listed(bucket, _FOLDER)

        assert {name: each.size for name, each in found.items()} == {
            name: size for size, name in enumerate(names)
        }
        assert all(0 <= each.age < 60 for each in found.values())
