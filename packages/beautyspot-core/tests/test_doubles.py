"""What we ship for tests is tested: blobs in memory, and the values to try serializers with."""

import itertools
import math
from collections import OrderedDict
from collections.abc import Iterator
from types import NoneType

import pytest
from hypothesis import Phase, given, seed, settings

from beautyspot.core.errors import BlobUnavailable
from beautyspot.core.ports import BlobStore, TaskDB
from beautyspot.testing import (
    BlobCatalogContract,
    BlobStreamsContract,
    IdentifiedContract,
    ManualClock,
    MemoryBlobStore,
    MemoryCloud,
    MemoryTaskDB,
    ScopedBlobsContract,
    StampedBlobsContract,
    UnreachableBlobStoreContract,
    plain_values,
    same,
)


class TestMemoryBlobStore(BlobStreamsContract, BlobCatalogContract, StampedBlobsContract):
    @pytest.fixture
    def store(self) -> BlobStore:
        return MemoryBlobStore()


class TestMemoryCloud(BlobStreamsContract, BlobCatalogContract, ScopedBlobsContract):
    @pytest.fixture
    def store(self) -> BlobStore:
        return MemoryCloud()


class TestMemoryCloudSwitchedOff(UnreachableBlobStoreContract):
    @pytest.fixture
    def store(self) -> BlobStore:
        store = MemoryCloud()
        store.reachable = False
        return store


def test_a_cloud_that_is_back_has_what_it_had():
    cloud = MemoryCloud()
    scoped = cloud.within(lambda: "1" * 32)
    location = scoped.save("key", b"content")
    cloud.reachable = False
    with pytest.raises(BlobUnavailable):
        scoped.load(location)
    cloud.reachable = True

    assert scoped.load(location) == b"content"
    assert repr(scoped) == "<MemoryCloud of 1 blobs>"


def test_a_scope_that_is_none_keeps_nothing():
    """It would become part of a name."""
    with pytest.raises(BlobUnavailable, match="no id of a database"):
        MemoryCloud().within(lambda: "../x").save("key", b"content")


class TestMemoryTaskDB(IdentifiedContract):
    @pytest.fixture
    def db(self) -> TaskDB:
        return MemoryTaskDB()

    @pytest.fixture
    def another(self) -> TaskDB:
        return MemoryTaskDB()


def test_blobs_age_by_the_clock_that_was_given():
    clock = ManualClock()
    store = MemoryBlobStore(clock)
    old = store.save("key", b"old")
    clock.advance(60)
    new = store.save("key", b"new")
    clock.advance(0.5)

    assert {blob.location: blob.age for blob in store.blobs()} == {old: 60.5, new: 0.5}
    assert repr(store) == "<MemoryBlobStore of 2 blobs>"


NAN = float("nan")
#: No two of them are the same.
DIFFERENT = [
    None, True, 1, 1.0, 1 + 0j, False, 0, 0.0, -0.0, 0j, complex(0, -0.0), complex(-0.0, 0), NAN,
    complex(NAN, 0), complex(0, NAN), "a", b"a", bytearray(b"a"), "", b"", bytearray(), [], (), {},
    set(), frozenset(), OrderedDict(), [1], (1,), {1}, frozenset({1}), {1: 1}, [True], [1.0],
    {True}, {1.0: 1}, {1: 1.0}, [[1]], [(1,)], {(1,)}, {(1.0,)}, {(True,)}, {NAN}, {(NAN,)}, {0.0},
    {-0.0}, {"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 1}, [1, 2], [2, 1], {1, 2}, {1, 2.0},
    [NAN, NAN], {1: {2: [3]}}, {1: {2: (3,)}}, {frozenset({1, (2,)})}, {frozenset({1, (2.0,)})},
]  # fmt: skip


def test_same_tells_all_types_apart():
    """At every depth, with the sign of zero and the order of dicts."""
    mistaken = [(a, b) for a, b in itertools.combinations(DIFFERENT, 2) if same(a, b) or same(b, a)]

    assert mistaken == []


@pytest.mark.parametrize("value", DIFFERENT, ids=repr)
def test_same_knows_a_copy(value: object):
    """Also of a nan, which does not equal itself."""
    assert same(value, value)
    assert same([{"a": (value,)}], [{"a": (value,)}])


def test_same_knows_other_nans_and_other_orders_of_sets():
    assert same({float("nan"), 1}, {1, float("-nan")})
    assert same({(float("nan"), 2)}, {(float("nan"), 2)})
    assert same({*range(100)}, {*reversed(range(100))})


@settings(deadline=None)
@given(plain_values())
def test_a_plain_value_is_the_same_as_itself(value: object):
    assert same(value, value)


def parts(value: object) -> Iterator[object]:
    yield value
    if isinstance(value, list | tuple | set | frozenset | dict):
        for member in value:
            yield from parts(member)
    if isinstance(value, dict):
        for member in value.values():
            yield from parts(member)


HARD = {
    "large int": lambda value: type(value) is int and value.bit_length() > 64,
    "nan": lambda value: type(value) is float and math.isnan(value),
    "minus zero": lambda value: same(value, -0.0),
    "surrogate": lambda value: type(value) is str and any("\ud800" <= c <= "\udfff" for c in value),
    "tuple as a key": lambda value: type(value) is dict and tuple in map(type, value),
    "frozenset in a set": lambda value: type(value) is set and frozenset in map(type, value),
    "tuple in a list": lambda value: type(value) is list and tuple in map(type, value),
}
KINDS = {
    NoneType, bool, int, float, complex, str, bytes, bytearray, list, tuple, set, frozenset, dict,
}  # fmt: skip


def test_plain_values_are_of_every_kind_and_hard_ones_among_them():
    kinds, hard = set[type](), set[str]()

    @seed(1)
    @settings(max_examples=1000, deadline=None, database=None, phases=[Phase.generate])
    @given(plain_values())
    def draw(value: object) -> None:
        for part in parts(value):
            kinds.add(type(part))
            hard.update(name for name, is_hard in HARD.items() if is_hard(part))

    draw()

    assert kinds == KINDS
    assert hard == set(HARD)
