"""How a value is written, in the layout that ``msgpack`` describes."""

from collections.abc import Callable, Collection, Iterable, Iterator
from enum import IntEnum
from functools import partial
from itertools import chain
from operator import methodcaller
from types import NoneType
from typing import Any, Final, Protocol, cast

import msgpack  # type: ignore[import-untyped]

from beautyspot.embedded.msgpack.refusals import refusal

__all__ = ["DEPTH_LIMIT", "Code", "packed"]

#: Containers within each other. The C reader stops at 1024 arrays and maps, and a bytearray, a
#: complex or a large int in the innermost container takes one of them.
DEPTH_LIMIT: Final = 1023
#: Containers within each other up to which the C packer, which is recursive, gets a value whole.
_SHALLOW: Final = 32
#: Bytes that a packer begins with. Most results are small; its own choice is 256 KiB.
_BUFFER: Final = 4096


class Code(IntEnum):
    """The ext code of the marker that begins an array, and says what the array is."""

    INT = 1
    COMPLEX = 2
    BYTEARRAY = 3
    TUPLE = 16
    SET = 17
    FROZENSET = 18


class _Packer(Protocol):
    """The part of ``msgpack.Packer`` that is used here; the library says nothing of its types."""

    def pack(self, value: object, /) -> bytes: ...
    def pack_array_header(self, size: int, /) -> object: ...
    def pack_map_header(self, size: int, /) -> object: ...
    def bytes(self) -> bytes: ...


_new_packer: Final = partial(
    cast("Callable[..., _Packer]", msgpack.Packer),  # pyright: ignore[reportUnknownMemberType]
    strict_types=True,
    unicode_errors="surrogatepass",
    buf_size=_BUFFER,
)
_new_ext: Final = cast("Callable[[int, bytes], object]", msgpack.ExtType)

#: Written by the packer itself, an int of more than 64 bits and a complex with the help of _wide.
_SCALARS: Final = frozenset({NoneType, bool, int, float, complex, str, bytes})
_SIMPLE_SCALARS: Final = _SCALARS - {complex}
_SIMPLE: Final = _SIMPLE_SCALARS | {list, dict}
_values: Final = methodcaller("values")
_MARKERS: Final = {code: _new_ext(code, b"") for code in Code}
#: What stands before the members of an array; before those of a list, nothing.
_HEADS: Final[dict[type, list[object]]] = {
    list: [],
    tuple: [_MARKERS[Code.TUPLE]],
    set: [_MARKERS[Code.SET]],
    frozenset: [_MARKERS[Code.FROZENSET]],
}
_CONTAINERS: Final = frozenset({*_HEADS, dict, bytearray})


def packed(value: object) -> bytes:
    """Answer a value as bytes.

    Raises:
        SerializationError: some part cannot be written exactly.
        ValueError: a str, bytes or container is too large for the format.
        MemoryError: there is no memory for the bytes.
    """
    if _is_simple(value):
        try:
            # No Python runs inside: no other thread can change the value half way.
            return _new_packer().pack(value)
        except (OverflowError, TypeError):  # a large int; or it was changed since it was looked at
            pass
    packer = _new_packer(autoreset=False, default=_wide)
    _write(packer, value)
    return packer.bytes()


def _is_simple(root: object) -> bool:
    """Tell whether a value is made of lists, dicts and simple scalars alone, and is not deep.

    All containers of a level are looked at together, in C; a loop over each takes three times as
    long. Each counts once per level: a list that holds itself twice would double with each.
    """
    level: Collection[object] = (root,)
    for _ in range(_SHALLOW):
        kinds = set(map(type, level))
        if _SIMPLE_SCALARS.issuperset(kinds):
            return True
        if not _SIMPLE.issuperset(kinds):
            return False
        below: list[object] = []
        if list in kinds:
            below += chain.from_iterable(_distinct(list, level))
        if dict in kinds:
            dicts = _distinct(dict, level)
            if not _SIMPLE_SCALARS.issuperset(map(type, chain.from_iterable(dicts))):
                return False
            below += chain.from_iterable(map(_values, dicts))
        level = below
    return False


def _distinct(kind: type, values: Collection[object]) -> Collection[Any]:
    return {id(value): value for value in values if type(value) is kind}.values()


def _write(packer: _Packer, root: object) -> None:
    """Write any value, depth first; in a loop, as what recursion can reach depends on the caller.

    Raises:
        SerializationError: some part cannot be written exactly.
    """
    # The containers that are begun, by identity, outermost first, and their members to come.
    begun: dict[int, tuple[object, Iterator[object]]] = {0: (None, iter((root,)))}
    while begun:
        _, members = next(reversed(begun.values()))
        for value in members:
            if type(value) in _SCALARS:
                packer.pack(value)
                continue
            why = _obstacle(value, begun)
            if why is not None:
                way = [container for container, _ in begun.values()][1:]
                raise refusal(way, value, why)
            below = _begin(packer, value)
            if below is not None:
                begun[id(value)] = (value, iter(below))
                break
        else:
            begun.popitem()


def _obstacle(value: object, begun: Collection[int]) -> str | None:
    """Answer why a container cannot be written here; None when it can."""
    if type(value) not in _CONTAINERS:
        return "it would not come back with the same type"
    if id(value) in begun:
        return "it holds itself"
    if len(begun) > DEPTH_LIMIT:
        return f"it stands inside {DEPTH_LIMIT} others, the limit"
    return None


def _begin(packer: _Packer, value: object) -> Iterable[object] | None:
    """Write a container; or only its head, and answer the members that have to follow.

    The members are copied first: another thread may change the container in between.
    """
    if type(value) is dict:
        return _begin_map(packer, cast("dict[object, object]", value).copy())
    if type(value) is bytearray:
        packer.pack([_MARKERS[Code.BYTEARRAY], bytes(value)])
        return None
    head, members = _HEADS[type(value)], list(cast("Iterable[object]", value))
    if _SCALARS.issuperset(map(type, members)):
        packer.pack(head + members)
        return None
    packer.pack_array_header(len(head) + len(members))
    for marker in head:
        packer.pack(marker)
    return members


def _begin_map(packer: _Packer, pairs: dict[object, object]) -> Iterable[object] | None:
    if _SCALARS.issuperset(map(type, pairs)) and _SCALARS.issuperset(map(type, pairs.values())):
        packer.pack(pairs)
        return None
    packer.pack_map_header(len(pairs))
    return chain.from_iterable(pairs.items())


def _wide(value: complex) -> list[object]:
    """Answer how to write a scalar for which MessagePack has no room."""
    if isinstance(value, int):
        size = value.bit_length() // 8 + 1  # with a bit for the sign
        return [_MARKERS[Code.INT], value.to_bytes(size, "big", signed=True)]
    return [_MARKERS[Code.COMPLEX], value.real, value.imag]
