"""A type that nobody knows, until it is registered."""

from beautyspot.embedded.msgpack import MsgpackSerializer


class Money:
    def __init__(self, amount: int, unit: str = "EUR") -> None:
        self.amount, self.unit = amount, unit

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and vars(other) == vars(self)

    def __hash__(self) -> int:
        return hash((self.amount, self.unit))


class Node:
    def __init__(self, inner: object) -> None:
        self.inner = inner


def with_money(serializer: MsgpackSerializer) -> MsgpackSerializer:
    serializer.register_type(
        Money, 10, lambda money: (money.amount, money.unit), lambda state: Money(*state)
    )
    return serializer
