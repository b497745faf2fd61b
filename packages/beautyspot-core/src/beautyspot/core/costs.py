"""What a call costs by each of several limits.

A limit counts in a unit; several limits may count in the same one (500 requests a minute, and 10 a
second). A cost names units: ``{"requests": 1, "tokens": 812}``. A plain number is meant in the one
unit that is weighted, and every call is one request without saying so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, cast

from beautyspot.core.errors import LimitImpossible, ValidationError
from beautyspot.core.gcra import Rate, checked

__all__ = ["REQUESTS", "TOKENS", "Cost", "Meter", "Tariff"]

REQUESTS: Final = "requests"
TOKENS: Final = "tokens"

#: What a call costs, by unit: ``{"requests": 1, "tokens": 812}``. A plain int means the one
#: weighted unit, most often "tokens".
Cost = Mapping[str, int] | int

_UNBOUNDED: Final[Mapping[str, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Meter:
    """A limit, by what it is called and what it counts in."""

    name: str  #: in errors: "tpm"
    unit: str  #: in costs: "tokens"
    rate: Rate


class Tariff:
    """Reckons what a call costs by each of several limits."""

    __slots__ = ("_largest", "_main", "_units", "meters")

    def __init__(self, meters: Sequence[Meter], units: Sequence[str] = ()) -> None:
        """Take the limits, and further units that costs may name though no limit counts in them."""
        self.meters: Final = tuple(meters)
        self._units: Final = tuple(dict.fromkeys([*(meter.unit for meter in meters), *units]))
        weighted = [unit for unit in self._units if unit != REQUESTS] or list(self._units)
        self._main = weighted[0] if len(weighted) == 1 else None
        self._largest: dict[str, int] = {}  # that is ever granted, by unit
        for meter in self.meters:
            least = self._largest.get(meter.unit, meter.rate.largest)
            self._largest[meter.unit] = min(least, meter.rate.largest)

    @property
    def unit(self) -> str | None:
        """The unit that a plain number is meant in; None: several are weighted."""
        return self._main

    @property
    def units(self) -> tuple[str, ...]:
        """What costs may name."""
        return self._units

    @property
    def charges_requests(self) -> bool:
        """Whether a call is charged something without saying what it costs."""
        return REQUESTS in self._units

    def charges(self, cost: Cost) -> tuple[int, ...]:
        """Answer what a call of this cost is charged by each limit.

        Raises:
            ValidationError: the cost is none, or names a unit in which nothing is counted.
            LimitImpossible: it is more than a limit ever grants.
        """
        charges = self.counts([meter.unit for meter in self.meters], cost)
        for meter, charge in zip(self.meters, charges, strict=True):
            if charge > meter.rate.largest:
                raise LimitImpossible(meter.name, charge, meter.rate.largest)
        return charges

    def actual(self, charged: Sequence[int], cost: Cost) -> tuple[int, ...]:
        """Answer what a call cost in fact by each limit; what it does not name stays as charged.

        Raises:
            ValidationError: the cost is none, or names a unit in which nothing is counted.
        """
        return self.actual_counts([meter.unit for meter in self.meters], charged, cost)

    def left(self, remaining: Mapping[str, int]) -> tuple[int | None, ...]:
        """Answer what a server says is left by each limit; None where it says nothing.

        Raises:
            ValidationError: a number is none, or the unit is one in which nothing is counted.
        """
        named = self._named(remaining)
        return tuple(named.get(meter.unit) for meter in self.meters)

    def counts(self, units: Sequence[str], cost: Cost) -> tuple[int, ...]:
        """Answer what a call of this cost comes to in units; it is one request without saying so.

        Raises:
            ValidationError: the cost is none, or names a unit in which nothing is counted.
        """
        named = self._named(cost, self._largest)
        return tuple(named.get(unit, 1 if unit == REQUESTS else 0) for unit in units)

    def actual_counts(
        self, units: Sequence[str], counted: Sequence[int], cost: Cost
    ) -> tuple[int, ...]:
        """Answer what a call came to in fact; what it does not name stays as counted.

        Raises:
            ValidationError: the cost is none, or names a unit in which nothing is counted.
        """
        named = self._named(cost)
        return tuple(named.get(unit, count) for unit, count in zip(units, counted, strict=True))

    def _named(self, cost: object, largest: Mapping[str, int] = _UNBOUNDED) -> Mapping[str, int]:
        if type(cost) is int or not isinstance(cost, Mapping):
            number = checked(cost, largest.get(self._main or ""))
            if self._main is None:
                msg = f"{cost!r} is meant in which unit? Expected a cost for {self._known()}"
                raise ValidationError(msg)
            return {self._main: number}
        named = cast("Mapping[object, object]", cost)
        for unit, given in named.items():
            if unit not in self._units:
                msg = f"nothing is counted in {unit!r}: expected a cost for {self._known()}"
                raise ValidationError(msg)
            checked(given, largest.get(str(unit)))
        return cast("Mapping[str, int]", named)

    def _known(self) -> str:
        spelt = ", ".join(f"{unit!r}: ..." for unit in self._units)
        return f"{{{spelt}}}" if spelt else "nothing, as there is no limit"
