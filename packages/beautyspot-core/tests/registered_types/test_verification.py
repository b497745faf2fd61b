"""What a registered codec does wrong is found before anything is stored."""

import math
from typing import Any

import numpy as np
import pytest

from beautyspot.core.errors import (
    SerializationError,
)
from beautyspot.embedded.msgpack import MsgpackSerializer
from beautyspot.testing import same

from .money import Money, Node, with_money


def failing(_value: object) -> Any:
    raise KeyError("gone")


def test_an_encoder_that_fails_is_told(serializer: MsgpackSerializer):
    serializer.register_type(Node, 11, failing, Node)

    with pytest.raises(
        SerializationError, match=r"value\['a'\] of type .*Node.*KeyError"
    ) as caught:
        serializer.dumps({"a": Node(1)})
    assert isinstance(caught.value.__cause__, KeyError)


def test_an_encoder_that_answers_what_cannot_be_stored_is_told(serializer: MsgpackSerializer):
    serializer.register_type(Node, 11, lambda node: [node.inner], Node)

    with pytest.raises(SerializationError, match=r"\[0\] of type object cannot be stored"):
        serializer.dumps([Node(object())])


def test_an_encoder_that_answers_the_value_itself_is_told(serializer: MsgpackSerializer):
    serializer.register_type(Node, 11, lambda node: node, Node)

    with pytest.raises(SerializationError, match="holds itself"):
        serializer.dumps([Node(1)])


def test_an_encoder_that_never_ends_is_told(serializer: MsgpackSerializer):
    serializer.register_type(Node, 11, Node, Node)

    with pytest.raises(SerializationError, match="limit"):
        serializer.dumps([Node(1)])


def test_a_decoder_that_fails_is_told_before_anything_is_stored(serializer: MsgpackSerializer):
    serializer.register_type(Node, 11, lambda node: node.inner, failing)

    with pytest.raises(
        SerializationError, match=r"value\[0\] of .*decoder of .*Node failed \(KeyError"
    ) as caught:
        serializer.dumps([Node(1)])
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_decoder_that_makes_another_type_is_told(serializer: MsgpackSerializer):
    serializer.register_type(Node, 11, lambda node: node.inner, lambda state: [state])

    with pytest.raises(
        SerializationError, match=r"value\[0\] of .*Node answered .*list: expected exactly"
    ):
        serializer.dumps([Node(1)])


def test_a_decoder_that_makes_another_value_is_told(serializer: MsgpackSerializer):
    serializer.register_type(Money, 10, lambda money: money.amount, Money)

    assert Money(1) == serializer.loads(serializer.dumps(Money(1)))
    with pytest.raises(
        SerializationError, match=r"value\['a'\]\[1\] of type .*Money.*another value"
    ):
        serializer.dumps({"a": [Money(1), Money(1, "USD")]})


def test_the_encoder_keeps_the_value_when_the_decoder_changes_the_state(
    serializer: MsgpackSerializer,
):
    """What the decoder is given while it is tried is its own."""
    serializer.register_type(Node, 11, lambda node: node.inner, lambda state: Node(state.pop()))
    value = Node([1, 2])
    serializer.dumps(value)

    assert value.inner == [1, 2]


def test_what_tells_values_apart_can_be_given():
    """An object that says nothing about equality is compared by its content."""
    serializer = MsgpackSerializer(
        lambda value: repr(value.inner) if isinstance(value, Node) else None
    )
    serializer.register_type(Node, 11, lambda _node: 1, Node)

    assert serializer.loads(serializer.dumps(Node(1))).inner == 1
    with pytest.raises(SerializationError, match="another value"):
        serializer.dumps(Node(2))


def test_where_there_is_no_content_the_values_are_compared_themselves():
    serializer = MsgpackSerializer(lambda _value: None)
    serializer.register_type(Money, 10, lambda _money: 1, Money)

    assert serializer.dumps(Money(1))
    with pytest.raises(SerializationError, match="another value"):
        serializer.dumps(Money(2))


def test_what_is_within_another_registered_value_is_compared_too(serializer: MsgpackSerializer):
    """Node says nothing about equality, so its own comparison would see no difference."""
    serializer.register_type(Node, 11, lambda node: node.inner, Node)
    serializer.register_type(Money, 10, lambda _money: 1, Money)

    with pytest.raises(SerializationError, match="another value"):
        serializer.dumps(Node(Node(Money(2))))


def test_many_within_each_other_take_no_longer_than_they_should(serializer: MsgpackSerializer):
    """Each is read back once, not once for each that it stands in."""
    count = 0

    def decoder(inner: object) -> Node:
        nonlocal count
        count += 1
        return Node(inner)

    serializer.register_type(Node, 11, lambda node: node.inner, decoder)
    value: object = None
    for _ in range(900):
        value = Node(value)
    serializer.dumps(value)

    assert count == 900


@pytest.mark.parametrize(
    "array",
    [np.array([1, 2, 3]), np.zeros((2, 2)), np.array(["a"]), np.array([1.0], dtype=">f8")],
    ids=lambda array: f"{array.dtype}-{array.ndim}",
)
def test_a_codec_for_arrays_that_loses_their_type_is_refused(
    serializer: MsgpackSerializer, array: Any
):
    """Many examples do it: the bytes of three ints are taken for three floats."""
    serializer.register_type(np.ndarray, 10, lambda x: x.tobytes(), np.frombuffer)

    with pytest.raises(
        SerializationError, match=r"value\[0\] of type numpy.ndarray .*(became|fail)"
    ):
        serializer.dumps([array])


def test_a_codec_for_arrays_that_keeps_them_is_used(serializer: MsgpackSerializer):
    serializer.register_type(
        np.ndarray, 10, lambda x: (x.tobytes(), str(x.dtype), x.shape),
        lambda state: np.frombuffer(state[0], state[1]).reshape(state[2]).copy(),
    )  # fmt: skip
    array = np.arange(6).reshape(2, 3)

    assert same([array], serializer.loads(serializer.dumps([array])))


def test_nan_is_compared_by_content_when_it_can_be():
    """``==`` says that nan is not nan; a needless refusal is the cheaper mistake."""
    by_content = MsgpackSerializer(lambda value: repr(vars(value)))
    for serializer in (MsgpackSerializer(), by_content):
        with_money(serializer)

    assert by_content.dumps(Money(math.nan))
    with pytest.raises(SerializationError, match="another value"):
        MsgpackSerializer.dumps(with_money(MsgpackSerializer()), Money(float("nan")))
