"""Plain JSON: how it is written, and which values stand in it as they are.

Plain are None, bool, int, float and str, and lists and dicts of plain values, all by exact type; a
dict only with keys that are exactly str, of any length, and not ``"$"``; an int or another str only
up to a limit, above which it is written in another way. What is plain all the way down needs no
copy to be written: to find that out for whole containers at once is what makes most keys cheap.
"""

import json
import json.encoder as _json
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from operator import methodcaller
from types import NoneType
from typing import Any, Final, TypeAlias

__all__ = [
    "DECIMAL_BITS",
    "DEPTH_LIMIT",
    "TEXT_LIMIT",
    "Node",
    "has_plain_keys",
    "is_flat",
    "is_plain",
    "plain_text",
    "small_text",
    "text_digest",
    "texts_of",
]

#: Containers inside containers. Deeper is refused.
DEPTH_LIMIT: Final = 150
#: Bits up to which an int is written in decimal. Python can be told to refuse ``str(int)`` above
#: 640 digits, which are 2,126 bits.
DECIMAL_BITS: Final = 2_000
#: Characters up to which a str stands in the text itself; above it, its digest does.
TEXT_LIMIT: Final = 1_024

#: Values in a container that is small: its text is soon written in vain.
_SMALL: Final = 16
#: Values up to which ``is_plain`` looks: a tree whose branches know their parent has no end.
_LOOK_LIMIT: Final = 1_000_000

_Encode: TypeAlias = Callable[["Node", int], Iterable[str]]
#: Keys or indices, each with what stands before its value in the text.
_Slots: TypeAlias = tuple[tuple[Any, str], ...]
Node: TypeAlias = Any  # what the JSON encoder takes: there is no type for it

_VALUES: Final = methodcaller("values")
_STR: Final = frozenset({str})
_SCALARS: Final = frozenset({NoneType, bool, int, float, str})
_PLAIN: Final = _SCALARS | {list, dict}
#: Containers within each other that are small.
_NESTED: Final = 3
#: Ints between them are written without a look at their size.
_LEAST: Final = -(2**64)
_MOST: Final = 2**64
_QUOTE: Final = _json.encode_basestring
#: By the length of a list.
_ITEMS: Final[tuple[_Slots, ...]] = tuple(
    tuple((n, "," if n else "[") for n in range(length)) for length in range(_SMALL + 1)
)


def _encoder() -> _Encode:
    """Answer the fastest way to the pieces of JSON; it takes a node and 0.

    The C encoder is kept instead of made anew for every call, which ``json.dumps`` does as soon as
    it is given options. It is private to the standard library, so it is tried before it is trusted.
    """
    slow = json.JSONEncoder(
        ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
    )
    make = getattr(_json, "c_make_encoder", None)
    probe: Node = {"b": [1, -0.0, 1e16, None, float("nan")], "a": 'é"\n\U0001f600\ud83d', "": {}}
    if make is not None:
        with suppress(TypeError):  # another signature than the one known
            fast: _Encode = make(
                None, None, _json.encode_basestring, None, ":", ",", True, False, True
            )
            if "".join(fast(probe, 0)) == slow.encode(probe):
                return fast
    return lambda node, _: slow.iterencode(node)


_ENCODE: Final = _encoder()


def plain_text(node: Node) -> str:
    """Answer the JSON of a node: short, with sorted keys."""
    return "".join(_ENCODE(node, 0))


def text_digest(text: str) -> str:
    """Answer what stands for a text that is too long to stand for itself: 64 digits."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def texts_of(nodes: Collection[Node]) -> list[str]:
    """Answer the text of each node."""
    kinds = set(map(type, nodes))
    if kinds == {str}:
        return list(map(_json.encode_basestring, nodes))
    if kinds == {int}:
        return list(map(int.__repr__, nodes))
    return list(map(plain_text, nodes))


def has_plain_keys(value: dict[Any, object]) -> bool:
    """Tell whether a dict can be written as a JSON object, if its values are."""
    return "$" not in value and _STR.issuperset(map(type, value))


def is_flat(values: Collection[object]) -> bool:
    """Tell whether all of some values are plain, and none is a container."""
    if len(values) > _SMALL and len(kinds := set(map(type, values))) == 1:
        return _SCALARS.issuperset(kinds) and _are_short(dict.fromkeys(kinds, values))
    for value in values:
        if type(value) is str:
            if len(value) > TEXT_LIMIT:
                return False
        elif type(value) is int:
            if value.bit_length() > DECIMAL_BITS:
                return False
        elif type(value) not in _SCALARS:
            return False
    return True


def small_text(values: dict[str, Any]) -> str | None:
    """Answer the text of plain and shallow values by name; None when it has to be found elsewhere.

    Most calls have few and small arguments, so this is written for time: names are checked, quoted
    and put into order once, and scalars cost a third of what the encoder takes to begin.
    """
    if not values:
        return "{}"
    try:
        text = _text(values, _slots(*values), _NESTED)
    except Exception:  # noqa: BLE001  # of `_slots`, a key that is not plain; of a foreign key; or
        return None  # another thread changes a dict; or the stack is full
    return text and text + "}"


def _text(values: Any, slots: _Slots, below: int) -> str | None:  # noqa: ANN401, C901, PLR0912  # one call for each container is what this can afford
    """Answer the text of a dict or list, not closed; None when it is not small.

    Args:
        values: has something in every slot.
        slots: of a dict its keys, of a list its indices, in the order of the text.
        below: how many levels of containers may follow.
    """
    text = ""
    for slot, before in slots:
        value = values[slot]
        kind: object = type(value)  # pyright: ignore[reportUnknownVariableType]
        if kind is str:
            if len(value) <= TEXT_LIMIT:
                text += before + _QUOTE(value)
            else:  # the node of `leaves`, as it is written
                text += f'{before}{{"$":"str","n":{len(value)},"v":"{text_digest(value)}"}}'
        elif kind is int:
            if not _LEAST < value < _MOST:
                return None
            text += before + repr(value)
        elif value is None:
            text += before + "null"
        elif kind is bool:
            text += before + ("true" if value else "false")
        elif kind is float:
            if value - value != 0:
                return None
            text += before + repr(value)
        elif (kind is not dict and kind is not list) or not below or len(value) > _SMALL:
            return None
        elif not value:
            text += before + ("{}" if kind is dict else "[]")
        else:
            inner = _slots(*value) if kind is dict else _ITEMS[len(value)]
            piece = _text(value, inner, below - 1)
            if not piece:  # another thread may have emptied it
                return None
            text += before + piece + ("}" if kind is dict else "]")
    return text


@lru_cache(maxsize=4096, typed=True)
def _slots(*names: Any) -> _Slots:
    """Answer the keys of a dict in the order of the text, each with what stands before its value.

    It is kept by the types of the names as well, which tells a name from one of a subclass of str.

    Raises:
        KeyError: not all of them are plain. That is not kept, and so no such name is.
    """
    if "$" in names or not _STR.issuperset(map(type, names)):
        raise KeyError(names)
    ordered = sorted(names)
    return tuple((name, f"{',' if n else '{'}{_QUOTE(name)}:") for n, name in enumerate(ordered))


def is_plain(value: object) -> bool:
    """Tell whether a value is plain at every depth.

    It looks at all containers of one depth at once. That takes half the time of going into one
    after the other, and no stack.
    """
    level: list[object] = [value]
    seen = 0
    for _ in range(DEPTH_LIMIT + 1):
        kinds = _by_kind(level)
        if kinds is None or not _are_short(kinds):
            return False
        dicts: list[dict[Any, object]] = kinds.get(dict, [])
        lists: list[list[object]] = kinds.get(list, [])
        if not dicts and not lists:
            return True
        seen += sum(map(len, dicts)) + sum(map(len, lists))
        if seen > _LOOK_LIMIT:
            return False
        if not _STR.issuperset(map(type, chain.from_iterable(dicts))):
            return False
        if any("$" in each for each in dicts):
            return False
        level = [*chain.from_iterable(map(_VALUES, dicts)), *chain.from_iterable(lists)]
    return False


def _by_kind(values: list[object]) -> dict[type, list[Any]] | None:
    """Answer the values by their types; None when one of these is not plain."""
    if len(same := set(map(type, values))) == 1:
        return dict.fromkeys(same, values) if same <= _PLAIN else None
    kinds: dict[type, list[Any]] = {}
    for value in values:
        kind = type(value)
        if kind in kinds:
            kinds[kind].append(value)
        elif kind in _PLAIN:
            kinds[kind] = [value]
        else:
            return None
    return kinds


def _are_short(kinds: Mapping[type, Collection[Any]]) -> bool:
    if str in kinds and max(map(len, kinds[str])) > TEXT_LIMIT:
        return False
    return int not in kinds or max(map(int.bit_length, kinds[int])) <= DECIMAL_BITS
