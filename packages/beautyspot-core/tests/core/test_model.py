"""Values that cross the ports."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beautyspot.core.model import Entry, TaskRecord, instant, micros


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_as_microseconds(moment: datetime):
    """No microsecond is lost, before and after 1970."""
    assert instant(micros(moment)) == moment


def test_microseconds_are_of_utc():
    """One instant is one number, whatever the zone it is said in."""
    tokyo = datetime(1970, 1, 1, 9, 0, 1, tzinfo=timezone(timedelta(hours=9)))

    assert micros(tokyo) == 1_000_000


def test_a_record_cannot_be_changed():
    """What was read is what was stored."""
    record = TaskRecord(cache_key="k", func_name="f", input_id="i", updated_at=0)

    with pytest.raises(FrozenInstanceError):
        record.size = 1  # type: ignore[misc]


def test_an_entry_is_the_part_that_decides_about_a_hit():
    """The same fields under the names of a hit."""
    record = TaskRecord(
        cache_key="k", func_name="f", input_id="i", updated_at=0, result_value="ab/c",
        result_data=b"d", checksum=b"c", expires_at=5, elapsed=0.5, fingerprint="ff",
    )  # fmt: skip

    assert record.entry == Entry(b"d", "ab/c", b"c", 5, 0.5, "ff")
