"""Hypothesis strategies for what crosses the ports of a task database."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from beautyspot.core.model import RecordFilter, ResultType, TaskRecord

__all__ = ["cache_keys", "filters", "moments", "records", "texts"]

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
