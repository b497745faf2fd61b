"""Calls that wait for their turn: paced by limits, or bounded in number."""

from collections.abc import Callable

from beautyspot.core.errors import ConfigurationError, StoreError
from beautyspot.core.limits import Limits
from beautyspot.core.ports import Clock, Limiter, Quotas
from beautyspot.embedded.pacing.counted import CountedLimiter
from beautyspot.embedded.pacing.pacer import Pacer
from beautyspot.embedded.pacing.slots import Slot, Slots

__all__ = ["CountedLimiter", "Pacer", "Slot", "Slots", "limiter_of"]


def limiter_of(
    limits: Limits,
    clock: Clock,
    db: object,
    *,
    name: str = "",
    report: Callable[[StoreError], None] | None = None,
) -> Limiter | None:
    """Answer a limiter of what calls cost; None when nothing is limited.

    Args:
        limits: what is limited; how many calls run at the same time is for ``Slots``.
        clock: by which it is paced, and which says what day it is.
        db: counts quotas, when there are any.
        name: who has the quotas: those of one name in one database share them.
        report: told when a quota could not be counted; the call goes on without.

    Raises:
        ConfigurationError: there are quotas, and the database cannot count them.
    """
    if not limits.meters and not limits.quotas:
        return None
    pacer = Pacer(limits.meters, clock, units=limits.units)
    if not limits.quotas:
        return pacer
    if not isinstance(db, Quotas):
        names = ", ".join(quota.name for quota in limits.quotas)
        msg = (
            f"{names}: quotas are counted in the database, and {db!r} cannot do that. Expected one "
            "with spend() and settle(), such as the SQLite file that is used without db="
        )
        raise ConfigurationError(msg)
    return CountedLimiter(pacer, limits.quotas, db, name=name, report=report)
