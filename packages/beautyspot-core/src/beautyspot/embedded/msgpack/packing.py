"""How a value is written, in the layout that ``msgpack`` describes."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from importlib import import_module
from itertools import chain
from operator import methodcaller
from types import NoneType
from typing import Any, Final, NamedTuple, Protocol, cast

import msgpack  # type: ignore[import-untyped]

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.knowledge import Knowledge
from beautyspot.embedded.msgpack.layout import BUFFERS, DEPTH_LIMIT, INLINE_LIMIT, MARKERS, Code
from beautyspot.embedded.msgpack.pieces import Absent, Buffer, Taken
from beautyspot.embedded.msgpack.refusals import advice_for, refusal

__all__ = ["Packed", "Registered", "packed", "packed_simple"]

#: Containers within each other up to which the C packer, which is recursive, gets a value whole.
_SHALLOW: Final = 32
#: Bytes that a packer begins with. Most results are small; its own choice is 256 KiB.
_BUFFER: Final = 4096


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

#: Written by the packer itself, an int of more than 64 bits and a complex with the help of _wide.
_SCALARS: Final = frozenset({NoneType, bool, int, float, complex, str, bytes})
_SIMPLE_SCALARS: Final = _SCALARS - {complex}
_SIMPLE: Final = _SIMPLE_SCALARS | {list, dict}
_values: Final = methodcaller("values")
#: What stands before the members of an array; before those of a list, nothing.
_HEADS: Final[dict[type, list[object]]] = {
    list: [],
    tuple: [MARKERS[Code.TUPLE]],
    set: [MARKERS[Code.SET]],
    frozenset: [MARKERS[Code.FROZENSET]],
}
#: What is made by taking values apart, and is no value itself.
_PIECES: Final = frozenset({Buffer, Absent})


class Registered(NamedTuple):
    """A value of a registered type, which has to come back as it was."""

    value: object
    way: tuple[object, ...]  #: the containers that lead to it, outermost first


class Packed(NamedTuple):
    """A value as bytes."""

    parts: list[bytes | memoryview]  #: to be put one behind the other
    registered: list[Registered]  #: in the order in which they are read


def packed_simple(value: object) -> bytes | None:
    """Answer a value as bytes that is made of what MessagePack has itself; None when it is not.

    Raises:
        ValueError: a str, bytes or container is too large for the format.
        MemoryError: there is no memory for the bytes.
    """
    if not _is_simple(value):
        return None
    try:
        # No Python runs inside: no other thread can change the value half way.
        return _new_packer().pack(value)
    except (OverflowError, TypeError):  # a large int; or it was changed since it was looked at
        return None


def packed(value: object, knowledge: Knowledge) -> Packed:
    """Answer any value as bytes.

    Raises:
        SerializationError: some part cannot be written exactly.
        ValueError: a str, bytes or container is too large for the format; or an OverflowError.
        MemoryError: there is no memory for the bytes.
    """
    head = _HEADS.get(type(value))
    if head is not None:
        members = list(cast("Iterable[object]", value))
        if _SCALARS.issuperset(map(type, members)):
            return Packed([_new_packer(default=_wide).pack(head + members)], [])
    writer = _Writer(knowledge)
    writer.write(value)
    return Packed(writer.parts(), writer.registered)


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


class _Writer:
    """Writes any value, depth first; in a loop, as what recursion reaches depends on the caller."""

    __slots__ = (
        "_apart", "_begun", "_behind", "_buffers", "_knowledge", "_pack", "_packer", "_tracked",
        "registered",
    )  # fmt: skip

    def __init__(self, knowledge: Knowledge) -> None:
        self.registered: list[Registered] = []
        self._knowledge = knowledge
        self._apart: Callable[[object], Taken] | None = None  # most values need none
        self._packer = _new_packer(autoreset=False, default=_wide)
        self._pack = self._packer.pack
        self._buffers: list[memoryview] = []
        self._behind = 0  #: bytes of the buffers so far
        #: The containers that are begun, by identity, outermost first, and their members to come.
        self._begun: dict[int, tuple[object, Iterator[object]]] = {}
        self._tracked: set[int] = set()  #: those of registered types

    def parts(self) -> list[bytes | memoryview]:
        """Answer what is written."""
        written = self._packer.bytes()
        if not self._buffers:
            return [written]
        return [BUFFERS + len(written).to_bytes(4, "big"), written, *self._buffers]

    def write(self, root: object) -> None:
        """Write a value.

        Raises:
            SerializationError: some part cannot be written exactly.
        """
        pack, begun = self._pack, self._begun
        begun[0] = (None, iter((root,)))
        while begun:
            _, members = next(reversed(begun.values()))
            for value in members:
                if type(value) in _SCALARS:
                    pack(value)
                    continue
                below = self._begin(value)
                if below is not None:
                    begun[id(value)] = (value, iter(below))
                    break
            else:
                key, (done, _) = begun.popitem()
                if key in self._tracked:
                    self._tracked.remove(key)
                    self.registered.append(Registered(done, self._way()))

    def _begin(self, value: object) -> Iterable[object] | None:
        """Write a container; or only its head, and answer the members that have to follow.

        The members are copied first: another thread may change the container in between.
        """
        kind = type(value)
        begun = self._begun
        if (id(value) in begun or len(begun) > DEPTH_LIMIT) and kind not in _PIECES:
            raise self._refusal(value, self._obstacle(value))
        if kind in _HEADS:
            head, members = _HEADS[kind], list(cast("Iterable[object]", value))
            if _SCALARS.issuperset(map(type, members)):
                self._pack(head + members)
                return None
            return self._begin_array(head, members)
        if kind is dict:
            return self._begin_map(cast("dict[object, object]", value).copy())
        if kind is bytearray:
            self._pack([MARKERS[Code.BYTEARRAY], bytes(cast("bytearray", value))])
            return None
        return self._begin_other(value)

    def _begin_other(self, value: object) -> Iterable[object] | None:
        """Write the head of what is neither a scalar nor a plain container, or a piece of such."""
        if type(value) in _PIECES:
            self._write_piece(value)
            return None
        if self._apart is None:
            self._apart = _new_apart(self._knowledge)
        try:
            head, parts, registered = self._apart(value)
        except SerializationError as error:
            raise self._refusal(value, str(error)) from error.__cause__
        if registered:
            self._tracked.add(id(value))
        return self._begin_array(head, parts)

    def _begin_array(self, head: list[object], members: list[object]) -> list[object]:
        self._packer.pack_array_header(len(head) + len(members))
        for item in head:
            self._pack(item)
        return members

    def _begin_map(self, pairs: dict[object, object]) -> Iterable[object] | None:
        if _SCALARS.issuperset(map(type, pairs)) and _SCALARS.issuperset(map(type, pairs.values())):
            self._pack(pairs)
            return None
        self._packer.pack_map_header(len(pairs))
        return chain.from_iterable(pairs.items())

    def _write_piece(self, piece: object) -> None:
        if not isinstance(piece, Buffer):
            self._pack([MARKERS[Code.ABSENT]])
        elif piece.view.nbytes < INLINE_LIMIT:
            self._pack([MARKERS[Code.BUFFER], bytes(piece.view)])
        else:
            self._pack([MARKERS[Code.BUFFER], self._behind, piece.view.nbytes])
            self._buffers.append(piece.view)
            self._behind += piece.view.nbytes

    def _way(self) -> tuple[object, ...]:
        return tuple(container for container, _ in self._begun.values())[1:]

    def _obstacle(self, value: object) -> str:
        held = id(value) in self._begun
        why = "it holds itself" if held else f"it stands inside {DEPTH_LIMIT} others, the limit"
        return f"{why}. {advice_for(type(value))}"

    def _refusal(self, value: object, why: str) -> SerializationError:
        return refusal(self._way(), value, why)


def _new_apart(knowledge: Knowledge) -> Callable[[object], Taken]:
    # Most programs store plain values, and never load what knows the others.
    module = import_module("beautyspot.embedded.msgpack.apart")
    return cast("Callable[[object], Taken]", module.Apart(knowledge))


def _wide(value: complex) -> list[object]:
    """Answer how to write a scalar for which MessagePack has no room."""
    if isinstance(value, int):
        size = value.bit_length() // 8 + 1  # with a bit for the sign
        return [MARKERS[Code.INT], value.to_bytes(size, "big", signed=True)]
    return [MARKERS[Code.COMPLEX], value.real, value.imag]
