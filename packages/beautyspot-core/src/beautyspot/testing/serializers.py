"""What every serializer has to do, and values to try it with.

Subclass ``SerializerContract`` and supply the fixture ``serializer``::

    class TestMySerializer(SerializerContract):
        @pytest.fixture
        def serializer(self):
            return MySerializer()
"""

import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beautyspot.core.errors import SerializationError
from beautyspot.core.ports import NamedCodec, Serializer
from beautyspot.testing.oddities import HASHABLE, HOSTILE, ODD
from beautyspot.testing.sameness import same
from beautyspot.testing.strategies import plain_values, rich_values

__all__ = ["SerializerContract", "plain_values", "same"]


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

    @_SHARED_FIXTURE
    @given(value=rich_values())
    def test_a_rich_value_comes_back_exactly(self, serializer: Serializer, value: object) -> None:
        """The same for times, numbers, paths and containers of the standard library."""
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
    @given(value=plain_values() | rich_values(), data=st.data())
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
