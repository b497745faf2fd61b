"""A serializer for which nothing is registered yet."""

import pytest

from beautyspot.embedded.msgpack import MsgpackSerializer


@pytest.fixture
def serializer() -> MsgpackSerializer:
    return MsgpackSerializer()
