"""Decimals and fractions."""

from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from beautyspot.core.errors import SerializationError
from beautyspot.embedded.msgpack.codec import Codec
from beautyspot.embedded.msgpack.standard.checks import exactly, require

__all__ = ["CODECS"]

#: Bits of a numerator or denominator. Reading looks for a common factor, in time that grows with
#: the square of their length: two ints of a megabyte would take minutes.
_BITS: Final = 2**16


def _of_decimal(value: Decimal) -> list[object]:
    return [str(value)]


def _decimal(parts: list[Any]) -> Decimal:
    (text,) = parts
    value = Decimal(exactly(text, str))
    require(str(value) == text, "a decimal in its normal form")
    return value


def _of_fraction(value: Fraction) -> list[object]:
    parts: list[object] = [value.numerator, value.denominator]
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _BITS:
        msg = f"its numerator or denominator has more than {_BITS} bits. Return the two as a tuple"
        raise SerializationError(msg)
    return parts


def _fraction(parts: list[Any]) -> Fraction:
    numerator, denominator = (exactly(part, int) for part in parts)
    bits = max(numerator.bit_length(), denominator.bit_length())
    require(bits <= _BITS and denominator > 0, f"at most {_BITS} bits, the lower above 0")
    value = Fraction(numerator, denominator)
    require(value.denominator == denominator, "a fraction in lowest terms")
    return value


CODECS: Final[dict[type, Codec]] = {
    Decimal: Codec("decimal.Decimal", _of_decimal, _decimal),
    Fraction: Codec("fractions.Fraction", _of_fraction, _fraction),
}
