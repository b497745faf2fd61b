"""Hypothesis strategies for what crosses the ports: records, and values to be stored."""

import ipaddress
import math
import re
from array import array
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import PurePosixPath, PureWindowsPath
from types import SimpleNamespace
from typing import Any, Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from beautyspot.core.model import RecordFilter, ResultType, TaskRecord

__all__ = ["cache_keys", "filters", "moments", "plain_values", "records", "rich_values", "texts"]

#: Microseconds at the end of the year 9999.
_LATEST = 253_402_300_799_999_999
_SIZES = st.integers(0, 2**40)
#: Few of them, so that filters find something.
_NAMES = st.sampled_from(
    ("app.tasks.summarise", "app.tasks.embed", "モジュール.関数", "x.<lambda>")
)
_VERSIONS = st.none() | st.sampled_from(("", "1", "v2"))


def texts() -> SearchStrategy[str]:
    """Generate text that every database keeps: no lone surrogates, no NUL (PostgreSQL)."""
    return st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)


def cache_keys() -> SearchStrategy[str]:
    """Generate keys: 32 hexadecimal digits; now and then two that differ in the last alone."""
    near = st.sampled_from([f"{n:032x}" for n in range(4)])
    return near | st.integers(0, 2**128 - 1).map(lambda n: f"{n:032x}")


def moments() -> SearchStrategy[int]:
    """Generate microseconds since 1970; a few often, so that several records share one."""
    return st.sampled_from((0, 1, 2, _LATEST)) | st.integers(0, _LATEST)


@st.composite
def records(draw: st.DrawFn, keys: SearchStrategy[str] | None = None) -> TaskRecord:
    """Generate whole records, with the payload inline or at a location.

    Args:
        draw: given by Hypothesis.
        keys: of the cache; ``cache_keys()`` when None.
    """
    inline = draw(st.booleans())
    return TaskRecord(
        cache_key=draw(cache_keys() if keys is None else keys),
        func_name=draw(_NAMES | texts()),
        input_id=draw(texts()),
        version=draw(_VERSIONS),
        result_type=ResultType.DIRECT_BLOB if inline else ResultType.FILE,
        content_type=draw(st.none() | texts()),
        result_value=None if inline else draw(st.sampled_from(("ab/cd", "b")) | texts()),
        result_data=draw(st.binary(max_size=200)) if inline else None,
        updated_at=draw(moments()),
        expires_at=draw(st.none() | moments()),
        size=draw(_SIZES),
        checksum=draw(st.none() | st.binary(min_size=16, max_size=16)),
        elapsed=draw(st.none() | st.floats(0, 1e9)),
        cost=draw(st.none() | st.floats(allow_nan=False, allow_infinity=False)),
        fingerprint=draw(st.none() | texts()),
        arguments=draw(st.none() | texts()),
    )


def filters() -> SearchStrategy[RecordFilter]:
    """Generate filters; most of them restrict little, so that something is found."""
    return st.builds(
        RecordFilter,
        func_name=st.none() | _NAMES,
        version=_VERSIONS,
        updated_from=st.none() | moments(),
        updated_before=st.none() | moments(),
        expired_at=st.none() | moments(),
        min_size=st.none() | _SIZES,
    )


#: What is drawn too rarely by itself.
_HARD: Final = (2**63, -(2**63) - 1, 2**64, -(2**200), math.nan, math.inf, -0.0, "\ud800")


def plain_values() -> st.SearchStrategy[object]:
    """Draw None, bool, int, float, complex, str, bytes, bytearray and nested containers of them.

    Hard ones are among them: ints of any size, infinities, nan, -0.0, lone surrogates, and tuples
    and frozensets as keys and members.
    """
    scalars = st.one_of(
        st.sampled_from(_HARD),
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.complex_numbers(),
        st.text(),
        st.text(st.characters(categories=["Cs", "Lu"])),  # Cs: surrogates
        st.binary(),
    )
    keys = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3).map(tuple) | st.frozensets(inner, max_size=3),
        max_leaves=4,
    )
    leaves = scalars | st.binary().map(bytearray) | st.sets(keys, max_size=4) | keys
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(inner, max_size=4).map(tuple)
            | st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=12,
    )


def rich_values() -> SearchStrategy[object]:
    """Draw what the standard library has beyond plain values, within each other and in containers.

    Times of every kind, decimals, fractions, UUIDs, paths, addresses, patterns, ranges, slices,
    arrays, and the containers of ``collections``.
    """
    scalars = st.one_of(*_moments(), *_numbers(), *_names())
    keys = scalars | st.text(max_size=3) | st.tuples(scalars, st.integers())
    leaves = scalars | _sequences() | st.none() | st.integers() | st.text(max_size=5)
    return st.recursive(leaves, lambda inner: _collections(keys, inner), max_leaves=8)


def _zones() -> SearchStrategy[Any]:
    offsets = st.timedeltas(timedelta(hours=-23), timedelta(hours=23))
    return st.one_of(
        st.none(),
        st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo"]).map(ZoneInfo),
        st.builds(timezone, offsets),
        st.builds(timezone, offsets, st.text(max_size=5)),
    )


def _moments() -> list[SearchStrategy[Any]]:
    zones = _zones()
    times = st.builds(time.replace, st.times(), tzinfo=zones, fold=st.integers(0, 1))
    moments = st.builds(datetime.replace, st.datetimes(), tzinfo=zones, fold=st.integers(0, 1))
    return [st.dates(), times, moments, st.timedeltas(), zones]


def _numbers() -> list[SearchStrategy[Any]]:
    return [
        st.decimals().filter(_is_hashable),
        st.fractions(),
        st.builds(range, st.integers(), st.integers(), st.integers(1)),
        st.just(...),
        st.complex_numbers(),
    ]


def _names() -> list[SearchStrategy[Any]]:
    words = st.lists(st.text("ab. ", max_size=4), max_size=3)
    return [
        st.uuids(),
        st.ip_addresses(),
        st.ip_addresses().map(ipaddress.ip_network),
        st.ip_addresses().map(ipaddress.ip_interface),
        words.map(lambda parts: PurePosixPath(*parts)),
        words.map(lambda parts: PureWindowsPath(*parts)),
        st.sampled_from([re.compile("a+", re.IGNORECASE), re.compile(b"[^a]"), re.compile("é|あ")]),
        st.sampled_from([int, str, type(None)]),
    ]


def _sequences() -> SearchStrategy[Any]:
    sizes = st.none() | st.integers(1, 9)
    return st.one_of(
        st.lists(st.floats(width=32)).map(lambda items: array("f", items)),
        st.lists(st.integers(-(2**63), 2**63 - 1)).map(lambda items: array("q", items)),
        st.builds(slice, sizes, sizes, sizes),
        st.builds(bytearray, st.binary()),
    )


def _is_hashable(number: Decimal) -> bool:
    return not number.is_snan()


def _deque(items: list[object], longest: int | None) -> deque[object]:
    return deque(items, longest)


def _collections(
    keys: SearchStrategy[Any], inner: SearchStrategy[object]
) -> SearchStrategy[object]:
    pairs = st.dictionaries(keys, inner, max_size=3)
    names = st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    items = st.lists(inner, max_size=3)
    return st.one_of(
        items,
        items.map(tuple),
        pairs,
        st.frozensets(keys, max_size=3),
        st.builds(_deque, items, st.none() | st.integers(0, 4)),
        pairs.map(OrderedDict),
        pairs.map(lambda found: defaultdict(list, found)),
        st.dictionaries(keys, st.integers(), max_size=3).map(Counter),
        st.lists(pairs, min_size=1, max_size=2).map(lambda maps: ChainMap(*maps)),
        names.map(lambda found: SimpleNamespace(**found)),
    )
