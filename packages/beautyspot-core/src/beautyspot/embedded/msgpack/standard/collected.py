"""What ``collections`` has, and namespaces."""

from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
from itertools import chain
from types import SimpleNamespace
from typing import Any, Final, cast

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.bare import bare_dict, bare_ordered_dict
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.standard.builtin import BUILTIN_TYPES
from beautyspot.embedded.msgpack.standard.checks import exactly, pairs, require

__all__ = ["CODECS"]


def _flat(value: dict[Any, Any]) -> list[object]:
    return list(chain.from_iterable(bare_dict.copy(value).items()))


def _bare(value: object, but: frozenset[str] = frozenset()) -> None:
    """Refuse attributes that somebody has given to a container."""
    extra = sorted(map(str, vars(value).keys() - but))
    if extra:
        msg = f"it has attributes of its own, {extra[:3]}. Return them beside it"
        raise SerializationError(msg)


def _of_ordered(value: "OrderedDict[Any, Any]") -> list[object]:
    _bare(value)
    # Its own order: that of the dict below is another one after move_to_end.
    return list(chain.from_iterable(bare_ordered_dict.copy(value).items()))


def _ordered(parts: list[Any]) -> "OrderedDict[Any, Any]":
    return OrderedDict(pairs(parts))


def _of_counter(value: "Counter[Any]") -> list[object]:
    _bare(value)
    return _flat(value)


def _counter(parts: list[Any]) -> "Counter[Any]":
    counter: Counter[Any] = Counter()
    bare_dict.update(counter, pairs(parts))
    return counter


def _of_defaultdict(value: "defaultdict[Any, Any]") -> list[object]:
    factory = cast("Any", value.default_factory)
    if factory is None:
        return [None, *_flat(value)]
    name = factory.__name__ if type(factory) is type else None
    if name is None or BUILTIN_TYPES.get(name) is not factory:
        msg = "its factory is none of the built-in types. Return dict(...) of it"
        raise SerializationError(msg)
    return [name, *_flat(value)]


def _defaultdict(parts: list[Any]) -> "defaultdict[Any, Any]":
    name, *flat = parts
    require(name is None or name in BUILTIN_TYPES, "a factory that is built in")
    return defaultdict(None if name is None else BUILTIN_TYPES[name], pairs(flat))


def _of_deque(value: "deque[Any]") -> list[object]:
    return [value.maxlen, *value.copy()]


def _deque(parts: list[Any]) -> "deque[Any]":
    longest, *items = parts
    if longest is not None:
        require(exactly(longest, int) >= len(items), "no more items than it may have")
    return deque(items, longest)


def _of_chain(value: "ChainMap[Any, Any]") -> list[object]:
    _bare(value, frozenset({"maps"}))
    if type(value.maps) is not list or not value.maps:
        msg = "its maps are no list. Return dict(...) of it"
        raise SerializationError(msg)
    return list[object](value.maps)


def _chain(parts: list[Any]) -> "ChainMap[Any, Any]":
    require(bool(parts), "one map or more")
    return ChainMap(*parts)


def _of_namespace(value: SimpleNamespace) -> list[object]:
    attributes = dict(vars(value))
    if not {str}.issuperset(map(type, attributes)):
        msg = "the name of one of its attributes is no str. Return dict(vars(...)) of it"
        raise SerializationError(msg)
    return _flat(attributes)


def _namespace(parts: list[Any]) -> SimpleNamespace:
    attributes = pairs(parts)
    require({str}.issuperset(map(type, attributes)), "names")
    value = SimpleNamespace()
    vars(value).update(attributes)
    return value


CODECS: Final[dict[type, Codec]] = {
    ChainMap: Codec("collections.ChainMap", _of_chain, _chain, buffers=False),
    Counter: Codec("collections.Counter", _of_counter, _counter, buffers=False),
    OrderedDict: Codec("collections.OrderedDict", _of_ordered, _ordered, buffers=False),
    SimpleNamespace: Codec("types.SimpleNamespace", _of_namespace, _namespace, buffers=False),
    defaultdict: Codec("collections.defaultdict", _of_defaultdict, _defaultdict, buffers=False),
    deque: Codec("collections.deque", _of_deque, _deque, buffers=False),
}
