"""What the codecs of pandas share: the library, time zones, frequencies and the final look."""

from collections.abc import Callable
from datetime import tzinfo
from importlib import import_module
from typing import Any, Final, TypeAlias

from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.foreign.making import exact, unstorable
from beautyspot.embedded.msgpack.foreign.parts import expect, items

__all__ = [
    "Pandas",
    "freq_part",
    "kind_of",
    "pd",
    "spelt_freq",
    "spelt_zone",
    "verified",
    "zone_of",
]

#: A value of pandas, which says nothing of its types.
Pandas: TypeAlias = Any

pd: Final[Pandas] = import_module("pandas")

#: Characters of a frequency. pandas takes the text apart with regular expressions.
_LONGEST: Final = 40


def verified(
    name: str,
    encode: Callable[[Pandas], list[object]],
    decode: Callable[[list[Any]], object],
    traits: Callable[[Pandas], object],
) -> Codec:
    """Answer a codec that makes the value of its parts before it gives them away.

    Args:
        name: the codec's, in the bytes.
        encode: the parts; of an array, its own memory.
        decode: makes the value; it copies no arrays.
        traits: what the value and the one made of the parts must have in common. The content need
            not be among it where it stands in the parts as it is.
    """

    def encoded(value: Pandas) -> list[object]:
        parts = encode(value)
        before, after = traits(value), traits(decode(parts))
        if before != after:
            raise unstorable(f"{before!r} would become {after!r}", "Return its parts instead")
        return parts

    return exact(name, encoded, decode)


def kind_of(value: object) -> type:
    """Answer the class of a value."""
    return type(value)


def spelt_freq(offset: Pandas) -> str | None:
    """Answer a frequency as text.

    Raises:
        SerializationError: pandas would make another one of the text.
    """
    if offset is None:
        return None
    text = str(offset.freqstr)
    try:
        back = pd.tseries.frequencies.to_offset(text)
    except ValueError:
        back = None
    if type(back) is not type(offset) or back != offset:
        advice = "Set freq=None, or return values of a plainer frequency"
        raise unstorable(f"its frequency {offset!r} has no name", advice)
    return text


def freq_part(part: object) -> str:
    """Answer a part that has to be the text of a frequency.

    Raises:
        ValueError: it is longer than any; or a TypeError.
    """
    text = expect(part, str)
    if len(text) > _LONGEST:
        raise ValueError("no frequency has so long a name")
    return text


def spelt_zone(zone: object) -> object:
    """Answer a time zone as storable value: itself, or the name of one that pytz has."""
    if type(zone).__module__.partition(".")[0] == "pytz" and zone is not None:
        return ["pytz", str(zone)]
    return zone


def zone_of(part: object) -> object:
    """Answer the time zone that ``spelt_zone`` has spelt.

    Raises:
        ValueError: this pandas takes the names of time zones from another library.
    """
    if kind_of(part) is not list:
        if not isinstance(part, tzinfo):
            raise TypeError("expected a time zone")
        return part
    library, name = items(part)
    zone: object = pd.DatetimeTZDtype(tz=expect(name, str)[:_LONGEST]).tz
    if expect(library, str) != "pytz" or type(zone).__module__.partition(".")[0] != "pytz":
        raise ValueError("a time zone of pytz, which this pandas does not use")
    return zone
