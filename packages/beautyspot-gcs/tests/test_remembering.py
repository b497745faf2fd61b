"""A marked function whose results are in the bucket: whatever it is, and whatever happens there."""

import asyncio

import pytest
from google.cloud import storage

from beautyspot import BeautySpotWarning, Spot
from beautyspot_gcs import GCSBlobStore

pytestmark = pytest.mark.xdist_group("gcs")

BIG = b"x" * 200_000  # above what stands in the record


@pytest.fixture
def spots(tmp_path, url):
    """Opens Spots on the same results, as one process after another does."""
    opened = []

    def again(**options):
        opened.append(Spot("test", db=tmp_path / "test.db", storage=url, **options))
        return opened[-1]

    yield again
    for each in opened:
        each.shutdown()


@pytest.fixture
def objects(sdk, bucket_name):
    """Answers what is in the bucket, by another client."""
    return lambda: list(sdk.bucket(bucket_name).list_blobs(prefix="some/where/"))


class Ran(list):
    """What has run. A function that closes over it is the same whatever is in it."""

    def __cache_key__(self):
        return "ran"


def marked(spot, ran, **options):
    @spot.mark(**options)
    def work(number):
        ran.append(number)
        return BIG + str(number).encode()

    return work


def test_a_result_outlives_the_process(spots, objects):
    ran = Ran()
    first, second = marked(spots(), ran), marked(spots(), ran)

    assert first(1) == second(1) == BIG + b"1"
    assert [1] == ran
    assert 1 == len(objects())


def test_a_small_result_is_no_object_unless_one_wants_it(spots, objects):
    spot = spots()
    inline, blob = spot.mark(lambda x: x), spot.mark(save_blob=True)(lambda x: [x])

    inline("small")
    assert [] == objects()
    blob("small")
    assert 1 == len(objects())


def test_coroutine_functions(spots, objects):
    ran = Ran()

    async def work(number):
        ran.append(number)
        return BIG

    async def twice():
        first, second = spots().mark(work), spots().mark(work)
        return await first(1), await second(1), await asyncio.gather(first(2), first(2))

    assert (BIG, BIG, [BIG, BIG]) == asyncio.run(twice())
    assert [1, 2] == ran
    assert 1 == len(objects())


def test_streams(spots, objects):
    ran = Ran()

    def work(count):
        ran.append(count)
        for number in range(count):
            yield BIG + str(number).encode()

    first, second = spots().mark(work), spots().mark(work)

    expected = [BIG + str(number).encode() for number in range(8)]
    assert expected == list(first(8))
    assert expected == list(second(8))
    assert [8] == ran
    assert 1 == len(objects())


def test_streams_of_coroutines(spots):
    ran = Ran()

    async def work(count):
        ran.append(count)
        for number in range(count):
            yield BIG + str(number).encode()

    async def collected(function):
        return [chunk async for chunk in function(8)]

    async def twice():
        return await collected(spots().mark(work)), await collected(spots().mark(work))

    first, second = asyncio.run(twice())
    assert first == second == [BIG + str(number).encode() for number in range(8)]
    assert [8] == ran


def test_saving_in_the_background(spots, objects):
    spot = spots(save_sync=False)
    work = marked(spot, Ran())
    for number in range(5):
        work(number)

    assert spot.flush()
    assert 5 == len(objects())


def test_what_others_delete_is_run_again(spots, objects):
    ran = Ran()
    marked(spots(), ran)(1)
    for each in objects():
        each.delete()

    again = marked(spots(), ran)
    with pytest.warns(BeautySpotWarning):
        assert BIG + b"1" == again(1)
    assert BIG + b"1" == again(1)
    assert [1, 1] == ran


def test_what_others_change_is_run_again_and_mended(spots, objects):
    ran = Ran()
    marked(spots(), ran)(1)
    for each in objects():
        each.upload_from_string(bytes(each.size))

    again = marked(spots(), ran)
    with pytest.warns(BeautySpotWarning):
        assert BIG + b"1" == again(1)
    assert BIG + b"1" == again(1) == marked(spots(), ran)(1)
    assert [1, 1] == ran


def test_a_store_with_a_client_of_the_users(tmp_path, sdk, bucket_name):
    """It stays open when the Spot is shut down."""
    assert isinstance(sdk, storage.Client)
    ran = Ran()
    for _ in range(2):
        with Spot("t", db=tmp_path / "t.db", storage=GCSBlobStore(bucket_name, client=sdk)) as spot:
            assert BIG + b"1" == marked(spot, ran)(1)

    assert [1] == ran
    assert sdk.bucket(bucket_name).exists()
