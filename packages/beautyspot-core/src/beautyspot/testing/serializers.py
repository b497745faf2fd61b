"""What every serializer has to do, and values to try it with.

Subclass ``SerializerContract`` and supply the fixture ``serializer``::

    class TestMySerializer(SerializerContract):
        @pytest.fixture
        def serializer(self):
            return MySerializer()
"""

import math
import struct
import sys
import tracemalloc
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beautyspot.core.errors import SerializationError
from beautyspot.core.ports import NamedCodec, Serializer
from beautyspot.testing.oddities import HASHABLE, HOSTILE, ODD

__all__ = ["SerializerContract", "plain_values", "same"]


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


def same(one: object, two: object) -> bool:
    """Tell whether two plain values are equal with equal types at every depth.

    Every nan is the same as every other, -0.0 is not 0.0, and dicts have to be in the same order.
    Other types are the same when they are equal and of the same type.
    """
    waiting = [(one, two)]
    while waiting:
        a, b = waiting.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, dict | list | tuple | set | frozenset):
            pairs = _pairs(a, b)
            if pairs is None:
                return False
            waiting.extend(pairs)
        elif isinstance(a, float | complex):
            if _bits(a) != _bits(cast("complex", b)):
                return False
        elif a != b:
            return False
    return True


def _pairs(a: Any, b: Any) -> list[tuple[object, object]] | None:  # noqa: ANN401  # see `same`
    """Answer what has to be the same for two containers of one type to be so; None: they are not.

    The members of two sets are matched at once.
    """
    if len(a) != len(b):
        return None
    if isinstance(a, set | frozenset):
        return [] if _matched(cast("set[object]", a), b) else None
    pairs: list[tuple[object, object]] = list(zip(a, b, strict=True))
    if isinstance(a, dict):
        pairs += zip(cast("dict[object, object]", a).values(), b.values(), strict=True)
    return pairs


def _matched(a: Iterable[object], b: Iterable[object]) -> bool:
    rest = list(b)
    for member in a:
        found = next((n for n, other in enumerate(rest) if same(member, other)), None)
        if found is None:
            return False
        del rest[found]
    return True


def _bits(number: complex) -> bytes:
    parts = (math.nan if math.isnan(part) else part for part in (number.real, number.imag))
    return struct.pack("2d", *parts)


_SHARED_FIXTURE: Final = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


def _loaded_or_refused(serializer: Serializer, data: bytes | memoryview) -> None:
    with suppress(SerializationError):
        serializer.loads(data)


class SerializerContract:
    """The rules of ``beautyspot.core.ports.Serializer``: a value comes back exactly, or never."""

    @pytest.fixture
    def serializer(self) -> Serializer:
        """Answer a serializer."""
        raise NotImplementedError("a subclass supplies the fixture 'serializer'")

    def _exact_or_refused(self, serializer: Serializer, value: object) -> None:
        try:
            data = serializer.dumps(value)
        except SerializationError:
            return
        assert type(data) is bytes
        assert same(value, serializer.loads(data))

    @_SHARED_FIXTURE
    @given(value=plain_values())
    def test_a_value_comes_back_exactly(self, serializer: Serializer, value: object) -> None:
        """Equal, with the same type at every depth; or it is refused when it is dumped."""
        self._exact_or_refused(serializer, value)

    @pytest.mark.parametrize("odd", ODD)
    @pytest.mark.parametrize("place", ["alone", "in a list", "in a tuple", "in a dict"])
    def test_nothing_less_is_ever_written(
        self, serializer: Serializer, odd: str, place: str
    ) -> None:
        """What easily becomes something else is refused, or comes back as it was."""
        value = ODD[odd]()
        placed = {
            "alone": value,
            "in a list": [1, value],
            "in a tuple": (1, value),
            "in a dict": {"a": {"b": value}},
        }
        self._exact_or_refused(serializer, placed[place])

    @pytest.mark.parametrize("odd", HASHABLE)
    def test_keys_and_members_are_no_exception(self, serializer: Serializer, odd: str) -> None:
        """The same holds in places where a type is easily lost."""
        value = ODD[odd]()

        for placed in ({value: 1}, {(value,): 1}, {value}, frozenset({(1, value)})):
            self._exact_or_refused(serializer, placed)

    def test_a_change_after_dumping_changes_nothing(self, serializer: Serializer) -> None:
        """The bytes are what the value was when it was dumped."""
        value = {"a": [1, 2]}
        data = serializer.dumps(value)
        value["a"].append(3)

        assert serializer.loads(data) == {"a": [1, 2]}

    def test_every_load_is_a_value_of_its_own(self, serializer: Serializer) -> None:
        """Changing one changes no other."""
        data = serializer.dumps({"a": [1, 2]})
        first: Any = serializer.loads(data)
        first["a"].append(3)
        first["b"] = 4

        assert serializer.loads(data) == {"a": [1, 2]}

    @_SHARED_FIXTURE
    @given(value=st.recursive(st.text() | st.integers(0, 9), st.lists))
    def test_a_view_is_read_as_bytes_are(self, serializer: Serializer, value: object) -> None:
        """Part of a larger buffer, too; and the value keeps nothing of the buffer."""
        data = serializer.dumps(value)
        buffer = bytearray(b"before" + data + b"after")
        loaded = serializer.loads(memoryview(buffer)[6 : 6 + len(data)])
        buffer[:] = bytes(len(buffer))

        assert same(value, loaded)

    @_SHARED_FIXTURE
    @given(data=st.binary())
    def test_any_bytes_are_a_value_or_refused(self, serializer: Serializer, data: bytes) -> None:
        """No other error than ours comes through."""
        _loaded_or_refused(serializer, data)

    @_SHARED_FIXTURE
    @given(value=plain_values(), data=st.data())
    def test_damaged_bytes_are_a_value_or_refused(
        self, serializer: Serializer, value: object, data: st.DataObject
    ) -> None:
        """Cut, or with one byte changed: no other error than ours comes through."""
        try:
            whole = serializer.dumps(value)
        except SerializationError:
            return
        at = data.draw(st.integers(0, max(0, len(whole) - 1)))
        byte = data.draw(st.binary(min_size=1, max_size=1))

        _loaded_or_refused(serializer, whole[:at])
        _loaded_or_refused(serializer, whole[:at] + byte + whole[at + 1 :])
        _loaded_or_refused(serializer, whole + byte)

    @pytest.mark.parametrize("hostile", HOSTILE)
    def test_hostile_bytes_cost_little_and_run_nothing(
        self, serializer: Serializer, hostile: str
    ) -> None:
        """At most 100 bytes of memory for each byte, and 1 MiB."""
        data = HOSTILE[hostile]
        tracemalloc.start()
        try:
            _loaded_or_refused(serializer, data)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert peak < 100 * len(data) + 2**20
        assert not hasattr(sys, "beautyspot_was_run")

    def test_threads_share_a_serializer(self, serializer: Serializer) -> None:
        """Every method may be called from several threads at once."""

        def work(number: int) -> bool:
            value = {"number": number, "list": [number] * 100}
            return serializer.loads(serializer.dumps(value)) == value

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(work, range(200)))

    def test_a_codec_has_a_name_for_payloads(self, serializer: Serializer) -> None:
        """1 to 255 ASCII characters, always the same; a serializer without has no such rule."""
        if isinstance(serializer, NamedCodec):
            name = serializer.codec

            assert name.isascii()
            assert 1 <= len(name) <= 255
            assert serializer.codec == name
